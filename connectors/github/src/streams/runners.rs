//! `runners`: self-hosted runners and their groups.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::{EntityKey, EntityType, Reference, Relation, Timestamp};
use rollcall_record::{Problem, Record, ReferenceRecord, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, say_part, seen_by};
use crate::session::evidence;
use crate::shapes::{Runner, RunnerGroup, RunnerGroups, Runners};
use crate::{kinds, map};

const GROUPS: &str = "GET /orgs/{org}/actions/runner-groups";
const OF_ORGANIZATION: &str = "GET /orgs/{org}/actions/runners";
const OF_REPOSITORY: &str = "GET /repos/{owner}/{repo}/actions/runners";

pub(crate) const STREAM: Stream = Stream {
    name: "runners",
    title: "Self-hosted runners",
    part: Some("repository"),
    permissions: &["organization_self_hosted_runners", "administration"],
    operations: &[GROUPS, OF_ORGANIZATION, OF_REPOSITORY],
    sees: "self-hosted runners, their labels and groups, and whether public repositories may use them",
    blind_spots: &[
        "GitHub tells no last use; a runner counts as used on a day on which it was seen online.",
        "GitHub forgets runners that were offline for 14 days, ephemeral ones after a day.",
        "Which repositories a group was opened to one by one is not read.",
        "Runners of the enterprise are not read.",
    ],
    repository_parts: &[""],
    plan: Some(plan),
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        run.each_organization(move |organization| of_organization(run, organization).boxed())
            .await?;
        run.each_repository(move |job| {
            async move {
                let Some(guard) = run.scope_of(&job, &["administration"]).await? else {
                    return Ok(());
                };
                let organization = &job.organization;
                let query = [("per_page", "100")];
                let listed =
                    organization.list::<Runners>(OF_REPOSITORY, &job.values(), &query).await;
                let holder = organization.repository_key(job.repository.id)?;
                run.say_of(&job, guard, listed, |runner, out| {
                    record(organization, &holder, &runner, OF_REPOSITORY, run.asked.now, out)
                })
                .await
            }
            .boxed()
        })
        .await
    }
    .boxed()
}

async fn of_organization(run: &Run<'_>, organization: Arc<Organization>) -> Result<(), Problem> {
    let own = organization.own_key()?;
    let permissions = ["organization_self_hosted_runners"];
    let Some(mut guard) = run.scope_with(&organization, "", own.clone(), &permissions).await?
    else {
        return Ok(());
    };
    let values = [("org", organization.login.as_str())];
    let query = [("per_page", "100")];
    let groups = organization.list::<RunnerGroups>(GROUPS, &values, &query).await;
    let groups = say_part(&mut guard, groups.hiding("groups of runners"), |found, out| {
        group(&organization, &found, out)
    })
    .await?;
    let runners = organization.list::<Runners>(OF_ORGANIZATION, &values, &query).await;
    let runners = say_part(&mut guard, runners.hiding(STREAM.sees), |runner, out| {
        record(&organization, &own, &runner, OF_ORGANIZATION, run.asked.now, out)
    })
    .await?;
    match runners.or(groups) {
        Some(problem) => guard.fail(problem).await,
        None => guard.finish().await,
    }
}

fn group(
    organization: &Organization,
    from: &RunnerGroup,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let id = from.id.to_string();
    let key = organization.key(kinds::RUNNER_GROUP, &id)?;
    let page = format!("organizations/{}/settings/actions/runner-groups/{id}", organization.login);
    let seen = seen_by(GROUPS, organization.host.page(&page));
    let name = from.name.as_deref().unwrap_or(&id);
    let record = entity(key.clone(), EntityType::Resource, name)
        .attribute("visibility", from.visibility.as_deref())
        .attribute("allows_public_repositories", from.allows_public_repositories)
        .attribute("restricted_to_workflows", from.restricted_to_workflows)
        .attribute("selected_workflows", from.selected_workflows.as_deref())
        .attribute("default", from.default)
        .attribute("inherited", from.inherited)
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    // Workflows name a group by the organisation that it belongs to.
    let at = format!("{}/{}", organization.host.name, organization.login.to_ascii_lowercase());
    let named = Reference::new("github.runner-group", &at, name);
    out.push(Record::Reference(ReferenceRecord::new(&key, named)));
    let holds = RelationRecord::new(organization.own_key()?, Relation::Contains, &key);
    out.push(Record::Relation(holds.evidence(seen)));
    Ok(())
}

fn record(
    organization: &Organization,
    holder: &EntityKey,
    from: &Runner,
    operation: &str,
    now: Timestamp,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let id = from.id.to_string();
    let key = organization.key(kinds::RUNNER, &id)?;
    let mut labels: Vec<&str> =
        from.labels.iter().flatten().filter_map(|label| label.name.as_deref()).collect();
    labels.sort_unstable();
    let record = entity(key.clone(), EntityType::Resource, from.name.as_deref().unwrap_or(&id))
        .attribute("labels", labels)
        .attribute("os", from.os.as_deref())
        .attribute("ephemeral", from.ephemeral)
        .evidence(evidence(operation));
    out.push(Record::Entity(record));
    let holds = RelationRecord::new(holder, Relation::Contains, &key);
    out.push(Record::Relation(holds.evidence(evidence(operation))));
    if let Some(id) = from.runner_group_id.filter(|id| *id > 0) {
        let group = organization.key(kinds::RUNNER_GROUP, &id.to_string())?;
        let within = RelationRecord::new(group, Relation::Contains, &key);
        out.push(Record::Relation(within.evidence(evidence(operation))));
    }
    if from.status.as_deref() == Some("online") {
        // To the day, so that reading often does not say the same again and again.
        let day = Timestamp::from_seconds(now.day() * 86_400);
        out.push(map::used(&key, "github.runner-online", day));
    }
    Ok(())
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    // An organisation's scope takes two calls: groups and runners.
    let usual = planning.usual();
    futures::future::ready(Estimate { requests: usual.requests + 1, ..usual }).boxed()
}
