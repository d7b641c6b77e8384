//! The records of a stream.

use rollcall_model::{
    Endpoint, EntityKey, EntityType, IdentityClass, Listing, Reference, Relation, ScopeKey,
    Timestamp, Visibility,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Problem;

/// One statement of a connector. In JSON the field `record` names the sort.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A scope begins to be read. Until it is finished, what follows for it is not complete.
    ScopeStarted(ScopeStarted),
    /// An entity exists.
    Entity(EntityRecord),
    /// A relation exists.
    Relation(RelationRecord),
    /// An entity answers to a reference.
    Reference(ReferenceRecord),
    /// An entity was used.
    Activity(ActivityRecord),
    /// An entity was created or changed.
    Event(EventRecord),
    /// A delta listing says that an entity is gone.
    Gone(Gone),
    /// Where a delta listing continues next time. Opaque to everyone but its stream.
    Cursor {
        /// The scope it belongs to.
        scope: ScopeKey,
        /// The position.
        cursor: Value,
    },
    /// How far the reading of a scope has come; for progress bars only.
    Progress {
        /// The scope.
        scope: ScopeKey,
        /// How many things were read so far.
        done: u64,
        /// How many there are, where the provider tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
    },
    /// Something is wrong.
    Problem(Problem),
    /// A scope was read to its end.
    ScopeFinished(ScopeFinished),
}

/// A scope begins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScopeStarted {
    /// Which.
    pub scope: ScopeKey,
    /// The entity whose content this scope lists. When that entity is retired, the scope closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<EntityKey>,
    /// Whether everything is listed or only changes.
    #[serde(default)]
    pub listing: Listing,
    /// What the credential can see.
    #[serde(default)]
    pub visibility: Visibility,
}

/// A scope was read to its end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScopeFinished {
    /// Which.
    pub scope: ScopeKey,
    /// How many entities and relations the connector said since the scope began; a reader that
    /// counted otherwise lost something, and the scope is not complete.
    pub count: u64,
}

/// Where a statement comes from: a file and line at a commit, or an API operation.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// A path inside the repository or below the scanned root, with `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The commit that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The API operation, such as `aws:iam:GetAccountAuthorizationDetails`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// A link a person can open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An entity exists.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EntityRecord {
    /// What makes it this entity.
    pub key: EntityKey,
    /// What it is.
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    /// Human, service or agent; of an identity only, and only where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<IdentityClass>,
    /// What people call it.
    pub name: String,
    /// Whether it is switched off; absent where the provider has no such switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// When the provider says it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it stops working by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Further facts under the names of the kind's schema. Values that churn (last used, status
    /// pings) do not belong here but in activity.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// Where this is stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A relation exists.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RelationRecord {
    /// Where access comes from.
    pub from: Endpoint,
    /// How.
    pub relation: Relation,
    /// Where access goes to.
    pub to: Endpoint,
    /// What tells parallel relations of one sort between the same ends apart; usually empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub discriminator: String,
    /// Level, actions, conditions and the like.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// Where this is stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// An entity answers to a reference: other systems may name it so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReferenceRecord {
    /// The entity.
    pub entity: EntityKey,
    /// The name it answers to.
    pub reference: Reference,
}

/// An entity was used. Idempotent per entity, evidence and day: reading a window again overwrites.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ActivityRecord {
    /// What was used.
    pub entity: Endpoint,
    /// What sort of evidence this is, such as `aws.access-key-last-used`.
    pub evidence: String,
    /// First use within the day.
    pub first_at: Timestamp,
    /// Last use within the day. Same day as `first_at`.
    pub last_at: Timestamp,
    /// How many uses were counted within the day; absent where the provider only tells the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Details that belong to the evidence: region, service.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
}

/// What an event did to its entity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It came into being.
    Created,
    /// It was changed.
    Changed,
}

/// An entity was created or changed, by somebody at some time. Events with the same id are one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EventRecord {
    /// The provider's id of the event.
    pub id: String,
    /// What it happened to.
    pub entity: Endpoint,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// Who did it, where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Endpoint>,
    /// Further facts.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
}

/// A delta listing says that an entity is gone. Retires that entity's claims in this scope, and
/// nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gone {
    /// Which entity.
    pub key: EntityKey,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_names_its_sort_and_survives_the_round() {
        let key = EntityKey::new("aws", "1", "aws.iam-user", "AIDA1").unwrap();
        let record = Record::Relation(RelationRecord {
            from: (&key).into(),
            relation: Relation::MemberOf,
            to: Reference::new("aws.arn", "aws", "arn:aws:iam::1:group/g").into(),
            discriminator: String::new(),
            attributes: Map::new(),
            evidence: Vec::new(),
        });
        let line = serde_json::to_string(&record).unwrap();
        assert!(line.starts_with(r#"{"record":"relation","from":{"key":{"#), "{line}");
        assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record);
    }

    #[test]
    fn unknown_fields_on_the_wire_are_ignored() {
        let line =
            r#"{"record":"scope_finished","scope":{"stream":"s","realm":"r"},"count":3,"new":1}"#;
        assert!(serde_json::from_str::<Record>(line).is_ok());
    }
}
