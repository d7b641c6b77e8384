//! The end of a stream: what its complete readings did not see retires, unless it is too much.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rollcall_connector::StreamDef;
use rollcall_model::ScopeKey;
use rollcall_store::{
    Candidate, MissingReason, RetireRequest, ScopeId, SourceId, Store, StoreError,
};

use crate::brake::{self, LiveScope};
use crate::observer::SyncEvent;
use crate::stream::StreamCx;

/// What a run has retired so far, by scope: entities and loose relations. The brake counts it.
#[derive(Default)]
pub(crate) struct Retired {
    by_scope: HashMap<ScopeId, (i64, i64)>,
}

/// What the end of a stream did.
#[derive(Default)]
pub(crate) struct Ended {
    /// Claims that were retired.
    pub(crate) retired: i64,
    /// Scopes that were closed because their parent is gone.
    pub(crate) closed: usize,
    /// Facts that wait for a human, by scope, with the reason in words.
    pub(crate) held: Vec<(ScopeKey, i64, String)>,
}

/// Retires what is pending in the scopes of a stream that were read completely.
pub(crate) async fn end_stream(
    cx: &StreamCx<'_>,
    stream: &StreamDef,
    complete: &HashSet<ScopeId>,
    before: &mut Retired,
) -> Result<Ended, StoreError> {
    let StreamCx { store, clock, observer, source, run, .. } = *cx;
    let mut ended = Ended::default();
    let (stream, careful) = (stream.name.as_str(), stream.careful);
    let candidates: Vec<Candidate> = store
        .candidates(source, stream)
        .await?
        .into_iter()
        .filter(|candidate| complete.contains(&candidate.id))
        .collect();
    if !candidates.is_empty() {
        let scopes = live_scopes(store, source, before).await?;
        let held = brake::held(&candidates, &scopes, careful);
        let waiting: HashSet<ScopeId> = held.iter().map(|(id, _)| *id).collect();
        let ids: Vec<ScopeId> = held.iter().map(|(id, _)| *id).collect();
        store.hold(&ids, run).await?;
        for (id, reason) in &held {
            if let Some(candidate) = candidates.iter().find(|candidate| candidate.id == *id) {
                let why = reason.to_string();
                ended.held.push((candidate.key.clone(), candidate.facts, why));
            }
        }
        let going: Vec<&Candidate> =
            candidates.iter().filter(|candidate| !waiting.contains(&candidate.id)).collect();
        let outcome = store
            .retire(RetireRequest {
                scopes: going.iter().map(|candidate| candidate.id).collect(),
                reasons: vec![MissingReason::Pending],
                run: Some(run.clone()),
                at: clock.now(),
            })
            .await?;
        for candidate in going {
            let counts = before.by_scope.entry(candidate.id).or_default();
            counts.0 += candidate.entities;
            counts.1 += candidate.loose_relations;
        }
        ended.retired = outcome.total();
        ended.closed = outcome.closed.len();
    }
    narrowed(store, source, stream, complete, &mut ended).await?;
    for (scope, facts, why) in &ended.held {
        let (scope, facts, why) = (scope.clone(), *facts, why.clone());
        observer(SyncEvent::Held { scope, facts, why });
    }
    observer(SyncEvent::StreamEnded { stream: stream.to_owned(), retired: ended.retired });
    Ok(ended)
}

/// The scopes of a source as the brake counts them: what was live before this run retired any.
async fn live_scopes(
    store: &Arc<dyn Store>,
    source: SourceId,
    before: &Retired,
) -> Result<Vec<LiveScope>, StoreError> {
    let scopes = store.scopes_of(source).await?;
    let live = |scope: rollcall_store::ScopeRow| {
        let (entities, relations) = before.by_scope.get(&scope.id).copied().unwrap_or_default();
        LiveScope {
            id: scope.id,
            key: scope.key,
            entities: scope.live_entities + entities,
            relations: scope.live_relations + relations,
            retired_entities: entities,
            retired_relations: relations,
        }
    };
    Ok(scopes.into_iter().map(live).collect())
}

/// Facts that were not seen by a credential that sees less than before.
async fn narrowed(
    store: &Arc<dyn Store>,
    source: SourceId,
    stream: &str,
    complete: &HashSet<ScopeId>,
    ended: &mut Ended,
) -> Result<(), StoreError> {
    let counts = store.missing_counts(source, &[MissingReason::Visibility]).await?;
    if counts.is_empty() {
        return Ok(());
    }
    let counts: HashMap<ScopeId, i64> = counts.into_iter().collect();
    for scope in store.scopes_of(source).await? {
        if scope.key.stream != stream || !complete.contains(&scope.id) {
            continue;
        }
        if let Some(facts) = counts.get(&scope.id) {
            let why = format!("the credential no longer sees: {}", scope.lost.join(", "));
            ended.held.push((scope.key, *facts, why));
        }
    }
    Ok(())
}
