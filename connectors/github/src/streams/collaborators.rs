//! `collaborators`: who has access to each repository directly.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_record::{Problem, Record};

use crate::definition::Stream;
use crate::map;
use crate::run::{Run, seen_by};
use crate::shapes::User;

const COLLABORATORS: &str = "GET /repos/{owner}/{repo}/collaborators";

pub(crate) const STREAM: Stream = Stream {
    name: "collaborators",
    title: "Collaborators",
    part: Some("repository"),
    permissions: &["metadata"],
    operations: &[COLLABORATORS],
    sees: "which users were given access to single repositories, and how far it goes",
    blind_spots: &[
        "Access by way of a team, of owning the organisation or of its base permission is told by teams, members and organization.",
        "A token needs push access to a repository to list its collaborators.",
    ],
    organization_parts: &[],
    repository_parts: &[""],
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| {
        async move {
            let Some(guard) = run.scope_of(&job, STREAM.permissions).await? else {
                return Ok(());
            };
            let organization = &job.organization;
            let query = [("affiliation", "direct"), ("per_page", "100")];
            let listed =
                organization.list::<ListOf<User>>(COLLABORATORS, &job.values(), &query).await;
            let page = format!("{}/settings/access", job.repository.full_name);
            let seen = seen_by(COLLABORATORS, organization.host.page(&page));
            let repository = organization.repository_key(job.repository.id)?;
            run.say_of(&job, guard, listed, |user: User, out| {
                let key = organization.host.user(user.id)?;
                let level = map::repository_level(user.role_name.as_deref(), user.permissions);
                let access = map::access(key, &repository, level, user.role_name.as_deref());
                out.push(Record::Relation(access.evidence(seen.clone())));
                Ok(())
            })
            .await
        }
        .boxed()
    })
    .boxed()
}
