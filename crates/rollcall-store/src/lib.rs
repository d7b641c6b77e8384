//! The store port: what the engine asks of a store, in domain verbs, and the conformance suite that
//! every store passes whole.
//!
//! A store keeps **claims**: what one scope of one source says about one entity, relation or
//! reference, as version rows `(scope, fact, from revision, to revision)`. A revision is written
//! unseen and published at once; what is visible in a scope is
//! `from_rev ≤ published < to_rev`. See `ARCHITECTURE.md`, "Storage".

pub mod conformance;
mod error;
mod facts;
mod port;
mod prepare;
mod read;
mod retire;
mod run;
mod scope;
mod snapshot;

pub use error::StoreError;
pub use facts::{
    ActivityRow, ClaimTable, EntityClaim, EntityRow, EventRow, LiveFact, LiveFacts, Missing,
    MissingReason, ReferenceClaim, ReferenceRow, RelationClaim, ScopeWrites,
};
pub use port::Store;
pub use prepare::{
    EntityBody, RelationBody, prepare_activity, prepare_entity, prepare_event, prepare_reference,
    prepare_relation, prepare_relation_between,
};
pub use read::{
    ClaimedEntity, ClaimedRelation, EntityFilter, EntityVersion, ExportedFact, Publication,
    PublicationKind, StoredActivity,
};
pub use retire::{Candidate, HeldFact, RetireOutcome, RetireRequest};
pub use run::{Lease, RunProblem, RunRow, RunScope, RunStart, Runs};
pub use scope::{
    ClaimScope, ClaimedScope, FinishOutcome, FinishScope, ScopeId, ScopePast, ScopeRow, SourceId,
    SourceRow,
};
pub use snapshot::{
    AsOf, Changes, LastUse, Position, ReferenceFact, RelationFact, ScopeView, SnapshotRow,
};
