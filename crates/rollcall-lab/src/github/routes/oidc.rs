//! How the subjects of jobs are made.

use serde_json::json;

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::router::Route;

const RIGHT: &str = "organization_administration";

pub(super) const ROUTES: &[Route] = &[
    Route::get(
        "/orgs/{org}/actions/oidc/customization/sub",
        Organization(RIGHT, Read),
        of_organization,
    ),
    Route::get(
        "/orgs/{org}/actions/oidc/customization/properties/repo",
        Organization(RIGHT, Read),
        properties,
    ),
    Route::get(
        "/repos/{owner}/{repo}/actions/oidc/customization/sub",
        Repository("actions", Read),
        of_repository,
    ),
];

fn of_organization(_: &Ask<'_>) -> Answer {
    Ok(Reply::ok(
        json!({"include_claim_keys": ["repo", "context"], "use_immutable_subject": false}),
    ))
}

fn properties(ask: &Ask<'_>) -> Answer {
    let found = ["tier"];
    Ok(ask.list(
        &found,
        |name| json!({"custom_property_name": name, "inclusion_source": "organization"}),
    ))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let setting = &repo.hub.settings.oidc;
    let mut value = json!({"use_default": setting.default});
    if !setting.default {
        value["include_claim_keys"] = json!(setting.claims);
    }
    if setting.immutable {
        let (login, id) = (&ask.world.organization.login, ask.world.organization.id);
        value["use_immutable_subject"] = true.into();
        value["sub_claim_prefix"] =
            format!("repo:{login}@{id}/{}@{}", repo.hub.name, repo.hub.id).into();
    }
    Ok(Reply::ok(value))
}
