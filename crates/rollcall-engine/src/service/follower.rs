//! Keeping the published snapshot up with the store.

use std::sync::Arc;
use std::time::Duration;

use rollcall_graph::Snapshot;
use rollcall_model::Timestamp;
use rollcall_store::{Position, Store};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::service::published::{Published, Shown};
use crate::snapshot::{LiveSnapshot, Schema, SnapshotCache, SnapshotError};

/// What is computed from a new snapshot before it is shown, for a full hour: the snapshot with it.
pub type Step = Arc<dyn Fn(&Snapshot, Timestamp) -> Snapshot + Send + Sync>;

/// The longest wait between two attempts while the store fails.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The longest pause after an attempt that took long.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// Follows the store and publishes what it says.
#[derive(Clone)]
pub struct Follower {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Which attributes the analysis looks at.
    pub schema: Arc<Schema>,
    /// Where the snapshot is kept for the next start.
    pub cache: SnapshotCache,
    /// What is computed for every new snapshot, and again at each full hour.
    pub step: Option<Step>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where it is shown.
    pub published: Arc<Published>,
    /// How often the store is asked when nobody says that something was published.
    pub every: Duration,
}

impl Follower {
    /// Runs until it is stopped; a store that fails leaves the last snapshot shown. The file is
    /// kept at the end.
    pub async fn run(self, stop: CancellationToken) {
        let (mut live, mut kept) = (None, None);
        while !stop.is_cancelled() {
            let began = Instant::now();
            let wait = match self.turn(live.clone(), &stop).await {
                Ok(Some(followed)) => {
                    if followed.kept {
                        kept = Some(followed.live.position);
                    }
                    live = Some(followed.live);
                    self.every
                }
                Ok(None) => break,
                Err(error) => self.failed(&error),
            };
            // While a large reading is published scope by scope, following must not take more than
            // half of one processor from it.
            let rest = began.elapsed().min(LONGEST_REST);
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(rest) => {}
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
                () = self.published.woken() => {}
            }
        }
        if let Some(live) = live {
            self.keep(live, kept).await;
        }
    }

    fn failed(&self, error: &SnapshotError) -> Duration {
        let failing = self.published.failed(code(error));
        // Once, and then now and then: an outage is one event.
        if failing == 1 || failing.is_multiple_of(60) {
            tracing::warn!(%error, failing, "the store cannot be followed; the last snapshot stays");
        }
        self.every.saturating_mul(1 << failing.min(10)).min(LONGEST_WAIT)
    }

    /// One attempt: on a thread where long computations disturb nobody. `None` when stopped.
    async fn turn(
        &self,
        live: Option<Arc<LiveSnapshot>>,
        stop: &CancellationToken,
    ) -> Result<Option<Followed>, SnapshotError> {
        let (this, stop, handle) = (self.clone(), stop.clone(), Handle::current());
        let work = tokio::task::spawn_blocking(move || {
            handle.block_on(stop.run_until_cancelled(this.follow(live))).transpose()
        });
        match work.await {
            Ok(outcome) => outcome,
            // The analysis panicked, or the runtime ends: neither may end the process.
            Err(error) => {
                tracing::error!(%error, "following the store broke off");
                Err(SnapshotError::BrokeOff)
            }
        }
    }

    async fn follow(&self, live: Option<Arc<LiveSnapshot>>) -> Result<Followed, SnapshotError> {
        let began = self.clock.now();
        let is_first = live.is_none();
        let newer = match &live {
            None => Some(self.cache.load(&self.store, &self.schema).await?),
            Some(live) => live.follow(&self.store, &self.schema).await?,
        };
        let hour = began.hour();
        let is_new = newer.is_some();
        let Some(live) = newer.map(Arc::new).or(live) else {
            return Err(SnapshotError::BrokeOff);
        };
        let is_due = || {
            let shown = self.published.shown();
            self.step.is_some() && shown.is_none_or(|shown| shown.hour != hour)
        };
        if is_new || is_due() {
            self.show(&live, hour);
        }
        self.published.is_current(began);
        // Nobody need wait for the file.
        let kept = is_new && live.snapshot.is_compact();
        if kept && !is_first {
            self.cache.keep(&live, &self.schema);
        }
        Ok(Followed { live, kept })
    }

    /// The one place where the step is called.
    fn show(&self, live: &LiveSnapshot, hour: Timestamp) {
        let snapshot = match &self.step {
            Some(step) => step(&live.snapshot, hour),
            None => live.snapshot.clone(),
        };
        self.published.show(Shown { snapshot, position: live.position, hour });
    }

    async fn keep(&self, live: Arc<LiveSnapshot>, kept: Option<Position>) {
        if kept == Some(live.position) {
            return;
        }
        let (cache, schema) = (self.cache.clone(), Arc::clone(&self.schema));
        // A file that was not written only makes the next start slower.
        drop(tokio::task::spawn_blocking(move || cache.keep(&live, &schema)).await);
    }
}

/// What an attempt led to.
struct Followed {
    live: Arc<LiveSnapshot>,
    /// Whether the file holds it.
    kept: bool,
}

fn code(error: &SnapshotError) -> &'static str {
    match error {
        SnapshotError::Store(error) => error.code(),
        SnapshotError::Build(_) => "snapshot_build",
        SnapshotError::BrokeOff => "broke_off",
    }
}
