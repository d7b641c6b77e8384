//! `organization-secrets`, `repository-secrets` and `environment-secrets`: secrets by name.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::ProblemClass;
use rollcall_record::{Problem, Record, ReferenceRecord};

use super::environments::{self, names};
use crate::client::{Listed, Organization};
use crate::definition::Stream;
use crate::map::stored::{Holder, secret, secret_key, variable, workflow_name};
use crate::plan::{Estimate, Planning};
use crate::run::{Job, Run, say, say_part, seen_by};
use crate::shapes::{Secret, Secrets};
use crate::stored::{self, Named, Reaching, STORES, Store};

pub(crate) const ENVIRONMENT_SECRETS: &str =
    "GET /repos/{owner}/{repo}/environments/{environment_name}/secrets";
const ENVIRONMENT_VARIABLES: &str =
    "GET /repos/{owner}/{repo}/environments/{environment_name}/variables";

/// How many calls each environment takes: its secrets and its variables.
pub(crate) const CALLS_AN_ENVIRONMENT: u64 = 2;

const BLIND: [&str; 2] = [
    "GitHub tells no last use of a secret; that workflows name it is the only sign.",
    "A change of visibility counts as a change of the secret.",
];

pub(crate) const ORGANIZATION_STREAM: Stream = Stream {
    name: "organization-secrets",
    title: "Secrets of organisations",
    part: Some("store"),
    permissions: &[
        STORES[0].organization_permission,
        STORES[1].organization_permission,
        STORES[2].organization_permission,
        STORES[3].organization_permission,
    ],
    operations: &[
        STORES[0].organization,
        STORES[0].selected,
        STORES[1].organization,
        STORES[1].selected,
        STORES[2].organization,
        STORES[2].selected,
        STORES[3].organization,
        STORES[3].selected,
    ],
    sees: "names of the organisation's secrets for Actions, Dependabot, Codespaces and agents, which repositories get them, and when they were changed",
    blind_spots: &BLIND,
    priority: true,
    organization_parts: &["actions", "dependabot", "agents", "codespaces"],
    plan: Some(plan_organization),
    ..Stream::usual(read_organizations)
};

pub(crate) const REPOSITORY_STREAM: Stream = Stream {
    name: "repository-secrets",
    title: "Secrets of repositories",
    part: Some("repository/store"),
    permissions: &[
        STORES[0].repository_permission,
        STORES[1].repository_permission,
        STORES[2].repository_permission,
    ],
    operations: &[
        STORES[0].repository,
        STORES[1].repository,
        STORES[2].repository,
        STORES[3].repository,
    ],
    sees: "names of repositories' secrets for Actions, Dependabot and agents, and when they were changed",
    blind_spots: &[
        "Codespaces secrets of repositories need a permission to write; they are read where codespaces_secrets is on.",
        BLIND[0],
    ],
    organization_parts: &[],
    repository_parts: &["/actions", "/dependabot", "/agents", "/codespaces"],
    ..Stream::usual(read_repositories)
};

pub(crate) const ENVIRONMENT_STREAM: Stream = Stream {
    name: "environment-secrets",
    title: "Secrets and variables of environments",
    part: Some("repository"),
    permissions: &["environments", "actions"],
    operations: &[environments::ENVIRONMENTS, ENVIRONMENT_SECRETS, ENVIRONMENT_VARIABLES],
    sees: "names of environments' secrets and variables, and when they were changed",
    blind_spots: &BLIND,
    organization_parts: &[],
    repository_parts: &[""],
    follows_pushes: true,
    plan: Some(plan_environments),
    ..Stream::usual(read_environments)
};

fn read_organizations<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            for store in &STORES {
                read_store(run, &organization, store).await?;
            }
            Ok(())
        }
        .boxed()
    })
    .boxed()
}

async fn read_store(
    run: &Run<'_>,
    organization: &Arc<Organization>,
    store: &'static Store,
) -> Result<(), Problem> {
    let own = organization.own_key()?;
    let permissions = [store.organization_permission];
    let Some(guard) = run.scope_with(organization, store.name, own, &permissions).await? else {
        return Ok(());
    };
    let stored = run.reading.stored(organization, store).await;
    let page = format!("organizations/{}/settings/secrets/{}", organization.login, store.name);
    let seen = seen_by(store.organization, organization.host.page(&page));
    let holder = Holder::organization(organization, seen)?;
    let listed = Listed {
        items: stored.list.clone(),
        broken: stored.problems.clone(),
        failed: stored.failed.clone(),
    };
    say(guard, listed.hiding(run.stream.sees), |found: Reaching, out| {
        secret(&holder, store, &Named::from(&found.secret), out).map(drop)
    })
    .await
}

fn read_repositories<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| read_repository(run, job).boxed()).boxed()
}

async fn read_repository(run: &Run<'_>, job: Job) -> Result<(), Problem> {
    let Some(store) = stored::store(job.suffix) else { return Ok(()) };
    let permissions = [store.repository_permission];
    let Some(mut guard) = run.scope_of(&job, &permissions).await? else {
        return Ok(());
    };
    let (organization, repository) = (&job.organization, &job.repository);
    let query = [("per_page", "100")];
    let mut listed = organization.list::<Secrets>(store.repository, &job.values(), &query).await;
    let page = format!("{}/settings/secrets/{}", repository.full_name, store.name);
    let seen = seen_by(store.repository, organization.host.page(&page));
    let holder = Holder::repository(organization, repository, seen)?;
    let for_workflows = store.name == "actions";
    if for_workflows && listed.failed.is_none() {
        let shadowed: Vec<String> = listed.items.iter().map(|s| s.name.clone()).collect();
        let (names, problem) = inherited(run, &job, store, &shadowed).await?;
        for name in names {
            guard.reference(name).await?;
        }
        if let Some(problem) = problem {
            guard.problem(problem).await?;
        }
    }
    if let Some(problem) = listed.failed.take() {
        listed.failed = Some(run.failure(&job, problem).await.hides(run.stream.sees));
    }
    say(guard, listed, |found: Secret, out| {
        let key = secret(&holder, store, &Named::from(&found), out)?;
        if for_workflows {
            let name = workflow_name(organization, repository, &found.name);
            out.push(Record::Reference(ReferenceRecord::new(&key, name)));
        }
        Ok(())
    })
    .await
}

/// The organisation's secrets that workflows of a repository get under their names, because the
/// repository has none of that name. Where they could not be listed just now, the repository's own
/// scope is not complete either.
async fn inherited(
    run: &Run<'_>,
    job: &Job,
    store: &'static Store,
    shadowed: &[String],
) -> Result<(Vec<ReferenceRecord>, Option<Problem>), Problem> {
    let organization = &job.organization;
    if organization.lacks(store.organization_permission).is_some() {
        return Ok((Vec::new(), None));
    }
    let stored = run.reading.stored(organization, store).await;
    let holder = Holder::organization(organization, seen_by(store.organization, String::new()))?;
    let mut names = Vec::new();
    for found in &stored.list {
        let name = &found.secret.name;
        if !shadowed.contains(name) && found.reaches(&job.repository) {
            let key = secret_key(&holder, store, &Named::from(&found.secret))?;
            let name = workflow_name(organization, &job.repository, name);
            names.push(ReferenceRecord::new(&key, name));
        }
    }
    let lasting = [ProblemClass::Permission, ProblemClass::Unsupported];
    let passing =
        stored.failed.iter().chain(&stored.problems).find(|p| !lasting.contains(&p.class));
    Ok((names, passing.cloned().map(|p| p.hides("which of the organisation's secrets it gets"))))
}

fn read_environments<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| read_environment_secrets(run, job).boxed()).boxed()
}

async fn read_environment_secrets(run: &Run<'_>, job: Job) -> Result<(), Problem> {
    let Some(mut guard) = run.scope_of(&job, &["environments"]).await? else {
        return Ok(());
    };
    let (organization, repository) = (&job.organization, &job.repository);
    let names = match names(run, &job).await {
        Ok(names) => names,
        Err(problem) => return guard.fail(run.failure(&job, problem).await).await,
    };
    let mut failed = None;
    for name in names.iter() {
        let [owner, repo] = job.values();
        let values = [owner, repo, ("environment_name", name.as_str())];
        let page = format!("{}/settings/environments", repository.full_name);
        let seen = |operation| seen_by(operation, organization.host.page(&page));
        let query = [("per_page", "100")];
        let listed = organization.list::<Secrets>(ENVIRONMENT_SECRETS, &values, &query).await;
        let holder = Holder::environment(organization, repository, name, seen(ENVIRONMENT_SECRETS));
        let ended = say_part(&mut guard, listed, |found: Secret, out| {
            secret(&holder, &STORES[0], &Named::from(&found), out).map(drop)
        })
        .await?;
        failed = failed.or(ended);
        let listed = stored::variables(organization, ENVIRONMENT_VARIABLES, &values).await;
        let holder =
            Holder::environment(organization, repository, name, seen(ENVIRONMENT_VARIABLES));
        let ended = say_part(&mut guard, listed, |found, out| {
            variable(&holder, STORES[0].name, &Named::from(&found), out)
        })
        .await?;
        failed = failed.or(ended);
    }
    match failed {
        Some(problem) => guard.fail(run.failure(&job, problem).await.hides(run.stream.sees)).await,
        None => guard.finish().await,
    }
}

fn plan_organization<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move {
        let mut requests = 0;
        for store in &STORES {
            if planning.organization.lacks(store.organization_permission).is_none() {
                let stored = planning.reading.stored(planning.organization, store).await;
                let chosen = stored.list.iter().filter(|found| found.chosen.is_some()).count();
                requests += (stored.list.len() as u64).div_ceil(100).max(1) + chosen as u64;
            }
        }
        Estimate { scopes: STORES.len() as u64, requests, note: None }
    }
    .boxed()
}

fn plan_environments<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move {
        let due = planning.due(&ENVIRONMENT_STREAM);
        let listed: std::collections::HashSet<u64> =
            planning.due(&environments::STREAM).iter().map(|r| r.id).collect();
        let (mut requests, mut unknown) = (0, false);
        for repository in &due {
            let count = planning.environments(repository).await;
            unknown |= count.is_none();
            // Where this run has not listed the environments already, they are listed again.
            let again = u64::from(!listed.contains(&repository.id));
            requests += count.unwrap_or(1) * CALLS_AN_ENVIRONMENT + again;
        }
        let note = unknown.then(|| {
            "how many environments there are is not known yet; one a repository is assumed"
                .to_owned()
        });
        Estimate { scopes: due.len() as u64, requests, note }
    }
    .boxed()
}
