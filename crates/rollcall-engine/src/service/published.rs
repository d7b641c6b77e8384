//! The snapshot that everyone is shown, swapped at once.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use rollcall_graph::Snapshot;
use rollcall_model::Timestamp;
use rollcall_store::Position;
use tokio::sync::Notify;

/// A snapshot as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The snapshot, with what the step adds to it.
    pub snapshot: Snapshot,
    /// The state of the store that it shows.
    pub position: Position,
    /// The full hour that the step was given.
    pub hour: Timestamp,
}

/// How following the store goes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FollowState {
    /// When the store was last found to say no more than what is shown: the age of every answer
    /// counts from here.
    pub current_at: Option<Timestamp>,
    /// How many attempts in a row have failed.
    pub failing: u32,
    /// How many attempts have failed since the process began.
    pub failures: u64,
    /// The stable word of the last failure, until an attempt succeeds.
    pub error: Option<&'static str>,
    /// How many snapshots were swapped in.
    pub swaps: u64,
}

/// Where the current snapshot is read from, without waiting for anyone.
#[derive(Debug, Default)]
pub struct Published {
    current: ArcSwapOption<Shown>,
    state: Mutex<FollowState>,
    wake: Notify,
}

impl Published {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// What is shown now; `None` before the first snapshot is there.
    #[must_use]
    pub fn shown(&self) -> Option<Arc<Shown>> {
        self.current.load_full()
    }

    /// How following goes.
    #[must_use]
    pub fn state(&self) -> FollowState {
        self.lock().clone()
    }

    /// Says that something was published, so that the store is asked at once.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    pub(super) fn show(&self, shown: Shown) {
        self.current.store(Some(Arc::new(shown)));
        self.lock().swaps += 1;
    }

    /// An attempt to follow began at this time and succeeded.
    pub(super) fn is_current(&self, at: Timestamp) {
        let mut state = self.lock();
        state.current_at = Some(at);
        state.failing = 0;
        state.error = None;
    }

    pub(super) fn failed(&self, code: &'static str) -> u32 {
        let mut state = self.lock();
        state.failing = state.failing.saturating_add(1);
        state.failures += 1;
        state.error = Some(code);
        state.failing
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FollowState> {
        // Plain values: a panic elsewhere cannot have spoilt them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
