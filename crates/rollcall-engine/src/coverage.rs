//! Coverage: what was read, when, and what could not be.

use std::sync::Arc;

use rollcall_model::Timestamp;
use rollcall_store::{RunProblem, RunRow, Runs, ScopeRow, SourceRow, Store, StoreError};

/// How completely a source is known.
#[derive(Clone, Debug)]
pub struct SourceCoverage {
    /// The source.
    pub source: SourceRow,
    /// Its newest run.
    pub last_run: Option<RunRow>,
    /// Its scopes that are not closed, by key.
    pub scopes: Vec<ScopeCoverage>,
    /// The problems of the newest run.
    pub problems: Vec<RunProblem>,
}

/// How completely a scope is known.
#[derive(Clone, Debug)]
pub struct ScopeCoverage {
    /// The scope.
    pub scope: ScopeRow,
    /// Something of it is not known to be current: its last reading was not complete, facts of it
    /// are held, or its source is abandoned.
    pub gap: bool,
}

impl ScopeCoverage {
    /// When everything in it was last known to be current.
    #[must_use]
    pub const fn complete_at(&self) -> Option<Timestamp> {
        self.scope.complete_at
    }
}

/// Coverage of all sources, by name.
///
/// # Errors
/// When the store fails.
pub async fn coverage(store: &Arc<dyn Store>) -> Result<Vec<SourceCoverage>, StoreError> {
    let mut list = Vec::new();
    for source in store.sources().await? {
        let last_run = store.runs(source.id, Runs::Whole, 1).await?.into_iter().next();
        let problems = match &last_run {
            Some(run) => store.run_problems(&run.id).await?,
            None => Vec::new(),
        };
        let scopes = store
            .scopes_of(source.id)
            .await?
            .into_iter()
            .filter(|scope| scope.closed_at.is_none())
            .map(|scope| ScopeCoverage {
                gap: source.abandoned_at.is_some()
                    || scope.state != Some(rollcall_model::ScopeState::Complete)
                    || scope.held > 0
                    || !scope.lost.is_empty(),
                scope,
            })
            .collect();
        list.push(SourceCoverage { source, last_run, scopes, problems });
    }
    Ok(list)
}
