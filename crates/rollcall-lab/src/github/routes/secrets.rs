//! Names of secrets, in four stores, of the organisation, of repositories and of environments.

use serde_json::{Value, json};

use crate::github::access::Level::{Read, Write};
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::render::repository;
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::{OrganizationSecret, Secret, Store, Visibility};

pub(super) const ROUTES: &[Route] = &[
    Route::get(
        "/orgs/{org}/actions/secrets",
        Organization("organization_secrets", Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/dependabot/secrets",
        Organization("organization_dependabot_secrets", Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/codespaces/secrets",
        Organization("organization_codespaces_secrets", Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/agents/secrets",
        Organization("organization_agent_secrets", Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/actions/secrets/{secret_name}",
        Organization("organization_secrets", Read),
        one,
    ),
    Route::get(
        "/orgs/{org}/dependabot/secrets/{secret_name}",
        Organization("organization_dependabot_secrets", Read),
        one,
    ),
    Route::get(
        "/orgs/{org}/codespaces/secrets/{secret_name}",
        Organization("organization_codespaces_secrets", Read),
        one,
    ),
    Route::get(
        "/orgs/{org}/agents/secrets/{secret_name}",
        Organization("organization_agent_secrets", Read),
        one,
    ),
    Route::get(
        "/orgs/{org}/actions/secrets/{secret_name}/repositories",
        Organization("organization_secrets", Read),
        selected,
    ),
    Route::get(
        "/orgs/{org}/dependabot/secrets/{secret_name}/repositories",
        Organization("organization_dependabot_secrets", Read),
        selected,
    ),
    Route::get(
        "/orgs/{org}/codespaces/secrets/{secret_name}/repositories",
        Organization("organization_codespaces_secrets", Read),
        selected,
    ),
    Route::get(
        "/orgs/{org}/agents/secrets/{secret_name}/repositories",
        Organization("organization_agent_secrets", Read),
        selected,
    ),
    Route::get("/repos/{owner}/{repo}/actions/secrets", Repository("secrets", Read), of_repository),
    Route::get(
        "/repos/{owner}/{repo}/dependabot/secrets",
        Repository("dependabot_secrets", Read),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/codespaces/secrets",
        Repository("codespaces_secrets", Write),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/agents/secrets",
        Repository("agent_secrets", Read),
        of_repository,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/organization-secrets",
        Repository("secrets", Read),
        reaching,
    ),
    Route::get(
        "/repos/{owner}/{repo}/agents/organization-secrets",
        Repository("agent_secrets", Read),
        reaching,
    ),
    Route::get(
        "/repos/{owner}/{repo}/environments/{environment_name}/secrets",
        Repository("environments", Read),
        of_environment,
    ),
];

/// The store that a path names behind so many parts.
pub(super) fn store(ask: &Ask<'_>) -> Store {
    let named = |store: &Store| ask.path.contains(&format!("/{}/", store.as_str()));
    Store::ALL.into_iter().find(named).unwrap_or(Store::Actions)
}

fn show_of_organization(ask: &Ask<'_>, secret: &OrganizationSecret) -> Value {
    let mut value = json!({
        "name": secret.name,
        "created_at": secret.created.to_string(),
        "updated_at": secret.updated.to_string(),
        "visibility": secret.visibility,
    });
    if secret.visibility == "selected" {
        let (login, store) = (&ask.world.organization.login, secret.store.as_str());
        let path = format!("/orgs/{login}/{store}/secrets/{}/repositories", secret.name);
        value["selected_repositories_url"] = ask.url(&path).into();
    }
    value
}

fn show(secret: &Secret) -> Value {
    json!({
        "name": secret.name,
        "created_at": secret.created.to_string(),
        "updated_at": secret.updated.to_string(),
    })
}

fn of_organization(ask: &Ask<'_>) -> Answer {
    let store = store(ask);
    let found: Vec<_> = ask.world.secrets.iter().filter(|s| s.store == store).collect();
    Ok(ask.wrapped("secrets", &found, USUAL, |s| show_of_organization(ask, s)))
}

fn find<'a>(ask: &'a Ask<'_>) -> Result<&'a OrganizationSecret, Reply> {
    let store = store(ask);
    let named =
        |s: &&OrganizationSecret| s.store == store && s.name.eq_ignore_ascii_case(ask.param(1));
    ask.world.secrets.iter().find(named).ok_or_else(Reply::not_found)
}

fn one(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(show_of_organization(ask, find(ask)?)))
}

fn selected(ask: &Ask<'_>) -> Answer {
    let secret = find(ask)?;
    if secret.visibility != "selected" {
        return Err(Reply::error(409, "Conflict: the secret's visibility is not selected"));
    }
    let seen = |r: &&Repo| ask.caller.sees(ask.world, r);
    let found: Vec<&Repo> = ask.world.numbered(&secret.repositories).filter(seen).collect();
    Ok(ask.wrapped("repositories", &found, USUAL, |r| repository::minimal(ask, r)))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let (repo, store) = (ask.repo()?, store(ask));
    let here = |s: &&Secret| s.store == store && s.environment.is_none();
    let found: Vec<&Secret> = repo.hub.secrets.iter().filter(here).collect();
    Ok(ask.wrapped("secrets", &found, USUAL, |s| show(s)))
}

/// Whether something of the organisation reaches a repository.
pub(super) fn reaches(visibility: &str, selected: &[u64], repo: &Repo) -> bool {
    match visibility {
        "all" => true,
        "private" => repo.hub.visibility != Visibility::Public,
        _ => selected.contains(&repo.hub.number),
    }
}

fn reaching(ask: &Ask<'_>) -> Answer {
    let (repo, store) = (ask.repo()?, store(ask));
    let here =
        |s: &&OrganizationSecret| s.store == store && reaches(s.visibility, &s.repositories, repo);
    let found: Vec<_> = ask.world.secrets.iter().filter(here).collect();
    Ok(ask.wrapped("secrets", &found, USUAL, |s| {
        json!({
            "name": s.name,
            "created_at": s.created.to_string(),
            "updated_at": s.updated.to_string(),
        })
    }))
}

fn of_environment(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let name = super::environments::find(ask, repo)?.name.as_str();
    let here = |s: &&Secret| s.environment.as_deref() == Some(name);
    let found: Vec<&Secret> = repo.hub.secrets.iter().filter(here).collect();
    Ok(ask.wrapped("secrets", &found, USUAL, |s| show(s)))
}
