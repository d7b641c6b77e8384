//! `webhooks`: webhooks of organisations and repositories.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityKey, EntityType, Relation};
use rollcall_record::{Evidence, Problem, Record, RelationRecord, entity};
use serde_json::Value;

use crate::client::Organization;
use crate::definition::Stream;
use crate::kinds;
use crate::run::{Run, say, seen_by};
use crate::shapes::Hook;

const OF_ORGANIZATION: &str = "GET /orgs/{org}/hooks";
const OF_REPOSITORY: &str = "GET /repos/{owner}/{repo}/hooks";

pub(crate) const STREAM: Stream = Stream {
    name: "webhooks",
    title: "Webhooks",
    part: Some("repository"),
    permissions: &["organization_hooks", "repository_hooks"],
    operations: &[OF_ORGANIZATION, OF_REPOSITORY],
    sees: "where the organisation and its repositories send what happens, and of what",
    blind_spots: &[
        "Of an address only host and path are kept.",
        "Webhooks of Apps are part of the App.",
        "When a webhook was called last is not read.",
    ],
    repository_parts: &[""],
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        run.each_organization(move |organization| of_organization(run, organization).boxed())
            .await?;
        run.each_repository(move |job| {
            async move {
                let Some(guard) = run.scope_of(&job, &["repository_hooks"]).await? else {
                    return Ok(());
                };
                let (organization, repository) = (&job.organization, &job.repository);
                let query = [("per_page", "100")];
                let listed =
                    organization.list::<ListOf<Hook>>(OF_REPOSITORY, &job.values(), &query).await;
                let holder = organization.repository_key(repository.id)?;
                run.say_of(&job, guard, listed, |hook, out| {
                    let id = format!("repo:{}:{}", repository.id, hook.id);
                    let page = format!("{}/settings/hooks/{}", repository.full_name, hook.id);
                    let seen = seen_by(OF_REPOSITORY, organization.host.page(&page));
                    record(organization, &id, &holder, &hook, seen, out)
                })
                .await
            }
            .boxed()
        })
        .await
    }
    .boxed()
}

async fn of_organization(
    run: &Run<'_>,
    organization: std::sync::Arc<Organization>,
) -> Result<(), Problem> {
    let own = organization.own_key()?;
    let guard = run.scope_with(&organization, "", own.clone(), &["organization_hooks"]).await?;
    let Some(guard) = guard else { return Ok(()) };
    let values = [("org", organization.login.as_str())];
    let query = [("per_page", "100")];
    let listed = organization.list::<ListOf<Hook>>(OF_ORGANIZATION, &values, &query).await;
    say(guard, listed.hiding(STREAM.sees), |hook, out| {
        let id = format!("org:{}", hook.id);
        let page = format!("organizations/{}/settings/hooks/{}", organization.login, hook.id);
        let seen = seen_by(OF_ORGANIZATION, organization.host.page(&page));
        record(&organization, &id, &own, &hook, seen, out)
    })
    .await
}

fn record(
    organization: &Organization,
    id: &str,
    holder: &EntityKey,
    from: &Hook,
    seen: Evidence,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = organization.key(kinds::WEBHOOK, id)?;
    let config = from.config.as_ref();
    let url = config.and_then(|config| config.url.as_deref()).filter(|url| !url.is_empty());
    let insecure = config.and_then(|config| match &config.insecure_ssl {
        Some(Value::String(text)) => Some(text == "1"),
        Some(Value::Number(number)) => Some(number.as_u64() == Some(1)),
        Some(Value::Bool(insecure)) => Some(*insecure),
        _ => None,
    });
    let record =
        entity(key.clone(), EntityType::Resource, url.or(from.name.as_deref()).unwrap_or(id))
            .created_at(from.created_at)
            .disabled(from.active.map(|active| !active))
            .attribute("url", url)
            .attribute("events", from.events.as_deref())
            .attribute("active", from.active)
            .attribute("insecure_ssl", insecure)
            .attribute("content_type", config.and_then(|config| config.content_type.as_deref()))
            .evidence(seen.clone());
    out.push(Record::Entity(record));
    let holds = RelationRecord::new(holder, Relation::Contains, &key);
    out.push(Record::Relation(holds.evidence(seen)));
    Ok(())
}
