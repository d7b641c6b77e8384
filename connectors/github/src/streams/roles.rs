//! `organization-roles`: roles of each organisation and who holds them.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::ScopeGuard;
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityKey, EntityType, Relation};
use rollcall_record::{Problem, Record, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::kinds;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, say_part, seen_by};
use crate::session::evidence;
use crate::shapes::{OrganizationRole, Roles, Team, User};

pub(crate) const ROLES: &str = "GET /orgs/{org}/organization-roles";
const USERS: &str = "GET /orgs/{org}/organization-roles/{role_id}/users";
const TEAMS: &str = "GET /orgs/{org}/organization-roles/{role_id}/teams";

/// How many calls each role takes: the users and the teams that hold it.
pub(crate) const CALLS_A_ROLE: u64 = 2;

pub(crate) const STREAM: Stream = Stream {
    name: "organization-roles",
    title: "Organisation roles",
    permissions: &["organization_custom_org_roles", "members"],
    operations: &[ROLES, USERS, TEAMS],
    sees: "the roles of the organisation, what each permits, and the users and teams that hold them",
    blind_spots: &["Roles of the enterprise are not read."],
    shifting: false,
    plan: Some(plan),
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(mut guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            let listed = organization.list::<Roles>(ROLES, &values, &[]).await;
            let roles: Vec<u64> = listed.items.iter().map(|role| role.id).collect();
            let listed = listed.hiding(STREAM.sees);
            let mut failed =
                say_part(&mut guard, listed, |role, out| record(&organization, &role, out)).await?;
            for role in roles {
                let ended = holders(&organization, role, &mut guard).await?;
                failed = failed.or(ended);
            }
            match failed {
                Some(problem) => guard.fail(problem).await,
                None => guard.finish().await,
            }
        }
        .boxed()
    })
    .boxed()
}

fn record(
    organization: &Organization,
    from: &OrganizationRole,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = organization.key(kinds::ROLE, &from.id.to_string())?;
    let page = format!("organizations/{}/settings/org_role_assignments", organization.login);
    let record = entity(key, EntityType::Grant, &from.name)
        .attribute("description", from.description.as_deref())
        .attribute("base_role", from.base_role.as_deref())
        .attribute("source", from.source.as_deref())
        .attribute("permissions", from.permissions.as_deref())
        .evidence(seen_by(ROLES, organization.host.page(&page)));
    out.push(Record::Entity(record));
    Ok(())
}

/// Who holds a role; what comes by way of a team is said of the team alone.
async fn holders(
    organization: &Organization,
    role: u64,
    guard: &mut ScopeGuard,
) -> Result<Option<Problem>, Problem> {
    let id = role.to_string();
    let key = organization.key(kinds::ROLE, &id)?;
    let values = [("org", organization.login.as_str()), ("role_id", id.as_str())];
    let query = [("per_page", "100")];
    let indirect = |assignment: &Option<String>| assignment.as_deref() == Some("indirect");
    let holds = |from: EntityKey, operation: &str| {
        let grant = RelationRecord::new(from, Relation::HasGrant, &key);
        Record::Relation(grant.evidence(evidence(operation)))
    };
    let users = organization.list::<ListOf<User>>(USERS, &values, &query).await;
    let users = say_part(guard, users.hiding("who holds a role"), |user: User, out| {
        if !indirect(&user.assignment) {
            out.push(holds(organization.host.user(user.id)?, USERS));
        }
        Ok(())
    })
    .await?;
    let teams = organization.list::<ListOf<Team>>(TEAMS, &values, &query).await;
    let teams = say_part(guard, teams.hiding("which teams hold a role"), |team: Team, out| {
        if !indirect(&team.assignment) {
            out.push(holds(organization.key(kinds::TEAM, &team.id.to_string())?, TEAMS));
        }
        Ok(())
    })
    .await?;
    Ok(users.or(teams))
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move {
        let values = [("org", planning.organization.login.as_str())];
        let listed = planning.organization.list::<Roles>(ROLES, &values, &[]).await;
        let requests = 1 + listed.items.len() as u64 * CALLS_A_ROLE;
        Estimate { scopes: 1, requests, note: None }
    }
    .boxed()
}
