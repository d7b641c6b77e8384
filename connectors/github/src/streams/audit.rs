//! `audit-log`: what was done, by whom, where the plan allows to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::Rank;
use rollcall_connector::transport::ListOf;
use rollcall_model::{Endpoint, Listing, Reference, Timestamp};
use rollcall_record::{ActivityRecord, EventKind, EventRecord, Problem, Record};
use serde_json::{Map, json};

use crate::client::Organization;
use crate::definition::Stream;
use crate::run::Run;
use crate::shapes::{AuditEvent, Text};
use crate::{kinds, map};

const AUDIT_LOG: &str = "GET /orgs/{org}/audit-log";

/// Events arrive late and out of order: what is newer than this many seconds is asked for again.
const OVERLAP: i64 = 15 * 60;

pub(crate) const STREAM: Stream = Stream {
    name: "audit-log",
    title: "Audit log",
    listing: Listing::Delta,
    rank: Rank::Secondary,
    permissions: &["organization_administration"],
    operations: &[AUDIT_LOG],
    sees: "who did what in the organisation: who created and changed tokens, keys, secrets, webhooks and Apps, and who is active",
    blind_spots: &[
        "Only organisations of an enterprise have it in this form, for 180 days.",
        "Git events and reading are not asked for.",
    ],
    shifting: false,
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| one(run, organization).boxed()).boxed()
}

async fn one(run: &Run<'_>, organization: Arc<Organization>) -> Result<(), Problem> {
    let key = run.key(&organization, "");
    let left = run.asked.past.scope(&key).and_then(|past| past.cursor.as_ref());
    let seconds = left.and_then(|cursor| cursor.get("until")?.as_i64());
    let earliest = run.asked.now.plus_seconds(-86_400 * i64::from(run.reading.config.audit_days));
    let since = seconds.map_or(earliest, |at| Timestamp::from_seconds(at - OVERLAP));
    let Some(mut guard) = run.scope(&organization, "", None).await? else {
        return Ok(());
    };
    let values = [("org", organization.login.as_str())];
    let phrase = format!("created:>={since}");
    let query =
        [("phrase", phrase.as_str()), ("include", "web"), ("order", "asc"), ("per_page", "100")];
    let listed = organization.list::<ListOf<AuditEvent>>(AUDIT_LOG, &values, &query).await;
    for event in listed.items.iter().filter_map(|event| changed(&organization, event)) {
        guard.event(event).await?;
    }
    for activity in activities(&organization, &listed.items) {
        guard.record(Record::Activity(activity)).await?;
    }
    for problem in listed.broken {
        guard.problem(problem).await?;
    }
    match listed.failed {
        Some(problem) => guard.fail(problem.hides(STREAM.sees)).await,
        None => {
            let newest = listed.items.iter().filter_map(at).max().unwrap_or(since);
            guard.cursor(json!({ "until": newest.seconds().max(since.seconds()) })).await?;
            guard.finish().await
        }
    }
}

/// When an event happened. GitHub gives milliseconds.
fn at(event: &AuditEvent) -> Option<Timestamp> {
    let millis = event.created_at.or(event.timestamp)?;
    Some(Timestamp::from_micros(millis.checked_mul(1000)?))
}

fn text(field: &Option<Text>) -> Option<&str> {
    field.as_ref().map(|text| text.0.as_str()).filter(|text| !text.is_empty())
}

/// Who did it: a user by number, or an App by its bot's login.
fn actor(organization: &Organization, event: &AuditEvent) -> Option<Endpoint> {
    let host = &organization.host;
    let login = event.actor.as_deref().filter(|login| !login.is_empty() && *login != map::GHOST);
    if let Some(slug) = login.and_then(|login| login.strip_suffix("[bot]")) {
        let app = format!("{}/{slug}", organization.login).to_ascii_lowercase();
        return Some(Reference::new("github.installed-app", &host.name, &app).into());
    }
    match event.actor_id.filter(|id| *id > 0) {
        Some(id) => Some(Reference::new("github.user-id", &host.name, &id.to_string()).into()),
        None => login.map(|login| host.login(login).into()),
    }
}

/// What an event created or changed, where it is something that other streams tell of.
/// Source of actions and fields: GitHub documentation, "Audit log events for your organization".
fn changed(organization: &Organization, event: &AuditEvent) -> Option<EventRecord> {
    let action = event.action.as_deref()?;
    let (sort, verb) = action.split_once('.')?;
    let created = ["create", "add", "access_granted"].iter().any(|word| verb.starts_with(word));
    let entity = subject(organization, sort, verb, event)?;
    let at = at(event)?;
    let id = event.document_id.clone().filter(|id| !id.is_empty())?;
    Some(EventRecord {
        id,
        entity,
        kind: if created { EventKind::Created } else { EventKind::Changed },
        at,
        by: actor(organization, event),
        attributes: Map::from_iter([("action".to_owned(), json!(action))]),
    })
}

fn subject(
    organization: &Organization,
    sort: &str,
    verb: &str,
    event: &AuditEvent,
) -> Option<Endpoint> {
    let host = &organization.host;
    let repository = text(&event.repo);
    if verb.ends_with("_secret") {
        let store = verb.split('_').rev().nth(1)?;
        let store = if store == "actions" || store == "org" { "actions" } else { store };
        let name = text(&event.key).or(text(&event.name))?;
        let holder = match (sort, event.repo_id, text(&event.environment_name)) {
            ("org", ..) => "org".to_owned(),
            ("repo", Some(id), _) => format!("repo:{id}"),
            ("environment", Some(id), Some(environment)) => format!("repo:{id}/env:{environment}"),
            _ => return None,
        };
        let value = format!("{store}:{holder}#{name}");
        return Some(Reference::new("github.stored-secret", &organization.realm, &value).into());
    }
    match sort {
        "repo" => Some(match event.repo_id.and_then(|id| u64::try_from(id).ok()) {
            Some(id) => organization.repository_key(id).ok()?.into(),
            None => host.repository(repository?).into(),
        }),
        "integration_installation" => {
            let app = text(&event.integration).or(text(&event.name))?;
            let app = app.trim().replace(' ', "-");
            let value = format!("{}/{app}", organization.login).to_ascii_lowercase();
            Some(Reference::new("github.installed-app", &host.name, &value).into())
        }
        "public_key" | "deploy_key" => {
            repository?;
            let print = text(&event.fingerprint)?;
            let print = print.strip_prefix("SHA256:").unwrap_or(print).trim_end_matches('=');
            Some(Reference::new("ssh.key-fingerprint", "sha256", print).into())
        }
        "hook" => {
            let hook = event.hook_id?;
            let id = match event.repo_id {
                Some(repository) => format!("repo:{repository}:{hook}"),
                None => format!("org:{hook}"),
            };
            Some(organization.key(kinds::WEBHOOK, &id).ok()?.into())
        }
        "personal_access_token" => {
            let id = event.token_id.filter(|id| *id > 0)?.to_string();
            Some(Reference::new("github.token-id", &host.name, &id).into())
        }
        "org" if matches!(verb, "add_member" | "update_member" | "remove_member") => {
            Some(host.login(text(&event.user)?).into())
        }
        _ => None,
    }
}

/// Who and what was active, day by day.
fn activities(organization: &Organization, events: &[AuditEvent]) -> Vec<ActivityRecord> {
    let mut days: BTreeMap<(Endpoint, i64), (Timestamp, Timestamp, u64)> = BTreeMap::new();
    for event in events {
        let Some(at) = at(event) else { continue };
        let token = event.token_id.filter(|id| *id > 0).map(|id| {
            let host = &organization.host.name;
            Endpoint::from(Reference::new("github.token-id", host, &id.to_string()))
        });
        for who in actor(organization, event).into_iter().chain(token) {
            let day = days.entry((who, at.day())).or_insert((at, at, 0));
            *day = (day.0.min(at), day.1.max(at), day.2 + 1);
        }
    }
    let record = |((entity, _), (first_at, last_at, _)): (_, (Timestamp, Timestamp, u64))| {
        ActivityRecord {
            entity,
            evidence: "github.audit-log".to_owned(),
            first_at,
            last_at,
            // A reading that begins within a day counts only what is left of it.
            count: None,
            attributes: Map::new(),
        }
    };
    days.into_iter().map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_and_texts_may_be_anything() {
        let event: AuditEvent = serde_json::from_str(
            r#"{"@timestamp":1606929874512,"action":"team.add_member","name":["x"],"user":"ada"}"#,
        )
        .unwrap();
        assert_eq!(
            at(&event).map(|at| at.to_string()).as_deref(),
            Some("2020-12-02T17:24:34.512000Z")
        );
        assert_eq!((text(&event.name), text(&event.user)), (None, Some("ada")));
    }
}
