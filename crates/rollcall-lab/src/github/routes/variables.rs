//! Variables, with their values, as GitHub really gives them.

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use super::secrets::{reaches, store};
use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::{USUAL, VARIABLES};
use crate::github::render::repository;
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::{OrganizationVariable, Variable};

pub(super) const ROUTES: &[Route] = &[
    Route::get(
        "/orgs/{org}/actions/variables",
        Organization("organization_actions_variables", Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/agents/variables",
        Organization("organization_agent_variables", Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/actions/variables/{name}/repositories",
        Organization("organization_actions_variables", Read),
        selected,
    ),
    Route::get(
        "/orgs/{org}/agents/variables/{name}/repositories",
        Organization("organization_agent_variables", Read),
        selected,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/variables",
        Repository("actions_variables", Read),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/agents/variables",
        Repository("agent_variables", Read),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/organization-variables",
        Repository("actions_variables", Read),
        reaching,
    ),
    Route::get(
        "/repos/{owner}/{repo}/agents/organization-variables",
        Repository("agent_variables", Read),
        reaching,
    ),
    Route::get(
        "/repos/{owner}/{repo}/environments/{environment_name}/variables",
        Repository("environments", Read),
        of_environment,
    ),
];

fn show(name: &str, value: &str, created: Timestamp, updated: Timestamp) -> Value {
    json!({
        "name": name,
        "value": value,
        "created_at": created.to_string(),
        "updated_at": updated.to_string(),
    })
}

fn show_of_organization(ask: &Ask<'_>, v: &OrganizationVariable) -> Value {
    let mut value = show(&v.name, &v.value, v.created, v.updated);
    value["visibility"] = v.visibility.into();
    if v.visibility == "selected" {
        let (login, store) = (&ask.world.organization.login, v.store.as_str());
        let path = format!("/orgs/{login}/{store}/variables/{}/repositories", v.name);
        value["selected_repositories_url"] = ask.url(&path).into();
    }
    value
}

fn of_organization(ask: &Ask<'_>) -> Answer {
    let store = store(ask);
    let found: Vec<_> = ask.world.variables.iter().filter(|v| v.store == store).collect();
    Ok(ask.wrapped("variables", &found, VARIABLES, |v| show_of_organization(ask, v)))
}

fn selected(ask: &Ask<'_>) -> Answer {
    let store = store(ask);
    let named =
        |v: &&OrganizationVariable| v.store == store && v.name.eq_ignore_ascii_case(ask.param(1));
    let found = ask.world.variables.iter().find(named).ok_or_else(Reply::not_found)?;
    if found.visibility != "selected" {
        return Err(Reply::error(409, "Conflict: the variable's visibility is not selected"));
    }
    let seen = |r: &&Repo| ask.caller.sees(ask.world, r);
    let found: Vec<&Repo> = ask.world.numbered(&found.repositories).filter(seen).collect();
    Ok(ask.wrapped("repositories", &found, USUAL, |r| repository::minimal(ask, r)))
}

fn listed(ask: &Ask<'_>, found: &[&Variable]) -> Reply {
    ask.wrapped("variables", found, VARIABLES, |v| show(&v.name, &v.value, v.created, v.updated))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let (repo, store) = (ask.repo()?, store(ask));
    let here = |v: &&Variable| v.store == store && v.environment.is_none();
    let found: Vec<&Variable> = repo.hub.variables.iter().filter(here).collect();
    Ok(listed(ask, &found))
}

fn reaching(ask: &Ask<'_>) -> Answer {
    let (repo, store) = (ask.repo()?, store(ask));
    let here = |v: &&OrganizationVariable| {
        v.store == store && reaches(v.visibility, &v.repositories, repo)
    };
    let found: Vec<_> = ask.world.variables.iter().filter(here).collect();
    Ok(ask
        .wrapped("variables", &found, VARIABLES, |v| show(&v.name, &v.value, v.created, v.updated)))
}

fn of_environment(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let name = super::environments::find(ask, repo)?.name.as_str();
    let here = |v: &&Variable| v.environment.as_deref() == Some(name);
    let found: Vec<&Variable> = repo.hub.variables.iter().filter(here).collect();
    Ok(listed(ask, &found))
}
