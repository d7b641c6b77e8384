//! What is to be read as soon as possible: asked for by a person or a provider.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// How many sources wait at most.
const MOST: usize = 1_000;

/// A source to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// The source's name.
    pub source: String,
    /// Only these streams; all when empty.
    pub streams: Vec<String>,
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
            if job.streams.is_empty() || waiting.streams.is_empty() {
                waiting.streams.clear();
            } else {
                waiting.streams.extend(job.streams);
                waiting.streams.sort_unstable();
                waiting.streams.dedup();
            }
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
        Job {
            source: source.to_owned(),
            streams: streams.iter().map(|s| (*s).to_owned()).collect(),
        }
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
