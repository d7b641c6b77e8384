//! `repositories`: the repositories of each organisation.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::{EntityType, Reference, Relation};
use rollcall_record::{Problem, Record, ReferenceRecord, RelationRecord, entity};

use crate::client::{Listed, Organization};
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::reading::{REPOSITORIES, SELECTED};
use crate::run::{Run, say, seen_by};
use crate::shapes::Repo;

pub(crate) const STREAM: Stream = Stream {
    name: "repositories",
    title: "Repositories",
    permissions: &["metadata"],
    operations: &[REPOSITORIES, SELECTED],
    sees: "the repositories of the organisation: visibility, whether they are archived, topics and custom properties",
    blind_spots: &[
        "An App with chosen repositories sees those and public ones.",
        "What lies in repositories is told by other streams.",
    ],
    priority: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let key = run.key(&organization, "");
            if !run.asked.wants(&key) || run.out.already_read(&key) {
                return Ok(());
            }
            let repositories = run.reading.repositories(&organization).await;
            let mut visibility = organization.visibility(STREAM.permissions, true);
            let chosen = repositories.selected.iter().flatten();
            visibility.0.extend(chosen.map(|id| format!("repository:{id}")));
            let started = run.started(key, Some(organization.own_key()?), visibility);
            let guard = run.out.scope(started).await?;
            let listed = Listed {
                items: repositories.list.iter().collect(),
                broken: Vec::new(),
                failed: repositories.problem.clone(),
            };
            say(guard, listed, |repository, out| record(&organization, repository, out)).await
        }
        .boxed()
    })
    .boxed()
}

/// A repository as records.
fn record(organization: &Organization, from: &Repo, out: &mut Vec<Record>) -> Result<(), Problem> {
    let host = &organization.host;
    let key = organization.repository_key(from.id)?;
    let seen = seen_by(REPOSITORIES, host.page(&from.full_name));
    let record = entity(key.clone(), EntityType::Resource, &from.full_name)
        .created_at(from.created_at)
        .disabled(from.disabled)
        .attribute("full_name", &from.full_name)
        .attribute("visibility", from.seen_by())
        .attribute("archived", from.archived)
        .attribute("fork", from.fork.filter(|fork| *fork))
        .attribute("template", from.is_template.filter(|template| *template))
        .attribute("default_branch", from.default_branch.as_deref())
        .attribute("topics", from.topics.as_deref())
        .attribute("custom_properties", from.custom_properties.as_ref())
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    let contains = RelationRecord::new(organization.own_key()?, Relation::Contains, &key);
    out.push(Record::Relation(contains.evidence(seen)));
    for name in [
        host.repository(&from.full_name),
        Reference::new("github.repository-id", &host.name, &from.part()),
    ] {
        out.push(Record::Reference(ReferenceRecord::new(&key, name)));
    }
    // What is found in its files has the address as spelled for its realm.
    let realm = format!("{}/{}", host.name, from.full_name);
    let code = rollcall_model::EntityKey::new("code", &realm, "code.repository", ".");
    if let Ok(code) = code {
        let same = RelationRecord::new(&key, Relation::Contains, code);
        out.push(Record::Relation(
            same.evidence(seen_by(REPOSITORIES, host.page(&from.full_name))),
        ));
    }
    Ok(())
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    async move {
        let pages = |n: usize| (n as u64).div_ceil(100).max(1);
        let chosen = planning.repositories.selected.as_ref().map_or(0, |ids| pages(ids.len()));
        let requests = pages(planning.repositories.list.len()) + chosen;
        Estimate { scopes: 1, requests, note: None }
    }
    .boxed()
}
