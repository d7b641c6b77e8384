//! Members, outside collaborators, invitations.

use serde_json::{Value, json};

use crate::github::access::Level::Read;
use crate::github::access::Needs::{Organization, Someone};
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::render::{node, organization, user};
use crate::github::router::Route;
use crate::plan::hub::{Invitation, Member};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/orgs/{org}/members", Organization("members", Read), members),
    Route::get("/orgs/{org}/members/{username}", Organization("members", Read), is_member),
    Route::get("/orgs/{org}/memberships/{username}", Organization("members", Read), one),
    Route::get("/orgs/{org}/public_members", Someone, nobody),
    Route::get("/orgs/{org}/outside_collaborators", Organization("members", Read), outsiders),
    Route::get("/orgs/{org}/invitations", Organization("members", Read), invitations),
    Route::get("/orgs/{org}/failed_invitations", Organization("members", Read), failed),
    Route::get(
        "/orgs/{org}/invitations/{invitation_id}/teams",
        Organization("members", Read),
        nobody,
    ),
];

fn members(ask: &Ask<'_>) -> Answer {
    let role = ask.query("role").unwrap_or("all");
    let filter = ask.query("filter").unwrap_or("all");
    let fits = |m: &&Member| {
        let right_role = match role {
            "admin" => m.admin,
            "member" => !m.admin,
            _ => true,
        };
        right_role && (filter != "2fa_disabled" || !m.two_factor)
    };
    let found: Vec<&Member> = ask.world.members.iter().filter(fits).collect();
    let mut place = 0;
    Ok(ask.list(&found, |m| {
        place += 1;
        user::listed(ask, place, user::numbered(ask, m.user))
    }))
}

fn found<'a>(ask: &'a Ask<'_>) -> Result<&'a Member, Reply> {
    let number = ask.world.login(ask.param(1)).ok_or_else(Reply::not_found)?;
    ask.world.membership(number).ok_or_else(Reply::not_found)
}

fn is_member(ask: &Ask<'_>) -> Answer {
    found(ask)?;
    Ok(Reply::empty(204))
}

/// A membership as GitHub shows it.
pub(super) fn membership(ask: &Ask<'_>, member: &Member) -> Value {
    let login = ask.world.user(member.user).login;
    let organization = &ask.world.organization.login;
    json!({
        "url": ask.url(&format!("/orgs/{organization}/memberships/{login}")),
        "state": "active",
        "role": if member.admin { "admin" } else { "member" },
        "organization_url": ask.url(&format!("/orgs/{organization}")),
        "organization": organization::simple(ask),
        "user": user::numbered(ask, member.user),
    })
}

fn one(ask: &Ask<'_>) -> Answer {
    Ok(Reply::ok(membership(ask, found(ask)?)))
}

fn nobody(ask: &Ask<'_>) -> Answer {
    Ok(ask.list::<()>(&[], |()| Value::Null))
}

fn outsiders(ask: &Ask<'_>) -> Answer {
    let found: Vec<u64> = ask.world.outsiders.clone().collect();
    let mut place = 0;
    Ok(ask.list(&found, |n| {
        place += 1;
        user::listed(ask, place, user::numbered(ask, *n))
    }))
}

fn show(ask: &Ask<'_>, invitation: &Invitation) -> Value {
    let login = &ask.world.organization.login;
    let reason = invitation
        .failed
        .map(|_| "Invitation expired. User did not accept this invite for 7 days.");
    json!({
        "id": invitation.id,
        "node_id": node::id("OI", invitation.id),
        "login": invitation.login,
        "email": invitation.email,
        "role": invitation.role,
        "created_at": invitation.created.to_string(),
        "failed_at": invitation.failed.map(|at| at.to_string()),
        "failed_reason": reason,
        "inviter": user::numbered(ask, invitation.inviter),
        "team_count": 0,
        "invitation_teams_url": ask.url(&format!("/orgs/{login}/invitations/{}/teams", invitation.id)),
        "invitation_source": "member",
    })
}

fn invitations(ask: &Ask<'_>) -> Answer {
    Ok(ask.list(&ask.world.invitations, |i| show(ask, i)))
}

fn failed(ask: &Ask<'_>) -> Answer {
    Ok(ask.list(&ask.world.failed_invitations, |i| show(ask, i)))
}
