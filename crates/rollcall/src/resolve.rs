//! What stands at the other end of a relation.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::merge;
use rollcall_model::{Endpoint, EntityKey, PublicId};
use rollcall_store::Store;
use serde::Serialize;

/// What an endpoint turned out to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum End {
    /// An entity that some source has read.
    Collected {
        id: PublicId,
        name: String,
        kind: String,
        realm: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        gone: Option<bool>,
    },
    /// Named by others, read by no source.
    NotCollected { id: PublicId, name: String },
    /// Several entities answer to the name; none is preferred.
    Ambiguous { name: String, ids: Vec<PublicId> },
}

impl End {
    /// In one line, for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Collected { name, kind, gone, .. } => {
                let gone = if gone.is_some() { ", gone" } else { "" };
                format!("{name} ({kind}{gone})")
            }
            Self::NotCollected { name, .. } => format!("{name} (not collected)"),
            Self::Ambiguous { name, ids } => {
                format!("{name} (ambiguous: {} entities answer to it)", ids.len())
            }
        }
    }
}

/// Resolves endpoints, each once.
pub(crate) struct Resolver<'s> {
    store: &'s Arc<dyn Store>,
    known: HashMap<Endpoint, End>,
}

impl<'s> Resolver<'s> {
    pub(crate) fn new(store: &'s Arc<dyn Store>) -> Self {
        Self { store, known: HashMap::new() }
    }

    /// What an endpoint is: of a reference, exactly one claimant resolves it.
    pub(crate) async fn resolve(&mut self, endpoint: &Endpoint) -> Result<End> {
        if let Some(end) = self.known.get(endpoint) {
            return Ok(end.clone());
        }
        let end = match endpoint {
            Endpoint::Key(key) => self.collected(key).await?,
            Endpoint::Reference(reference) => {
                match self.store.claimants(reference).await?.as_slice() {
                    [] => {
                        End::NotCollected { id: reference.public_id(), name: reference.to_string() }
                    }
                    [key] => self.collected(key).await?,
                    several => End::Ambiguous {
                        name: reference.to_string(),
                        ids: several.iter().map(EntityKey::public_id).collect(),
                    },
                }
            }
        };
        self.known.insert(endpoint.clone(), end.clone());
        Ok(end)
    }

    async fn collected(&self, key: &EntityKey) -> Result<End> {
        let id = key.public_id();
        Ok(match merge(self.store.claims_about(key).await?) {
            Some(entity) => End::Collected {
                id,
                name: entity.name,
                kind: key.kind.to_string(),
                realm: key.realm.clone(),
                gone: entity.gone_at.map(|_| true),
            },
            None => End::NotCollected { id, name: key.to_string() },
        })
    }
}
