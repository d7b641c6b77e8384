//! Building entity records without repeating the fields that are absent.

use rollcall_model::{
    Endpoint, EntityKey, EntityType, IdentityClass, Reference, Relation, Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{EntityRecord, Evidence, ReferenceRecord, RelationRecord};

/// An entity record with nothing but its key, type and name.
#[must_use]
pub fn entity(key: EntityKey, entity_type: EntityType, name: impl Into<String>) -> EntityRecord {
    EntityRecord {
        key,
        entity_type,
        class: None,
        name: name.into(),
        disabled: None,
        created_at: None,
        expires_at: None,
        attributes: Map::new(),
        evidence: Vec::new(),
    }
}

impl EntityRecord {
    /// Sets the class.
    #[must_use]
    pub fn class(mut self, class: IdentityClass) -> Self {
        self.class = Some(class);
        self
    }

    /// Sets when it was created.
    #[must_use]
    pub fn created_at(mut self, at: Option<Timestamp>) -> Self {
        self.created_at = at;
        self
    }

    /// Sets when it expires.
    #[must_use]
    pub fn expires_at(mut self, at: Option<Timestamp>) -> Self {
        self.expires_at = at;
        self
    }

    /// Sets whether it is switched off.
    #[must_use]
    pub fn disabled(mut self, disabled: Option<bool>) -> Self {
        self.disabled = disabled;
        self
    }

    /// Adds evidence.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Adds an attribute; null, empty texts, lists and maps are left out.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Serialize) -> Self {
        insert(&mut self.attributes, name, value);
        self
    }
}

impl RelationRecord {
    /// A relation without attributes.
    #[must_use]
    pub fn new(from: impl Into<Endpoint>, relation: Relation, to: impl Into<Endpoint>) -> Self {
        Self {
            from: from.into(),
            relation,
            to: to.into(),
            discriminator: String::new(),
            attributes: Map::new(),
            evidence: Vec::new(),
        }
    }

    /// Adds an attribute; null, empty texts, lists and maps are left out.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Serialize) -> Self {
        insert(&mut self.attributes, name, value);
        self
    }

    /// Tells it apart from parallel relations.
    #[must_use]
    pub fn discriminator(mut self, discriminator: impl Into<String>) -> Self {
        self.discriminator = discriminator.into();
        self
    }

    /// Adds evidence.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }
}

impl ReferenceRecord {
    /// `entity` answers to the reference.
    #[must_use]
    pub fn new(entity: &EntityKey, reference: Reference) -> Self {
        Self { entity: entity.clone(), reference }
    }
}

fn insert(attributes: &mut Map<String, Value>, name: &str, value: impl Serialize) {
    // A value that cannot be JSON (a map with non-string keys) is a mistake in the connector; its
    // tests see the attribute missing.
    let Ok(value) = serde_json::to_value(value) else { return };
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if !empty {
        attributes.insert(name.to_owned(), value);
    }
}
