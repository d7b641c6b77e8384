//! Workflows and their runs.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Repository;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::render::{node, repository, user};
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::Run;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/repos/{owner}/{repo}/actions/workflows", Repository("actions", Read), workflows),
    Route::get("/repos/{owner}/{repo}/actions/runs", Repository("actions", Read), runs),
    Route::get(
        "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
        Repository("actions", Read),
        runs_of,
    ),
    Route::get("/repos/{owner}/{repo}/actions/artifacts", Repository("actions", Read), artifacts),
];

/// The workflows of a repository as it is now: place, path.
fn files(ask: &Ask<'_>, repo: &Repo) -> Vec<(u64, String)> {
    let inside = |path: &str| {
        let rest = path.strip_prefix(".github/workflows/")?;
        (!rest.contains('/') && (rest.ends_with(".yml") || rest.ends_with(".yaml")))
            .then(|| path.to_owned())
    };
    let company = &ask.world.company;
    let planned =
        (repo.hub.number < company.repositories).then(|| company.repository(repo.hub.number));
    let planned: Vec<String> =
        planned.into_iter().flat_map(|p| p.workflows).map(|w| w.path()).collect();
    // Those of the plan keep their ids.
    let mut later = planned.len() as u64;
    let mut place = |path: &str| {
        planned.iter().position(|p| p == path).map_or_else(
            || {
                later += 1;
                later - 1
            },
            |at| at as u64,
        )
    };
    repo.files(company).paths().filter_map(|(p, _)| inside(p)).map(|p| (place(&p), p)).collect()
}

fn workflows(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let name = repository::full_name(ask, repo);
    let found = files(ask, repo);
    Ok(ask.wrapped("workflows", &found, USUAL, |(at, path)| {
        let id = ask.world.company.hub_workflow(repo.hub.number, *at);
        let file = path.rsplit('/').next().unwrap_or_default();
        let ran = repo.hub.runs.iter().any(|run| run.path == *path);
        json!({
            "id": id,
            "node_id": node::id("W", id),
            "name": file.trim_end_matches(".yml"),
            "path": path,
            "state": if ran || repo.hub.number % 3 > 0 { "active" } else { "disabled_inactivity" },
            "created_at": repo.hub.created.to_string(),
            "updated_at": repo.hub.created.to_string(),
            "url": ask.url(&format!("/repos/{name}/actions/workflows/{id}")),
            "html_url": format!("https://github.com/{name}/blob/main/{path}"),
            "badge_url": format!("https://github.com/{name}/workflows/{file}/badge.svg"),
        })
    }))
}

fn show(ask: &Ask<'_>, repo: &Repo, run: &Run) -> Value {
    let name = repository::full_name(ask, repo);
    let url = ask.url(&format!("/repos/{name}/actions/runs/{}", run.id));
    let head = repo.files(&ask.world.company).head();
    let oid = head.map_or("", |c| c.oid.as_str());
    let commit = head.map(|c| {
        json!({
            "id": c.oid,
            "tree_id": c.tree,
            "message": c.message,
            "timestamp": c.at.to_string(),
            "author": {"name": c.name, "email": c.email},
            "committer": {"name": c.name, "email": c.email},
        })
    });
    let actor = user::actor(ask, &run.actor.0);
    json!({
        "id": run.id,
        "node_id": node::id("WFR", run.id),
        "name": run.name,
        "check_suite_id": run.id + 1,
        "check_suite_node_id": node::id("CS", run.id + 1),
        "head_branch": "main",
        "head_sha": oid,
        "path": run.path,
        "run_number": run.run_number,
        "run_attempt": 1,
        "referenced_workflows": [],
        "event": run.event,
        "status": "completed",
        "conclusion": run.conclusion,
        "workflow_id": run.workflow,
        "url": url,
        "html_url": format!("https://github.com/{name}/actions/runs/{}", run.id),
        "pull_requests": [],
        "created_at": run.at.to_string(),
        "updated_at": run.at.plus_seconds(90).to_string(),
        "run_started_at": run.at.to_string(),
        "actor": actor,
        "triggering_actor": actor,
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "check_suite_url": ask.url(&format!("/repos/{name}/check-suites/{}", run.id + 1)),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": null,
        "workflow_url": ask.url(&format!("/repos/{name}/actions/workflows/{}", run.workflow)),
        "display_title": run.name,
        "head_commit": commit,
        "repository": repository::minimal(ask, repo),
        "head_repository": repository::minimal(ask, repo),
    })
}

fn listed(ask: &Ask<'_>, of: Option<&str>) -> Answer {
    let repo = ask.repo()?;
    let since = ask.query("created").and_then(|c| c.strip_prefix(">=")).and_then(|c| {
        let whole = if c.len() == 10 { format!("{c}T00:00:00Z") } else { c.to_owned() };
        whole.parse().ok()
    });
    let fits = |run: &&Run| {
        let workflow = of.is_none_or(|w| {
            run.workflow.to_string() == w || run.path.rsplit('/').next() == Some(w)
        });
        let event = ask.query("event").is_none_or(|e| e == run.event);
        let status = ask.query("status").is_none_or(|s| s == run.conclusion || s == "completed");
        let actor = ask.query("actor").is_none_or(|a| a == run.actor.0);
        workflow && event && status && actor && since.is_none_or(|since| run.at >= since)
    };
    let found: Vec<&Run> = repo.hub.runs.iter().filter(fits).collect();
    Ok(ask.wrapped("workflow_runs", &found, USUAL, |run| show(ask, repo, run)))
}

fn runs(ask: &Ask<'_>) -> Answer {
    listed(ask, None)
}

fn runs_of(ask: &Ask<'_>) -> Answer {
    listed(ask, Some(ask.param(2)))
}

fn artifacts(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    Ok::<_, Reply>(super::actions::nothing(ask, "artifacts"))
}
