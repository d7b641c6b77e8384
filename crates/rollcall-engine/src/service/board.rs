//! What is known of each source, for whoever asks how things are.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rollcall_model::{ExitCode, RunId, Timestamp};
use rollcall_store::RunRow;

use crate::sync::RunReport;

/// The newest run of a source, by whichever process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastRun {
    /// Its id.
    pub run: RunId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it goes on or when it was killed.
    pub finished_at: Option<Timestamp>,
    /// The exit code it ended with.
    pub exit_code: Option<i64>,
}

impl From<RunRow> for LastRun {
    fn from(row: RunRow) -> Self {
        let RunRow { id, started_at, finished_at, exit_code, .. } = row;
        Self { run: id, started_at, finished_at, exit_code }
    }
}

/// What is known of one source.
#[derive(Clone, Debug, Default)]
pub struct SourceState {
    /// The connector that reads it.
    pub connector: String,
    /// The streams that are read.
    pub streams: Vec<String>,
    /// Its schedule in words; `None` for one that is pushed from elsewhere.
    pub schedule: Option<String>,
    /// Its newest run.
    pub last_run: Option<LastRun>,
    /// When it is read next by itself.
    pub next_run: Option<Timestamp>,
    /// Since when this process reads it.
    pub running_since: Option<Timestamp>,
    /// Code and message of why it could not be begun the last time; `None` once it could.
    pub error: Option<(String, String)>,
    /// How many of its readings by this process ended how.
    pub readings: BTreeMap<&'static str, u64>,
    /// When it was last read completely by this process.
    pub last_complete: Option<Timestamp>,
}

/// What is known of all sources.
#[derive(Debug, Default)]
pub struct Board(Mutex<BTreeMap<String, SourceState>>);

/// The words for how a reading ended, in metrics.
const COMPLETE: &str = "complete";
const INCOMPLETE: &str = "incomplete";
const NOTHING: &str = "nothing";

impl Board {
    /// All sources by name.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, SourceState> {
        self.lock().clone()
    }

    /// One source.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<SourceState> {
        self.lock().get(name).cloned()
    }

    /// Whether there is such a source.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.lock().contains_key(name)
    }

    pub(super) fn add(&self, name: &str, state: SourceState) {
        self.lock().insert(name.to_owned(), state);
    }

    pub(super) fn change(&self, name: &str, change: impl FnOnce(&mut SourceState)) {
        if let Some(state) = self.lock().get_mut(name) {
            change(state);
        }
    }

    /// A reading by this process ended.
    pub(super) fn ended(&self, name: &str, report: &RunReport, at: Timestamp) {
        self.change(name, |state| {
            let word = match report.exit_code() {
                ExitCode::Complete => {
                    state.last_complete = Some(at);
                    COMPLETE
                }
                ExitCode::Incomplete => INCOMPLETE,
                ExitCode::Nothing => NOTHING,
            };
            *state.readings.entry(word).or_default() += 1;
            state.running_since = None;
            state.error = None;
        });
    }

    /// A reading by this process could not be begun, or the store broke it off.
    pub(super) fn failed(&self, name: &str, code: &str, message: &str) {
        self.change(name, |state| {
            *state.readings.entry(NOTHING).or_default() += 1;
            state.running_since = None;
            state.error = Some((code.to_owned(), message.to_owned()));
        });
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, SourceState>> {
        // Plain values: a panic elsewhere cannot have spoilt them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
