//! Reading sources one at a time: what was asked for, then what is due.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rollcall_connector::Connector;
use rollcall_model::Timestamp;
use rollcall_record::Problem;
use rollcall_store::{Runs, StoreError};
use tokio_util::sync::CancellationToken;

use crate::service::board::{Board, LastRun, SourceState};
use crate::service::queue::{Job, Queue};
use crate::service::reader::{self, Reader};
use crate::service::schedule::{Schedule, Scheduled, next_due};
use crate::sync::SourceSpec;

/// The longest sleep: the clock may be set, and other processes read sources too.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How long a source waits after it could not be begun; doubled each time.
const FIRST_WAIT: i64 = 30;
const LONGEST_WAIT: i64 = 3_600;
/// How long use is kept, in days.
const KEEP_USE_DAYS: i64 = 400;
const DAY: i64 = 86_400;

/// A source of a process that serves.
#[derive(Clone, Debug)]
pub struct ServedSource {
    /// Its name, and the streams that are left out.
    pub spec: SourceSpec,
    /// The id of its connector.
    pub connector: String,
    /// The streams that are read.
    pub streams: Vec<String>,
    /// When it is read; `None` for one that is pushed from elsewhere.
    pub schedule: Option<Schedule>,
}

/// Where connectors come from.
#[async_trait]
pub trait Sources: Send + Sync {
    /// The sources, in the order of the configuration.
    fn list(&self) -> &[ServedSource];

    /// The connector of a source, made for one reading.
    ///
    /// # Errors
    /// When a secret cannot be had or the connector refuses its configuration.
    async fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, Problem>;
}

/// Reads sources, one at a time.
pub struct Worker {
    /// How it reads.
    pub reader: Reader,
    /// Where it is told what became of them.
    pub board: Arc<Board>,
    /// What was asked for.
    pub queue: Arc<Queue>,
}

/// Attempts that could not even be begun.
#[derive(Default)]
struct Attempts(HashMap<String, (u32, Timestamp)>);

impl Attempts {
    fn failed(&mut self, name: &str, now: Timestamp) {
        let entry = self.0.entry(name.to_owned()).or_insert((0, now));
        let wait = FIRST_WAIT.saturating_mul(1 << entry.0.min(10)).min(LONGEST_WAIT);
        *entry = (entry.0 + 1, now.plus_seconds(wait));
    }
}

impl Worker {
    /// Puts all sources on the board, before anything is read.
    pub fn announce(&self) {
        for source in self.reader.sources.list() {
            let schedule = source.schedule.as_ref().map(ToString::to_string);
            self.board.add(
                &source.spec.name,
                SourceState {
                    connector: source.connector.clone(),
                    streams: source.streams.clone(),
                    schedule,
                    ..SourceState::default()
                },
            );
        }
    }

    /// Runs until it is stopped. A reading under way is stopped with it: what was read stays, and
    /// open scopes are partial.
    pub async fn run(self, stop: CancellationToken) {
        let (mut attempts, mut forgotten) = (Attempts::default(), None);
        while !stop.is_cancelled() {
            let due = self.due(&attempts).await;
            let now = self.reader.clock.now();
            let ready = due.first().filter(|(at, _)| *at <= now).map(|(_, name)| Job::whole(name));
            if let Some(job) = self.queue.pop().or(ready) {
                if self.read(&job, &mut attempts, &stop).await {
                    self.forget_use(&mut forgotten).await;
                }
                continue;
            }
            let sleep = due.first().map_or(LONGEST_SLEEP, |(at, _)| {
                let micros = at.micros().saturating_sub(now.micros());
                Duration::from_micros(micros.unsigned_abs()).min(LONGEST_SLEEP)
            });
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(sleep) => {}
                () = self.queue.woken() => {}
            }
        }
    }

    /// What is due when. A store that cannot be asked leaves what was known.
    async fn due(&self, attempts: &Attempts) -> Vec<(Timestamp, String)> {
        let last = match self.last_runs().await {
            Ok(last) => last,
            Err(error) => {
                tracing::debug!(%error, "the last runs cannot be read");
                let known = self.board.all().into_iter();
                known.filter_map(|(name, state)| Some((name, state.last_run?))).collect()
            }
        };
        let scheduled: Vec<Scheduled> = self
            .reader
            .sources
            .list()
            .iter()
            .filter_map(|source| {
                let name = source.spec.name.clone();
                Some(Scheduled {
                    schedule: source.schedule.clone()?,
                    last: last.get(&name).map(|run| run.started_at),
                    not_before: attempts.0.get(&name).map(|(_, at)| *at),
                    name,
                })
            })
            .collect();
        let due = next_due(&scheduled, self.reader.clock.now());
        for (at, name) in &due {
            self.board.change(name, |state| state.next_run = Some(*at));
        }
        for (name, run) in last {
            self.board.change(&name, |state| state.last_run = Some(run));
        }
        due
    }

    async fn last_runs(&self) -> Result<HashMap<String, LastRun>, StoreError> {
        let mut last = HashMap::new();
        for source in self.reader.store.sources().await? {
            if self.board.has(&source.name)
                && let Some(run) =
                    self.reader.store.runs(source.id, Runs::Whole, 1).await?.into_iter().next()
            {
                last.insert(source.name, run.into());
            }
        }
        Ok(last)
    }

    /// Reads one source; whether it was read, completely or not.
    async fn read(&self, job: &Job, attempts: &mut Attempts, stop: &CancellationToken) -> bool {
        let name = &job.source;
        let Some(source) = self.reader.source(name) else { return false };
        let began = self.reader.clock.now();
        self.board.change(name, |state| state.running_since = Some(began));
        let failed = match self.reader.read(source, job, stop).await {
            Ok(report) => {
                attempts.0.remove(name);
                self.board.ended(name, &report, self.reader.clock.now());
                reader::log(&report);
                None
            }
            Err(failed) => Some(failed),
        };
        self.reader.published.wake();
        if let Some((code, message)) = &failed {
            attempts.failed(name, self.reader.clock.now());
            self.board.failed(name, code, message);
            tracing::warn!(source = name, code, "{message}");
        }
        failed.is_none()
    }

    /// Once a day, use that is too old goes.
    async fn forget_use(&self, last: &mut Option<Timestamp>) {
        let now = self.reader.clock.now();
        if last.is_some_and(|last| now < last.plus_seconds(DAY)) {
            return;
        }
        match self.reader.store.forget_activity(now.plus_seconds(-KEEP_USE_DAYS * DAY)).await {
            Ok(_) => *last = Some(now),
            Err(error) => tracing::debug!(%error, "old use could not be forgotten"),
        }
    }
}
