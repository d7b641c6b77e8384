//! What a snapshot is made of, as plain rows, and what changes one.

use std::sync::Arc;

use rollcall_model::{
    AccessLevel, EntityKey, EntityType, IdentityClass, NodeId, Reference, Relation, ScopeState,
    Timestamp,
};

use crate::words::Derived;

/// An entity, merged over its claims.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityRow {
    /// Its key. Its ids are computed from it.
    pub key: EntityKey,
    /// Its id inside the store: `key.node_id()`, given so that it need not be computed again.
    pub id: NodeId,
    /// What it is; `None` for a stub of which only the key is known.
    pub entity_type: Option<EntityType>,
    /// Human, service or agent.
    pub class: Option<IdentityClass>,
    /// What people call it.
    pub name: String,
    /// The references that name it, with their ids.
    pub aliases: Vec<(NodeId, Reference)>,
    /// Whether it is switched off, where that is known.
    pub disabled: Option<bool>,
    /// When the provider says it was created.
    pub created_at: Option<Timestamp>,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When anyone first said anything about it.
    pub first_seen: Option<Timestamp>,
    /// When it was last known to be there, as far as that was known when the row was made. Later
    /// complete readings of its scopes move what a snapshot answers, without another row.
    pub last_seen: Option<Timestamp>,
    /// When the last claim about it ended. What is gone answers to no reference.
    pub gone_at: Option<Timestamp>,
    /// Complete readings miss it, but it is still held live.
    pub missing: bool,
    /// The ids (above zero) of the scopes that claim it live; of what is gone, of those that did.
    pub scopes: Vec<i64>,
    /// Those of `scopes` whose complete readings miss it. All of them where it is `missing`.
    pub missing_in: Vec<i64>,
    /// The environment, such as `prod`.
    pub env: Option<String>,
    /// Whether any source has read it; `false` for a stub.
    pub collected: bool,
    /// Its analysed attributes as canonical JSON. Equal documents are held once.
    pub document: Option<Arc<str>>,
}

impl EntityRow {
    /// An entity with nothing but a key, a type and a name.
    #[must_use]
    pub fn new(key: EntityKey, entity_type: EntityType, name: &str) -> Self {
        Self {
            id: key.node_id(),
            key,
            entity_type: Some(entity_type),
            class: None,
            name: name.to_owned(),
            aliases: Vec::new(),
            disabled: None,
            created_at: None,
            expires_at: None,
            first_seen: None,
            last_seen: None,
            gone_at: None,
            missing: false,
            scopes: Vec::new(),
            missing_in: Vec::new(),
            env: None,
            collected: true,
            document: None,
        }
    }
}

/// A relation. Its ends may be references; what makes it the same relation is both ends and the
/// relation, and the caller has merged what several scopes say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RelationRow {
    /// Where access comes from: an entity, or a reference (negative).
    pub from: NodeId,
    /// How.
    pub relation: Relation,
    /// Where access goes to: an entity, or a reference (negative).
    pub to: NodeId,
    /// How far the access goes.
    pub level: Option<AccessLevel>,
    /// It is said only in general, such as by a catch-all rule.
    pub weak: bool,
}

/// A scope: who lists what, and when it was last read to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScopeRow {
    /// The scope's id in the store, above zero.
    pub id: i64,
    /// The source's name.
    pub source: String,
    /// The provider that the source reads.
    pub provider: String,
    /// The stream.
    pub stream: String,
    /// The realm.
    pub realm: String,
    /// What is listed within the realm; empty for all of it.
    pub part: String,
    /// How the last reading ended; `None` before the first.
    pub state: Option<ScopeState>,
    /// When it was last read to its end.
    pub complete_at: Option<Timestamp>,
    /// The entity whose content it lists.
    pub parent: Option<NodeId>,
    /// How many facts that complete readings miss wait for a human.
    pub held: i64,
    /// The credential sees less than it did.
    pub lost: bool,
    /// How many entities it claims live.
    pub live_entities: i64,
}

impl ScopeRow {
    /// Whether what it says may not be what there is: its last reading did not come to its end, the
    /// credential sees less than it did, or facts wait for a human.
    #[must_use]
    pub fn is_gap(&self) -> bool {
        self.state != Some(ScopeState::Complete) || self.held > 0 || self.lost
    }

    /// Whether its last reading was cut off or refused, so that what it says is kept from before.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        matches!(self.state, Some(ScopeState::Failed | ScopeState::Forbidden | ScopeState::Partial))
    }
}

/// The last known use of an entity, or of whatever answers to a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActivityRow {
    /// What was used.
    pub id: NodeId,
    /// When it was last used.
    pub at: Timestamp,
    /// The grade of the evidence; the caller's number.
    pub grade: u16,
}

/// A change of a snapshot: the rows that are new or different, whole, and what is no longer there.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// Entities that are new or changed.
    pub entities: Vec<EntityRow>,
    /// Entities that the store no longer has (not those that are gone: they are rows with `gone_at`).
    pub removed: Vec<NodeId>,
    /// The texts of references that relations end at.
    pub references: Vec<Reference>,
    /// Relations that are new, or have another level.
    pub relations: Vec<RelationRow>,
    /// Relations that ended; the level does not matter.
    pub relations_removed: Vec<RelationRow>,
    /// Newer uses.
    pub activity: Vec<ActivityRow>,
    /// What the analysis says now about some entities; `None` for pending.
    pub derived: Vec<(NodeId, Option<Derived>)>,
    /// Scopes that are new or changed.
    pub scopes: Vec<ScopeRow>,
    /// Scopes that nobody reads any more, with the name of their source: what is gone was theirs.
    pub scopes_closed: Vec<(i64, String)>,
}
