//! Facts as a store takes and gives them.

use rollcall_model::{
    ContentHash, EntityKey, EntityType, IdentityClass, NodeId, Reference, Relation, RelationId,
    Timestamp,
};

/// Which sort of fact a claim is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClaimTable {
    /// An entity exists.
    Entity,
    /// A relation exists.
    Relation,
    /// An entity answers to a reference.
    Reference,
}

impl ClaimTable {
    /// All three; a table's position is its number in the store.
    pub const ALL: [Self; 3] = [Self::Entity, Self::Relation, Self::Reference];

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The position in arrays of three.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The table with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// The thin row of an entity: its key under its id.
#[derive(Clone, Debug)]
pub struct EntityRow {
    /// The id, a hash of the key.
    pub id: NodeId,
    /// The key.
    pub key: EntityKey,
}

/// A reference under its id.
#[derive(Clone, Debug)]
pub struct ReferenceRow {
    /// The id, a hash of the reference.
    pub id: NodeId,
    /// The reference.
    pub reference: Reference,
    /// A relation names it, so it stands for a stub while nobody claims it.
    pub referred: bool,
}

/// A version of an entity as one scope describes it.
#[derive(Clone, Debug)]
pub struct EntityClaim {
    /// Its place in the scope's table, see [`LiveFact::number`].
    pub number: i64,
    /// The entity.
    pub id: NodeId,
    /// Of the canonical body without evidence.
    pub hash: ContentHash,
    /// What it is.
    pub entity_type: EntityType,
    /// Its class, if it has one.
    pub class: Option<IdentityClass>,
    /// What people call it.
    pub name: String,
    /// Canonical JSON of [`crate::EntityBody`].
    pub body: String,
}

/// A version of a relation as one scope describes it.
#[derive(Clone, Debug)]
pub struct RelationClaim {
    /// Its place in the scope's table, see [`LiveFact::number`].
    pub number: i64,
    /// The relation.
    pub id: RelationId,
    /// Of both ends and the canonical body without evidence.
    pub hash: ContentHash,
    /// How.
    pub relation: Relation,
    /// Where access comes from.
    pub from: NodeId,
    /// Where access goes to.
    pub to: NodeId,
    /// Canonical JSON of [`crate::RelationBody`]; empty where there is nothing to say.
    pub body: String,
}

/// One scope says that an entity answers to a reference.
#[derive(Clone, Debug)]
pub struct ReferenceClaim {
    /// Its place in the scope's table, see [`LiveFact::number`].
    pub number: i64,
    /// The fact's id, a hash of both.
    pub id: RelationId,
    /// Both ends, as the hash of the fact.
    pub hash: ContentHash,
    /// The entity.
    pub entity: NodeId,
    /// The reference.
    pub reference: NodeId,
}

/// Use of an entity on one day.
#[derive(Clone, Debug)]
pub struct ActivityRow {
    /// What was used.
    pub node: NodeId,
    /// What sort of evidence.
    pub evidence: String,
    /// First use within the day.
    pub first_at: Timestamp,
    /// Last use within the day.
    pub last_at: Timestamp,
    /// How many uses, where counted.
    pub count: Option<i64>,
    /// Canonical JSON of the details; empty if none.
    pub body: String,
}

/// Something happened to an entity.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// The provider's id of the event.
    pub id: String,
    /// What it happened to.
    pub node: NodeId,
    /// Canonical JSON of the kind, the doer and the details.
    pub body: String,
    /// When.
    pub at: Timestamp,
}

/// Rows to be written for one scope under its token. At most a few thousand at a time.
#[derive(Clone, Debug, Default)]
pub struct ScopeWrites {
    /// Entities that claims or relations name.
    pub entities: Vec<EntityRow>,
    /// References that claims or relations name.
    pub references: Vec<ReferenceRow>,
    /// New versions of entities.
    pub entity_claims: Vec<EntityClaim>,
    /// New versions of relations.
    pub relation_claims: Vec<RelationClaim>,
    /// New reference claims.
    pub reference_claims: Vec<ReferenceClaim>,
    /// The numbers of version rows that end with this revision, by [`ClaimTable`].
    pub superseded: [Vec<i64>; 3],
    /// Use.
    pub activity: Vec<ActivityRow>,
    /// Events.
    pub events: Vec<EventRow>,
    /// Entities that a delta listing says are gone.
    pub gone: Vec<NodeId>,
}

impl ScopeWrites {
    /// How many rows this writes; what transactions are bounded by.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.entities.len()
            + self.references.len()
            + self.claims()
            + self.superseded.iter().map(Vec::len).sum::<usize>()
            + self.activity.len()
            + self.events.len()
            + self.gone.len()
    }

    /// How many claims this writes.
    #[must_use]
    pub fn claims(&self) -> usize {
        self.entity_claims.len() + self.relation_claims.len() + self.reference_claims.len()
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }
}

/// Why a live fact that a complete reading did not see is still live.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MissingReason {
    /// It retires at the end of the stream unless the brake holds it.
    Pending,
    /// Its stream shifts: a second complete reading must miss it too.
    SecondReading,
    /// The brake holds it until a human confirms or a newer reading sees it.
    Brake,
    /// The credential sees less than before; a human must confirm.
    Visibility,
}

impl MissingReason {
    /// All reasons; a reason's position is its number in the store.
    pub const ALL: [Self; 4] = [Self::Pending, Self::SecondReading, Self::Brake, Self::Visibility];

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The reason with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::SecondReading => "second_reading",
            Self::Brake => "brake",
            Self::Visibility => "visibility",
        }
    }
}

/// A live fact that a complete reading did not see.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Missing {
    /// Which sort of fact.
    pub table: ClaimTable,
    /// Its id.
    pub fact: i64,
    /// The number of its version row.
    pub number: i64,
    /// Why it is still live.
    pub reason: MissingReason,
}

/// A live fact before a reading, without its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiveFact {
    /// Its id, a hash.
    pub fact: i64,
    /// The place of its version row in the scope's table. Whoever writes gives the numbers, from
    /// [`crate::ClaimedScope::next`] upwards, so that a first load appends instead of spreading over the
    /// whole table as hashes would.
    pub number: i64,
    /// Of its content.
    pub hash: ContentHash,
}

/// The live facts of a scope before a reading.
#[derive(Clone, Debug, Default)]
pub struct LiveFacts {
    /// By [`ClaimTable`], each in the order of numbers.
    pub tables: [Vec<LiveFact>; 3],
    /// What earlier complete readings did not see, sorted.
    pub missing: Vec<Missing>,
}
