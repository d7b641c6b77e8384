//! What is to be read as soon as possible: asked for by a person or a provider.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rollcall_model::ScopeKey;
use tokio::sync::Notify;

/// How many sources wait at most.
const MOST: usize = 1_000;

/// A source to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// The source's name.
    pub source: String,
    /// Only these streams; all when empty and no scopes are named.
    pub streams: Vec<String>,
    /// Only these scopes.
    pub scopes: Vec<ScopeKey>,
}

impl Job {
    /// The whole of a source.
    #[must_use]
    pub fn whole(source: impl Into<String>) -> Self {
        Self::streams(source, Vec::new())
    }

    /// Some streams of a source; all when none is named.
    #[must_use]
    pub fn streams(source: impl Into<String>, streams: Vec<String>) -> Self {
        Self { source: source.into(), streams, scopes: Vec::new() }
    }

    /// Single scopes of a source.
    #[must_use]
    pub fn scopes(source: impl Into<String>, scopes: Vec<ScopeKey>) -> Self {
        Self { source: source.into(), streams: Vec::new(), scopes }
    }

    fn is_whole(&self) -> bool {
        self.streams.is_empty() && self.scopes.is_empty()
    }

    /// Widens it to hold another of the same source.
    fn widen(&mut self, other: Self) {
        if self.is_whole() || other.is_whole() {
            *self = Self::whole(std::mem::take(&mut self.source));
            return;
        }
        self.streams.extend(other.streams);
        self.streams.sort_unstable();
        self.streams.dedup();
        self.scopes.extend(other.scopes);
        self.scopes.sort_unstable();
        self.scopes.dedup();
    }
}

/// What became of a wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Queued {
    /// It waits.
    New,
    /// The source waited already, and is read for both.
    Merged,
}

/// Too much waits already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many readings wait already; try again later")]
pub struct QueueFull;

/// Readings that wait, one for each source.
#[derive(Debug, Default)]
pub struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    wake: Notify,
}

impl Queue {
    /// Adds a wish. What waits for the same source already is widened to hold both.
    ///
    /// # Errors
    /// When too much waits.
    pub fn push(&self, job: Job) -> Result<Queued, QueueFull> {
        let mut jobs = self.lock();
        if let Some(waiting) = jobs.iter_mut().find(|waiting| waiting.source == job.source) {
            waiting.widen(job);
            return Ok(Queued::Merged);
        }
        if jobs.len() >= MOST {
            return Err(QueueFull);
        }
        jobs.push_back(job);
        drop(jobs);
        self.wake.notify_one();
        Ok(Queued::New)
    }

    /// Takes the oldest.
    pub fn pop(&self) -> Option<Job> {
        self.lock().pop_front()
    }

    /// How many sources wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Whether a source waits.
    #[must_use]
    pub fn holds(&self, source: &str) -> bool {
        self.lock().iter().any(|job| job.source == source)
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Job>> {
        // Plain values: a panic elsewhere cannot have spoilt them.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(source: &str, streams: &[&str]) -> Job {
        Job::streams(source, streams.iter().map(|s| (*s).to_owned()).collect())
    }

    #[test]
    fn wishes_for_one_source_are_one_reading_that_holds_them_all() {
        let queue = Queue::default();
        assert_eq!(queue.push(job("a", &["x"])), Ok(Queued::New));
        assert_eq!(queue.push(job("b", &[])), Ok(Queued::New));
        assert_eq!(queue.push(job("a", &["y", "x"])), Ok(Queued::Merged));
        assert_eq!(queue.push(job("b", &["x"])), Ok(Queued::Merged));
        assert_eq!(queue.pop(), Some(job("a", &["x", "y"])));
        assert_eq!(queue.pop(), Some(job("b", &[])), "all streams hold every one");
        assert!(queue.is_empty() && queue.pop().is_none());
    }

    #[test]
    fn scopes_of_one_source_are_read_together() {
        let (queue, scope) = (Queue::default(), |part: &str| ScopeKey::part("keys", "acme", part));
        for part in ["2", "1", "2"] {
            queue.push(Job::scopes("a", vec![scope(part)])).unwrap();
        }
        assert_eq!(queue.pop(), Some(Job::scopes("a", vec![scope("1"), scope("2")])));
    }

    #[test]
    fn it_is_bounded() {
        let queue = Queue::default();
        for n in 0..MOST {
            queue.push(job(&n.to_string(), &[])).unwrap();
        }
        assert_eq!(queue.push(job("one more", &[])), Err(QueueFull));
        assert_eq!(queue.push(job("0", &[])), Ok(Queued::Merged));
        assert_eq!(queue.len(), MOST);
    }
}
