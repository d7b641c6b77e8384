//! `code-repositories`: the repositories whose contents are read. They are what the scopes of their
//! files hang on: one that is renamed or gone takes its files with it.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::Rank;
use rollcall_model::{EntityType, Reference};
use rollcall_record::{Problem, ReferenceRecord, entity};

use super::survey;
use crate::config::Tier;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::reading::REPOSITORIES;
use crate::run::{Run, seen_by};

pub(crate) const STREAM: Stream = Stream {
    name: "code-repositories",
    title: "Repositories whose contents are read",
    rank: Rank::Declared,
    permissions: &["metadata"],
    operations: &[REPOSITORIES],
    tier: Tier::Workflows,
    sees: "the repositories whose files are read, by the address a checkout would have",
    blind_spots: &["Repositories outside the configured tier are not among them."],
    plan: Some(plan),
    ..Stream::usual(read)
};

/// It says again what was listed already.
fn plan<'a>(_: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    std::future::ready(Estimate { scopes: 1, requests: 0, note: None }).boxed()
}

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        let host = &run.reading.host;
        for (organization, repositories, problem) in survey::chosen(run).await? {
            let key = run.key(&organization, "");
            if !run.asked.wants(&key) || run.out.already_read(&key) {
                continue;
            }
            // A narrower choice must not look as if repositories had gone.
            let mut visibility = organization.visibility(STREAM.permissions, true);
            let listed = run.reading.repositories(&organization).await;
            let reached = listed.selected.iter().flatten();
            visibility.0.extend(reached.map(|id| format!("repository:{id}")));
            visibility.0.extend(survey::choice(&run.reading.config));
            let started = run.started(key, Some(organization.own_key()?), visibility);
            let mut guard = run.out.scope(started).await?;
            for repository in &repositories {
                let named = survey::named(host, repository, None);
                let Some(key) = named.key() else { continue };
                let seen = seen_by(REPOSITORIES, host.page(&repository.full_name));
                let record = entity(key.clone(), EntityType::Resource, &repository.full_name)
                    .attribute("remote", &named.id)
                    .attribute("default_branch", &named.default_branch)
                    .evidence(seen);
                guard.entity(record).await?;
                let remote = Reference::new("git.remote", &host.name, &repository.full_name);
                guard.reference(ReferenceRecord::new(&key, remote)).await?;
            }
            match problem {
                Some(problem) => guard.fail(problem).await?,
                None => guard.finish().await?,
            }
        }
        Ok(())
    }
    .boxed()
}
