//! `members` and `outside-collaborators`: the users of each organisation.

use std::collections::HashSet;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_record::{Problem, Record};

use crate::client::Organization;
use crate::definition::Stream;
use crate::map;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, say, say_part, seen_by};
use crate::shapes::User;

const MEMBERS: &str = "GET /orgs/{org}/members";
const OUTSIDE: &str = "GET /orgs/{org}/outside_collaborators";

pub(crate) const STREAM: Stream = Stream {
    name: "members",
    title: "Members",
    permissions: &["members"],
    operations: &[MEMBERS],
    sees: "the members of the organisation, which of them own it, and who lacks a second factor",
    blind_spots: &[
        "GitHub does not tell machine users from people.",
        "Whether members have a second factor is shown to owners only.",
    ],
    priority: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

pub(crate) const OUTSIDE_STREAM: Stream = Stream {
    name: "outside-collaborators",
    title: "Outside collaborators",
    permissions: &["members"],
    operations: &[OUTSIDE],
    sees: "users who are no members and have access to repositories of the organisation",
    blind_spots: &["What each may do is told by the stream collaborators."],
    priority: true,
    plan: Some(plan_outside),
    ..Stream::usual(read_outside)
};

async fn list(organization: &Organization, filter: (&str, &str)) -> crate::client::Listed<User> {
    let values = [("org", organization.login.as_str())];
    organization.list::<ListOf<User>>(MEMBERS, &values, &[filter, ("per_page", "100")]).await
}

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(mut guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let without = list(&organization, ("filter", "2fa_disabled")).await;
            let without: Option<HashSet<u64>> =
                match without.failed.or(without.broken.into_iter().next()) {
                    None => Some(without.items.iter().map(|user| user.id).collect()),
                    Some(problem) => {
                        guard.note(problem.hides("who lacks a second factor")).await?;
                        None
                    }
                };
            let mut failed = None;
            for role in ["admin", "member"] {
                let listed = list(&organization, ("role", role)).await;
                let ended = say_part(&mut guard, listed, |user, out| {
                    member(&organization, &user, role, without.as_ref(), out)
                })
                .await?;
                failed = failed.or(ended);
            }
            match failed {
                Some(problem) => guard.fail(problem.hides(STREAM.sees)).await,
                None => guard.finish().await,
            }
        }
        .boxed()
    })
    .boxed()
}

/// A member with what it is to the organisation.
fn member(
    organization: &Organization,
    user: &User,
    role: &str,
    without_second_factor: Option<&HashSet<u64>>,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let host = &organization.host;
    let two_factor = without_second_factor.map(|ids| !ids.contains(&user.id));
    let seen = seen_by(MEMBERS, host.page(&user.login));
    let key = map::user(host, user, Some(role), two_factor, seen.clone(), out)?;
    let level = if role == "admin" { "admin" } else { "read" };
    let access = map::access(key, organization.own_key()?, level, Some(role));
    out.push(Record::Relation(access.evidence(seen)));
    Ok(())
}

fn read_outside<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            let query = [("per_page", "100")];
            let listed = organization.list::<ListOf<User>>(OUTSIDE, &values, &query).await;
            let host = &organization.host;
            say(guard, listed.hiding(OUTSIDE_STREAM.sees), |user, out| {
                let seen = seen_by(OUTSIDE, host.page(&user.login));
                map::user(host, &user, Some("outside_collaborator"), None, seen, out).map(drop)
            })
            .await
        }
        .boxed()
    })
    .boxed()
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move {
        let mut requests = 0;
        for filter in [("role", "admin"), ("role", "member"), ("filter", "2fa_disabled")] {
            requests += planning.pages(MEMBERS, Some(filter)).await;
        }
        Estimate { scopes: 1, requests, note: None }
    }
    .boxed()
}

fn plan_outside<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move { Estimate { scopes: 1, requests: planning.pages(OUTSIDE, None).await, note: None } }
        .boxed()
}
