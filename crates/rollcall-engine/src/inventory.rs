//! The inventory: claims merged into entities, by rank, then time, then name of the source.

use std::cmp::Reverse;
use std::sync::Arc;

use rollcall_model::{EntityKey, EntityType, IdentityClass, PublicId, Timestamp};
use rollcall_store::{ClaimedEntity, EntityFilter, Store, StoreError};
use serde_json::{Map, Value};

use crate::error::EngineError;

/// Who says so, and when it was last known to be so.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The source.
    pub source: String,
    /// The scope, for people.
    pub scope: String,
    /// When the scope was last read completely.
    pub at: Option<Timestamp>,
}

/// An entity, merged from all claims about it.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its public id.
    pub id: PublicId,
    /// Its key.
    pub key: EntityKey,
    /// What it is.
    pub entity_type: EntityType,
    /// Human, service or agent.
    pub class: Option<IdentityClass>,
    /// What people call it.
    pub name: String,
    /// Whether it is switched off.
    pub disabled: Option<bool>,
    /// When the provider says it was created.
    pub created_at: Option<Timestamp>,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// Further facts; where claims differ, the one that counts most stands.
    pub attributes: Map<String, Value>,
    /// When anyone first said anything about it.
    pub first_seen: Option<Timestamp>,
    /// When it was last known to be there.
    pub last_seen: Option<Timestamp>,
    /// When the last claim about it ended; `None` while there is one.
    pub gone_at: Option<Timestamp>,
    /// Complete readings miss it, but it is held live until a human confirms or another reading
    /// decides.
    pub missing: bool,
    /// Who says so.
    pub seen: Vec<Seen>,
}

/// Merges claims about one entity. `None` for no claims. Live claims count before ended ones; among
/// those, a smaller rank, then a later reading, then the name of the source.
#[must_use]
pub fn merge(mut claims: Vec<ClaimedEntity>) -> Option<Entity> {
    if claims.iter().any(|claim| claim.gone_at.is_none()) {
        let first_seen = claims.iter().filter_map(|claim| claim.first_seen).min();
        claims.retain(|claim| claim.gone_at.is_none());
        if let (Some(claim), Some(at)) = (claims.first_mut(), first_seen) {
            claim.first_seen = Some(claim.first_seen.map_or(at, |own| own.min(at)));
        }
    }
    claims.sort_by(|a, b| {
        (a.rank, Reverse(a.last_seen), &a.source, &a.scope).cmp(&(
            b.rank,
            Reverse(b.last_seen),
            &b.source,
            &b.scope,
        ))
    });
    let best = claims.first()?;
    let mut entity = Entity {
        id: best.key.public_id(),
        key: best.key.clone(),
        entity_type: best.body.entity_type,
        class: None,
        name: best.body.name.clone(),
        disabled: None,
        created_at: None,
        expires_at: None,
        attributes: Map::new(),
        first_seen: claims.iter().filter_map(|claim| claim.first_seen).min(),
        last_seen: claims.iter().filter_map(|claim| claim.gone_at.or(claim.last_seen)).max(),
        gone_at: None,
        missing: claims.iter().all(|claim| claim.missing),
        seen: Vec::with_capacity(claims.len()),
    };
    if claims.iter().all(|claim| claim.gone_at.is_some()) {
        entity.gone_at = claims.iter().filter_map(|claim| claim.gone_at).max();
    }
    for claim in claims {
        let body = claim.body;
        entity.class = entity.class.or(body.class);
        entity.disabled = entity.disabled.or(body.disabled);
        entity.created_at = entity.created_at.or(body.created_at);
        entity.expires_at = entity.expires_at.or(body.expires_at);
        for (name, value) in body.attributes {
            entity.attributes.entry(name).or_insert(value);
        }
        entity.seen.push(Seen {
            source: claim.source,
            scope: claim.scope.to_string(),
            at: claim.last_seen,
        });
    }
    Some(entity)
}

/// The entities that pass a filter, by provider, realm, kind, name and id.
///
/// # Errors
/// When the store fails.
pub async fn list(
    store: &Arc<dyn Store>,
    filter: &EntityFilter,
) -> Result<Vec<Entity>, StoreError> {
    let mut entities: Vec<Entity> = Vec::new();
    let mut same: Vec<ClaimedEntity> = Vec::new();
    for claim in store.entities(filter).await? {
        if same.first().is_some_and(|first| first.key != claim.key) {
            entities.extend(merge(std::mem::take(&mut same)));
        }
        same.push(claim);
    }
    entities.extend(merge(same));
    entities.sort_by(|a, b| {
        let of = |e: &Entity| (e.key.provider.clone(), e.key.realm.clone(), e.key.kind.clone());
        of(a).cmp(&of(b)).then_with(|| (&a.name, &a.key.id).cmp(&(&b.name, &b.key.id)))
    });
    Ok(entities)
}

/// The entity that a person means by a text: a public id (of an entity, or of a stub that has been
/// resolved since), or a name or native id that only one live entity has.
///
/// # Errors
/// When nothing or more than one thing is meant, or the store fails.
pub async fn find(store: &Arc<dyn Store>, text: &str) -> Result<Entity, EngineError> {
    let mut keys = Vec::new();
    if let Ok(id) = text.parse::<PublicId>() {
        keys.extend(store.key_of(id).await?);
        if keys.is_empty() {
            keys.extend(store.redirect(id).await?);
        }
    }
    if keys.is_empty() {
        keys = store.keys_named(text).await?;
    }
    match keys.as_slice() {
        [] => Err(EngineError::Unknown(text.to_owned())),
        [key] => merge(store.claims_about(key).await?)
            .ok_or_else(|| EngineError::Unknown(text.to_owned())),
        several => Err(EngineError::Ambiguous {
            name: text.to_owned(),
            count: several.len(),
            ids: several
                .iter()
                .take(5)
                .map(|key| format!("{} ({key})", key.public_id()))
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}
