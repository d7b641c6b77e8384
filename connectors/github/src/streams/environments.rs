//! `environments`: environments of repositories and what protects them.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::{EntityType, Relation};
use rollcall_record::{Problem, Record, ReferenceRecord, RelationRecord, entity};
use serde_json::json;

use crate::definition::Stream;
use crate::kinds;
use crate::map::stored::environment_name;
use crate::run::{Job, Run, seen_by};
use crate::shapes::{BranchPolicy, Environment, Environments, Reviewer};

pub(crate) const ENVIRONMENTS: &str = "GET /repos/{owner}/{repo}/environments";

pub(crate) const STREAM: Stream = Stream {
    name: "environments",
    title: "Environments",
    part: Some("repository"),
    permissions: &["actions"],
    operations: &[ENVIRONMENTS],
    sees: "environments of repositories, and who or what must agree before a job may use one",
    blind_spots: &[
        "Environments of private repositories need a paid plan.",
        "Which branches a custom policy names is not read.",
    ],
    priority: true,
    organization_parts: &[],
    repository_parts: &[""],
    // Workflows make environments by naming them.
    follows_pushes: true,
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| {
        async move {
            let Some(mut guard) = run.scope_of(&job, STREAM.permissions).await? else {
                return Ok(());
            };
            let query = [("per_page", "100")];
            let listed =
                job.organization.list::<Environments>(ENVIRONMENTS, &job.values(), &query).await;
            if listed.failed.is_none() && listed.broken.is_empty() {
                let names: Vec<String> =
                    listed.items.iter().map(|environment| environment.name.clone()).collect();
                // How many there are tells the plan what their secrets take.
                guard.cursor(json!(names.len())).await?;
                run.reading.remember_environments(&job.repository, names);
            }
            run.say_of(&job, guard, listed, |environment, out| record(&job, &environment, out))
                .await
        }
        .boxed()
    })
    .boxed()
}

/// The names of a repository's environments: those that this run has read, or else listed now.
///
/// # Errors
/// When they cannot be listed whole.
pub(crate) async fn names(run: &Run<'_>, job: &Job) -> Result<Arc<Vec<String>>, Problem> {
    if let Some(known) = run.reading.environments(&job.repository) {
        return Ok(known);
    }
    let query = [("per_page", "100")];
    let listed = job.organization.list::<Environments>(ENVIRONMENTS, &job.values(), &query).await;
    if let Some(problem) = listed.problem("the environments of the repository") {
        return Err(problem);
    }
    Ok(Arc::new(listed.items.into_iter().map(|environment| environment.name).collect()))
}

fn record(job: &Job, from: &Environment, out: &mut Vec<Record>) -> Result<(), Problem> {
    let (organization, repository) = (&job.organization, &job.repository);
    let key = organization.key(kinds::ENVIRONMENT, &from.id.to_string())?;
    let page = format!("{}/settings/environments/{}/edit", repository.full_name, from.id);
    let seen = seen_by(ENVIRONMENTS, organization.host.page(&page));
    let rules = from.protection_rules.as_deref().unwrap_or_default();
    let sorts: Vec<&str> = rules.iter().filter_map(|rule| rule.kind.as_deref()).collect();
    let mut reviewers: Vec<String> = rules
        .iter()
        .flat_map(|rule| rule.reviewers.as_deref().unwrap_or_default())
        .filter_map(|reviewer| reviewer_name(&organization.login, reviewer))
        .collect();
    reviewers.sort_unstable();
    let record = entity(key.clone(), EntityType::Resource, &from.name)
        .created_at(from.created_at)
        .attribute("reviewers", reviewers)
        .attribute("prevent_self_review", rules.iter().find_map(|rule| rule.prevent_self_review))
        .attribute("wait_minutes", rules.iter().find_map(|rule| rule.wait_timer))
        .attribute("branches", branches(from.deployment_branch_policy.as_ref()))
        .attribute("admins_can_bypass", from.can_admins_bypass)
        .attribute("rules", sorts)
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    let parent = organization.repository_key(repository.id)?;
    let holds = RelationRecord::new(parent, Relation::Contains, &key);
    out.push(Record::Relation(holds.evidence(seen)));
    let name = environment_name(organization, repository, &from.name);
    out.push(Record::Reference(ReferenceRecord::new(&key, name)));
    Ok(())
}

/// A login, or a team's slug after `team:`.
fn reviewer_name(login: &str, from: &Reviewer) -> Option<String> {
    let named = from.reviewer.as_ref()?;
    match from.kind.as_deref() {
        Some("Team") => Some(format!("team:{login}/{}", named.slug.as_deref()?)),
        _ => named.login.clone(),
    }
}

/// Which branches may deploy.
fn branches(policy: Option<&BranchPolicy>) -> &'static str {
    match policy {
        None => "all",
        Some(policy) if policy.protected_branches == Some(true) => "protected",
        Some(_) => "custom",
    }
}
