//! Settings of Actions.

use serde_json::json;

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::router::Route;

const RIGHT: &str = "organization_administration";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/actions/permissions", Organization(RIGHT, Read), of_organization),
    Route::get("/orgs/{org}/actions/permissions/workflow", Organization(RIGHT, Read), token),
    Route::get(
        "/orgs/{org}/actions/permissions/selected-actions",
        Organization(RIGHT, Read),
        selected,
    ),
    Route::get(
        "/orgs/{org}/actions/permissions/repositories",
        Organization(RIGHT, Read),
        repositories,
    ),
    Route::get(
        "/orgs/{org}/actions/permissions/fork-pr-contributor-approval",
        Organization(RIGHT, Read),
        forks,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/permissions",
        Repository("administration", Read),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/permissions/workflow",
        Repository("administration", Read),
        token_of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/permissions/selected-actions",
        Repository("administration", Read),
        selected_of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/permissions/access",
        Repository("administration", Read),
        access,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/permissions/fork-pr-contributor-approval",
        Repository("administration", Read),
        forks_of_repository,
    ),
];

fn of_organization(ask: &Ask<'_>) -> Answer {
    let id = ask.world.organization.id;
    Ok(Reply::ok(json!({
        "enabled_repositories": "all",
        "allowed_actions": "selected",
        "selected_actions_url": ask.url(&format!("/organizations/{id}/actions/permissions/selected-actions")),
        "sha_pinning_required": false,
    })))
}

fn token(_: &Ask<'_>) -> Answer {
    let body =
        json!({"default_workflow_permissions": "read", "can_approve_pull_request_reviews": false});
    Ok(Reply::ok(body))
}

fn selected(_: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!({
        "github_owned_allowed": true,
        "verified_allowed": true,
        "patterns_allowed": ["anthropics/*", "package-tools/*"],
    })))
}

fn repositories(_: &Ask<'_>) -> Answer {
    // They are listed only where not all may run Actions.
    Err(Reply::error(409, "Conflict: all repositories are enabled"))
}

fn forks(_: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!({"approval_policy": "first_time_contributors"})))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let settings = &repo.hub.settings;
    if !settings.actions {
        return Ok(Reply::ok(json!({"enabled": false, "sha_pinning_required": settings.pinning})));
    }
    let mut value = json!({
        "enabled": true,
        "allowed_actions": settings.allowed_actions,
        "sha_pinning_required": settings.pinning,
    });
    if settings.allowed_actions == "selected" {
        let path = format!("/repositories/{}/actions/permissions/selected-actions", repo.hub.id);
        value["selected_actions_url"] = ask.url(&path).into();
    }
    Ok(Reply::ok(value))
}

fn token_of_repository(ask: &Ask<'_>) -> Answer {
    let settings = &ask.repo()?.hub.settings;
    Ok(Reply::ok(json!({
        "default_workflow_permissions": settings.token,
        "can_approve_pull_request_reviews": settings.approves,
    })))
}

fn selected_of_repository(ask: &Ask<'_>) -> Answer {
    if ask.repo()?.hub.settings.allowed_actions != "selected" {
        return Err(Reply::error(409, "Conflict: all actions are allowed"));
    }
    selected(ask)
}

fn access(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    Ok(Reply::ok(json!({"access_level": "organization"})))
}

fn forks_of_repository(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    forks(ask)
}

/// Nothing, in a page of its own.
pub(super) fn nothing(ask: &Ask<'_>, name: &str) -> Reply {
    ask.wrapped::<()>(name, &[], USUAL, |()| serde_json::Value::Null)
}
