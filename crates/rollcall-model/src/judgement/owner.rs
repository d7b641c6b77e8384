//! Who answers for something, and by what that is thought.

use serde::{Deserialize, Serialize};

use crate::{OwnerState, Presence, PublicId, Timestamp};

/// What somebody answers for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerRole {
    /// That it is there at all.
    Accountable,
    /// That it works.
    Technical,
    /// What it is for.
    Business,
}

impl OwnerRole {
    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accountable => "accountable",
            Self::Technical => "technical",
            Self::Business => "business",
        }
    }
}

/// What a candidate is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateSort {
    /// Somebody.
    Person,
    /// Several people.
    Team,
    /// A name of which it is not known what has it.
    Name,
}

/// Somebody who may answer for an entity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnerCandidate {
    /// As shown.
    pub name: String,
    /// The person's or the team's id, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PublicId>,
    /// Person, team or just a name.
    pub sort: CandidateSort,
    /// What for.
    pub role: OwnerRole,
    /// How much speaks for it, in thousandths: `1 − Π(1 − wᵢ)` over the signals that count.
    pub score: u16,
    /// Whether they are there.
    pub presence: Presence,
    /// By what that is known, and how the name led to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_by: Vec<String>,
    /// What speaks for it, the strongest first.
    pub ledger: Vec<OwnerSignal>,
}

/// One thing that speaks for a candidate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnerSignal {
    /// Signals of one family are not independent: only the strongest of each counts.
    pub family: String,
    /// What it is, and what it says.
    pub says: String,
    /// What it weighs when it is fresh, in thousandths.
    pub prior: u16,
    /// In how many days it loses half of that; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<u32>,
    /// How many days old it is.
    pub age_days: u32,
    /// What is left of it for being said of something else than the entity itself, in thousandths.
    pub factor: u16,
    /// What it weighs, in thousandths.
    pub weight: u16,
    /// Whether it is the strongest of its family.
    pub counts: bool,
}

/// Who answers for an entity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnerJudgement {
    /// The state.
    pub state: OwnerState,
    /// Why it is that, in one sentence.
    pub says: String,
    /// The candidates, the best first.
    pub candidates: Vec<OwnerCandidate>,
    /// What was looked at, found or not.
    pub tried: Vec<String>,
    /// The time of the reading that it is known from; `None` where there was no complete one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
}
