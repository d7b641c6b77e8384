//! Environments with their protection.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Repository;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::render::{node, repository, team, user};
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::Environment;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/repos/{owner}/{repo}/environments", Repository("actions", Read), all),
    Route::get(
        "/repos/{owner}/{repo}/environments/{environment_name}",
        Repository("actions", Read),
        one,
    ),
    Route::get(
        "/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
        Repository("actions", Read),
        policies,
    ),
];

/// The environment that the third place of a route names.
pub(super) fn find<'a>(ask: &Ask<'_>, repo: &'a Repo) -> Result<&'a Environment, Reply> {
    repo.hub.environments.iter().find(|e| e.name == ask.param(2)).ok_or_else(Reply::not_found)
}

fn show(ask: &Ask<'_>, repo: &Repo, environment: &Environment) -> Value {
    let name = repository::full_name(ask, repo);
    let encoded: String =
        url::form_urlencoded::byte_serialize(environment.name.as_bytes()).collect();
    let mut rules = Vec::new();
    let id = |n: u64| environment.id * 4 + n;
    if let Some(minutes) = environment.wait {
        rules.push(json!({
            "id": id(0), "node_id": node::id("GA", id(0)), "type": "wait_timer", "wait_timer": minutes,
        }));
    }
    if let Some(reviewers) = &environment.reviewers {
        let teams = reviewers.teams.iter().filter_map(|n| ask.world.teams.get(*n as usize));
        let teams = teams.map(|t| json!({"type": "Team", "reviewer": team::listed(ask, t)}));
        let users = reviewers.users.iter();
        let users = users.map(|n| json!({"type": "User", "reviewer": user::numbered(ask, *n)}));
        let all: Vec<Value> = teams.chain(users).collect();
        rules.push(json!({
            "id": id(1), "node_id": node::id("GA", id(1)), "type": "required_reviewers",
            "prevent_self_review": reviewers.not_self, "reviewers": all,
        }));
    }
    if environment.protected_branches.is_some() {
        rules.push(json!({"id": id(2), "node_id": node::id("GA", id(2)), "type": "branch_policy"}));
    }
    let policy = environment.protected_branches.map(
        |protected| json!({"protected_branches": protected, "custom_branch_policies": !protected}),
    );
    json!({
        "id": environment.id,
        "node_id": node::id("EN", environment.id),
        "name": environment.name,
        "url": ask.url(&format!("/repos/{name}/environments/{encoded}")),
        "html_url": format!("https://github.com/{name}/deployments/activity_log?environments_filter={encoded}"),
        "created_at": environment.created.to_string(),
        "updated_at": environment.created.to_string(),
        "can_admins_bypass": environment.admins_bypass,
        "protection_rules": rules,
        "deployment_branch_policy": policy,
    })
}

fn all(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    Ok(ask.wrapped("environments", &repo.hub.environments, USUAL, |e| show(ask, repo, e)))
}

fn one(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    Ok(Reply::ok(show(ask, repo, find(ask, repo)?)))
}

fn policies(ask: &Ask<'_>) -> Answer {
    let environment = find(ask, ask.repo()?)?;
    let own = environment.protected_branches == Some(false);
    let found: Vec<u64> = own.then_some(environment.id * 4 + 3).into_iter().collect();
    Ok(ask.wrapped("branch_policies", &found, USUAL, |id| {
        json!({"id": id, "node_id": node::id("DBP", *id), "name": "release/*", "type": "branch"})
    }))
}
