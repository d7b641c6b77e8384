//! The organisation, its members and teams.

use serde_json::Value;

use super::connection::{self, nothing};
use super::query::{named, shown};
use super::shape::{Arguments, Got, Shape, leaf};
use super::{Context, people};
use crate::github::access::Level::Read;
use crate::github::render::node;
use crate::github::world::Repo;
use crate::plan::hub::{ExternalIdentity, HubTeam, Member, Permission, Visibility};

const FORBIDDEN: &str = "Resource not accessible by integration";

/// The organisation.
pub(super) fn organization<'a>(cx: &'a Context<'a>) -> Shape<'a> {
    let world = cx.ask.world;
    let organization = &world.organization;
    let login = organization.login.as_str();
    Shape::new("Organization", move |field, arguments| match field {
        "id" => leaf(node::id("O", organization.id)),
        "databaseId" => leaf(organization.id),
        "login" => leaf(login),
        "name" => leaf(organization.name.clone()),
        "url" => leaf(format!("https://github.com/{login}")),
        "resourcePath" => leaf(format!("/{login}")),
        "avatarUrl" => {
            leaf(format!("https://avatars.githubusercontent.com/u/{}?v=4", organization.id))
        }
        "createdAt" => leaf(organization.created.to_string()),
        "updatedAt" => leaf(world.now().to_string()),
        "isVerified" | "viewerIsAMember" => leaf(true),
        "viewerCanAdminister" => leaf(false),
        "requiresTwoFactorAuthentication" => leaf(organization.two_factor_required),
        "membersWithRole" if cx.ask.may("members", Read) => connection::of(
            ("OrganizationMemberConnection", "OrganizationMemberEdge"),
            &world.members.iter().collect::<Vec<&Member>>(),
            arguments,
            move |m| Ok(people::user(cx, &world.users[m.user as usize])),
            |m, field| match field {
                "role" => if m.admin { "ADMIN" } else { "MEMBER" }.into(),
                "hasTwoFactorEnabled" => m.two_factor.into(),
                _ => Value::Null,
            },
        ),
        "teams" if cx.ask.may("members", Read) => {
            let roots = arguments.flag("rootTeamsOnly") == Some(true);
            let found = world.teams.iter().filter(|t| !roots || t.parent.is_none());
            teams(cx, &found.collect::<Vec<_>>(), arguments)
        }
        "team" => {
            let slug = arguments.text("slug").unwrap_or_default();
            Got::One(world.teams.iter().find(|t| t.slug == slug).map(|t| team(cx, t)))
        }
        "membersWithRole" | "teams" => Got::Failed(FORBIDDEN.to_owned()),
        "repository" => named(cx, login, arguments),
        "repositories" => repositories(cx, arguments),
        "samlIdentityProvider" if cx.ask.may("members", Read) => Got::One(Some(provider(cx))),
        "samlIdentityProvider" => Got::Failed(FORBIDDEN.to_owned()),
        _ => leaf(Value::Null),
    })
}

fn repositories<'a>(cx: &'a Context<'a>, arguments: &Arguments<'_>) -> Got<'a> {
    let world = cx.ask.world;
    let fits = |r: &&Repo| {
        let same = |wanted: Option<bool>, is: bool| wanted.is_none_or(|w| w == is);
        let private = r.hub.visibility != Visibility::Public;
        same(arguments.flag("isArchived"), r.hub.archived)
            && same(arguments.flag("isFork"), r.hub.fork)
            && same(arguments.text("privacy").map(|p| p == "PRIVATE"), private)
            && arguments
                .text("visibility")
                .is_none_or(|v| v.eq_ignore_ascii_case(r.hub.visibility.as_str()))
            && cx.ask.caller.sees(world, r)
    };
    let mut found: Vec<&Repo> = world.present().filter(fits).collect();
    match arguments.inside("orderBy", "field") {
        Some("PUSHED_AT") => found.sort_by_key(|r| (r.hub.pushed, r.hub.id)),
        Some("UPDATED_AT") => found.sort_by_key(|r| (r.hub.updated, r.hub.id)),
        Some("NAME") => found.sort_by_key(|r| r.hub.name.to_lowercase()),
        Some("CREATED_AT") => found.sort_by_key(|r| (r.hub.created, r.hub.id)),
        _ => {}
    }
    if arguments.inside("orderBy", "direction") == Some("DESC") {
        found.reverse();
    }
    connection::of(
        ("RepositoryConnection", "RepositoryEdge"),
        &found,
        arguments,
        move |repo| shown(cx, repo),
        nothing,
    )
}

/// No repositories.
pub(super) fn none<'a>(arguments: &Arguments<'_>) -> Got<'a> {
    let empty: [Value; 0] = [];
    let kinds = ("RepositoryConnection", "RepositoryEdge");
    connection::of(kinds, &empty, arguments, |_| Err(String::new()), nothing)
}

fn teams<'a>(cx: &'a Context<'a>, found: &[&'a HubTeam], arguments: &Arguments<'_>) -> Got<'a> {
    connection::of(
        ("TeamConnection", "TeamEdge"),
        found,
        arguments,
        move |t| Ok(team(cx, t)),
        nothing,
    )
}

/// A team.
pub(super) fn team<'a>(cx: &'a Context<'a>, team: &'a HubTeam) -> Shape<'a> {
    let world = cx.ask.world;
    let login = world.organization.login.as_str();
    Shape::new("Team", move |field, arguments| match field {
        "id" => leaf(node::id("T", team.id)),
        "databaseId" => leaf(team.id),
        "slug" => leaf(team.slug.clone()),
        "name" => leaf(team.slug.replace('-', " ")),
        "combinedSlug" => leaf(format!("{login}/{}", team.slug)),
        "privacy" => leaf(if team.secret { "SECRET" } else { "VISIBLE" }),
        "createdAt" => leaf(world.organization.created.to_string()),
        "url" => leaf(format!("https://github.com/orgs/{login}/teams/{}", team.slug)),
        "resourcePath" => leaf(format!("/orgs/{login}/teams/{}", team.slug)),
        "organization" => Got::One(Some(organization(cx))),
        "parentTeam" => {
            let parent = team.parent.and_then(|n| world.teams.get(n as usize));
            Got::One(parent.map(|p| self::team(cx, p)))
        }
        "childTeams" => {
            let found = world.teams.iter().filter(|t| t.parent == Some(team.number));
            teams(cx, &found.collect::<Vec<_>>(), arguments)
        }
        "members" => {
            let role = arguments.text("role");
            let fits = |m: &&(u64, bool)| role.is_none_or(|r| (r == "MAINTAINER") == m.1);
            let mut found: Vec<(u64, bool)> = team.members.iter().filter(fits).copied().collect();
            if arguments.text("membership") != Some("IMMEDIATE") && role != Some("MAINTAINER") {
                let below = world.teams.iter().filter(|t| t.parent == Some(team.number));
                let more = below.flat_map(|t| t.members.iter().map(|(n, _)| (*n, false)));
                found.extend(more);
                found.sort_by_key(|(n, maintains)| (*n, !maintains));
                found.dedup_by_key(|(n, _)| *n);
            }
            connection::of(
                ("TeamMemberConnection", "TeamMemberEdge"),
                &found,
                arguments,
                move |(n, _)| Ok(people::user(cx, &world.users[*n as usize])),
                |(_, maintains), field| match field {
                    "role" => if *maintains { "MAINTAINER" } else { "MEMBER" }.into(),
                    _ => "https://github.com".into(),
                },
            )
        }
        "repositories" => {
            let granted = |r: &'a Repo| {
                let grant = r.hub.teams.iter().find(|(n, _)| *n == team.number);
                grant.map(|(_, p)| (r, *p)).filter(|_| cx.ask.caller.sees(world, r))
            };
            let found: Vec<(&Repo, Permission)> = world.present().filter_map(granted).collect();
            connection::of(
                ("TeamRepositoryConnection", "TeamRepositoryEdge"),
                &found,
                arguments,
                move |(repo, _)| shown(cx, repo),
                |(_, permission), _| permission.role().to_uppercase().into(),
            )
        }
        _ => leaf(Value::Null),
    })
}

fn provider<'a>(cx: &'a Context<'a>) -> Shape<'a> {
    let world = cx.ask.world;
    Shape::new("OrganizationIdentityProvider", move |field, arguments| match field {
        "id" => leaf(node::id("OIP", world.organization.id)),
        "ssoUrl" => leaf(format!("https://sso.{}/saml", world.company.domain)),
        "issuer" => leaf(format!("https://sso.{}", world.company.domain)),
        "organization" => Got::One(Some(organization(cx))),
        "externalIdentities" => {
            let login = arguments.text("login").and_then(|l| world.login(l));
            let wanted = arguments.text("userName");
            let fits = |i: &&ExternalIdentity| {
                (arguments.text("login").is_none() || (login.is_some() && i.user == login))
                    && (arguments.flag("membersOnly") != Some(true) || i.user.is_some())
                    && wanted.is_none_or(|w| w == i.name_id)
            };
            connection::of(
                ("ExternalIdentityConnection", "ExternalIdentityEdge"),
                &world.identities.iter().filter(fits).collect::<Vec<_>>(),
                arguments,
                move |i| Ok(people::identity(cx, i)),
                nothing,
            )
        }
        _ => leaf(Value::Null),
    })
}
