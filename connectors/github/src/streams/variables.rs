//! `organization-variables` and `repository-variables`: variables by name. Their values are sent in
//! plain text and dropped while they are read.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_record::Problem;

use crate::definition::Stream;
use crate::map::stored::{Holder, variable};
use crate::run::{Run, say, seen_by};
use crate::stored::{self, Named, STORES};

const SEES: &str = "names of variables for Actions and agents, and when they were changed";
const BLIND: [&str; 1] =
    ["Values are dropped unread: a secret that somebody keeps in a variable is not noticed."];

pub(crate) const ORGANIZATION_STREAM: Stream = Stream {
    name: "organization-variables",
    title: "Variables of organisations",
    part: Some("store"),
    permissions: &["organization_actions_variables", "organization_agent_variables"],
    operations: &["GET /orgs/{org}/actions/variables", "GET /orgs/{org}/agents/variables"],
    sees: SEES,
    blind_spots: &BLIND,
    organization_parts: &["actions", "agents"],
    ..Stream::usual(read_organizations)
};

pub(crate) const REPOSITORY_STREAM: Stream = Stream {
    name: "repository-variables",
    title: "Variables of repositories",
    part: Some("repository/store"),
    permissions: &["actions_variables", "agent_variables"],
    operations: &[
        "GET /repos/{owner}/{repo}/actions/variables",
        "GET /repos/{owner}/{repo}/agents/variables",
    ],
    sees: SEES,
    blind_spots: &BLIND,
    organization_parts: &[],
    repository_parts: &["/actions", "/agents"],
    ..Stream::usual(read_repositories)
};

fn read_organizations<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            for (store, listing) in
                STORES.iter().filter_map(|store| Some((store, store.variables.as_ref()?)))
            {
                let own = organization.own_key()?;
                let permissions = [listing.organization_permission];
                let guard = run.scope_with(&organization, store.name, own, &permissions).await?;
                let Some(guard) = guard else { continue };
                let values = [("org", organization.login.as_str())];
                let operation = listing.organization;
                let listed = stored::variables(&organization, operation, &values).await;
                let page = format!("organizations/{}/settings/variables", organization.login);
                let seen = seen_by(operation, organization.host.page(&page));
                let holder = Holder::organization(&organization, seen)?;
                say(guard, listed.hiding(SEES), |found, out| {
                    variable(&holder, store.name, &Named::from(&found), out)
                })
                .await?;
            }
            Ok(())
        }
        .boxed()
    })
    .boxed()
}

fn read_repositories<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| {
        async move {
            let Some(store) = stored::store(job.suffix) else { return Ok(()) };
            let Some(listing) = &store.variables else { return Ok(()) };
            let permissions = [listing.repository_permission];
            let Some(guard) = run.scope_of(&job, &permissions).await? else {
                return Ok(());
            };
            let (organization, repository) = (&job.organization, &job.repository);
            let operation = listing.repository;
            let listed = stored::variables(organization, operation, &job.values()).await;
            let page = format!("{}/settings/variables", repository.full_name);
            let seen = seen_by(operation, organization.host.page(&page));
            let holder = Holder::repository(organization, repository, seen)?;
            run.say_of(&job, guard, listed, |found, out| {
                variable(&holder, store.name, &Named::from(&found), out)
            })
            .await
        }
        .boxed()
    })
    .boxed()
}
