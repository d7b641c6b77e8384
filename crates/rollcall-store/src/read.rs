//! What readers get from a store.

use rollcall_model::{
    ContentHash, Endpoint, EntityKey, EntityType, IdentityClass, Relation, RunId, ScopeKey,
    Timestamp,
};

use crate::{ClaimTable, EntityBody, RelationBody, ScopeId};

/// Which entities to list. Every field narrows; the default lists every live entity.
#[derive(Clone, Debug, Default)]
pub struct EntityFilter {
    /// Only these types.
    pub types: Vec<EntityType>,
    /// Only these classes.
    pub classes: Vec<IdentityClass>,
    /// Only these kinds.
    pub kinds: Vec<String>,
    /// Only claimed by these sources.
    pub sources: Vec<String>,
    /// Only of these providers.
    pub providers: Vec<String>,
    /// Only with this text in their name, whatever the case of ASCII letters.
    pub name: Option<String>,
    /// Also what is gone.
    pub gone: bool,
}

/// One scope's word about one entity.
#[derive(Clone, Debug)]
pub struct ClaimedEntity {
    /// The entity.
    pub key: EntityKey,
    /// The source.
    pub source: String,
    /// The scope.
    pub scope: ScopeKey,
    /// The scope's id.
    pub scope_id: ScopeId,
    /// The rank of the stream.
    pub rank: i64,
    /// What it says.
    pub body: EntityBody,
    /// When this source first said anything about it.
    pub first_seen: Option<Timestamp>,
    /// When the scope was last read completely, or for a fact that is missing, when that was before
    /// the first reading that missed it.
    pub last_seen: Option<Timestamp>,
    /// When the claim ended; `None` while it is live.
    pub gone_at: Option<Timestamp>,
    /// Complete readings miss it, but it is held live.
    pub missing: bool,
}

/// One scope's word about one relation.
#[derive(Clone, Debug)]
pub struct ClaimedRelation {
    /// Where access comes from.
    pub from: Endpoint,
    /// How.
    pub relation: Relation,
    /// Where access goes to.
    pub to: Endpoint,
    /// The source.
    pub source: String,
    /// The scope.
    pub scope: ScopeKey,
    /// What it says.
    pub body: RelationBody,
}

/// One version of what one scope said about an entity.
#[derive(Clone, Debug)]
pub struct EntityVersion {
    /// The source.
    pub source: String,
    /// The scope.
    pub scope: ScopeKey,
    /// When it became visible.
    pub from: Option<Timestamp>,
    /// When it stopped being visible; `None` while it is.
    pub to: Option<Timestamp>,
    /// What it said.
    pub body: EntityBody,
}

/// A live claim for the canonical export.
#[derive(Clone, Debug)]
pub struct ExportedFact {
    /// Which sort of fact.
    pub table: ClaimTable,
    /// For an entity or a reference claim: the entity.
    pub entity: Option<EntityKey>,
    /// For a relation: the first end.
    pub from: Option<Endpoint>,
    /// For a relation: how.
    pub relation: Option<Relation>,
    /// For a relation: the other end. For a reference claim: the reference.
    pub to: Option<Endpoint>,
    /// Canonical JSON, possibly with evidence; empty if there is nothing to say.
    pub body: String,
    /// Of the body without evidence.
    pub hash: ContentHash,
}

/// Use of an entity on one day.
#[derive(Clone, Debug)]
pub struct StoredActivity {
    /// The source.
    pub source: String,
    /// The scope.
    pub scope: ScopeKey,
    /// What sort of evidence.
    pub evidence: String,
    /// First use within the day.
    pub first_at: Timestamp,
    /// Last use within the day.
    pub last_at: Timestamp,
    /// How many uses, where counted.
    pub count: Option<i64>,
    /// Details as JSON; empty if none.
    pub body: String,
}

/// What a publication made visible.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublicationKind {
    /// Additions and changes of a scope.
    Reading,
    /// Retirements of a scope.
    Retirement,
    /// A scope was closed.
    Closing,
}

impl PublicationKind {
    /// All kinds; a kind's position is its number in the store.
    pub const ALL: [Self; 3] = [Self::Reading, Self::Retirement, Self::Closing];

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The kind with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// The moment a revision became visible.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its place in the one total order, without gaps.
    pub sequence: i64,
    /// When; never before its predecessor.
    pub at: Timestamp,
    /// What it made visible.
    pub kind: PublicationKind,
    /// The scope.
    pub scope: ScopeId,
    /// The revision that became the visible one.
    pub revision: i64,
    /// The run that did it, unless a human did.
    pub run: Option<RunId>,
}
