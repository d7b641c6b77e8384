//! Tokens for installations.

use std::collections::BTreeSet;

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use super::ask::{Answer, Ask, Reply};
use super::auth::{Caller, Issued, Rights, TOKEN_LIFE};
use super::render::repository;
use super::world::{Repo, World};
use crate::plan::{mix, token_text};

/// Gives out a token, with no more than the installation has and no more than was asked for.
///
/// # Errors
/// 404 for another installation, 403 for one that was suspended, 422 for more than there is.
pub(super) fn issue(ask: &Ask<'_>, issued: &mut Issued, now: Timestamp) -> Answer {
    let world = ask.world;
    let id = ask.number(0)?;
    let own = world.installations.first().filter(|i| i.id == id).ok_or_else(Reply::not_found)?;
    if own.suspended.is_some() {
        return Err(Reply::error(403, "This installation has been suspended"));
    }
    let sent = ask.sent()?;
    let rights = narrowed(&own.permissions, &sent["permissions"])?;
    let given: Vec<&Repo> = match &own.repositories {
        None => world.present().collect(),
        Some(some) => world.numbered(some).collect(),
    };
    let wanted = wanted(&sent, &given)?;
    let token = format!(
        "ghs_{}",
        token_text(world.company.spec.seed, mix(issued.count() as u64) | 1 << 52, 36)
    );
    // A client whose clock is not the lab's must find the token as fresh as at GitHub.
    let made = match ask.caller {
        Caller::App(made) => Timestamp::from_seconds((*made).max(now.seconds())),
        _ => now,
    };
    let until = made.plus_seconds(TOKEN_LIFE);
    let selection = if wanted.is_some() || own.repositories.is_some() { "selected" } else { "all" };
    let mut body = json!({
        "token": token,
        "expires_at": until.to_string(),
        "permissions": rights,
        "repository_selection": selection,
    });
    if let Some(wanted) = &wanted {
        let shown: Vec<Value> = given
            .iter()
            .filter(|r| wanted.contains(&r.hub.id))
            .map(|r| repository::listed(ask, r))
            .collect();
        body["repositories"] = Value::Array(shown);
    }
    issued.add(Caller::Installation { id, rights, repositories: wanted, token }, until);
    Ok(Reply::json(201, body))
}

fn narrowed(has: &Rights, wanted: &Value) -> Result<Rights, Reply> {
    let Value::Object(wanted) = wanted else { return Ok(has.clone()) };
    let mut rights = Rights::new();
    for (name, level) in wanted {
        let level = level.as_str().unwrap_or_default();
        let enough = match (has.get(name).map(String::as_str), level) {
            (Some(_), "read") | (Some("write" | "admin"), "write") | (Some("admin"), "admin") => {
                true
            }
            _ => name == "metadata" && level == "read",
        };
        if !enough {
            let message = "The permissions requested are not granted to this installation.";
            return Err(Reply::error(422, message));
        }
        rights.insert(name.clone(), level.to_owned());
    }
    rights.entry("metadata".to_owned()).or_insert_with(|| "read".to_owned());
    Ok(rights)
}

/// The ids of the repositories that were asked for, by id or by name.
fn wanted(sent: &Value, given: &[&Repo]) -> Result<Option<BTreeSet<u64>>, Reply> {
    let mut found = BTreeSet::new();
    let (ids, names) = (&sent["repository_ids"], &sent["repositories"]);
    if !ids.is_array() && !names.is_array() {
        return Ok(None);
    }
    let missing = || {
        let message = "There is at least one repository that does not exist or is not accessible to the parent installation.";
        Reply::error(422, message)
    };
    for id in ids.as_array().into_iter().flatten() {
        let repo = given.iter().find(|r| Some(r.hub.id) == id.as_u64()).ok_or_else(missing)?;
        found.insert(repo.hub.id);
    }
    for name in names.as_array().into_iter().flatten() {
        let fits = |r: &&&Repo| name.as_str().is_some_and(|n| r.hub.name.eq_ignore_ascii_case(n));
        found.insert(given.iter().find(fits).ok_or_else(missing)?.hub.id);
    }
    Ok(Some(found))
}

/// Whether an installation is still there and may go in.
pub(super) fn is_open(world: &World, caller: &Caller) -> Result<(), Reply> {
    if let Caller::Installation { id, .. } = caller {
        let installed = world.installations.iter().find(|i| i.id == *id);
        let Some(installed) = installed else { return Err(Reply::error(401, "Bad credentials")) };
        if installed.suspended.is_some() {
            return Err(Reply::error(403, "This installation has been suspended"));
        }
    }
    Ok(())
}
