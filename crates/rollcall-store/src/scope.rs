//! Sources and scopes as a store keeps them.

use rollcall_model::{EntityKey, Listing, RunId, ScopeKey, ScopeState, Timestamp, Visibility};
use serde_json::Value;

use crate::{Missing, ScopeWrites};

/// A source's id in one store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub i64);

/// A scope's id in one store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ScopeId(pub i64);

/// A source as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// Its name in the configuration.
    pub name: String,
    /// The connector that reads it.
    pub connector: String,
    /// When it was first read.
    pub created_at: Timestamp,
    /// Since when the configuration does not name it.
    pub abandoned_at: Option<Timestamp>,
}

/// A wish to read a scope.
#[derive(Clone, Debug)]
pub struct ClaimScope {
    /// Of which source.
    pub source: SourceId,
    /// Which scope.
    pub key: ScopeKey,
    /// The rank of its stream; smaller counts more where claims meet.
    pub rank: i64,
    /// The entity whose content it lists.
    pub parent: Option<EntityKey>,
}

/// A scope that this process may write to, until somebody claims it again.
#[derive(Clone, Debug)]
pub struct ClaimedScope {
    /// Its id.
    pub id: ScopeId,
    /// The fencing token: the revision that is being written.
    pub token: i64,
    /// The revision visible before; 0 for a scope never read.
    pub published: i64,
    /// What the credential could see when the live facts were read.
    pub visibility: Visibility,
    /// Live entities and relations before this reading; what memory will be needed for.
    pub live: u64,
    /// The number of the next version row of this scope, in whatever table.
    pub next: i64,
}

/// The end of a reading of a scope.
#[derive(Clone, Debug)]
pub struct FinishScope {
    /// The scope.
    pub id: ScopeId,
    /// The token it was claimed with.
    pub token: i64,
    /// The run that read it.
    pub run: RunId,
    /// How the reading ended.
    pub state: ScopeState,
    /// Whether everything was listed.
    pub listing: Listing,
    /// The rows not written before.
    pub writes: ScopeWrites,
    /// All live facts of the scope that complete readings have not seen, replacing what was marked
    /// before; `None` leaves the marks as they are.
    pub missing: Option<Vec<Missing>>,
    /// The visibility to remember; `None` leaves it as it was.
    pub visibility: Option<Visibility>,
    /// What the credential has lost since; empty when nothing.
    pub lost: Vec<String>,
    /// Where a delta listing continues; `None` leaves it as it was.
    pub cursor: Option<Value>,
    /// Entities and relations that were seen.
    pub seen: u64,
    /// Claims that are new.
    pub added: u64,
    /// Claims that changed.
    pub changed: u64,
    /// New live entities and relations, by how much the scope's counts grow.
    pub grown: (i64, i64),
    /// The number after the last one that was given to a version row.
    pub next: i64,
    /// When the reading ended.
    pub at: Timestamp,
}

/// What became of the end of a reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FinishOutcome {
    /// Published; with its place in the order of publications, or `None` when the reading changed
    /// nothing that can be seen.
    Published(Option<i64>),
    /// A later reading had claimed the scope, or this one had ended before; nothing of this end will
    /// be seen.
    Superseded,
}

/// What readings of a scope left behind.
#[derive(Clone, PartialEq, Debug)]
pub struct ScopePast {
    /// The scope.
    pub key: ScopeKey,
    /// How its last reading ended; `None` if no reading ever ended.
    pub state: Option<ScopeState>,
    /// When its last complete reading ended.
    pub complete_at: Option<Timestamp>,
    /// What its last complete reading left for the next.
    pub cursor: Option<Value>,
}

/// A scope as the store knows it.
#[derive(Clone, Debug)]
pub struct ScopeRow {
    /// Its id.
    pub id: ScopeId,
    /// The source it belongs to.
    pub source: SourceId,
    /// Its key.
    pub key: ScopeKey,
    /// The public key of its parent entity's id, if it has one.
    pub parent: Option<i64>,
    /// The last claimed revision.
    pub claimed: i64,
    /// The visible revision.
    pub published: i64,
    /// How its last reading ended; `None` if no reading ever ended.
    pub state: Option<ScopeState>,
    /// When its last reading ended.
    pub read_at: Option<Timestamp>,
    /// When its last complete reading ended: the `last_seen` of everything live in it.
    pub complete_at: Option<Timestamp>,
    /// When it was closed because its parent is gone or its source was forgotten.
    pub closed_at: Option<Timestamp>,
    /// Live entities.
    pub live_entities: i64,
    /// Live relations.
    pub live_relations: i64,
    /// Facts that are marked missing, entities and relations only.
    pub missing: i64,
    /// Of those, how many a human must confirm.
    pub held: i64,
    /// What the credential has lost.
    pub lost: Vec<String>,
}
