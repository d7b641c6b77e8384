//! What analysis concludes, with everything that it concludes from. These types hold no logic; the
//! crate `rollcall-analysis` fills them.

mod finding;
mod kind;
mod owner;
mod person;
mod usage;
mod words;

use serde::{Deserialize, Serialize};

pub use finding::{Check, Finding, FindingId, RuleOutcome, Severity};
pub use kind::{Authenticates, KindFacts, UsageView};
pub use owner::{CandidateSort, OwnerCandidate, OwnerJudgement, OwnerRole, OwnerSignal};
pub use person::{PersonJudgement, PersonLink, Presence};
pub use usage::{Grade, ScopeRead, SeenUse, UsageJudgement};
pub use words::{OwnerState, PresenceWord, Standing, UsageVerdict};

use crate::{IdentityClass, PublicId, Timestamp};

/// Everything that analysis says about one entity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Judgement {
    /// The entity; `None` for a stub of which not even the reference is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PublicId>,
    /// The hour for which it was judged.
    pub now: Timestamp,
    /// Human, service or agent.
    pub class: ClassJudgement,
    /// Who stands behind it; `None` for what no person and no team is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonJudgement>,
    /// Who answers for it.
    pub owner: OwnerJudgement,
    /// Whether it is used.
    pub usage: UsageJudgement,
    /// What each rule says, in the order of the rules' names.
    pub rules: Vec<RuleOutcome>,
    /// What no analysis looks at yet.
    pub undetermined: Vec<String>,
}

/// Whether a person, a program or an agent acts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClassJudgement {
    /// Which; `None` where nothing tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<IdentityClass>,
    /// By what.
    pub reason: String,
}
