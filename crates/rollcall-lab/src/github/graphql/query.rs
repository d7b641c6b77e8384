//! Where queries begin.

use serde_json::json;

use super::shape::{Arguments, Got, Shape, leaf};
use super::{Context, objects, organization, people, repository};
use crate::github::auth::Caller;
use crate::github::render::node;
use crate::github::world::{Named, Repo};

/// The root of all queries.
pub(super) fn root<'a>(cx: &'a Context<'a>) -> Shape<'a> {
    let world = cx.ask.world;
    Shape::new("Query", move |field, arguments| match field {
        "id" => leaf("Q_kgAB"),
        "rateLimit" => Got::One(Some(rate_limit(cx))),
        "viewer" => match cx.ask.caller {
            Caller::Person { user, .. } => {
                Got::One(Some(people::user(cx, &world.users[*user as usize])))
            }
            _ => Got::Failed("Resource not accessible by integration".to_owned()),
        },
        "organization" => {
            let login = arguments.text("login").unwrap_or_default();
            if world.is_organization(login) {
                Got::One(Some(organization::organization(cx)))
            } else {
                Got::Failed(format!(
                    "Could not resolve to an Organization with the login of '{login}'."
                ))
            }
        }
        "repositoryOwner" => {
            let login = arguments.text("login").unwrap_or_default();
            if world.is_organization(login) {
                return Got::One(Some(organization::organization(cx)));
            }
            Got::One(world.login(login).map(|n| people::user(cx, &world.users[n as usize])))
        }
        "user" => {
            let login = arguments.text("login").unwrap_or_default();
            match world.login(login) {
                Some(n) => Got::One(Some(people::user(cx, &world.users[n as usize]))),
                None => {
                    Got::Failed(format!("Could not resolve to a User with the login of '{login}'."))
                }
            }
        }
        "repository" => named(cx, arguments.text("owner").unwrap_or_default(), arguments),
        "node" => {
            let id = arguments.text("id").unwrap_or_default();
            by_id(cx, id).map_or_else(Got::Failed, |shape| Got::One(Some(shape)))
        }
        "nodes" => Got::Many(arguments.texts("ids").iter().map(|id| by_id(cx, id)).collect()),
        _ => leaf(serde_json::Value::Null),
    })
}

/// A repository by its name; GraphQL follows names that it once had.
pub(super) fn named<'a>(cx: &'a Context<'a>, owner: &str, arguments: &Arguments<'_>) -> Got<'a> {
    let name = arguments.text("name").unwrap_or_default();
    let found = match cx.ask.world.named(name) {
        Named::Here(repo) => Some(repo),
        Named::Moved(repo) if arguments.flag("followRenames") != Some(false) => Some(repo),
        _ => None,
    };
    let here = cx.ask.world.is_organization(owner);
    match found.filter(|repo| here && cx.ask.caller.sees(cx.ask.world, repo)) {
        Some(repo) => shown(cx, repo).map_or_else(Got::Failed, |shape| Got::One(Some(shape))),
        None => Got::Failed(format!(
            "Could not resolve to a Repository with the name '{owner}/{name}'."
        )),
    }
}

/// A repository, unless it is to be missing.
pub(super) fn shown<'a>(cx: &'a Context<'a>, repo: &'a Repo) -> Result<Shape<'a>, String> {
    if cx.is_missing() {
        return Err("Something went wrong while executing your query.".to_owned());
    }
    Ok(repository::repository(cx, repo))
}

fn rate_limit<'a>(cx: &'a Context<'a>) -> Shape<'a> {
    let standing = cx.standing;
    let used = (standing.used + cx.cost).min(standing.limit);
    Shape::plain(
        "RateLimit",
        json!({
            "cost": cx.cost,
            "limit": standing.limit,
            "nodeCount": cx.nodes,
            "remaining": standing.limit - used,
            "used": used,
            "resetAt": standing.reset.to_string(),
        }),
    )
}

/// Whatever has a node id.
fn by_id<'a>(cx: &'a Context<'a>, id: &str) -> Result<Shape<'a>, String> {
    let world = cx.ask.world;
    let missing = || format!("Could not resolve to a node with the global id of '{id}'");
    if let Some((repository, oid)) = objects::read_id(id) {
        let repo = world.repositories.get(&repository).filter(|r| cx.ask.caller.sees(world, r));
        return repo.and_then(|r| objects::object(cx, r, &oid)).ok_or_else(missing);
    }
    let (prefix, number) = node::read(id).ok_or_else(missing)?;
    let found = match prefix {
        "O" if number == world.organization.id => Some(organization::organization(cx)),
        "R" => {
            let repo = world.repositories.get(&number).filter(|r| cx.ask.caller.sees(world, r));
            return shown(cx, repo.ok_or_else(missing)?);
        }
        "U" => world.users.iter().find(|u| u.id == number).map(|u| people::user(cx, u)),
        "BOT" => world.bots.iter().find(|u| u.id == number).map(|u| people::user(cx, u)),
        "T" => world.teams.iter().find(|t| t.id == number).map(|t| organization::team(cx, t)),
        _ => None,
    };
    found.ok_or_else(missing)
}
