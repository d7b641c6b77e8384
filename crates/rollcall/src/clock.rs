//! The system's clock. Nothing else in rollcall reads it.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use rollcall_engine::Clock;
use rollcall_model::Timestamp;

/// Now, by the system's clock.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The clock that the engine is given.
pub(crate) fn system() -> Arc<dyn Clock> {
    Arc::new(now)
}
