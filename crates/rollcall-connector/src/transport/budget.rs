//! What one credential may spend: calls at once, calls a second, and what the provider says is left.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// What a provider said about a limit in an answer's headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitSeen {
    /// Which of its limits, such as `core` or `graphql`; empty where it has one.
    pub resource: String,
    /// How many calls are left.
    pub remaining: u64,
    /// How long until the count starts again.
    pub resets_in: Duration,
}

/// The budget of one credential.
#[derive(Debug)]
pub(crate) struct Budget {
    permits: Semaphore,
    spacing: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next_slot: Option<Instant>,
    paused_until: Option<Instant>,
    limits: HashMap<String, Limit>,
    /// Which limit an operation was counted against last time; headers tell only afterwards.
    resource_of: HashMap<String, String>,
}

#[derive(Debug)]
struct Limit {
    remaining: u64,
    resets_at: Instant,
}

impl Budget {
    pub(crate) fn new(concurrency: usize, requests_per_second: Option<u32>) -> Self {
        Self {
            permits: Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            spacing: requests_per_second.map(|n| Duration::from_secs(1) / n.max(1)),
            state: Mutex::default(),
        }
    }

    /// One of the places for calls under way.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.permits.acquire().await.ok()
    }

    /// Takes one call from the budget, or says until when to wait before asking again.
    pub(crate) fn take(&self, operation: &str) -> Result<(), Instant> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(until) = state.paused_until {
            if now < until {
                return Err(until);
            }
            state.paused_until = None;
        }
        if let Some(until) = state.limit_of(operation, now) {
            return Err(until);
        }
        if let Some(spacing) = self.spacing {
            match state.next_slot {
                Some(slot) if now < slot => return Err(slot),
                slot => {
                    // A timer that fired late does not slow the sequence down.
                    let on_time = now.checked_sub(spacing).unwrap_or(now);
                    state.next_slot = Some(slot.map_or(now, |s| s.max(on_time)) + spacing);
                }
            }
        }
        if let Some(limit) = state.resource_of.get(operation).cloned()
            && let Some(limit) = state.limits.get_mut(&limit)
        {
            limit.remaining = limit.remaining.saturating_sub(1);
        }
        Ok(())
    }

    /// Nothing of this credential leaves before `wait` is over.
    pub(crate) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.state();
        state.paused_until = Some(state.paused_until.map_or(until, |p| p.max(until)));
    }

    /// Takes over what the provider said is left.
    pub(crate) fn saw(&self, operation: &str, seen: LimitSeen) {
        let resets_at = Instant::now() + seen.resets_in;
        let mut state = self.state();
        if state.resource_of.get(operation) != Some(&seen.resource) {
            state.resource_of.insert(operation.to_owned(), seen.resource.clone());
        }
        let limit = Limit { remaining: seen.remaining, resets_at };
        state.limits.insert(seen.resource, limit);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and its content is valid at every point.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn limit_of(&mut self, operation: &str, now: Instant) -> Option<Instant> {
        let resource = self.resource_of.get(operation)?;
        let limit = self.limits.get(resource)?;
        if limit.resets_at <= now {
            self.limits.remove(&resource.clone());
            return None;
        }
        (limit.remaining == 0).then_some(limit.resets_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_are_spaced() {
        let budget = Budget::new(4, Some(10));
        let start = Instant::now();
        for _ in 0..21 {
            while let Err(until) = budget.take("x") {
                tokio::time::sleep_until(until).await;
            }
        }
        let spent = start.elapsed();
        assert!((1900..=2000).contains(&spent.as_millis()), "{spent:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_limit_waits_for_its_reset_and_no_other_resource_does() {
        let budget = Budget::new(4, None);
        let seen = |resource: &str, remaining| LimitSeen {
            resource: resource.to_owned(),
            remaining,
            resets_in: Duration::from_secs(100),
        };
        budget.saw("GET /a", seen("core", 1));
        budget.saw("GET /search", seen("search", 9));
        assert!(budget.take("GET /a").is_ok());
        let until = budget.take("GET /a").unwrap_err();
        assert_eq!(until - Instant::now(), Duration::from_secs(100));
        assert!(budget.take("GET /search").is_ok());
        assert!(budget.take("GET /never-seen").is_ok());
        tokio::time::sleep_until(until).await;
        assert!(budget.take("GET /a").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_for_the_whole_credential_and_never_shrinks() {
        let budget = Budget::new(4, None);
        budget.pause(Duration::from_secs(30));
        budget.pause(Duration::from_secs(5));
        assert_eq!(budget.take("x").unwrap_err() - Instant::now(), Duration::from_secs(30));
    }
}
