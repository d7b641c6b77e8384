//! What waits for a human: looking at exactly the set, and confirming exactly that set.

use std::sync::Arc;

use rollcall_model::{Timestamp, content_hash};
use rollcall_store::{
    HeldFact, MissingReason, RetireOutcome, RetireRequest, ScopeId, Store, StoreError,
};

use crate::error::EngineError;

/// Facts that stay live until a human confirms that they are gone.
#[derive(Clone, Debug)]
pub struct HeldSet {
    /// Names the set: a hash of what is in it. A confirmation binds to it.
    pub id: String,
    /// The facts, in a stable order.
    pub facts: Vec<HeldFact>,
}

/// The facts of a source that wait.
///
/// # Errors
/// When there is no such source or the store fails.
pub async fn held_set(store: &Arc<dyn Store>, source: &str) -> Result<HeldSet, EngineError> {
    let row = store
        .sources()
        .await?
        .into_iter()
        .find(|row| row.name == source)
        .ok_or_else(|| StoreError::NotFound { what: "source", name: source.to_owned() })?;
    let facts = store.held(row.id).await?;
    let mut text = String::new();
    for fact in &facts {
        text.push_str(&format!("{}\n{}\n{}\n", fact.scope, fact.table.number(), fact.fact));
    }
    let mut id = content_hash(text.as_bytes()).to_string();
    id.truncate(12);
    Ok(HeldSet { id, facts })
}

/// Retires the set a human has looked at, and accepts what the credential sees now. If the set has
/// changed since, nothing happens.
///
/// # Errors
/// When nothing is held, the set is another one, or the store fails.
pub async fn confirm(
    store: &Arc<dyn Store>,
    source: &str,
    set: &str,
    at: Timestamp,
) -> Result<RetireOutcome, EngineError> {
    let held = held_set(store, source).await?;
    let row = store.sources().await?.into_iter().find(|row| row.name == source);
    let Some(row) = row else { return Err(EngineError::NothingHeld(source.to_owned())) };
    let scopes = store.scopes_of(row.id).await?;
    let narrowed: Vec<ScopeId> =
        scopes.iter().filter(|scope| !scope.lost.is_empty()).map(|scope| scope.id).collect();
    if held.facts.is_empty() && narrowed.is_empty() {
        return Err(EngineError::NothingHeld(source.to_owned()));
    }
    if held.id != set {
        return Err(EngineError::SetChanged {
            source_name: source.to_owned(),
            given: set.to_owned(),
            now: held.id,
        });
    }
    let ids: Vec<ScopeId> =
        scopes.iter().filter(|scope| scope.held > 0).map(|scope| scope.id).collect();
    let outcome = store
        .retire(RetireRequest {
            scopes: ids,
            reasons: vec![MissingReason::Brake, MissingReason::Visibility],
            run: None,
            at,
        })
        .await?;
    store.accept_visibility(&narrowed).await?;
    Ok(outcome)
}
