//! Credentials that were let through single sign-on.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Organization;
use crate::github::ask::{Answer, Ask};
use crate::github::router::Route;
use crate::plan::hub::Authorization;

pub(super) const ROUTES: &[Route] = &[Route::get(
    "/orgs/{org}/credential-authorizations",
    Organization("organization_administration", Read),
    all,
)];

fn show(ask: &Ask<'_>, found: &Authorization) -> Value {
    let mut value = json!({
        "login": ask.world.user(found.user).login,
        "credential_id": found.id,
        "credential_type": if found.key { "SSH key" } else { "personal access token" },
        "credential_authorized_at": found.at.to_string(),
        "credential_accessed_at": found.used.map(|at| at.to_string()),
        "authorized_credential_id": found.credential,
    });
    let more = if found.key {
        json!({"fingerprint": found.mark, "authorized_credential_title": found.title})
    } else {
        json!({
            "token_last_eight": found.mark,
            "scopes": found.scopes,
            "authorized_credential_note": found.title,
            "authorized_credential_expires_at": found.expires.map(|at| at.to_string()),
        })
    };
    crate::github::render::user::merge(&mut value, more);
    value
}

fn all(ask: &Ask<'_>) -> Answer {
    let fits = |a: &&Authorization| {
        ask.query("login").is_none_or(|login| ask.world.user(a.user).login == login)
    };
    let found: Vec<&Authorization> = ask.world.authorizations.iter().filter(fits).collect();
    Ok(ask.list(&found, |a| show(ask, a)))
}
