//! Retirement: what a complete reading did not see.

use rollcall_model::{RunId, ScopeKey, Timestamp};

use crate::{ClaimTable, MissingReason, ScopeId};

/// A scope with facts that would retire.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The scope.
    pub id: ScopeId,
    /// Its key.
    pub key: ScopeKey,
    /// Entities that would retire.
    pub entities: i64,
    /// Relations that would retire though neither end does or just did.
    pub loose_relations: i64,
    /// All facts that would retire.
    pub facts: i64,
}

/// Which facts to retire.
#[derive(Clone, Debug)]
pub struct RetireRequest {
    /// In which scopes.
    pub scopes: Vec<ScopeId>,
    /// Those marked with one of these reasons.
    pub reasons: Vec<MissingReason>,
    /// The run that does it; `None` when a human confirmed.
    pub run: Option<RunId>,
    /// When.
    pub at: Timestamp,
}

/// What was retired.
#[derive(Clone, Debug, Default)]
pub struct RetireOutcome {
    /// Claims that were retired, by scope.
    pub retired: Vec<(ScopeId, i64)>,
    /// Scopes that are being read by somebody else just now; they keep their marks.
    pub busy: Vec<ScopeId>,
    /// Scopes that were closed because their parent entity is gone.
    pub closed: Vec<ScopeId>,
}

impl RetireOutcome {
    /// All retired claims together.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.retired.iter().map(|(_, n)| n).sum()
    }
}

/// A fact that stays live until a human confirms that it is gone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct HeldFact {
    /// The scope that claims it.
    pub scope: ScopeKey,
    /// Which sort of fact.
    pub table: ClaimTable,
    /// What it is, for people: a key or two ends and a relation.
    pub name: String,
    /// Why it is held.
    pub reason: MissingReason,
    /// The fact's id.
    pub fact: i64,
}
