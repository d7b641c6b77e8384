//! Repositories: lists and each by itself.

use serde_json::json;

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Installation, Repository, Someone};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::render::{node, repository};
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::Visibility;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/repos", Someone, of_organization),
    Route::get("/installation/repositories", Installation, of_installation),
    Route::get("/user/repos", Someone, mine),
    Route::get("/repos/{owner}/{repo}", Repository("metadata", Read), one),
    Route::get("/repos/{owner}/{repo}/topics", Repository("metadata", Read), topics),
    Route::get("/repos/{owner}/{repo}/languages", Repository("metadata", Read), languages),
    Route::get("/repos/{owner}/{repo}/branches", Repository("contents", Read), branches),
    Route::get("/repos/{owner}/{repo}/branches/{branch}", Repository("contents", Read), branch),
];

/// What the caller sees, in the order that was asked for.
fn visible<'a>(ask: &'a Ask<'_>) -> Vec<&'a Repo> {
    let mut found: Vec<&Repo> =
        ask.world.present().filter(|r| ask.caller.sees(ask.world, r)).collect();
    let sort = ask.query("sort").unwrap_or("created");
    match sort {
        "full_name" => found.sort_by_key(|r| r.hub.name.to_lowercase()),
        "pushed" => found.sort_by_key(|r| std::cmp::Reverse(r.hub.pushed)),
        "updated" => found.sort_by_key(|r| std::cmp::Reverse(r.hub.updated)),
        _ => found.sort_by_key(|r| std::cmp::Reverse(r.hub.created)),
    }
    let against = match ask.query("direction") {
        Some("asc") => sort != "full_name",
        Some("desc") => sort == "full_name",
        _ => false,
    };
    if against {
        found.reverse();
    }
    found
}

fn of_organization(ask: &Ask<'_>) -> Answer {
    if !ask.world.is_organization(ask.param(0)) {
        return Err(Reply::not_found());
    }
    let fits = |repo: &&Repo| match ask.query("type") {
        Some("public") => repo.hub.visibility == Visibility::Public,
        Some("private") => repo.hub.visibility != Visibility::Public,
        Some("internal") => repo.hub.visibility == Visibility::Internal,
        Some("forks") => repo.hub.fork,
        Some("sources") => !repo.hub.fork,
        _ => true,
    };
    let found: Vec<&Repo> = visible(ask).into_iter().filter(fits).collect();
    Ok(ask.list(&found, |r| repository::listed(ask, r)))
}

fn of_installation(ask: &Ask<'_>) -> Answer {
    let found = visible(ask);
    Ok(ask.wrapped("repositories", &found, USUAL, |r| repository::listed(ask, r)))
}

fn mine(ask: &Ask<'_>) -> Answer {
    Ok(ask.list(&visible(ask), |r| repository::listed(ask, r)))
}

fn one(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(repository::full(ask, ask.repo()?)))
}

fn topics(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!({"names": ask.repo()?.hub.topics})))
}

fn languages(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    Ok(Reply::ok(json!({})))
}

fn branches(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let head = repo.files(&ask.world.company).head();
    let found: Vec<_> = head.into_iter().collect();
    Ok(ask.list(&found, |commit| {
        let url =
            ask.url(&format!("/repos/{}/commits/{}", repository::full_name(ask, repo), commit.oid));
        json!({"name": "main", "commit": {"sha": commit.oid, "url": url}, "protected": true})
    }))
}

fn branch(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let head = repo.files(&ask.world.company).head().filter(|_| ask.param(2) == "main");
    let head = head.ok_or_else(|| Reply::error(404, "Branch not found"))?;
    let url = ask.url(&format!("/repos/{}/branches/main", repository::full_name(ask, repo)));
    Ok(Reply::ok(json!({
        "name": "main",
        "commit": super::git::commit(ask, repo, head),
        "_links": {"html": format!("https://github.com/{}/tree/main", repository::full_name(ask, repo)), "self": url},
        "protected": true,
        "protection": {},
        "protection_url": format!("{url}/protection"),
        "node_id": node::id("REF", repo.hub.id),
    })))
}
