//! Roles of the organisation.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Organization;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::user::merge;
use crate::github::render::{organization, team, user};
use crate::github::router::Route;
use crate::plan::hub::OrganizationRole;

const RIGHT: &str = "organization_custom_org_roles";

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/organization-roles", Organization(RIGHT, Read), all),
    Route::get("/orgs/{org}/organization-roles/{role_id}", Organization(RIGHT, Read), one),
    Route::get(
        "/orgs/{org}/organization-roles/{role_id}/users",
        Organization("members", Read),
        users,
    ),
    Route::get(
        "/orgs/{org}/organization-roles/{role_id}/teams",
        Organization("members", Read),
        teams,
    ),
];

fn show(ask: &Ask<'_>, role: &OrganizationRole) -> Value {
    let own = role.source == "Organization";
    json!({
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "base_role": role.base_role,
        "source": role.source,
        "permissions": role.permissions,
        "organization": if own { organization::as_account(ask, &ask.world.organization.login) } else { Value::Null },
        "created_at": role.created.to_string(),
        "updated_at": role.created.to_string(),
    })
}

fn find<'a>(ask: &'a Ask<'_>) -> Result<&'a OrganizationRole, Reply> {
    let id = ask.number(1)?;
    ask.world.roles.iter().find(|r| r.id == id).ok_or_else(Reply::not_found)
}

fn all(ask: &Ask<'_>) -> Answer {
    let roles: Vec<Value> = ask.world.roles.iter().map(|r| show(ask, r)).collect();
    Ok(Reply::ok(json!({"total_count": roles.len(), "roles": roles})))
}

fn one(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(show(ask, find(ask)?)))
}

fn users(ask: &Ask<'_>) -> Answer {
    let role = find(ask)?;
    // Those who have it themselves, and those who have it through a team.
    let mut found: Vec<(u64, Option<u64>)> = role.users.iter().map(|n| (*n, None)).collect();
    for number in &role.teams {
        let team = ask.world.teams.get(*number as usize);
        let members = team.into_iter().flat_map(|t| &t.members);
        found.extend(members.map(|(user, _)| (*user, Some(*number))));
    }
    Ok(ask.list(&found, |(number, through)| {
        let mut value = user::numbered(ask, *number);
        let team = through.and_then(|n| ask.world.teams.get(n as usize));
        let inherited: Vec<Value> = team.map(|t| team::simple(ask, t)).into_iter().collect();
        let how = if inherited.is_empty() { "direct" } else { "indirect" };
        merge(&mut value, json!({"assignment": how, "inherited_from": inherited}));
        value
    }))
}

fn teams(ask: &Ask<'_>) -> Answer {
    let role = find(ask)?;
    let found: Vec<_> =
        role.teams.iter().filter_map(|n| ask.world.teams.get(*n as usize)).collect();
    Ok(ask.list(&found, |t| {
        let mut value = team::listed(ask, t);
        merge(&mut value, json!({"assignment": "direct"}));
        value
    }))
}
