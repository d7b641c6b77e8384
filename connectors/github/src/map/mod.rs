//! From our shapes to records. Pure: what is given in comes out as records, and an entry that lacks
//! what identifies it comes out as a problem.

pub(crate) mod stored;

use rollcall_connector::transport::redact;
use rollcall_model::{
    EntityKey, EntityType, IdentityClass, ProblemClass, Reference, Relation, Timestamp,
};
use rollcall_record::{
    ActivityRecord, Evidence, Problem, Record, ReferenceRecord, RelationRecord, entity,
};
use serde_json::Map;
use url::Url;

use crate::host::Host;
use crate::shapes::{RepositoryPermissions, User};

/// The login that stands for deleted accounts.
/// Source: https://github.com/ghost ("takes the place of user accounts that have been deleted").
pub(crate) const GHOST: &str = "ghost";

/// Numbers of the users that known coding agents act as. Logins can be changed, numbers cannot.
/// Source: GitHub's REST interface, `GET /users/{login}`, of each of them.
const AGENTS: [u64; 13] = [
    198_982_749, // Copilot, the cloud agent
    175_728_472, // copilot-pull-request-reviewer[bot]
    242_468_646, // anthropic-code-agent[bot]
    242_516_109, // openai-code-agent[bot]
    209_825_114, // claude[bot]
    199_175_422, // chatgpt-codex-connector[bot]
    206_951_365, // cursor[bot]
    158_243_242, // devin-ai-integration[bot]
    176_961_590, // gemini-code-assist[bot]
    161_369_871, // google-labs-jules[bot]
    208_079_219, // amazon-q-developer[bot]
    136_622_811, // coderabbitai[bot]
    138_933_559, // factory-droid[bot]
];

/// Names in addresses of Apps that are known coding agents.
const AGENT_APPS: [&str; 14] = [
    "copilot-swe-agent",
    "copilot-pull-request-reviewer",
    "anthropic-code-agent",
    "openai-code-agent",
    "claude",
    "chatgpt-codex-connector",
    "cursor",
    "devin-ai-integration",
    "gemini-code-assist",
    "google-labs-jules",
    "amazon-q-developer",
    "coderabbitai",
    "factory-droid",
    "opencode-agent",
];

/// The class of an App, by its name in addresses.
pub(crate) fn class_of_app(slug: &str) -> IdentityClass {
    let slug = slug.to_ascii_lowercase();
    if AGENT_APPS.contains(&slug.as_str()) { IdentityClass::Agent } else { IdentityClass::Service }
}

/// The class of a user, where GitHub tells it: its word for people and for machine users is one.
pub(crate) fn class_of_user(id: u64, kind: Option<&str>) -> Option<IdentityClass> {
    if AGENTS.contains(&id) {
        return Some(IdentityClass::Agent);
    }
    (kind == Some("Bot")).then_some(IdentityClass::Service)
}

/// An entry that is not what GitHub documents.
pub(crate) fn malformed(message: String) -> Problem {
    Problem::new(ProblemClass::Malformed, "bad_entry", message)
}

/// What stands in an address for what looks like a token.
const HIDDEN: &str = "hidden";

/// Scheme, host and path of an address; user information, query and fragment are dropped, and so is
/// what looks like a token in the path.
pub(crate) fn host_and_path(address: &str) -> String {
    let Ok(mut url) = Url::parse(address.trim()) else { return String::new() };
    let cleared = url.set_username("").is_ok() && url.set_password(None).is_ok();
    if !cleared || url.host_str().is_none() {
        return String::new();
    }
    url.set_query(None);
    url.set_fragment(None);
    let plain =
        |segment: &str| if redact(segment) == segment { segment } else { HIDDEN }.to_owned();
    let segments: Vec<String> = url.path().split('/').map(plain).collect();
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let host = url.host_str().unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), segments.join("/"))
}

/// A user with the names it answers to. `role` is what it is to the organisation.
pub(crate) fn user(
    host: &Host,
    from: &User,
    role: Option<&str>,
    two_factor: Option<bool>,
    evidence: Evidence,
    out: &mut Vec<Record>,
) -> Result<EntityKey, Problem> {
    let key = host.user(from.id)?;
    let mut record = entity(key.clone(), EntityType::Identity, &from.login)
        .attribute("type", from.kind.as_deref())
        .attribute("site_admin", from.site_admin.filter(|admin| *admin))
        .attribute("role", role)
        .attribute("two_factor", two_factor)
        .evidence(evidence);
    record.class = class_of_user(from.id, from.kind.as_deref());
    out.push(Record::Entity(record));
    out.extend(names_of_user(host, &key, from.id, &from.login).map(Record::Reference));
    Ok(key)
}

/// The names a user answers to.
fn names_of_user<'a>(
    host: &'a Host,
    key: &'a EntityKey,
    id: u64,
    login: &str,
) -> impl Iterator<Item = ReferenceRecord> + 'a {
    let login = login.to_ascii_lowercase();
    // The address that GitHub puts into commits made on the web.
    let address = format!("{id}+{login}@users.noreply.{}", host.name);
    [
        Reference::new("github.user", &host.name, &login),
        Reference::new("github.user-id", &host.name, &id.to_string()),
        Reference::new("git.email", &host.name, &address),
    ]
    .into_iter()
    .map(|name| ReferenceRecord::new(key, name))
}

/// An e-mail address as a name to be resolved: its domain keeps it unique.
pub(crate) fn email(address: &str) -> Option<Reference> {
    let address = address.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let plain = !local.is_empty() && domain.contains('.') && !address.contains(char::is_whitespace);
    plain.then(|| Reference::new("email", domain, &address))
}

/// A single use, by GitHub's word on the last one.
pub(crate) fn used(
    entity: impl Into<rollcall_model::Endpoint>,
    evidence: &str,
    at: Timestamp,
) -> Record {
    Record::Activity(ActivityRecord {
        entity: entity.into(),
        evidence: evidence.to_owned(),
        first_at: at,
        last_at: at,
        count: None,
        attributes: Map::new(),
    })
}

/// A relation of access with its level.
pub(crate) fn access(
    from: impl Into<rollcall_model::Endpoint>,
    to: impl Into<rollcall_model::Endpoint>,
    level: &str,
    role: Option<&str>,
) -> RelationRecord {
    RelationRecord::new(from, Relation::CanAccess, to)
        .attribute("level", level)
        .attribute("role", role)
}

/// How far a repository role goes. Custom roles are known by what they permit.
/// Source: GitHub documentation, "Repository roles for an organization".
pub(crate) fn repository_level(
    role: Option<&str>,
    permissions: Option<RepositoryPermissions>,
) -> &'static str {
    match role {
        Some("admin") => return "admin",
        Some("maintain" | "write" | "push") => return "write",
        Some("triage" | "read" | "pull") => return "read",
        _ => {}
    }
    let Some(may) = permissions else { return "read" };
    if may.admin == Some(true) {
        "admin"
    } else if may.maintain == Some(true) || may.push == Some(true) {
        "write"
    } else {
        "read"
    }
}

/// How far a set of permissions of an App or a token goes: the furthest of its levels.
pub(crate) fn furthest<'a>(levels: impl IntoIterator<Item = &'a str>) -> &'static str {
    let mut furthest = "read";
    for level in levels {
        match level {
            "admin" => return "admin",
            "write" => furthest = "write",
            _ => {}
        }
    }
    furthest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_an_address_only_host_and_path_stay() {
        for (address, kept) in [
            (
                "https://me:canary@ci.acme.example:8443/hook?token=canary#canary",
                "https://ci.acme.example:8443/hook",
            ),
            (
                "https://hooks.slack.com/services/T0/B0/abcdefghij0123456789KLMN",
                "https://hooks.slack.com/services/T0/B0/hidden",
            ),
            ("https://ci.acme.example", "https://ci.acme.example/"),
            ("not an address", ""),
            ("mailto:x@y.example", ""),
        ] {
            let cleaned = host_and_path(address);
            assert_eq!(cleaned, kept);
            assert_eq!(host_and_path(&cleaned), cleaned);
        }
    }

    #[test]
    fn an_address_names_its_domain() {
        let name = email(" Ada@Acme.example ").unwrap();
        assert_eq!(
            (name.authority.as_str(), name.value.as_str()),
            ("acme.example", "ada@acme.example")
        );
        for none in ["", "ada", "@acme.example", "ada@acme", "a b@acme.example"] {
            assert_eq!(email(none), None, "{none}");
        }
    }

    #[test]
    fn levels_follow_roles_and_then_permissions() {
        let admin = RepositoryPermissions { admin: Some(true), ..RepositoryPermissions::default() };
        let push = RepositoryPermissions { push: Some(true), ..RepositoryPermissions::default() };
        assert_eq!(repository_level(Some("admin"), None), "admin");
        assert_eq!(repository_level(Some("maintain"), Some(admin)), "write");
        assert_eq!(repository_level(Some("our-own-role"), Some(push)), "write");
        assert_eq!(repository_level(None, Some(admin)), "admin");
        assert_eq!(repository_level(None, None), "read");
        assert_eq!(furthest(["read", "write", "read"]), "write");
        assert_eq!(furthest([]), "read");
    }

    proptest! {
        #[test]
        fn no_address_panics_or_keeps_a_query(address in "\\PC{0,80}", tail in "[a-z/?#@:]{0,30}") {
            for address in [address, format!("https://h/{tail}")] {
                let cleaned = host_and_path(&address);
                prop_assert!(!cleaned.contains(['?', '#']));
                let _ = email(&address);
            }
        }
    }
}
