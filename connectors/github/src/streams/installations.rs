//! `app-installations`: the Apps that are installed in each organisation.

use std::collections::BTreeSet;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_model::{EntityType, Reference};
use rollcall_record::{Problem, Record, ReferenceRecord, entity};

use crate::client::Organization;
use crate::definition::Stream;
use crate::run::{Run, say, seen_by};
use crate::shapes::{Installation, Installations};
use crate::{kinds, map};

const INSTALLATIONS: &str = "GET /orgs/{org}/installations";

pub(crate) const STREAM: Stream = Stream {
    name: "app-installations",
    title: "App installations",
    permissions: &["organization_administration"],
    operations: &[INSTALLATIONS],
    sees: "the Apps installed in the organisation, their permissions and events, and whether they reach all repositories",
    blind_spots: &[
        "Which repositories another App reaches is not told for an organisation, only that they are selected.",
        "Apps that were only authorised by users, and OAuth Apps, are not listed.",
        "The private keys of an App are seen by its owner alone.",
    ],
    priority: true,
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| {
        async move {
            let Some(guard) = run.scope(&organization, "", None).await? else {
                return Ok(());
            };
            let values = [("org", organization.login.as_str())];
            let query = [("per_page", "100")];
            let listed = organization.list::<Installations>(INSTALLATIONS, &values, &query).await;
            let own = run.reading.repositories(&organization).await;
            let own = own.selected.as_ref().zip(organization.installation_id());
            say(guard, listed.hiding(STREAM.sees), |installation, out| {
                let reached = own.filter(|(_, id)| *id == installation.id).map(|(ids, _)| ids);
                record(&organization, &installation, reached, out)
            })
            .await
        }
        .boxed()
    })
    .boxed()
}

fn record(
    organization: &Organization,
    from: &Installation,
    reached: Option<&BTreeSet<u64>>,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let host = &organization.host;
    let id = from.id.to_string();
    let key = organization.key(kinds::INSTALLATION, &id)?;
    let slug = from.app_slug.as_deref().unwrap_or_default();
    let page = format!("organizations/{}/settings/installations/{id}", organization.login);
    let seen = seen_by(INSTALLATIONS, host.page(&page));
    let granted = from.granted();
    let record =
        entity(key.clone(), EntityType::Identity, if slug.is_empty() { &id } else { slug })
            .class(map::class_of_app(slug))
            .created_at(from.created_at)
            .disabled(Some(from.suspended_at.is_some()))
            .attribute("app_id", from.app_id)
            .attribute("app_slug", slug)
            .attribute("client_id", from.client_id.as_deref())
            .attribute("permissions", &granted)
            .attribute("repository_selection", from.repository_selection.as_deref())
            .attribute("events", from.events.as_deref())
            .attribute("changed_at", from.updated_at)
            .attribute("suspended_at", from.suspended_at)
            .evidence(seen.clone());
    out.push(Record::Entity(record));
    let app_id = from.app_id.map(|id| id.to_string());
    let named = [
        ("github.app-installation", Some(id.clone())),
        ("github.app-id", app_id),
        ("github.app-client-id", from.client_id.clone()),
        (
            "github.installed-app",
            (!slug.is_empty())
                .then(|| format!("{}/{slug}", organization.login).to_ascii_lowercase()),
        ),
    ];
    for (namespace, value) in named {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let name = Reference::new(namespace, &host.name, &value);
            out.push(Record::Reference(ReferenceRecord::new(&key, name)));
        }
    }
    let actions: Vec<String> =
        granted.iter().map(|(name, level)| format!("{name}:{level}")).collect();
    let level = map::furthest(granted.values().map(String::as_str));
    let access = map::access(&key, organization.own_key()?, level, None)
        .attribute("actions", &actions)
        .attribute("repository_selection", from.repository_selection.as_deref())
        .evidence(seen.clone());
    out.push(Record::Relation(access));
    for repository in reached.into_iter().flatten() {
        let to = organization.repository_key(*repository)?;
        let access = map::access(&key, to, level, None).attribute("actions", &actions);
        out.push(Record::Relation(access.evidence(seen.clone())));
    }
    Ok(())
}
