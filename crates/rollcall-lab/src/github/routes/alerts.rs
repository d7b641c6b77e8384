//! Alerts of secret scanning. The secret itself is there unless one asks to hide it.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::repository;
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::Alert;

const RIGHT: &str = "secret_scanning_alerts";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/secret-scanning/alerts", Organization(RIGHT, Read), of_organization),
    Route::get(
        "/repos/{owner}/{repo}/secret-scanning/alerts",
        Repository(RIGHT, Read),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/secret-scanning/alerts/{alert_number}",
        Repository(RIGHT, Read),
        one,
    ),
    Route::get(
        "/repos/{owner}/{repo}/secret-scanning/alerts/{alert_number}/locations",
        Repository(RIGHT, Read),
        locations,
    ),
];

fn location(ask: &Ask<'_>, repo: &Repo, alert: &Alert) -> Value {
    let name = repository::full_name(ask, repo);
    let files = repo.files(&ask.world.company);
    let head = files.head();
    let blob = head.and_then(|c| files.at(&c.tree, &alert.path)).map(|f| f.0).unwrap_or_default();
    let commit = head.map_or("", |c| c.oid.as_str());
    json!({
        "path": alert.path,
        "start_line": 1,
        "end_line": 1,
        "start_column": 1,
        "end_column": 40,
        "blob_sha": blob,
        "blob_url": ask.url(&format!("/repos/{name}/git/blobs/{blob}")),
        "commit_sha": commit,
        "commit_url": ask.url(&format!("/repos/{name}/git/commits/{commit}")),
    })
}

fn show(ask: &Ask<'_>, repo: &Repo, alert: &Alert, with_repository: bool) -> Value {
    let name = repository::full_name(ask, repo);
    let url = ask.url(&format!("/repos/{name}/secret-scanning/alerts/{}", alert.number));
    let mut value = json!({
        "number": alert.number,
        "created_at": alert.created.to_string(),
        "updated_at": alert.created.to_string(),
        "url": url,
        "html_url": format!("https://github.com/{name}/security/secret-scanning/{}", alert.number),
        "locations_url": format!("{url}/locations"),
        "state": if alert.resolved.is_some() { "resolved" } else { "open" },
        "resolution": alert.resolved.map(|(how, _)| how),
        "resolved_at": alert.resolved.map(|(_, at)| at.to_string()),
        "resolved_by": null,
        "resolution_comment": null,
        "secret_type": alert.secret_type,
        "secret_type_display_name": alert.secret_type.replace('_', " "),
        "validity": alert.validity,
        "publicly_leaked": alert.public,
        "multi_repo": false,
        "is_base64_encoded": false,
        "push_protection_bypassed": false,
        "push_protection_bypassed_by": null,
        "push_protection_bypassed_at": null,
        "first_location_detected": location(ask, repo, alert),
        "has_more_locations": false,
        "assigned_to": null,
    });
    if ask.query("hide_secret") != Some("true") {
        value["secret"] = format!("{}-leaked", ask.world.canary).into();
    }
    if with_repository {
        value["repository"] = repository::minimal(ask, repo);
    }
    value
}

fn fits(ask: &Ask<'_>, alert: &Alert) -> bool {
    let state = if alert.resolved.is_some() { "resolved" } else { "open" };
    ask.query("state").is_none_or(|wanted| wanted == state)
}

fn of_organization(ask: &Ask<'_>) -> Answer {
    let seen = ask.world.present().filter(|r| ask.caller.sees(ask.world, r));
    let mut found: Vec<(&Repo, &Alert)> = seen
        .flat_map(|r| r.hub.alerts.iter().map(move |a| (r, a)))
        .filter(|(_, a)| fits(ask, a))
        .collect();
    found.sort_by_key(|(r, a)| (std::cmp::Reverse(a.created), r.hub.id, a.number));
    let show = |(repo, alert): &(&Repo, &Alert)| show(ask, repo, alert, true);
    let by_page = ask.query("page").is_some();
    Ok(if by_page { ask.list(&found, show) } else { ask.cursor_list(&found, show) })
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let found: Vec<&Alert> = repo.hub.alerts.iter().filter(|a| fits(ask, a)).collect();
    Ok(ask.list(&found, |a| show(ask, repo, a, false)))
}

fn find<'a>(ask: &Ask<'_>, repo: &'a Repo) -> Result<&'a Alert, Reply> {
    let number = ask.number(2)?;
    repo.hub.alerts.iter().find(|a| a.number == number).ok_or_else(Reply::not_found)
}

fn one(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    Ok(Reply::ok(show(ask, repo, find(ask, repo)?, false)))
}

fn locations(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let alert = find(ask, repo)?;
    Ok(ask.list(&[()], |()| json!({"type": "commit", "details": location(ask, repo, alert)})))
}
