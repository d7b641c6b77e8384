//! `personal-access-tokens` and `personal-access-token-requests`: fine-grained tokens.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt as _, TryStreamExt as _, stream};
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityKey, EntityType, Reference, Relation, ScopeKey};
use rollcall_record::{Problem, Record, ReferenceRecord, RelationRecord, entity};
use serde_json::json;

use crate::client::Organization;
use crate::definition::Stream;
use crate::plan::{Estimate, Planning};
use crate::run::{Run, say, seen_by};
use crate::session::evidence;
use crate::shapes::{PersonalToken, RepositoryName, TokenPermissions};
use crate::{kinds, map};

pub(crate) const TOKENS: &str = "GET /orgs/{org}/personal-access-tokens";
const TOKEN_REPOSITORIES: &str = "GET /orgs/{org}/personal-access-tokens/{pat_id}/repositories";
pub(crate) const REQUESTS: &str = "GET /orgs/{org}/personal-access-token-requests";
const REQUEST_REPOSITORIES: &str =
    "GET /orgs/{org}/personal-access-token-requests/{pat_request_id}/repositories";

const APPS_ONLY: &str = "GitHub shows fine-grained tokens to Apps only, not to tokens.";

pub(crate) const STREAM: Stream = Stream {
    name: "personal-access-tokens",
    title: "Fine-grained tokens",
    part: Some("token"),
    permissions: &["organization_personal_access_tokens"],
    operations: &[TOKENS, TOKEN_REPOSITORIES],
    sees: "fine-grained personal access tokens let into the organisation: owner, permissions, repositories, expiry and last use",
    blind_spots: &[
        APPS_ONLY,
        "Classic tokens are seen only where single sign-on lets them in.",
        "When a token was made is not told, only when it was let in.",
    ],
    priority: true,
    plan: Some(plan),
    ..Stream::usual(read)
};

pub(crate) const REQUEST_STREAM: Stream = Stream {
    name: "personal-access-token-requests",
    title: "Requests of fine-grained tokens",
    part: Some("request"),
    permissions: &["organization_personal_access_token_requests"],
    operations: &[REQUESTS, REQUEST_REPOSITORIES],
    sees: "fine-grained personal access tokens that ask to be let into the organisation",
    blind_spots: &[APPS_ONLY],
    priority: true,
    plan: Some(plan_requests),
    ..Stream::usual(read_requests)
};

/// The two listings differ in names only.
struct Sort {
    kind: &'static str,
    list: &'static str,
    repositories: &'static str,
    id: &'static str,
}

const GRANTED: Sort =
    Sort { kind: kinds::TOKEN, list: TOKENS, repositories: TOKEN_REPOSITORIES, id: "pat_id" };
const ASKED: Sort = Sort {
    kind: kinds::TOKEN_REQUEST,
    list: REQUESTS,
    repositories: REQUEST_REPOSITORIES,
    id: "pat_request_id",
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| one(run, organization, &GRANTED).boxed()).boxed()
}

fn read_requests<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_organization(move |organization| one(run, organization, &ASKED).boxed()).boxed()
}

async fn one(run: &Run<'_>, organization: Arc<Organization>, sort: &Sort) -> Result<(), Problem> {
    let guard = run.scope(&organization, "", None).await?;
    if guard.is_none()
        && run.stream.permissions.iter().any(|name| organization.lacks(name).is_some())
    {
        return Ok(());
    }
    let values = [("org", organization.login.as_str())];
    let query = [("per_page", "100")];
    let listed = organization.list::<ListOf<PersonalToken>>(sort.list, &values, &query).await;
    // Pages are numbered: what moved between them comes twice.
    let mut seen = HashSet::new();
    let chosen: Vec<PersonalToken> = listed
        .items
        .iter()
        .filter(|token| token.repository_selection.as_deref() == Some("subset"))
        .filter(|token| seen.insert(token.id))
        .cloned()
        .collect();
    if let Some(guard) = guard {
        say(guard, listed.hiding(run.stream.sees), |token, out| {
            record(&organization, sort, &token, out)
        })
        .await?;
    }
    stream::iter(chosen.into_iter().map(Ok))
        .try_for_each_concurrent(run.reading.config.concurrency, |token| {
            read_repositories(run, &organization, sort, token).boxed()
        })
        .await
}

/// The key of a token, or of a request.
fn key_of(
    organization: &Organization,
    sort: &Sort,
    from: &PersonalToken,
) -> Result<EntityKey, Problem> {
    let id = if sort.kind == kinds::TOKEN { from.token_id.unwrap_or(from.id) } else { from.id };
    organization.key(sort.kind, &id.to_string())
}

/// The repositories of a token that reaches chosen ones only. They change with its grant.
async fn read_repositories(
    run: &Run<'_>,
    organization: &Organization,
    sort: &Sort,
    token: PersonalToken,
) -> Result<(), Problem> {
    let part = token.id.to_string();
    let cursor = cursor_of(&token);
    if !run.is_due(&run.key(organization, &part), Some(&cursor)) {
        return Ok(());
    }
    let key = key_of(organization, sort, &token)?;
    let Some(mut guard) = run.scope(organization, &part, Some(key.clone())).await? else {
        return Ok(());
    };
    let values = [("org", organization.login.as_str()), (sort.id, part.as_str())];
    let query = [("per_page", "100")];
    let listed =
        organization.list::<ListOf<RepositoryName>>(sort.repositories, &values, &query).await;
    guard.cursor(cursor).await?;
    let permissions = token.permissions.unwrap_or_default();
    let allowed = permissions.repository.unwrap_or_default();
    let (level, actions) = reach(&allowed);
    say(guard, listed.hiding("which repositories a token reaches"), |repository, out| {
        let to = organization.repository_key(repository.id)?;
        let access = map::access(&key, to, level, None).attribute("actions", &actions);
        out.push(Record::Relation(access.evidence(evidence(sort.repositories))));
        Ok(())
    })
    .await
}

/// What the repositories of a token change with: its grant.
fn cursor_of(token: &PersonalToken) -> serde_json::Value {
    let changed = token.access_granted_at.or(token.created_at);
    json!(changed.map(|at| at.to_string()))
}

/// How far permissions go, and what they are.
fn reach(permissions: &BTreeMap<String, String>) -> (&'static str, Vec<String>) {
    let actions = permissions.iter().map(|(name, level)| format!("{name}:{level}")).collect();
    (map::furthest(permissions.values().map(String::as_str)), actions)
}

fn record(
    organization: &Organization,
    sort: &Sort,
    from: &PersonalToken,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let host = &organization.host;
    let granted = sort.kind == kinds::TOKEN;
    let key = key_of(organization, sort, from)?;
    let list = if granted { "active" } else { "pending" };
    let page =
        format!("organizations/{}/settings/personal-access-tokens/{list}", organization.login);
    let seen = seen_by(sort.list, host.page(&page));
    let expires_at =
        from.token_expires_at.as_deref().map(str::parse).transpose().map_err(|_| {
            map::malformed(format!("when the token {} expires cannot be read", key.id))
                .hides("this token")
        })?;
    let name = from.token_name.clone().unwrap_or_else(|| key.id.clone());
    let mut record = entity(key.clone(), EntityType::Credential, name)
        .expires_at(expires_at)
        .disabled(if granted { from.token_expired } else { Some(true) })
        .attribute("permissions", from.permissions.as_ref().map(sorted))
        .attribute("repository_selection", from.repository_selection.as_deref())
        .evidence(seen.clone());
    record = if granted {
        record.attribute("granted_at", from.access_granted_at).attribute("grant_id", from.id)
    } else {
        record
            .created_at(from.created_at)
            .attribute("reason", from.reason.as_deref())
            .attribute("token_id", from.token_id)
    };
    out.push(Record::Entity(record));
    if let Some(owner) = &from.owner {
        let proves = RelationRecord::new(&key, Relation::AuthenticatesAs, host.user(owner.id)?);
        out.push(Record::Relation(proves.evidence(seen.clone())));
    }
    if !granted {
        return Ok(());
    }
    if let Some(id) = from.token_id {
        let name = Reference::new("github.token-id", &host.name, &id.to_string());
        out.push(Record::Reference(ReferenceRecord::new(&key, name)));
    }
    let permissions = from.permissions.clone().unwrap_or_default();
    let mut all = permissions.organization.unwrap_or_default();
    if from.repository_selection.as_deref() == Some("all") {
        all.extend(permissions.repository.unwrap_or_default());
    }
    let (level, actions) = reach(&all);
    let access = map::access(&key, organization.own_key()?, level, None)
        .attribute("actions", &actions)
        .attribute("repository_selection", from.repository_selection.as_deref());
    out.push(Record::Relation(access.evidence(seen)));
    if let Some(at) = from.token_last_used_at {
        out.push(map::used(&key, "github.token-last-used", at));
    }
    Ok(())
}

/// Permissions by sort.
fn sorted(permissions: &TokenPermissions) -> serde_json::Value {
    let sorts = [
        ("organization", &permissions.organization),
        ("repository", &permissions.repository),
        ("other", &permissions.other),
    ];
    let told = sorts.into_iter().filter_map(|(name, levels)| {
        let levels = levels.as_ref().filter(|levels| !levels.is_empty())?;
        Some((name.to_owned(), json!(levels)))
    });
    serde_json::Value::Object(told.collect())
}

fn plan<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    estimate(planning, &GRANTED).boxed()
}

fn plan_requests<'a>(planning: &'a Planning<'a>) -> BoxFuture<'a, Estimate> {
    estimate(planning, &ASKED).boxed()
}

async fn estimate(planning: &Planning<'_>, sort: &Sort) -> Estimate {
    let organization = planning.organization;
    let values = [("org", organization.login.as_str())];
    let query = [("per_page", "100")];
    let listed = organization.list::<ListOf<PersonalToken>>(sort.list, &values, &query).await;
    let past = planning.past(planning.stream.name);
    let due = listed.items.iter().filter(|token| {
        let part = token.id.to_string();
        let key = ScopeKey::part(planning.stream.name, &organization.realm, &part);
        let fresh = past.scope(&key).is_some_and(|past| {
            past.is_at(&cursor_of(token))
                && past
                    .age(planning.request.now)
                    .is_some_and(|age| age < planning.reading.config.due_after())
        });
        token.repository_selection.as_deref() == Some("subset") && !fresh
    });
    let due = due.count() as u64;
    let pages = (listed.items.len() as u64).div_ceil(100).max(1);
    Estimate { scopes: 1 + due, requests: pages + due, note: None }
}
