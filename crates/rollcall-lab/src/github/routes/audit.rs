//! The audit log.

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Organization;
use crate::github::ask::{Answer, Ask};
use crate::github::faults::GitHubFaultKind;
use crate::github::router::Route;
use crate::plan::hub::AuditEvent;

pub(super) const ROUTES: &[Route] =
    &[Route::get("/orgs/{org}/audit-log", Organization("organization_administration", Read), log)];

/// The bounds of `created:` in a phrase: from and to.
fn bounds(phrase: &str) -> (Option<Timestamp>, Option<Timestamp>) {
    let time = |text: &str| {
        let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
        whole.parse().ok()
    };
    let mut found = (None, None);
    for part in phrase.split_whitespace().filter_map(|p| p.strip_prefix("created:")) {
        if let Some((from, to)) = part.split_once("..") {
            found = (time(from), time(to));
        } else if let Some(from) = part.strip_prefix(">=").or_else(|| part.strip_prefix('>')) {
            found.0 = time(from);
        } else if let Some(to) = part.strip_prefix("<=").or_else(|| part.strip_prefix('<')) {
            found.1 = time(to);
        }
    }
    found
}

fn log(ask: &Ask<'_>) -> Answer {
    let company = &ask.world.company;
    let phrase = ask.query("phrase").unwrap_or_default();
    let (from, to) = bounds(phrase);
    let action = phrase.split_whitespace().find_map(|p| p.strip_prefix("action:"));
    let include = ask.query("include").unwrap_or("web");
    let fits = |event: &AuditEvent| {
        let git = event.action.starts_with("git.");
        let included = include == "all" || (include == "git") == git;
        let wanted =
            action.is_none_or(|a| event.action == a || event.action.split('.').next() == Some(a));
        included
            && wanted
            && from.is_none_or(|from| event.at >= from)
            && to.is_none_or(|to| event.at <= to)
    };
    let mut found: Vec<AuditEvent> =
        (0..company.hub_audit_length()).map(|n| company.hub_audit_event(n)).filter(fits).collect();
    if ask.query("order") == Some("asc") {
        found.reverse();
    }
    Ok(ask.cursor_list(&found, |event| show(ask, event)))
}

fn show(ask: &Ask<'_>, event: &AuditEvent) -> Value {
    let organization = &ask.world.organization;
    let actor = if ask.struck(&GitHubFaultKind::Ghosts) {
        ask.world.ghost()
    } else {
        ask.world.user(event.actor)
    };
    let millis = event.at.seconds() * 1_000;
    let mut value = json!({
        "@timestamp": millis,
        "_document_id": event.document,
        "action": event.action,
        "actor": actor.login,
        "actor_id": actor.id,
        "created_at": millis,
        "org": organization.login,
        "org_id": organization.id,
        "operation_type": if event.action == "git.clone" { "access" } else { "create" },
    });
    if let Some(number) = event.repository {
        let repo = ask.world.repositories.get(&ask.world.repository_id(number));
        if let Some(repo) = repo {
            value["repo"] = format!("{}/{}", organization.login, repo.hub.name).into();
            value["repo_id"] = repo.hub.id.into();
        }
    }
    if let Some(number) = event.user {
        let user = ask.world.user(number);
        value["user"] = user.login.into();
        value["user_id"] = user.id.into();
    }
    if let Some(token) = event.token {
        value["token_id"] = token.into();
        value["programmatic_access_type"] = "Fine-grained personal access token".into();
    }
    if let Some(name) = event.name {
        value["name"] = name.into();
    }
    value
}
