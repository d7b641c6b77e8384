//! Time is injected.

use rollcall_model::Timestamp;

/// Tells the time. The process has one that asks the system; tests have others.
pub trait Clock: Send + Sync {
    /// Now. It may go back; whoever needs an order takes it from the store.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}
