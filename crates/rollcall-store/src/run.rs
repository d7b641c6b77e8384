//! Runs and leases as a store keeps them.

use rollcall_model::{RunId, ScopeKey, ScopeState, Timestamp};
use rollcall_record::Problem;

use crate::{ScopeId, SourceId};

/// The right to read one stream of one source, for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The source.
    pub source: SourceId,
    /// The stream.
    pub stream: String,
    /// Who holds it; unique to a process and run.
    pub holder: String,
}

/// A run begins.
#[derive(Clone, Debug)]
pub struct RunStart {
    /// Its id.
    pub id: RunId,
    /// The source it reads.
    pub source: SourceId,
    /// When.
    pub at: Timestamp,
    /// The version of rollcall.
    pub version: String,
    /// It reads only some streams or scopes.
    pub part: bool,
}

/// Which runs are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runs {
    /// All of them.
    All,
    /// Those that read the whole source: a webhook's reading of one scope is no reading of the source.
    Whole,
}

/// A run as the store knows it.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// The source it read.
    pub source: SourceId,
    /// It read only some streams or scopes.
    pub part: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it runs or when it was killed.
    pub finished_at: Option<Timestamp>,
    /// The exit code it ended with.
    pub exit_code: Option<i64>,
}

/// How one scope fared in a run.
#[derive(Clone, Debug)]
pub struct RunScope {
    /// The scope.
    pub id: ScopeId,
    /// Its key.
    pub key: ScopeKey,
    /// How its reading ended.
    pub state: ScopeState,
    /// The revision.
    pub revision: i64,
    /// Entities and relations that were seen.
    pub seen: i64,
    /// Claims that were new.
    pub added: i64,
    /// Claims that changed.
    pub changed: i64,
    /// Claims that were retired.
    pub retired: i64,
    /// Facts held by the brake or by lost visibility.
    pub held: i64,
    /// When the reading ended.
    pub finished_at: Timestamp,
}

/// A problem kept with a run.
#[derive(Clone, Debug)]
pub struct RunProblem {
    /// The run.
    pub run: RunId,
    /// Its place in the run's list.
    pub number: i64,
    /// It leaves its scope complete.
    pub note: bool,
    /// The problem.
    pub problem: Problem,
}
