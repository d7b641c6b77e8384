//! `teams`: the teams of each organisation, their members and their repositories.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _, stream};
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityType, Reference, Relation, ScopeKey};
use rollcall_record::{Problem, Record, ReferenceRecord, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, say, say_part, seen_by};
use crate::session::evidence;
use crate::shapes::{RepositoryName, Team, User};
use crate::{kinds, map};

pub(crate) const TEAMS: &str = "GET /orgs/{org}/teams";
const MEMBERS: &str = "GET /orgs/{org}/teams/{team_slug}/members";
const REPOSITORIES: &str = "GET /orgs/{org}/teams/{team_slug}/repos";

/// How many calls a team's own scope takes, about: its maintainers, its members, its repositories.
pub(crate) const CALLS_A_TEAM: u64 = 3;

pub(crate) const STREAM: Stream = Stream {
    name: "teams",
    title: "Teams",
    part: Some("team"),
    permissions: &["members"],
    operations: &[TEAMS, MEMBERS, REPOSITORIES],
    sees: "teams, the teams above them, their members and maintainers, and what they may do with repositories",
    blind_spots: &[
        "Groups of the identity provider that a team follows need a permission to write and are not read.",
        "The members of a team are those of the teams below it too.",
    ],
    priority: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| read_organization(run, organization).boxed()).boxed()
}

async fn read_organization(run: &Run<'_>, organization: Arc<Organization>) -> Result<(), Problem> {
    let wanted = run.asked.only.as_ref().is_none_or(|only| {
        only.iter().any(|key| key.stream == STREAM.name && key.realm == organization.realm)
    });
    if !wanted {
        return Ok(());
    }
    let values = [("org", organization.login.as_str())];
    let guard = run.scope(&organization, "", None).await?;
    if guard.is_none() && organization.lacks("members").is_some() {
        return Ok(());
    }
    let listed = organization.list::<ListOf<Team>>(TEAMS, &values, &[("per_page", "100")]).await;
    let mut teams = listed.items.clone();
    // Pages are numbered: what moved between them comes twice.
    let mut seen = HashSet::new();
    teams.retain(|team| seen.insert(team.id));
    if let Some(guard) = guard {
        say(guard, listed.hiding(STREAM.sees), |team, out| record(&organization, &team, out))
            .await?;
    }
    let due = teams
        .into_iter()
        .filter(|team| run.is_due(&run.key(&organization, &team.id.to_string()), None));
    stream::iter(due.map(Ok))
        .try_for_each_concurrent(run.reading.config.concurrency, |team| {
            read_team(run, &organization, team).boxed()
        })
        .await
}

async fn read_team(run: &Run<'_>, organization: &Organization, team: Team) -> Result<(), Problem> {
    let part = team.id.to_string();
    let key = organization.key(kinds::TEAM, &part)?;
    let Some(mut guard) = run.scope(organization, &part, Some(key.clone())).await? else {
        return Ok(());
    };
    let Some(slug) = team.slug.as_deref() else {
        return guard.fail(map::malformed(format!("team {part} has no slug"))).await;
    };
    let values = [("org", organization.login.as_str()), ("team_slug", slug)];
    let mut failed = None;
    for role in ["maintainer", "member"] {
        let query = [("role", role), ("per_page", "100")];
        let listed = organization.list::<ListOf<User>>(MEMBERS, &values, &query).await;
        let ended = say_part(&mut guard, listed, |user: User, out| {
            let member = organization.host.user(user.id)?;
            let relation = RelationRecord::new(member, Relation::MemberOf, &key)
                .attribute("role", role)
                .evidence(evidence(MEMBERS));
            out.push(Record::Relation(relation));
            Ok(())
        })
        .await?;
        failed = failed.or(ended);
    }
    let query = [("per_page", "100")];
    let listed = organization.list::<ListOf<RepositoryName>>(REPOSITORIES, &values, &query).await;
    let ended = say_part(&mut guard, listed, |repository: RepositoryName, out| {
        let level = map::repository_level(repository.role_name.as_deref(), repository.permissions);
        let to = organization.repository_key(repository.id)?;
        let access = map::access(&key, to, level, repository.role_name.as_deref());
        out.push(Record::Relation(access.evidence(evidence(REPOSITORIES))));
        Ok(())
    })
    .await?;
    match failed.or(ended) {
        Some(problem) => guard.fail(problem.hides("members and repositories of this team")).await,
        None => guard.finish().await,
    }
}

/// A team as records.
fn record(organization: &Organization, from: &Team, out: &mut Vec<Record>) -> Result<(), Problem> {
    let host = &organization.host;
    let key = organization.key(kinds::TEAM, &from.id.to_string())?;
    let slug = from.slug.as_deref().unwrap_or_default();
    let page = format!("orgs/{}/teams/{slug}", organization.login);
    let seen = seen_by(TEAMS, host.page(&page));
    let record = entity(key.clone(), EntityType::Team, from.name.as_deref().unwrap_or(slug))
        .attribute("slug", slug)
        .attribute("description", from.description.as_deref())
        .attribute("privacy", from.privacy.as_deref())
        .attribute("origin", from.kind.as_deref())
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    if !slug.is_empty() {
        let name = format!("{}/{slug}", organization.login).to_ascii_lowercase();
        let name = Reference::new("github.team", &host.name, &name);
        out.push(Record::Reference(ReferenceRecord::new(&key, name)));
    }
    if let Some(parent) = from.parent {
        let above = organization.key(kinds::TEAM, &parent.id.to_string())?;
        let within = RelationRecord::new(&key, Relation::MemberOf, above);
        out.push(Record::Relation(within.evidence(seen)));
    }
    Ok(())
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move {
        let organization = planning.organization;
        let values = [("org", organization.login.as_str())];
        let listed =
            organization.list::<ListOf<Team>>(TEAMS, &values, &[("per_page", "100")]).await;
        let past = planning.past(STREAM.name);
        let due = listed.items.iter().filter(|team| {
            let key = ScopeKey::part(STREAM.name, &organization.realm, &team.id.to_string());
            let age = past.scope(&key).and_then(|past| past.age(planning.request.now));
            age.is_none_or(|age| age >= planning.reading.config.due_after())
        });
        let due = due.count() as u64;
        let pages = (listed.items.len() as u64).div_ceil(100).max(1);
        Estimate { scopes: 1 + due, requests: pages + due * CALLS_A_TEAM, note: None }
    }
    .boxed()
}
