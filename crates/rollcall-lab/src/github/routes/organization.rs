//! The organisation itself.

use crate::github::access::Level::Read;
use crate::github::access::Needs::Someone;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::auth::Caller;
use crate::github::render::organization;
use crate::github::router::Route;

pub(super) const ROUTES: &[Route] =
    &[Route::get("/orgs/{org}", Someone, one), Route::get("/organizations", Someone, all)];

fn one(ask: &Ask<'_>) -> Answer {
    if !ask.world.is_organization(ask.param(0)) {
        return Err(Reply::not_found());
    }
    let private = match ask.caller {
        Caller::Person { user, rights: None, .. } => {
            ask.world.membership(*user).is_some_and(|m| m.admin)
        }
        _ => ask.may("organization_administration", Read),
    };
    Ok(Reply::ok(organization::full(ask, private)))
}

fn all(ask: &Ask<'_>) -> Answer {
    Ok(ask.list(&[()], |()| organization::simple(ask)))
}
