//! What a run tells while it goes on: progress bars, logs, tests.

use std::sync::Arc;

use rollcall_model::{ScopeKey, ScopeState};
use rollcall_record::Problem;

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub enum SyncEvent {
    /// A stream begins.
    StreamStarted {
        /// Its name.
        stream: String,
    },
    /// A scope begins.
    ScopeStarted {
        /// Which.
        scope: ScopeKey,
    },
    /// A scope has come so far.
    Progress {
        /// Which.
        scope: ScopeKey,
        /// Things read so far.
        done: u64,
        /// Of how many, where known.
        total: Option<u64>,
    },
    /// A scope ended and what it said is visible.
    ScopeEnded {
        /// Which.
        scope: ScopeKey,
        /// How.
        state: ScopeState,
        /// Entities and relations seen.
        seen: u64,
        /// New claims.
        added: u64,
        /// Changed claims.
        changed: u64,
    },
    /// Something is wrong; a note leaves its scope complete.
    Problem {
        /// What.
        problem: Problem,
        /// Whether it is only a note.
        note: bool,
    },
    /// The brake or lost visibility holds facts of a scope.
    Held {
        /// Which.
        scope: ScopeKey,
        /// How many facts.
        facts: i64,
        /// Why, in words.
        why: String,
    },
    /// A stream ended.
    StreamEnded {
        /// Its name.
        stream: String,
        /// Claims it retired.
        retired: i64,
    },
}

/// Who listens.
pub type Observer = Arc<dyn Fn(SyncEvent) + Send + Sync>;
