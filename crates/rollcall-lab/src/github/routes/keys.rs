//! Deploy keys.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Repository;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::repository;
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::DeployKey;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/repos/{owner}/{repo}/keys", Repository("administration", Read), all),
    Route::get("/repos/{owner}/{repo}/keys/{key_id}", Repository("administration", Read), one),
];

/// A key as GitHub shows it.
pub(crate) fn show(ask: &Ask<'_>, repo: &Repo, key: &DeployKey) -> Value {
    let name = repository::full_name(ask, repo);
    json!({
        "id": key.id,
        "key": key.key,
        "url": ask.url(&format!("/repos/{name}/keys/{}", key.id)),
        "title": key.title,
        "verified": true,
        "created_at": key.created.to_string(),
        "read_only": key.read_only,
        "added_by": key.added_by,
        "last_used": key.used.map(|at| at.to_string()),
        "enabled": key.enabled,
    })
}

fn all(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    Ok(ask.list(&repo.hub.keys, |key| show(ask, repo, key)))
}

fn one(ask: &Ask<'_>) -> Answer {
    let (repo, id) = (ask.repo()?, ask.number(2)?);
    let key = repo.hub.keys.iter().find(|k| k.id == id).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(show(ask, repo, key)))
}
