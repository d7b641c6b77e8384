//! References: how one entity names another before it is resolved.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::hash_parts;
use crate::{EntityKey, NodeId, PublicId};

/// A name in a namespace that some authority keeps unique, such as an ARN in the partition `aws`
/// or an e-mail address at its domain.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Reference {
    /// What sort of name it is: `aws.arn`, `git.email`, `oidc.subject`.
    pub namespace: String,
    /// Who keeps the name unique: a partition, an issuer, a host.
    pub authority: String,
    /// The name itself.
    pub value: String,
}

impl Reference {
    /// A reference from its parts.
    #[must_use]
    pub fn new(namespace: &str, authority: &str, value: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            authority: authority.to_owned(),
            value: value.to_owned(),
        }
    }

    fn hash(&self) -> [u8; 32] {
        hash_parts("reference", &[&self.namespace, &self.authority, &self.value])
    }

    /// The id inside a store.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        NodeId::from_hash(&self.hash(), true)
    }

    /// The public id of the stub that stands for what this names while nobody claims it.
    #[must_use]
    pub fn public_id(&self) -> PublicId {
        PublicId::from_hash(&self.hash())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.namespace, self.authority, self.value)
    }
}

/// One end of a relation: an entity whose key is known, or a reference to be resolved later.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// An entity by its key.
    Key(EntityKey),
    /// Whatever answers to a reference.
    Reference(Reference),
}

impl Endpoint {
    /// The id inside a store.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        match self {
            Self::Key(key) => key.node_id(),
            Self::Reference(reference) => reference.node_id(),
        }
    }
}

impl From<EntityKey> for Endpoint {
    fn from(key: EntityKey) -> Self {
        Self::Key(key)
    }
}

impl From<&EntityKey> for Endpoint {
    fn from(key: &EntityKey) -> Self {
        Self::Key(key.clone())
    }
}

impl From<Reference> for Endpoint {
    fn from(reference: Reference) -> Self {
        Self::Reference(reference)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Reference(reference) => reference.fmt(f),
        }
    }
}
