//! Apps that are installed, and Apps by name.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::{App, Nothing, Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::paging::USUAL;
use crate::github::render::{node, organization, user};
use crate::github::router::Route;
use crate::plan::hub::Installation;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/installations", Organization("organization_administration", Read), all),
    Route::get("/orgs/{org}/installation", App, ours),
    Route::get("/repos/{owner}/{repo}/installation", App, ours),
    Route::get("/app", App, app),
    Route::get("/app/installations", App, our_installations),
    Route::get("/app/installations/{installation_id}", App, our_installation),
    Route::get("/apps/{app_slug}", Nothing, by_name),
    Route::get(
        "/orgs/{org}/private-registries",
        Organization("organization_private_registries", Read),
        registries,
    ),
    Route::get("/repos/{owner}/{repo}/rulesets", Repository("metadata", Read), none),
];

/// An installation as GitHub shows it.
pub(crate) fn show(ask: &Ask<'_>, installation: &Installation) -> Value {
    let login = &ask.world.organization.login;
    let id = installation.id;
    let selection = if installation.repositories.is_some() { "selected" } else { "all" };
    json!({
        "id": id,
        "client_id": installation.client,
        "account": organization::as_account(ask, login),
        "repository_selection": selection,
        "access_tokens_url": ask.url(&format!("/app/installations/{id}/access_tokens")),
        "repositories_url": ask.url("/installation/repositories"),
        "html_url": format!("https://github.com/organizations/{login}/settings/installations/{id}"),
        "app_id": installation.app,
        "app_slug": installation.slug,
        "target_id": ask.world.organization.id,
        "target_type": "Organization",
        "permissions": installation.permissions,
        "events": installation.events,
        "created_at": installation.created.to_string(),
        "updated_at": installation.updated.to_string(),
        "single_file_name": null,
        "has_multiple_single_files": false,
        "single_file_paths": [],
        "suspended_by": installation.suspended.map(|(_, by)| user::numbered(ask, by)),
        "suspended_at": installation.suspended.map(|(at, _)| at.to_string()),
    })
}

fn all(ask: &Ask<'_>) -> Answer {
    Ok(ask.wrapped("installations", &ask.world.installations, USUAL, |i| show(ask, i)))
}

/// The installation of the App that calls.
fn own<'a>(ask: &'a Ask<'_>) -> Result<&'a Installation, Reply> {
    ask.world.installations.first().ok_or_else(Reply::not_found)
}

fn ours(ask: &Ask<'_>) -> Answer {
    if !ask.world.is_organization(ask.param(0)) {
        return Err(Reply::not_found());
    }
    Ok(Reply::ok(show(ask, own(ask)?)))
}

fn our_installations(ask: &Ask<'_>) -> Answer {
    let found: Vec<&Installation> = ask.world.installations.first().into_iter().collect();
    Ok(ask.list(&found, |i| show(ask, i)))
}

fn our_installation(ask: &Ask<'_>) -> Answer {
    let found = own(ask)?;
    if ask.number(0)? != found.id {
        return Err(Reply::not_found());
    }
    Ok(Reply::ok(show(ask, found)))
}

fn show_app(ask: &Ask<'_>, installation: &Installation) -> Value {
    let login = &ask.world.organization.login;
    let owner = if installation.own {
        organization::as_account(ask, login)
    } else {
        user::simple(ask, &ask.world.company.hub_bot(&installation.slug, installation.app))
    };
    json!({
        "id": installation.app,
        "slug": installation.slug,
        "client_id": installation.client,
        "node_id": node::id("A", installation.app),
        "owner": owner,
        "name": installation.slug.replace('-', " "),
        "description": "",
        "external_url": format!("https://{}.example", installation.slug),
        "html_url": format!("https://github.com/apps/{}", installation.slug),
        "created_at": installation.created.to_string(),
        "updated_at": installation.updated.to_string(),
        "permissions": installation.permissions,
        "events": installation.events,
    })
}

fn app(ask: &Ask<'_>) -> Answer {
    let mut value = show_app(ask, own(ask)?);
    value["installations_count"] = 1.into();
    Ok(Reply::ok(value))
}

fn by_name(ask: &Ask<'_>) -> Answer {
    // Private ones, as a company's own are, are not shown.
    let found = ask.world.installations.iter().find(|i| i.slug == ask.param(0) && !i.own);
    Ok(Reply::ok(show_app(ask, found.ok_or_else(Reply::not_found)?)))
}

fn registries(ask: &Ask<'_>) -> Answer {
    let created = ask.world.now().plus_seconds(-50 * 86_400).to_string();
    let rows = [
        json!({"name": "NPM_INTERNAL", "registry_type": "npm_registry", "auth_type": "token", "username": "reader"}),
        json!({"name": "MAVEN_AWS", "registry_type": "maven_repository", "auth_type": "oidc_aws", "username": null,
            "account_id": ask.world.company.account_id(0), "role_name": "registry-read", "aws_region": "eu-central-1",
            "domain": "packages", "domain_owner": ask.world.company.account_id(0)}),
    ];
    Ok(ask.wrapped("configurations", &rows, USUAL, |row| {
        let mut value = row.clone();
        value["url"] = "https://packages.example/".into();
        value["visibility"] = "private".into();
        value["created_at"] = created.clone().into();
        value["updated_at"] = created.clone().into();
        value
    }))
}

fn none(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    Ok(ask.list::<()>(&[], |()| Value::Null))
}
