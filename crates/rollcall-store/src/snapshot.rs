//! What snapshots are made of, and how they follow a store.

use rollcall_model::{NodeId, Reference, Relation, ScopeKey, ScopeState, Timestamp};

use crate::{ClaimedEntity, ScopeId};

/// How far a store has come. Whatever a snapshot shows, a change of it moves one of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    /// The last publication's sequence.
    pub sequence: i64,
    /// Counts ended readings and decisions about scopes, those that published nothing included: they
    /// move states, times and use.
    pub readings: i64,
}

/// A scope as a snapshot shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScopeView {
    /// Its id.
    pub id: ScopeId,
    /// The source's name.
    pub source: String,
    /// The connector of the source.
    pub connector: String,
    /// Which scope it is.
    pub key: ScopeKey,
    /// How its last reading ended; `None` before the first.
    pub state: Option<ScopeState>,
    /// When it was last read to its end.
    pub complete_at: Option<Timestamp>,
    /// The entity whose content it lists.
    pub parent: Option<NodeId>,
    /// Entities and relations that complete readings miss and a human must confirm.
    pub held: i64,
    /// The credential sees less than it did.
    pub lost: bool,
    /// Live entities.
    pub live_entities: i64,
    /// It was closed: nobody reads it, and nothing it said is live.
    pub closed: bool,
    /// The value of [`Position::readings`] at its last change.
    pub reading: i64,
}

/// A live claim that an entity answers to a reference.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReferenceFact {
    /// The entity.
    pub entity: NodeId,
    /// The reference.
    pub reference: NodeId,
}

/// One claim that a relation exists. Several scopes may say the same, each with a fact of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelationFact {
    /// Where access comes from.
    pub from: NodeId,
    /// How.
    pub relation: Relation,
    /// Where access goes to.
    pub to: NodeId,
    /// Canonical JSON of [`crate::RelationBody`] where it tells how far access goes, or how surely
    /// something is owned; empty for every other relation.
    pub body: String,
}

/// The newest use of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastUse {
    /// An entity, or a reference that something answers to.
    pub node: NodeId,
    /// When.
    pub at: Timestamp,
    /// What sort of evidence tells it.
    pub evidence: String,
}

/// A piece of what a snapshot is made of, in the order in which pieces come.
#[derive(Debug)]
pub enum SnapshotRow {
    /// The text of a reference.
    Text(NodeId, Reference),
    /// An entity answers to a reference.
    Reference(ReferenceFact),
    /// There is more than one version of a claim about an entity, so more than one may come.
    Several(NodeId),
    /// A claim about an entity, live, or the newest of a scope that has ended.
    Entity(Box<ClaimedEntity>),
    /// A relation exists.
    Relation(RelationFact),
    /// Use.
    Use(LastUse),
}

/// What changed between two positions of a store.
#[derive(Debug, Default)]
pub struct Changes {
    /// Where the changes lead to.
    pub to: Position,
    /// Entities about which anything changed: to be read again.
    pub entities: Vec<NodeId>,
    /// Relation claims that became live.
    pub relations: Vec<RelationFact>,
    /// Relation claims that ended.
    pub relations_ended: Vec<RelationFact>,
    /// Scopes that changed.
    pub scopes: Vec<ScopeView>,
    /// The newest use, by any scope, of whatever the changed scopes know uses of. It may be older than
    /// the one known before: a day that is read again is overwritten.
    pub uses: Vec<LastUse>,
}
