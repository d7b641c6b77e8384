//! What everybody asks first: the service itself, who one is, Apps by name.

use serde_json::json;

use crate::github::access::Needs::{Nothing, Someone};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::auth::Caller;
use crate::github::render::{organization, user};
use crate::github::router::Route;

pub(super) const ROUTES: &[Route] = &[
    Route::get("", Nothing, root),
    Route::get("/meta", Nothing, meta),
    Route::get("/versions", Nothing, versions),
    Route::get("/zen", Nothing, zen),
    Route::get("/user", Someone, me),
    Route::get("/user/orgs", Someone, my_organizations),
    Route::get("/user/memberships/orgs", Someone, my_memberships),
    Route::get("/users/{username}", Nothing, account),
    Route::get("/user/{account_id}", Nothing, numbered),
];

fn root(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!({
        "current_user_url": ask.url("/user"),
        "organization_url": ask.url("/orgs/{org}"),
        "organization_repositories_url": ask.url("/orgs/{org}/repos{?type,page,per_page,sort}"),
        "rate_limit_url": ask.url("/rate_limit"),
        "repository_url": ask.url("/repos/{owner}/{repo}"),
        "user_url": ask.url("/users/{user}"),
    })))
}

fn meta(_: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!({
        "verifiable_password_authentication": false,
        "installed_version": "3.19.1",
        "hooks": ["127.0.0.0/8"],
        "api": ["127.0.0.0/8"],
        "git": ["127.0.0.0/8"],
        "web": ["127.0.0.0/8"],
    })))
}

fn versions(_: &Ask<'_>) -> Answer {
    Ok(Reply::ok(json!(["2022-11-28", "2026-03-10"])))
}

fn zen(_: &Ask<'_>) -> Answer {
    let body = crate::github::ask::Body::Text(
        "text/plain;charset=utf-8",
        "Nothing here is real.".to_owned(),
    );
    Ok(Reply { body, ..Reply::empty(200) })
}

fn me(ask: &Ask<'_>) -> Answer {
    match ask.caller {
        Caller::Person { user: number, .. } => {
            Ok(Reply::ok(user::full(ask, &ask.world.user(*number))))
        }
        caller => Err(crate::github::access::refused(caller)),
    }
}

fn my_organizations(ask: &Ask<'_>) -> Answer {
    let here =
        matches!(ask.caller, Caller::Person { user, .. } if ask.world.membership(*user).is_some());
    let mine = if here { vec![()] } else { Vec::new() };
    Ok(ask.list(&mine, |()| organization::simple(ask)))
}

fn my_memberships(ask: &Ask<'_>) -> Answer {
    let Caller::Person { user, .. } = ask.caller else {
        return Err(crate::github::access::refused(ask.caller));
    };
    let mine: Vec<_> = ask.world.membership(*user).into_iter().collect();
    Ok(ask.list(&mine, |m| super::members::membership(ask, m)))
}

fn account(ask: &Ask<'_>) -> Answer {
    if ask.world.is_organization(ask.param(0)) {
        return Ok(Reply::ok(organization::as_account(ask, &ask.world.organization.login)));
    }
    let found = ask.world.account(ask.param(0)).ok_or_else(Reply::not_found)?;
    Ok(Reply::ok(user::full(ask, &found)))
}

fn numbered(ask: &Ask<'_>) -> Answer {
    let id = ask.number(0)?;
    let found = ask.world.users.iter().chain(&ask.world.bots).find(|u| u.id == id);
    Ok(Reply::ok(user::full(ask, found.ok_or_else(Reply::not_found)?)))
}
