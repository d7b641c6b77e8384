//! Reading one source for a process that serves.

use std::sync::Arc;

use rollcall_store::Store;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::error::EngineError;
use crate::observer::{Observer, SyncEvent};
use crate::service::published::Published;
use crate::service::queue::Job;
use crate::service::worker::{ServedSource, Sources};
use crate::sync::{RunReport, SyncOptions, read_source};

/// What reading a source needs. Cloning is cheap.
#[derive(Clone)]
pub struct Reader {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The sources.
    pub sources: Arc<dyn Sources>,
    /// Who is to be told that something was published.
    pub published: Arc<Published>,
    /// How to read; streams and scopes are those of each job.
    pub options: SyncOptions,
}

impl Reader {
    pub(super) fn source(&self, name: &str) -> Option<&ServedSource> {
        self.sources.list().iter().find(|source| source.spec.name == name)
    }

    /// Reads what a job names; a code and a message where it could not be begun, or the store failed.
    pub(super) async fn read(
        &self,
        source: &ServedSource,
        job: &Job,
        stop: &CancellationToken,
    ) -> Result<RunReport, (String, String)> {
        let name = &source.spec.name;
        let connector = self.sources.connector(name).await.map_err(|p| (p.code, p.message))?;
        let options = SyncOptions {
            streams: job.streams.clone(),
            only: job.scopes.clone(),
            ..self.options.clone()
        };
        let observer = observer(&self.published, name);
        let stopped = stop.child_token();
        tracing::info!(source = name, scopes = job.scopes.len(), "reading");
        read_source(
            &self.store,
            &connector,
            &source.spec,
            &self.clock,
            &options,
            &observer,
            &stopped,
        )
        .await
        .map_err(|error: EngineError| (error.code().to_owned(), error.to_string()))
    }
}

/// Wakes the follower when something became visible.
pub(super) fn observer(published: &Arc<Published>, source: &str) -> Observer {
    let (published, source) = (Arc::clone(published), source.to_owned());
    Arc::new(move |event| match event {
        SyncEvent::ScopeEnded { .. } | SyncEvent::StreamEnded { .. } => published.wake(),
        SyncEvent::Held { scope, facts, why } => {
            tracing::warn!(source, %scope, facts, why, "held until somebody confirms");
        }
        SyncEvent::Problem { problem, note: false } if problem.code != "leased_elsewhere" => {
            tracing::info!(source, code = problem.code, "{}", problem.message);
        }
        _ => {}
    })
}

pub(super) fn log(report: &RunReport) {
    let elsewhere = report.problems.iter().any(|(problem, _)| problem.code == "leased_elsewhere");
    let (source, run, exit) = (&report.source, &report.run, report.exit_code() as u8);
    if exit == 0 || elsewhere {
        tracing::info!(source, %run, exit, scopes = report.scopes.len(), "read");
    } else {
        tracing::warn!(source, %run, exit, scopes = report.scopes.len(), "not read completely");
    }
}
