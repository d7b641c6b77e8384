//! What is complete and what is not.

use rollcall_connector::SyncRequest;
use rollcall_connector::testkit::{assert_idempotent, assert_prompt_cancel, collect_request};
use rollcall_model::{Relation, ScopeKey, ScopeState, Timestamp};
use serde_json::json;

use crate::fixture::{Folder, STREAMS, connector, run};

const APP: &str = "github.com/acme/app";
const ADA: &str = "Ada <ada@acme.io>";

#[tokio::test]
async fn a_broken_file_costs_only_itself_and_names_its_place() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write(".github/workflows/ok.yml", "on: push\njobs: {a: {steps: []}}\n")
        .write(
            ".github/workflows/broken.yml",
            "on: push\njobs:\n  a:\n    steps: []\n  b:\n    name: x: y\n",
        )
        .write(
            ".mcp.json",
            "{\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\"},\n    \"b\": nope\n  }\n}\n",
        )
        .write(
            ".codex/config.toml",
            "[mcp_servers.a]\ncommand = \"x\"\n[mcp_servers.b\ncommand = \"y\"\n",
        )
        .write(".cursor/mcp.json", b"{\"mcpServers\": {\"a\": {\"command\": \"\xFF\"}}}")
        .write(".roo/mcp.json", "][")
        .commit(ADA, 1_700_000_000);
    let run = run(&folder.config()).await;
    run.stream("files").assert_complete();
    let place = |path: &str| {
        let scope = run
            .stream("declarations")
            .scope(&ScopeKey::part("declarations", APP, path))
            .expect("a scope");
        let message = scope.problems.first().map(|p| p.message.clone()).unwrap_or_default();
        let place =
            message.split(": ").next().unwrap_or_default().trim_start_matches(path).to_owned();
        (scope.state, place)
    };
    use ScopeState::{Complete, Partial};
    assert_eq!(place(".github/workflows/ok.yml"), (Complete, String::new()));
    assert_eq!(place(".github/workflows/broken.yml"), (Partial, ":6:12".into()));
    assert_eq!(place(".mcp.json"), (Partial, ":4:10".into()));
    assert_eq!(place(".codex/config.toml"), (Partial, ":3:15".into()));
    assert_eq!(place(".cursor/mcp.json"), (Partial, ":1:35".into()));
    assert_eq!(place(".roo/mcp.json").1, ":1:1");
    assert!(run.ids("github.workflow-job").contains(&".github/workflows/broken.yml#a".to_owned()));
    assert!(run.ids("mcp.server").contains(&".mcp.json#a".to_owned()));
}

#[tokio::test]
async fn a_file_over_the_cap_is_listed_and_not_read() {
    let folder = Folder::new();
    folder
        .repository("app", "app")
        .write("AGENTS.md", "x".repeat(100))
        .write("CLAUDE.md", "x")
        .commit(ADA, 1_700_000_000);
    let run = run(&json!({"roots": [folder.path()], "max_file_bytes": 50})).await;
    assert_eq!(run.ids("code.agent-instructions"), ["AGENTS.md", "CLAUDE.md"]);
    assert_eq!(run.state("files", APP, ""), Some(ScopeState::Complete));
    assert_eq!(run.said("files", APP, ""), ["too_big"]);
    assert_eq!(run.state("declarations", APP, "AGENTS.md"), Some(ScopeState::Skipped));
    assert_eq!(run.state("declarations", APP, "CLAUDE.md"), Some(ScopeState::Complete));
}

#[cfg(unix)]
#[tokio::test]
async fn links_inside_are_read_and_links_out_are_said() {
    use std::os::unix::fs::symlink;
    let (folder, outside) = (Folder::new(), Folder::new());
    outside.write("secret.json", "{\"mcpServers\": {\"stolen\": {\"command\": \"x\"}}}");
    outside.write("folder/settings.json", "{}");
    let app = folder.repository("app", "app");
    app.write("CLAUDE.md", "x");
    symlink("CLAUDE.md", app.path.join("AGENTS.md")).expect("a link");
    symlink(outside.path().join("secret.json"), app.path.join(".mcp.json")).expect("a link");
    symlink("nowhere", app.path.join("GEMINI.md")).expect("a link");
    symlink(outside.path().join("folder"), app.path.join(".claude")).expect("a link");
    app.commit(ADA, 1_700_000_000);
    let run = run(&folder.config()).await;
    assert!(!format!("{:?}", run.all()).contains("stolen"));
    let agents = run.stream("files").entity("AGENTS.md");
    assert_eq!(agents.attributes["link"], json!("app/CLAUDE.md"));
    assert_eq!(run.state("declarations", APP, ".mcp.json"), Some(ScopeState::Skipped));
    // A link to nothing could not be read, so the list of files is not whole.
    assert_eq!(run.state("files", APP, ""), Some(ScopeState::Partial));
    let mut said = run.said("files", APP, "");
    said.sort();
    assert_eq!(said, ["link_out", "linked_folder", "unreadable"]);
    assert_eq!(
        run.relations(Relation::LastChanged, "uncommitted")
            .iter()
            .filter(|r| r.contains("true"))
            .count(),
        0
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_not_waited_for() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    let made = std::process::Command::new("mkfifo").arg(app.path.join("AGENTS.md")).status();
    assert!(made.is_ok_and(|status| status.success()));
    let run = run(&folder.config()).await;
    // A pipe is no file: the walk does not take it for one.
    assert_eq!(run.ids("code.agent-instructions"), Vec::<String>::new());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_cannot_be_listed_leaves_the_list_partial() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write("closed/AGENTS.md", "x").commit(ADA, 1_700_000_000);
    let closed = app.path.join("closed");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("permissions");
    let readable = std::fs::read_dir(&closed).is_ok();
    let run = run(&folder.config()).await;
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).expect("permissions");
    // An administrator reads it all the same; how what is blocked is told is tested beside the code.
    let expected = if readable { ScopeState::Complete } else { ScopeState::Partial };
    assert_eq!(run.state("files", APP, ""), Some(expected));
}

#[tokio::test]
async fn a_root_that_is_not_there_fails_and_says_so() {
    let run = run(&json!({"roots": ["/nonexistent/root"], "homes": ["/nonexistent/home"]})).await;
    assert_eq!(run.state("repositories", "/nonexistent/root", ""), Some(ScopeState::Failed));
    assert_eq!(run.state("home", "home:/nonexistent/home", ""), Some(ScopeState::Failed));
    let report =
        connector(&json!({"roots": ["/nonexistent/root"]})).check(Timestamp::default()).await;
    let report = report.expect("a report");
    assert_eq!(format!("{:?}", report.permissions[0].state), "Denied");
}

#[tokio::test]
async fn what_is_gone_is_not_said_again() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write("AGENTS.md", "x").write("CLAUDE.md", "x").commit(ADA, 1_700_000_000);
    assert_eq!(run(&folder.config()).await.ids("code.agent-instructions").len(), 2);
    std::fs::remove_file(app.path.join("AGENTS.md")).expect("it was there");
    let second = run(&folder.config()).await;
    assert_eq!(second.ids("code.agent-instructions"), ["CLAUDE.md"]);
    assert_eq!(second.state("files", APP, ""), Some(ScopeState::Complete));
    assert_eq!(second.state("declarations", APP, "AGENTS.md"), None);
}

#[tokio::test]
async fn reading_twice_says_the_same() {
    let folder = Folder::new();
    for n in 0..20 {
        let repo = folder.repository(&format!("r{n}"), &format!("r{n}"));
        repo.write(".github/workflows/a.yml", "on: push\njobs: {a: {steps: [{uses: a/b@v1}]}}\n")
            .write(".mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"env\": {\"TOKEN\": \"hunter2hunter2\"}}}}")
            .write("CODEOWNERS", "* @acme/all\n")
            .commit(ADA, 1_700_000_000 + n);
    }
    for stream in STREAMS {
        let make = || Shared(connector(&folder.config()));
        let collected = assert_idempotent(make, stream, Timestamp::default()).await;
        assert!(
            stream == "home"
                || collected.entities().count() >= 20
                || collected.relations().count() >= 20
        );
    }
}

/// The testkit wants a connector of its own for each reading.
struct Shared(std::sync::Arc<dyn rollcall_connector::Connector>);

#[async_trait::async_trait]
impl rollcall_connector::Connector for Shared {
    fn definition(&self) -> &rollcall_connector::Definition {
        self.0.definition()
    }
    async fn check(
        &self,
        now: Timestamp,
    ) -> Result<rollcall_connector::CheckReport, rollcall_record::Problem> {
        self.0.check(now).await
    }
    async fn sync(
        &self,
        request: SyncRequest,
        out: rollcall_connector::Emitter,
    ) -> Result<(), rollcall_record::Problem> {
        self.0.sync(request, out).await
    }
    fn access(
        &self,
        format: &str,
    ) -> Result<Vec<rollcall_connector::AccessDocument>, rollcall_record::Problem> {
        self.0.access(format)
    }
}

#[tokio::test]
async fn stopping_is_prompt() {
    let folder = Folder::new();
    for n in 0..40 {
        folder
            .repository(&format!("r{n}"), &format!("r{n}"))
            .write("AGENTS.md", "x")
            .commit(ADA, 1_700_000_000);
    }
    let connector = connector(&folder.config());
    for stream in ["repositories", "files", "declarations"] {
        assert_prompt_cancel(
            &*connector,
            stream,
            Timestamp::default(),
            std::time::Duration::from_secs(2),
        )
        .await;
    }
}

#[tokio::test]
async fn scopes_read_shortly_before_are_left_out() {
    let folder = Folder::new();
    folder
        .repository("app", "app")
        .write("AGENTS.md", "x")
        .write("CLAUDE.md", "x")
        .commit(ADA, 1_700_000_000);
    let request = SyncRequest::new("declarations", Timestamp::default());
    let before = [ScopeKey::part("declarations", APP, "AGENTS.md")].into_iter().collect();
    let collected = collect_request(&*connector(&folder.config()), request, before).await;
    assert_eq!(
        collected.scopes.iter().map(|s| s.started.scope.part.as_str()).collect::<Vec<_>>(),
        ["CLAUDE.md"]
    );
}

#[tokio::test]
async fn owners_come_from_the_file_in_force() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write("CODEOWNERS", "* @acme/wrong\n")
        .write(".github/CODEOWNERS", "* @acme/all\n/.github/workflows/ @acme/ci\n!no @x\n")
        .write(".github/workflows/a.yml", "on: push\njobs: {a: {steps: []}}\n")
        .commit(ADA, 1_700_000_000);
    let run = run(&folder.config()).await;
    let owned = run.relations(Relation::OwnedBy, "rule_line");
    assert!(owned.contains(&format!("code/{APP}/code.workflow-file/.github/workflows/a.yml -> github.team:github.com:acme/ci 2")), "{owned:#?}");
    assert!(!format!("{owned:?}").contains("wrong"));
    assert_eq!(run.said("declarations", APP, "CODEOWNERS"), ["codeowners_not_in_force"]);
    assert_eq!(run.said("declarations", APP, ".github/CODEOWNERS"), ["codeowners_line"]);
    assert_eq!(run.state("declarations", APP, ".github/CODEOWNERS"), Some(ScopeState::Complete));
}

#[tokio::test]
async fn excluded_folders_are_not_searched() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    for path in ["node_modules/x/AGENTS.md", "third/AGENTS.md", "own/AGENTS.md"] {
        app.write(path, "x");
    }
    let run = run(&json!({"roots": [folder.path()], "exclude": ["**/third"]})).await;
    assert_eq!(run.ids("code.agent-instructions"), ["own/AGENTS.md"]);
}

#[tokio::test]
async fn a_declaring_file_outside_of_any_checkout_is_said() {
    let folder = Folder::new();
    folder.write("loose/.mcp.json", "{}");
    let run = run(&folder.config()).await;
    assert_eq!(run.said("repositories", &folder.realm(), ""), ["no_checkout"]);
}
