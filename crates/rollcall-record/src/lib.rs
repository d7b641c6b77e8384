//! What connectors say: records and their JSON form.
//!
//! The same records travel through a channel inside the process and as JSON lines from an external
//! connector; `docs/protocol.md` describes the lines.

mod builder;
mod problem;
mod record;

pub use builder::entity;
pub use problem::Problem;
pub use record::{
    ActivityRecord, EntityRecord, EventKind, EventRecord, Evidence, Gone, Record, ReferenceRecord,
    RelationRecord, ScopeFinished, ScopeStarted,
};
