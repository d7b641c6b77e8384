//! `organization`: each organisation and its settings.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::{EntityType, Reference};
use rollcall_record::{Problem, Record, ReferenceRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::host::Host;
use crate::run::{Run, seen_by};
use crate::session::ORGANIZATION;
use crate::shapes::OrganizationDetail;

pub(crate) const STREAM: Stream = Stream {
    name: "organization",
    title: "Organisation",
    permissions: &["organization_administration"],
    operations: &[ORGANIZATION],
    sees: "the organisation, its plan, and what it demands of and permits to its members",
    blind_spots: &["Rulesets of the organisation need a permission to write and are not read."],
    shifting: false,
    priority: true,
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            // It is its own content: nothing contains it. Its name is to be had without permission.
            let key = organization.own_key()?;
            let Some(mut guard) = run.scope_with(&organization, "", key, &[]).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            let detail = organization.get::<OrganizationDetail>(ORGANIZATION, &values, &[]).await;
            match detail {
                Ok(answer) => {
                    if let Some(problem) = organization.lacks("organization_administration") {
                        guard.note(problem.hides("the settings of the organisation")).await?;
                    }
                    for record in records(&organization.host, &organization, &answer.value)? {
                        guard.record(record).await?;
                    }
                    guard.finish().await
                }
                Err(problem) => guard.fail(problem).await,
            }
        }
        .boxed()
    })
    .boxed()
}

/// An organisation as records.
fn records(
    host: &Host,
    organization: &Organization,
    from: &OrganizationDetail,
) -> Result<Vec<Record>, Problem> {
    let key = organization.own_key()?;
    let record = entity(key.clone(), EntityType::Resource, &from.login)
        .created_at(from.created_at)
        .disabled(from.archived_at.map(|_| true))
        .attribute("title", from.name.as_deref())
        .attribute("plan", from.plan.as_ref().and_then(|plan| plan.name.as_deref()))
        .attribute("two_factor_required", from.two_factor_requirement_enabled)
        .attribute("default_repository_permission", from.default_repository_permission.as_deref())
        .attribute("members_can_create_repositories", from.members_can_create_repositories)
        .attribute(
            "members_can_fork_private_repositories",
            from.members_can_fork_private_repositories,
        )
        .attribute("deploy_keys_enabled", from.deploy_keys_enabled_for_repositories)
        .attribute("signoff_required", from.web_commit_signoff_required)
        .attribute("verified", from.is_verified)
        .attribute("archived_at", from.archived_at)
        .evidence(seen_by(ORGANIZATION, host.page(&from.login)));
    let names = [
        Reference::new("github.organization", &host.name, &from.login.to_ascii_lowercase()),
        Reference::new("github.organization-id", &host.name, &from.id.to_string()),
    ];
    let mut records = vec![Record::Entity(record)];
    records.extend(names.map(|name| Record::Reference(ReferenceRecord::new(&key, name))));
    Ok(records)
}
