//! `actions-settings` and `oidc-subjects`: what Actions may run, what its tokens may do, and the
//! form of the subjects its jobs present.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::{Rank, ScopeGuard};
use rollcall_model::{EntityKey, EntityType};
use rollcall_record::{EntityRecord, Problem, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::reading::REPOSITORY_SUBJECT;
use crate::run::{Job, Run, seen_by};
use crate::shapes::{
    ActionsPermissions, DefaultWorkflowPermissions, SelectedActions, SubjectTemplate,
};

/// The addresses of one level.
struct Addresses {
    permissions: &'static str,
    workflow: &'static str,
    selected: &'static str,
}

const OF_ORGANIZATION: Addresses = Addresses {
    permissions: "GET /orgs/{org}/actions/permissions",
    workflow: "GET /orgs/{org}/actions/permissions/workflow",
    selected: "GET /orgs/{org}/actions/permissions/selected-actions",
};
const OF_REPOSITORY: Addresses = Addresses {
    permissions: "GET /repos/{owner}/{repo}/actions/permissions",
    workflow: "GET /repos/{owner}/{repo}/actions/permissions/workflow",
    selected: "GET /repos/{owner}/{repo}/actions/permissions/selected-actions",
};
/// The form of an organisation's subjects.
const ORGANIZATION_SUBJECT: &str = "GET /orgs/{org}/actions/oidc/customization/sub";

pub(crate) const STREAM: Stream = Stream {
    name: "actions-settings",
    title: "Settings of Actions",
    rank: Rank::Secondary,
    part: Some("repository"),
    permissions: &["organization_administration", "administration"],
    operations: &[
        OF_ORGANIZATION.permissions,
        OF_ORGANIZATION.workflow,
        OF_ORGANIZATION.selected,
        OF_REPOSITORY.permissions,
        OF_REPOSITORY.workflow,
        OF_REPOSITORY.selected,
    ],
    sees: "which actions may run, and what the token of a workflow may do where the workflow says nothing",
    blind_spots: &["Policies of the enterprise are not read."],
    shifting: false,
    repository_parts: &[""],
    cost: 2,
    plan: Some(plan),
    ..Stream::usual(read)
};

pub(crate) const SUBJECT_STREAM: Stream = Stream {
    name: "oidc-subjects",
    title: "Subjects of Actions",
    rank: Rank::Secondary,
    part: Some("repository"),
    permissions: &["organization_administration", "actions"],
    operations: &[ORGANIZATION_SUBJECT, REPOSITORY_SUBJECT],
    sees: "the form of the subjects that jobs present to clouds, where an organisation or a repository changed it",
    blind_spots: &["Suffixes of the issuer that an enterprise may set are not read."],
    shifting: false,
    repository_parts: &[""],
    ..Stream::usual(read_subjects)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        run.each_organization(move |organization| {
            async move {
                let own = organization.own_key()?;
                let permissions = ["organization_administration"];
                let guard = run.scope_with(&organization, "", own.clone(), &permissions).await?;
                let Some(guard) = guard else { return Ok(()) };
                let values = [("org", organization.login.as_str())];
                let page = format!("organizations/{}/settings/actions", organization.login);
                let seen = seen_by(OF_ORGANIZATION.permissions, organization.host.page(&page));
                let known = entity(own, EntityType::Resource, &organization.login).evidence(seen);
                match settings(&organization, &OF_ORGANIZATION, &values, known).await {
                    Ok(record) => said(guard, record).await,
                    Err(problem) => guard.fail(problem.hides(STREAM.sees)).await,
                }
            }
            .boxed()
        })
        .await?;
        run.each_repository(move |job| {
            async move {
                let Some(guard) = run.scope_of(&job, &["administration"]).await? else {
                    return Ok(());
                };
                let page = "settings/actions";
                let known = about(&job, OF_REPOSITORY.permissions, page)?;
                let organization = &job.organization;
                match settings(organization, &OF_REPOSITORY, &job.values(), known).await {
                    Ok(record) => said(guard, record).await,
                    Err(problem) => failed(run, &job, guard, problem).await,
                }
            }
            .boxed()
        })
        .await
    }
    .boxed()
}

/// The entity of a repository, of which a stream says more.
fn about(job: &Job, operation: &str, page: &str) -> Result<EntityRecord, Problem> {
    let key: EntityKey = job.organization.repository_key(job.repository.id)?;
    let name = &job.repository.full_name;
    let seen = seen_by(operation, job.organization.host.page(&format!("{name}/{page}")));
    Ok(entity(key, EntityType::Resource, name).evidence(seen))
}

async fn said(mut guard: ScopeGuard, record: EntityRecord) -> Result<(), Problem> {
    guard.entity(record).await?;
    guard.finish().await
}

async fn failed(
    run: &Run<'_>,
    job: &Job,
    guard: ScopeGuard,
    problem: Problem,
) -> Result<(), Problem> {
    guard.fail(run.failure(job, problem).await.hides(run.stream.sees)).await
}

async fn settings(
    organization: &Organization,
    at: &Addresses,
    values: &[(&str, &str)],
    known: EntityRecord,
) -> Result<EntityRecord, Problem> {
    let may = organization.get::<ActionsPermissions>(at.permissions, values, &[]).await?.value;
    let token =
        organization.get::<DefaultWorkflowPermissions>(at.workflow, values, &[]).await?.value;
    let mut patterns: Vec<String> = Vec::new();
    if may.allowed_actions.as_deref() == Some("selected") {
        let chosen = organization.get::<SelectedActions>(at.selected, values, &[]).await?.value;
        patterns
            .extend((chosen.github_owned_allowed == Some(true)).then(|| "github-owned".to_owned()));
        patterns.extend((chosen.verified_allowed == Some(true)).then(|| "verified".to_owned()));
        patterns.extend(chosen.patterns_allowed.into_iter().flatten());
    }
    let enabled = may.enabled_repositories.or(may.enabled.map(|enabled| enabled.to_string()));
    Ok(known
        .attribute("actions_enabled", enabled)
        .attribute("allowed_actions", may.allowed_actions)
        .attribute("allowed_patterns", patterns)
        .attribute("sha_pinning_required", may.sha_pinning_required)
        .attribute("default_workflow_permissions", token.default_workflow_permissions)
        .attribute("workflows_can_approve", token.can_approve_pull_request_reviews))
}

fn read_subjects<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        run.each_organization(move |organization| of_organization(run, organization).boxed())
            .await?;
        run.each_repository(move |job| {
            async move {
                let Some(guard) = run.scope_of(&job, &["actions"]).await? else {
                    return Ok(());
                };
                match run.reading.subject(&job.organization, &job.repository).await {
                    Ok(template) => {
                        let known = about(&job, REPOSITORY_SUBJECT, "settings/actions")?;
                        said(guard, with_subject(known, &template)).await
                    }
                    Err(problem) => failed(run, &job, guard, problem).await,
                }
            }
            .boxed()
        })
        .await
    }
    .boxed()
}

async fn of_organization(run: &Run<'_>, organization: Arc<Organization>) -> Result<(), Problem> {
    let own = organization.own_key()?;
    let permissions = ["organization_administration"];
    let guard = run.scope_with(&organization, "", own.clone(), &permissions).await?;
    let Some(guard) = guard else { return Ok(()) };
    let values = [("org", organization.login.as_str())];
    match organization.get::<SubjectTemplate>(ORGANIZATION_SUBJECT, &values, &[]).await {
        Ok(answer) => {
            let page = format!("organizations/{}/settings/actions", organization.login);
            let seen = seen_by(ORGANIZATION_SUBJECT, organization.host.page(&page));
            let known = entity(own, EntityType::Resource, &organization.login).evidence(seen);
            said(guard, with_subject(known, &answer.value)).await
        }
        Err(problem) => guard.fail(problem.hides(SUBJECT_STREAM.sees)).await,
    }
}

fn with_subject(known: EntityRecord, template: &SubjectTemplate) -> EntityRecord {
    known
        .attribute("oidc_use_default", template.use_default)
        .attribute("oidc_claim_keys", template.include_claim_keys.as_deref())
        .attribute("oidc_immutable_subject", template.use_immutable_subject)
        .attribute("oidc_subject_prefix", template.sub_claim_prefix.as_deref())
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    // An organisation's scope takes two calls too; chosen actions, a third, are told only then.
    let usual = planning.usual();
    futures::future::ready(Estimate { requests: usual.requests + 1, ..usual }).boxed()
}
