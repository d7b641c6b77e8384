//! `secret-scanning-alerts`: secrets that were found in repositories, without the secrets.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityType, Relation};
use rollcall_record::{Problem, Record, RelationRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::run::{Run, say, seen_by};
use crate::shapes::Alert;
use crate::{kinds, map};

const ALERTS: &str = "GET /orgs/{org}/secret-scanning/alerts";

pub(crate) const STREAM: Stream = Stream {
    name: "secret-scanning-alerts",
    title: "Secrets that were found",
    permissions: &["secret_scanning_alerts"],
    operations: &[ALERTS],
    sees: "open alerts about secrets in repositories: of what sort, whether they still work, and whether they are public",
    blind_spots: &[
        "Only patterns that GitHub knows, and repositories for which scanning is on.",
        "The secrets themselves are hidden by request; where they stand is not read.",
        "Resolved alerts are not listed.",
    ],
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            // Without `hide_secret` the answer holds the secrets in plain text.
            let query = [("state", "open"), ("hide_secret", "true"), ("per_page", "100")];
            let listed = organization.list::<ListOf<Alert>>(ALERTS, &values, &query).await;
            say(guard, listed.hiding(STREAM.sees), |alert, out| record(&organization, &alert, out))
                .await
        }
        .boxed()
    })
    .boxed()
}

fn record(organization: &Organization, from: &Alert, out: &mut Vec<Record>) -> Result<(), Problem> {
    let number = from.number;
    let Some(repository) = &from.repository else {
        return Err(map::malformed(format!("alert {number} names no repository")));
    };
    let id = format!("repo:{}#{}", repository.id, number);
    let key = organization.key(kinds::ALERT, &id)?;
    let full_name = repository.full_name.as_deref().unwrap_or_default();
    let page = format!("{full_name}/security/secret-scanning/{number}");
    let seen = seen_by(ALERTS, organization.host.page(&page));
    let sort = from.secret_type_display_name.as_deref().or(from.secret_type.as_deref());
    let name = format!("{} in {full_name}", sort.unwrap_or("secret"));
    let record = entity(key.clone(), EntityType::Credential, name)
        .created_at(from.created_at)
        .disabled((from.validity.as_deref() == Some("inactive")).then_some(true))
        .attribute("state", from.state.as_deref())
        .attribute("secret_type", from.secret_type.as_deref())
        .attribute("validity", from.validity.as_deref())
        .attribute("publicly_leaked", from.publicly_leaked)
        .attribute("multi_repo", from.multi_repo)
        .attribute("push_protection_bypassed", from.push_protection_bypassed)
        .attribute("resolution", from.resolution.as_deref())
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    let within = organization.repository_key(repository.id)?;
    let kept = RelationRecord::new(&key, Relation::StoredIn, within);
    out.push(Record::Relation(kept.evidence(seen)));
    Ok(())
}
