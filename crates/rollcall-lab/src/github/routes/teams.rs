//! Teams, their members and repositories.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::github::access::Level::{Read, Write};
use crate::github::access::Needs::{Organization, Repository};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::user::merge;
use crate::github::render::{organization, repository, team, user};
use crate::github::router::Route;
use crate::github::world::Repo;
use crate::plan::hub::{HubTeam, Permission};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/teams", Organization("members", Read), all),
    Route::get("/orgs/{org}/teams/{team_slug}", Organization("members", Read), one),
    Route::get("/orgs/{org}/team/{team_id}", Organization("members", Read), one),
    Route::get("/orgs/{org}/teams/{team_slug}/members", Organization("members", Read), members),
    Route::get("/orgs/{org}/team/{team_id}/members", Organization("members", Read), members),
    Route::get(
        "/orgs/{org}/teams/{team_slug}/memberships/{username}",
        Organization("members", Read),
        membership,
    ),
    Route::get("/orgs/{org}/teams/{team_slug}/repos", Organization("members", Read), repositories),
    Route::get("/orgs/{org}/team/{team_id}/repos", Organization("members", Read), repositories),
    Route::get("/orgs/{org}/teams/{team_slug}/teams", Organization("members", Read), below),
    Route::get("/orgs/{org}/teams/{team_slug}/invitations", Organization("members", Read), nothing),
    Route::get("/orgs/{org}/external-groups", Organization("members", Write), groups),
    Route::get("/repos/{owner}/{repo}/teams", Repository("administration", Read), of_repository),
];

fn find<'a>(ask: &'a Ask<'_>) -> Result<&'a HubTeam, Reply> {
    let wanted = ask.param(1);
    let found = ask
        .world
        .teams
        .iter()
        .find(|t| t.slug.eq_ignore_ascii_case(wanted) || t.id.to_string() == wanted);
    found.ok_or_else(Reply::not_found)
}

fn children<'a>(ask: &'a Ask<'_>, number: u64) -> impl Iterator<Item = &'a HubTeam> {
    ask.world.teams.iter().filter(move |t| t.parent == Some(number))
}

fn all(ask: &Ask<'_>) -> Answer {
    Ok(ask.list(&ask.world.teams, |t| team::listed(ask, t)))
}

fn one(ask: &Ask<'_>) -> Answer {
    let found = find(ask)?;
    let mut value = team::listed(ask, found);
    merge(
        &mut value,
        json!({
            "members_count": everybody(ask, found).len(),
            "repos_count": of_team(ask, found.number).len(),
            "created_at": ask.world.organization.created.to_string(),
            "updated_at": ask.world.now().to_string(),
            "organization": organization::full(ask, false),
        }),
    );
    Ok(Reply::ok(value))
}

/// The members of a team and of those below it: number of the account, whether it maintains the team.
fn everybody(ask: &Ask<'_>, found: &HubTeam) -> BTreeMap<u64, bool> {
    let mut members: BTreeMap<u64, bool> = BTreeMap::new();
    for child in children(ask, found.number) {
        members.extend(child.members.iter().map(|(user, _)| (*user, false)));
    }
    members.extend(found.members.iter().copied());
    members
}

fn members(ask: &Ask<'_>) -> Answer {
    let role = ask.query("role").unwrap_or("all");
    let fits = |maintains: bool| match role {
        "maintainer" => maintains,
        "member" => !maintains,
        _ => true,
    };
    let found = everybody(ask, find(ask)?);
    let found: Vec<u64> = found.into_iter().filter(|(_, m)| fits(*m)).map(|(n, _)| n).collect();
    let mut place = 0;
    Ok(ask.list(&found, |n| {
        place += 1;
        user::listed(ask, place, user::numbered(ask, *n))
    }))
}

fn membership(ask: &Ask<'_>) -> Answer {
    let found = find(ask)?;
    let number = ask.world.login(ask.param(2)).ok_or_else(Reply::not_found)?;
    let maintains = *everybody(ask, found).get(&number).ok_or_else(Reply::not_found)?;
    let url = team::simple(ask, found)["url"].as_str().unwrap_or_default().to_owned();
    Ok(Reply::ok(json!({
        "url": format!("{url}/memberships/{}", ask.param(2)),
        "role": if maintains { "maintainer" } else { "member" },
        "state": "active",
    })))
}

fn of_team<'a>(ask: &'a Ask<'_>, number: u64) -> Vec<(&'a Repo, Permission)> {
    let granted = |r: &'a Repo| {
        let grant = r.hub.teams.iter().find(|(team, _)| *team == number);
        grant.map(|(_, permission)| (r, *permission))
    };
    ask.world.present().filter(|r| ask.caller.sees(ask.world, r)).filter_map(granted).collect()
}

fn repositories(ask: &Ask<'_>) -> Answer {
    let found = of_team(ask, find(ask)?.number);
    Ok(ask.list(&found, |(repo, permission)| {
        let mut value = repository::listed(ask, repo);
        let rights = json!({
            "permissions": team::permissions(*permission),
            "role_name": permission.role(),
        });
        merge(&mut value, rights);
        value
    }))
}

fn below(ask: &Ask<'_>) -> Answer {
    let found: Vec<&HubTeam> = children(ask, find(ask)?.number).collect();
    Ok(ask.list(&found, |t| team::listed(ask, t)))
}

fn nothing(ask: &Ask<'_>) -> Answer {
    find(ask)?;
    Ok(ask.list::<()>(&[], |()| Value::Null))
}

fn groups(_: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!({"groups": []})))
}

fn of_repository(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let team_of = |n: u64| ask.world.teams.get(n as usize);
    let found: Vec<(&HubTeam, Permission)> =
        repo.hub.teams.iter().filter_map(|(n, p)| team_of(*n).map(|t| (t, *p))).collect();
    Ok(ask.list(&found, |(t, permission)| team::granted(ask, t, *permission)))
}
