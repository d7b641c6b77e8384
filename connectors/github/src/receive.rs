//! What GitHub sends to the entry for webhooks, and which scopes it makes out of date.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use rollcall_connector::Refreshes;
use rollcall_model::{ProblemClass, ScopeKey};
use rollcall_record::Problem;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use sha2::Sha256;

use crate::config::Config;
use crate::host::Host;

/// What is looked at of a delivery.
#[derive(Deserialize, Default)]
struct Delivery {
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    organization: Option<Named>,
    #[serde(default)]
    installation: Option<Installed>,
    #[serde(default)]
    repository: Option<Repository>,
    #[serde(default)]
    team: Option<Id>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    forced: Option<bool>,
    #[serde(default)]
    commits: Option<Vec<Commit>>,
    #[serde(default)]
    workflow_job: Option<WorkflowJob>,
}

#[derive(Deserialize, Clone)]
struct Named {
    id: u64,
    #[serde(default)]
    login: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Installed {
    #[serde(default)]
    account: Option<Named>,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
    full_name: String,
    #[serde(default)]
    default_branch: Option<String>,
    #[serde(default)]
    owner: Option<Named>,
}

#[derive(Deserialize)]
struct Id {
    id: u64,
}

#[derive(Deserialize)]
struct Commit {
    #[serde(default)]
    added: Vec<String>,
    #[serde(default)]
    modified: Vec<String>,
    #[serde(default)]
    removed: Vec<String>,
}

#[derive(Deserialize)]
struct WorkflowJob {
    #[serde(default)]
    labels: Vec<String>,
}

/// GitHub says no more commits than this in one delivery, so with as many there may be more.
/// Source: GitHub documentation, "Webhook events and payloads", push.
const MOST_COMMITS: usize = 2048;

/// Takes a delivery: checks its signature over the bytes as they came, and says what is to be read
/// again.
///
/// # Errors
/// `config` without a secret, `permission` when the signature is missing or wrong, `malformed` when
/// the body is not what GitHub documents.
pub(crate) fn receive(
    config: &Config,
    host: &Host,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Refreshes, Problem> {
    verify(config, headers, body)?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bad = |code: &str, message: &str| Problem::new(ProblemClass::Malformed, code, message);
    let event = text("x-github-event")
        .ok_or_else(|| bad("no_event", "the delivery does not say which event it is"))?;
    let delivery: Delivery = serde_json::from_slice(body)
        .map_err(|_| bad("bad_json", "the delivery is not what GitHub documents"))?;
    let mut refreshes = Refreshes {
        delivery: text("x-github-delivery").map(str::to_owned),
        ..Refreshes::default()
    };
    let owner = delivery
        .organization
        .clone()
        .or_else(|| delivery.installation.as_ref()?.account.clone())
        .or_else(|| delivery.repository.as_ref()?.owner.clone())
        .filter(|owner| owner.kind.as_deref() != Some("User"));
    let Some(owner) = owner else { return Ok(refreshes) };
    if owner.login.as_deref().is_some_and(|login| !config.wants(login)) {
        return Ok(refreshes);
    }
    let realm = format!("{}/{}", host.name, owner.id);
    let mut scopes = changed(event, &delivery, host, &realm);
    scopes.retain(|scope| {
        crate::definition::stream(&scope.stream).is_some_and(|stream| config.reads(stream))
    });
    // No stream is to be read as a whole.
    refreshes.scopes = scopes;
    Ok(refreshes)
}

/// Source: GitHub documentation, "Validating webhook deliveries".
fn verify(config: &Config, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let Some(secret) = &config.webhook_secret else {
        let message = "webhook_secret is not configured, so nothing that comes can be believed";
        return Err(Problem::new(ProblemClass::Config, "no_webhook_secret", message));
    };
    let refused = |why: &str| Problem::new(ProblemClass::Permission, "bad_signature", why);
    let told = headers
        .get("x-hub-signature-256")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("sha256="))
        .and_then(hex)
        .ok_or_else(|| refused("the delivery is not signed"))?;
    let key = secret.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| refused("the secret cannot be used as a key"))?;
    mac.update(body);
    // Compares in constant time.
    mac.verify_slice(&told).map_err(|_| refused("the signature of the delivery is wrong"))
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes.chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

/// The scopes that an event makes out of date.
fn changed(event: &str, from: &Delivery, host: &Host, realm: &str) -> Vec<ScopeKey> {
    let whole = |stream: &str| ScopeKey::realm(stream, realm);
    let of_repository = |stream: &str| {
        let repository = from.repository.as_ref()?;
        Some(ScopeKey::part(stream, realm, &repository.id.to_string()))
    };
    let of_team = || {
        let team = from.team.as_ref()?;
        Some(ScopeKey::part("teams", realm, &team.id.to_string()))
    };
    match event {
        "installation" | "installation_repositories" | "installation_target" => {
            vec![whole("app-installations"), whole("repositories")]
        }
        "personal_access_token_request" => {
            vec![whole("personal-access-tokens"), whole("personal-access-token-requests")]
        }
        "deploy_key" => of_repository("deploy-keys").into_iter().collect(),
        "member" => of_repository("collaborators")
            .into_iter()
            .chain([whole("outside-collaborators")])
            .collect(),
        "membership" | "team_add" => of_team().into_iter().collect(),
        "team" => of_team().into_iter().chain([whole("teams")]).collect(),
        "organization" => {
            vec![whole("members"), whole("invitations"), whole("organization")]
        }
        "repository" | "custom_property" | "custom_property_values" => {
            vec![whole("repositories")]
        }
        "push" if touches(from) => {
            let repository = from.repository.as_ref();
            let scopes = repository.map(|r| crate::contents::refreshes(&host.name, &r.full_name));
            scopes.unwrap_or_default()
        }
        "workflow_run" => of_repository("workflow-runs").into_iter().collect(),
        "workflow_job" if is_self_hosted(from) => vec![whole("runners")],
        "deployment" => of_repository("environments").into_iter().collect(),
        "secret_scanning_alert" | "secret_scanning_alert_location" => {
            vec![whole("secret-scanning-alerts")]
        }
        _ => Vec::new(),
    }
}

/// Whether a push to the default branch touches what declares something. Where the delivery may
/// not name everything, it does.
fn touches(from: &Delivery) -> bool {
    let default = from.repository.as_ref().and_then(|r| r.default_branch.as_deref());
    let branch = from.reference.as_deref().and_then(|r| r.strip_prefix("refs/heads/"));
    if default.is_none() || branch != default {
        return false;
    }
    let commits = from.commits.as_deref().unwrap_or_default();
    if from.forced == Some(true) || commits.is_empty() || commits.len() >= MOST_COMMITS {
        return true;
    }
    let paths = commits.iter().flat_map(|c| c.added.iter().chain(&c.modified).chain(&c.removed));
    paths.into_iter().any(|path| declares(path))
}

/// Whether a path is one of those that the streams about contents read.
fn declares(path: &str) -> bool {
    path.starts_with(".github/") || rollcall_declared::files::classify(path).is_some()
}

/// Whether a job began or ended on a runner of one's own.
fn is_self_hosted(from: &Delivery) -> bool {
    let moved = matches!(from.action.as_deref(), Some("in_progress" | "completed"));
    let labels = from.workflow_job.as_ref().map(|job| job.labels.as_slice()).unwrap_or_default();
    moved && labels.iter().any(|label| label == "self-hosted")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn config() -> Config {
        Config { webhook_secret: Some("It's a Secret to Everybody".into()), ..Config::default() }
    }

    fn signed(event: &str, body: &[u8]) -> HeaderMap {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"It's a Secret to Everybody").unwrap();
        mac.update(body);
        let digits: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", format!("sha256={digits}").parse().unwrap());
        headers.insert("x-github-event", event.parse().unwrap());
        headers.insert("x-github-delivery", "d-1".parse().unwrap());
        headers
    }

    fn scopes(event: &str, body: &Value) -> Vec<String> {
        let (config, body) = (config(), body.to_string());
        let host = Host::of(&config);
        let told =
            receive(&config, &host, &signed(event, body.as_bytes()), body.as_bytes()).unwrap();
        assert_eq!(told.delivery.as_deref(), Some("d-1"));
        told.scopes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_documented_signature_is_right_and_any_other_is_wrong() {
        let mut headers = HeaderMap::new();
        // The example of GitHub's documentation.
        let documented = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        headers.insert("x-hub-signature-256", documented.parse().unwrap());
        assert!(verify(&config(), &headers, b"Hello, World!").is_ok());
        assert!(verify(&config(), &headers, b"Hello, World?").is_err());
        for wrong in ["sha256=", "sha256=zz", "sha1=757107", "", "sha256=757107ea0"] {
            headers.insert("x-hub-signature-256", wrong.parse().unwrap());
            let problem = verify(&config(), &headers, b"Hello, World!").unwrap_err();
            assert_eq!(
                (problem.class, problem.code.as_str()),
                (ProblemClass::Permission, "bad_signature")
            );
        }
        let without = Config { webhook_secret: None, ..config() };
        assert_eq!(verify(&without, &headers, b"").unwrap_err().class, ProblemClass::Config);
    }

    #[test]
    fn each_event_names_what_changed() {
        let organization = json!({"id": 7, "login": "acme"});
        let repository = json!({"id": 3, "full_name": "acme/app", "default_branch": "main"});
        let body = json!({"organization": organization, "repository": repository,
            "team": {"id": 5}, "action": "completed",
            "workflow_job": {"labels": ["self-hosted", "linux"]}});
        for (event, expected) in [
            ("deploy_key", &["deploy-keys github.com/7 3"][..]),
            ("member", &["collaborators github.com/7 3", "outside-collaborators github.com/7"]),
            ("membership", &["teams github.com/7 5"]),
            ("team", &["teams github.com/7 5", "teams github.com/7"]),
            ("deployment", &["environments github.com/7 3"]),
            ("repository", &["repositories github.com/7"]),
            ("workflow_job", &["runners github.com/7"]),
            ("secret_scanning_alert", &["secret-scanning-alerts github.com/7"]),
            ("meta", &[]),
            ("ping", &[]),
        ] {
            assert_eq!(scopes(event, &body), expected, "{event}");
        }
        let of_app = json!({"installation": {"id": 1, "account": {"id": 7, "login": "acme",
            "type": "Organization"}}});
        assert_eq!(scopes("installation", &of_app).len(), 2);
        let of_user = json!({"repository": {"id": 3, "full_name": "ada/x",
            "owner": {"id": 9, "login": "ada", "type": "User"}}});
        assert!(scopes("repository", &of_user).is_empty());
    }

    #[test]
    fn a_push_counts_when_it_touches_what_declares() {
        let push = |branch: &str, paths: &[&str], forced: bool| Delivery {
            reference: Some(format!("refs/heads/{branch}")),
            forced: Some(forced),
            commits: Some(vec![Commit {
                added: Vec::new(),
                modified: paths.iter().map(|p| (*p).to_owned()).collect(),
                removed: Vec::new(),
            }]),
            repository: Some(Repository {
                id: 3,
                full_name: "acme/app".to_owned(),
                default_branch: Some("main".to_owned()),
                owner: None,
            }),
            ..Delivery::default()
        };
        assert!(touches(&push("main", &["src/a.rs", ".github/workflows/ci.yml"], false)));
        assert!(touches(&push("main", &["CODEOWNERS"], false)));
        assert!(touches(&push("main", &[".mcp.json"], false)));
        assert!(touches(&push("main", &["src/a.rs"], true)));
        assert!(!touches(&push("main", &["src/a.rs"], false)));
        assert!(!touches(&push("other", &["CODEOWNERS"], false)));
    }

    #[test]
    fn what_is_not_read_is_not_refreshed() {
        let body = json!({"organization": {"id": 7, "login": "acme"}}).to_string();
        let other = Config { organizations: vec!["else".to_owned()], ..config() };
        let host = Host::of(&other);
        let headers = signed("repository", body.as_bytes());
        assert!(receive(&other, &host, &headers, body.as_bytes()).unwrap().scopes.is_empty());
        let skipped = Config { skip_streams: vec!["repositories".to_owned()], ..config() };
        assert!(receive(&skipped, &host, &headers, body.as_bytes()).unwrap().scopes.is_empty());
    }

    proptest! {
        #[test]
        fn nothing_signed_panics(body in "\\PC{0,80}", event in "[a-z_]{1,20}", digits in "\\PC{0,20}") {
            let config = config();
            let host = Host::of(&config);
            let _ = receive(&config, &host, &signed(&event, body.as_bytes()), body.as_bytes());
            let _ = hex(&digits);
        }
    }
}
