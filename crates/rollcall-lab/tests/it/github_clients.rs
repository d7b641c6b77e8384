//! The lab's GitHub as clients of others see it: GitHub's own client for Node.js, and its command
//! line. What they list is what there is, and they have nothing to complain of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rollcall_lab::{Archetype, GitHubKeys, GitHubLab, GitHubOptions, ServerHandle, serve_github};
use rollcall_testing::run_node;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream, UnixListener};

use crate::company;

/// A GitHub that is being served.
struct Served {
    lab: Arc<GitHubLab>,
    handle: ServerHandle,
    truth: Value,
}

impl Served {
    async fn start() -> Self {
        let app_key = Some(GitHubKeys::generate().unwrap());
        let options = GitHubOptions { app_key, ..GitHubOptions::default() };
        let lab = Arc::new(GitHubLab::new(company(150, Archetype::AgentHeavyLab, 3), options));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let handle = serve_github(Arc::clone(&lab), listener).unwrap();
        let truth = lab.truth();
        Self { lab, handle, truth }
    }

    fn login(&self) -> String {
        self.truth["organization"]["login"].as_str().unwrap().to_owned()
    }

    /// The ids of a kind.
    fn ids(&self, kind: &str) -> BTreeSet<String> {
        texts(&self.truth["kinds"][kind]["ids"])
    }
}

/// Texts and numbers of a list, as texts.
fn texts(list: &Value) -> BTreeSet<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    list.as_array().unwrap_or_else(|| panic!("{list} is no list")).iter().map(text).collect()
}

/// What GitHub's client for Node.js lists.
async fn octokit(served: &Served) -> Value {
    let url = format!("http://{}", served.handle.address());
    let (login, keys) = (served.login(), served.lab.keys());
    let app = json!({"appId": keys.app_id, "privateKey": keys.app_key,
        "installationId": keys.installation_id});
    let run = move || run_node("octokit.mjs", &[&url, &login, &app.to_string()]);
    let printed = tokio::task::spawn_blocking(run).await.unwrap();
    serde_json::from_str(&printed.unwrap_or_else(|e| panic!("{e}"))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn githubs_own_client_lists_what_there_is() {
    let served = Served::start().await;
    let seen = octokit(&served).await;
    assert_eq!(seen["complaints"], Value::Array(Vec::new()));
    for (listed, kind) in [
        ("invitations", "invitation"),
        ("installations", "app_installation"),
        ("token_requests", "personal_access_token_request"),
    ] {
        assert_eq!(texts(&seen[listed]), served.ids(kind), "{listed}");
        assert!(!served.ids(kind).is_empty(), "there is no {kind}");
    }
    for (listed, kind) in
        [("member_ids", "member"), ("owner_ids", "owner"), ("outside_ids", "outside_collaborator")]
    {
        assert_eq!(texts(&seen[listed]), served.ids(kind), "{listed}");
    }
    assert_eq!(texts(&seen["token_ids"]), served.ids("personal_access_token"));
    let teams = seen["teams"].as_object().unwrap();
    let team_ids = teams.values().map(|team| team["id"].to_string()).collect();
    assert_eq!(served.ids("team"), team_ids);

    let by_graphql = &seen["repositories_by_graphql"];
    assert_eq!(texts(&by_graphql["ids"]), served.ids("repository"));
    assert_eq!(by_graphql["total"], served.truth["kinds"]["repository"]["count"]);
    let names: BTreeMap<&str, &Value> = seen["repositories"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, repository)| (name.as_str(), repository))
        .collect();
    let true_ones = served.truth["repositories"].as_object().unwrap();
    assert_eq!(names.len(), true_ones.len());
    for (id, truth) in true_ones {
        let name = truth["name"].as_str().unwrap();
        one_repository(name, names[name], id, truth);
    }
    for store in ["actions", "dependabot", "codespaces", "agents"] {
        let of_organization = |id: &String| id.strip_prefix("org#").map(str::to_owned);
        let expected = served.ids(&format!("{store}_secret"));
        let expected: BTreeSet<_> = expected.iter().filter_map(of_organization).collect();
        assert_eq!(texts(&seen["secrets"][store]), expected, "{store}");
    }
    let hooks: BTreeSet<_> = texts(&seen["hooks"]).iter().map(|id| format!("org:{id}")).collect();
    assert!(hooks.is_subset(&served.ids("webhook")) && !hooks.is_empty(), "{hooks:?}");
    for (member, team) in teams
        .values()
        .flat_map(|team| texts(&team["members"]).into_iter().map(move |member| (member, team)))
    {
        assert!(texts(&seen["members"]).contains(&member), "{member} of {team}");
    }
}

/// A repository as it was listed, and as it is.
fn one_repository(name: &str, seen: &Value, id: &str, truth: &Value) {
    assert_eq!(seen["id"].to_string(), id, "{name}");
    assert_eq!(seen["archived"], truth["archived"], "{name}");
    assert_eq!(seen["visibility"], truth["visibility"], "{name}");
    assert_eq!(texts(&seen["keys"]), texts(&truth["deploy_keys"]), "{name}");
    assert_eq!(texts(&seen["hooks"]), texts(&truth["webhooks"]), "{name}");
    let environments = seen["environments"].as_object().unwrap();
    assert_eq!(
        environments.keys().cloned().collect::<BTreeSet<_>>(),
        texts(&truth["environments"])
    );
    for store in ["actions", "dependabot", "agents"] {
        let mut all: BTreeSet<String> =
            texts(&seen["secrets"][store]).iter().map(|s| format!("repo:{id}#{s}")).collect();
        if store == "actions" {
            for (environment, secrets) in environments {
                let place = |secret| format!("repo:{id}/env:{environment}#{secret}");
                all.extend(texts(secrets).into_iter().map(place));
            }
        }
        assert_eq!(all, texts(&truth["secrets"][store]), "{name}: {store}");
    }
    let direct: BTreeSet<_> = truth["collaborators"].as_object().unwrap().keys().cloned().collect();
    assert!(texts(&seen["collaborators"]).is_superset(&direct), "{name}");
}

/// GitHub's command line wants TLS, except over a socket of this machine, which leads to the lab.
async fn gh(served: &Served, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    let address = served.handle.address();
    let forwarding = tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut to = TcpStream::connect(address).await.unwrap();
                // Whoever hangs up first ends both.
                drop(tokio::io::copy_bidirectional(&mut from, &mut to).await);
            });
        }
    });
    let config = format!("version: \"1\"\nhttp_unix_socket: {}\n", socket.display());
    std::fs::write(folder.path().join("config.yml"), config).unwrap();
    let mut command = scrubbed("gh", folder.path());
    command.env("GH_CONFIG_DIR", folder.path()).env("GH_PROMPT_DISABLED", "1");
    command.env("GH_TOKEN", &served.lab.keys().owner_token).env("GH_NO_UPDATE_NOTIFIER", "1");
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    forwarding.abort();
    let output = output.unwrap_or_else(|e| panic!("gh: {e}; `make setup-tests` installs it"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "gh {arguments:?}: {errors}");
    assert_eq!(errors, "", "gh {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A command that sees nothing of this machine's user.
fn scrubbed(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    for name in ["GITHUB_TOKEN", "GH_HOST", "GH_ENTERPRISE_TOKEN", "GH_REPO", "GH_DEBUG"] {
        command.env_remove(name);
    }
    command.env("HOME", home).current_dir(home);
    command
}

fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn githubs_command_line_lists_what_there_is() {
    let served = Served::start().await;
    let login = served.login();
    for (path, filter, kind) in [
        ("members?per_page=7", ".[].id", "member"),
        ("members?role=admin", ".[].id", "owner"),
        ("repos?per_page=9", ".[].id", "repository"),
        ("teams?per_page=3", ".[].id", "team"),
        ("installations?per_page=2", ".installations[].id", "app_installation"),
    ] {
        let path = format!("orgs/{login}/{path}");
        let listed = gh(&served, &["api", "--paginate", &path, "--jq", filter]).await;
        assert_eq!(lines(&listed), served.ids(kind), "{path}");
    }

    let document = "query($org: String!, $endCursor: String) { organization(login: $org) { \
        repositories(first: 7, after: $endCursor) { nodes { databaseId } \
        pageInfo { hasNextPage endCursor } } } }";
    let (query, org) = (format!("query={document}"), format!("org={login}"));
    let filter = ".data.organization.repositories.nodes[].databaseId";
    let arguments = ["api", "graphql", "--paginate", "-f", &query, "-f", &org, "--jq", filter];
    assert_eq!(lines(&gh(&served, &arguments).await), served.ids("repository"));

    let fields = ["--limit", "1000", "--json", "name", "--jq", ".[].name"];
    let listed = gh(&served, &[&["repo", "list", login.as_str()], &fields[..]].concat()).await;
    let names = served.truth["repositories"].as_object().unwrap().values();
    let names: Vec<Value> = names.map(|repository| repository["name"].clone()).collect();
    assert_eq!(lines(&listed), texts(&Value::Array(names)));
}
