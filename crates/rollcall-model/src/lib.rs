//! The nouns of rollcall: identities and what surrounds them, typed ids, scope states, problem
//! classes, canonical JSON. No I/O, no async, no clock.
//!
//! The words are those of the glossary in `ARCHITECTURE.md`.

mod canonical;
mod entity;
mod ids;
mod judgement;
mod key;
mod problem;
mod reference;
mod relation;
mod scope;
mod time;

pub use canonical::{Canonical, CanonicalError, canonical_json, canonical_map, content_hash};
pub use entity::{EntityType, IdentityClass, UnknownWord};
pub use ids::{ContentHash, NodeId, ParseIdError, PublicId, RelationId, RunId};
pub use judgement::{
    Authenticates, CandidateSort, Check, ClassJudgement, Finding, FindingId, Grade, Judgement,
    KindFacts, OwnerCandidate, OwnerJudgement, OwnerRole, OwnerSignal, OwnerState, PersonJudgement,
    PersonLink, Presence, PresenceWord, RuleOutcome, ScopeRead, SeenUse, Severity, Standing,
    UsageJudgement, UsageVerdict, UsageView,
};
pub use key::{EntityKey, KeyError, Kind};
pub use problem::{ExitCode, ProblemClass};
pub use reference::{Endpoint, Reference};
pub use relation::{AccessLevel, Relation, RelationKey};
pub use scope::{Listing, ScopeKey, ScopeState, Visibility};
pub use time::{ParseTimestampError, Timestamp};
