//! Which entity a person means.

use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::{EngineError, Entity, find, list};
use rollcall_model::{Endpoint, PublicId, Reference};
use rollcall_store::{EntityFilter, Store};

use crate::failure::Failure;

/// What was meant.
#[derive(Debug)]
pub(crate) enum Found {
    /// An entity, live or gone.
    Entity(Box<Entity>),
    /// A name that others use and no source has read.
    Stub(Reference),
}

/// Finds what a text names: a public id (a stub's leads to what it was resolved to), a name or
/// native id of one live entity, or failing that of one that is gone.
///
/// # Errors
/// When nothing or more than one thing is meant.
pub(crate) async fn lookup(store: &Arc<dyn Store>, text: &str) -> Result<Found> {
    let unknown = match find(store, text).await {
        Ok(entity) => return Ok(Found::Entity(Box::new(entity))),
        Err(error @ EngineError::Unknown(_)) => error,
        Err(error) => return Err(error.into()),
    };
    if let Ok(id) = text.parse::<PublicId>()
        && let Some(reference) = reference_of(store, id).await?
    {
        return match store.claimants(&reference).await?.as_slice() {
            [] => Ok(Found::Stub(reference)),
            [key] => Ok(Found::Entity(Box::new(find(store, key.public_id().as_str()).await?))),
            several => {
                let ids: Vec<String> =
                    several.iter().map(|key| format!("{} ({key})", key.public_id())).collect();
                let message =
                    format!("{reference} is ambiguous: it may be any of {}", ids.join(", "));
                Err(Failure::new("ambiguous_name", message).into())
            }
        };
    }
    match gone(store, text).await?.as_mut_slice() {
        [] => Err(unknown.into()),
        [one] => Ok(Found::Entity(Box::new(one.clone()))),
        several => {
            several.sort_by_key(|entity| std::cmp::Reverse(entity.gone_at));
            let ids: Vec<String> =
                several.iter().take(5).map(|entity| entity.id.to_string()).collect();
            let message = format!(
                "{text:?} is gone, and was the name of {} entities; use an id, the latest first: {}",
                several.len(),
                ids.join(", ")
            );
            Err(Failure::new("ambiguous_name", message).into())
        }
    }
}

/// The entity a text names.
///
/// # Errors
/// As [`lookup`], and when it names a stub.
pub(crate) async fn entity(store: &Arc<dyn Store>, text: &str) -> Result<Entity> {
    match lookup(store, text).await? {
        Found::Entity(entity) => Ok(*entity),
        Found::Stub(reference) => Err(Failure::new(
            "not_collected",
            format!("{reference} is named by others and no source has read it, so there is no history of it"),
        )
        .into()),
    }
}

/// The reference whose stub has this public id.
async fn reference_of(store: &Arc<dyn Store>, id: PublicId) -> Result<Option<Reference>> {
    // Inside the store a reference has the head of its public id, negative.
    match store.endpoint(-id.prefix63().max(1)).await? {
        Some(Endpoint::Reference(reference)) if reference.public_id() == id => Ok(Some(reference)),
        _ => Ok(None),
    }
}

async fn gone(store: &Arc<dyn Store>, text: &str) -> Result<Vec<Entity>> {
    let filter =
        EntityFilter { name: Some(text.to_owned()), gone: true, ..EntityFilter::default() };
    let mut entities = list(store, &filter).await?;
    entities.retain(|entity| entity.name == text && entity.gone_at.is_some());
    Ok(entities)
}
