//! Custom properties.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::repository;
use crate::github::router::Route;
use crate::github::world::Repo;

const RIGHT: &str = "organization_custom_properties";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/properties/schema", Organization(RIGHT, Read), schema),
    Route::get("/orgs/{org}/properties/values", Organization(RIGHT, Read), values),
    Route::get(
        "/repos/{owner}/{repo}/properties/values",
        Repository("metadata", Read),
        of_repository,
    ),
];

const NAMES: [&str; 2] = ["owner-team", "tier"];

fn schema(ask: &Ask<'_>) -> Answer {
    let login = &ask.world.organization.login;
    let one = |name: &str, kind: &str, allowed: Value| {
        json!({
            "property_name": name,
            "url": ask.url(&format!("/orgs/{login}/properties/schema/{name}")),
            "source_type": "organization",
            "value_type": kind,
            "required": false,
            "default_value": null,
            "description": null,
            "allowed_values": allowed,
            "values_editable_by": "org_actors",
        })
    };
    Ok(Reply::ok(json!([
        one(NAMES[0], "string", Value::Null),
        one(NAMES[1], "single_select", json!(["critical", "standard", "experiment"])),
    ])))
}

fn of(repo: &Repo) -> Vec<Value> {
    let one = |name: &&str| json!({"property_name": name, "value": repo.hub.properties.get(name)});
    NAMES.iter().map(one).collect()
}

fn values(ask: &Ask<'_>) -> Answer {
    let found: Vec<&Repo> = ask.world.present().filter(|r| ask.caller.sees(ask.world, r)).collect();
    Ok(ask.list(&found, |repo| {
        json!({
            "repository_id": repo.hub.id,
            "repository_name": repo.hub.name,
            "repository_full_name": repository::full_name(ask, repo),
            "properties": of(repo),
        })
    }))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(Value::Array(of(ask.repo()?))))
}
