//! Who has rights in a repository.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::Repository;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::user::merge;
use crate::github::render::{team, user};
use crate::github::router::Route;
use crate::github::world::{Repo, World};
use crate::plan::hub::{Permission, Visibility};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/repos/{owner}/{repo}/collaborators", Repository("metadata", Read), all),
    Route::get(
        "/repos/{owner}/{repo}/collaborators/{username}/permission",
        Repository("metadata", Read),
        one,
    ),
    Route::get("/repos/{owner}/{repo}/invitations", Repository("administration", Read), nobody),
];

/// Everybody with rights in a repository, by number of the account, with the highest they have.
fn everybody(world: &World, repo: &Repo, affiliation: &str) -> BTreeMap<u64, Permission> {
    let mut found: BTreeMap<u64, Permission> = BTreeMap::new();
    let mut add = |user: u64, permission: Permission| {
        let had = found.entry(user).or_insert(permission);
        *had = (*had).max(permission);
    };
    for (user, permission) in &repo.hub.collaborators {
        let outside = world.outsiders.contains(user);
        if affiliation != "outside" || outside {
            add(*user, *permission);
        }
    }
    if affiliation != "all" {
        return found;
    }
    for (number, permission) in &repo.hub.teams {
        let team = world.teams.get(*number as usize);
        for (user, _) in team.into_iter().flat_map(|t| &t.members) {
            add(*user, *permission);
        }
    }
    // What the organisation gives every member, but of private ones it was made by its teams alone.
    let base = repo.hub.visibility != Visibility::Private;
    for member in &world.members {
        if member.admin {
            add(member.user, Permission::Admin);
        } else if base {
            add(member.user, Permission::Read);
        }
    }
    found
}

fn all(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let affiliation = ask.query("affiliation").unwrap_or("all");
    let wanted = ask.query("permission");
    let found: Vec<(u64, Permission)> = everybody(ask.world, repo, affiliation)
        .into_iter()
        .filter(|(_, p)| wanted.is_none_or(|w| w == p.legacy()))
        .collect();
    let mut place = 0;
    Ok(ask.list(&found, |(number, permission)| {
        place += 1;
        let mut value = user::numbered(ask, *number);
        merge(
            &mut value,
            json!({
                "permissions": team::permissions(*permission),
                "role_name": permission.role(),
            }),
        );
        user::listed(ask, place, value)
    }))
}

fn one(ask: &Ask<'_>) -> Answer {
    let repo = ask.repo()?;
    let number = ask.world.login(ask.param(2)).ok_or_else(Reply::not_found)?;
    let permission = everybody(ask.world, repo, "all").get(&number).copied();
    let word = match permission {
        Some(Permission::Admin) => "admin",
        Some(Permission::Maintain | Permission::Write) => "write",
        Some(_) => "read",
        None => "none",
    };
    let role = permission.map_or("none", Permission::role);
    let mut account = user::numbered(ask, number);
    let rights =
        permission.map_or(json!({"pull": false, "push": false, "admin": false}), team::permissions);
    merge(&mut account, json!({"role_name": role, "permissions": rights}));
    Ok(Reply::ok(json!({"permission": word, "role_name": role, "user": account})))
}

fn nobody(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    Ok(ask.list::<()>(&[], |()| Value::Null))
}
