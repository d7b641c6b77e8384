//! Webhooks. Their addresses are shown as they are, credentials included; only the secret is masked.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::{App, Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::repository;
use crate::github::router::Route;
use crate::plan::hub::Hook;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/hooks", Organization("organization_hooks", Read), of_organization),
    Route::get("/repos/{owner}/{repo}/hooks", Repository("repository_hooks", Read), of_repository),
    Route::get(
        "/repos/{owner}/{repo}/hooks/{hook_id}/deliveries",
        Repository("repository_hooks", Read),
        deliveries,
    ),
    Route::get("/app/hook/deliveries", App, none),
];

fn show(ask: &Ask<'_>, hook: &Hook, below: &str, kind: &str) -> Value {
    let url = ask.url(&format!("{below}/hooks/{}", hook.id));
    let mut config = json!({
        "url": hook.url,
        "content_type": "json",
        "insecure_ssl": if hook.insecure { "1" } else { "0" },
    });
    if hook.signed {
        config["secret"] = "********".into();
    }
    let mut value = json!({
        "type": kind,
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": hook.events,
        "config": config,
        "created_at": hook.created.to_string(),
        "updated_at": hook.updated.to_string(),
        "url": url,
        "ping_url": format!("{url}/pings"),
        "deliveries_url": format!("{url}/deliveries"),
    });
    if kind == "Repository" {
        value["test_url"] = format!("{url}/test").into();
        value["last_response"] = match hook.last {
            Some(code) => json!({"code": code, "status": "active", "message": "OK"}),
            None => json!({"code": null, "status": "unused", "message": null}),
        };
    }
    value
}

fn of_organization(ask: &Ask<'_>) -> Answer {
    let below = format!("/orgs/{}", ask.world.organization.login);
    Ok(ask.list(&ask.world.hooks, |h| show(ask, h, &below, "Organization")))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let below = format!("/repos/{}", repository::full_name(ask, repo));
    Ok(ask.list(&repo.hub.hooks, |h| show(ask, h, &below, "Repository")))
}

fn deliveries(ask: &Ask<'_>) -> Answer {
    let (repo, id) = (ask.repo()?, ask.number(2)?);
    let hook = repo.hub.hooks.iter().find(|h| h.id == id).ok_or_else(Reply::not_found)?;
    let found: Vec<u16> = hook.last.into_iter().collect();
    Ok(ask.cursor_list(&found, |code| {
        json!({
            "id": hook.id + 1,
            "guid": "0b989ba4-242f-11e5-81e1-c7b6966d2516",
            "delivered_at": hook.updated.to_string(),
            "redelivery": false,
            "duration": 0.27,
            "status": if *code < 300 { "OK" } else { "Invalid HTTP Response" },
            "status_code": code,
            "event": "push",
            "action": null,
            "installation_id": null,
            "repository_id": repo.hub.id,
        })
    }))
}

fn none(ask: &Ask<'_>) -> Answer {
    Ok(ask.cursor_list::<()>(&[], |()| Value::Null))
}
