//! Self-hosted runners and their groups.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::render::repository;
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::{Runner, RunnerGroup};

const RIGHT: &str = "organization_self_hosted_runners";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/actions/runners", Organization(RIGHT, Read), of_organization),
    Route::get("/orgs/{org}/actions/runner-groups", Organization(RIGHT, Read), groups),
    Route::get(
        "/orgs/{org}/actions/runner-groups/{runner_group_id}",
        Organization(RIGHT, Read),
        group,
    ),
    Route::get(
        "/orgs/{org}/actions/runner-groups/{runner_group_id}/runners",
        Organization(RIGHT, Read),
        of_group,
    ),
    Route::get(
        "/orgs/{org}/actions/runner-groups/{runner_group_id}/repositories",
        Organization(RIGHT, Read),
        repositories,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/runners",
        Repository("administration", Read),
        of_repository,
    ),
];

fn show(runner: &Runner) -> Value {
    let labels: Vec<Value> = (0_u64..)
        .zip(&runner.labels)
        .map(|(n, label)| {
            let kind = if n < 3 { "read-only" } else { "custom" };
            json!({"id": n + 1, "name": label, "type": kind})
        })
        .collect();
    let mut value = json!({
        "id": runner.id,
        "name": runner.name,
        "os": runner.os,
        "status": if runner.online { "online" } else { "offline" },
        "busy": runner.busy,
        "ephemeral": runner.ephemeral,
        "version": "2.330.0",
        "labels": labels,
    });
    if let Some(group) = runner.group {
        value["runner_group_id"] = group.into();
    }
    value
}

fn listed<'a>(ask: &Ask<'_>, runners: impl Iterator<Item = &'a Runner>) -> Answer {
    let found: Vec<&Runner> = runners.collect();
    Ok(ask.wrapped("runners", &found, USUAL, |r| show(r)))
}

fn of_organization(ask: &Ask<'_>) -> Answer {
    listed(ask, ask.world.runners.iter())
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    listed(ask, ask.repo()?.hub.runners.iter())
}

fn show_group(ask: &Ask<'_>, group: &RunnerGroup) -> Value {
    let login = &ask.world.organization.login;
    let url = ask.url(&format!("/orgs/{login}/actions/runner-groups/{}", group.id));
    let mut value = json!({
        "id": group.id,
        "name": group.name,
        "visibility": group.visibility,
        "default": group.default,
        "runners_url": format!("{url}/runners"),
        "hosted_runners_url": format!("{url}/hosted-runners"),
        "inherited": false,
        "allows_public_repositories": group.public,
        "workflow_restrictions_read_only": false,
        "restricted_to_workflows": !group.workflows.is_empty(),
        "selected_workflows": group.workflows,
    });
    if group.visibility == "selected" {
        value["selected_repositories_url"] = format!("{url}/repositories").into();
    }
    value
}

fn groups(ask: &Ask<'_>) -> Answer {
    Ok(ask.wrapped("runner_groups", &ask.world.groups, USUAL, |g| show_group(ask, g)))
}

fn find<'a>(ask: &'a Ask<'_>) -> Result<&'a RunnerGroup, Reply> {
    let id = ask.number(1)?;
    ask.world.groups.iter().find(|g| g.id == id).ok_or_else(Reply::not_found)
}

fn group(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(show_group(ask, find(ask)?)))
}

fn of_group(ask: &Ask<'_>) -> Answer {
    let id = find(ask)?.id;
    listed(ask, ask.world.runners.iter().filter(move |r| r.group == Some(id)))
}

fn repositories(ask: &Ask<'_>) -> Answer {
    let group = find(ask)?;
    let found: Vec<&Repo> = ask.world.numbered(&group.repositories).collect();
    Ok(ask.wrapped("repositories", &found, USUAL, |r| repository::minimal(ask, r)))
}
