//! Reading at once what a webhook says has changed, beside whatever else is being read.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::service::queue::Queue;
use crate::service::reader::{self, Reader};

/// Refreshes under way at the same time: a slow provider holds up no other.
const AT_ONCE: usize = 4;

/// Reads single scopes as they are asked for. What it cannot read the next reading on schedule will.
#[derive(Clone)]
pub struct Refresher {
    /// How it reads.
    pub reader: Reader,
    /// The scopes that wait, by source.
    pub queue: Arc<Queue>,
}

impl Refresher {
    /// Runs until it is stopped. A reading under way is stopped with it.
    pub async fn run(self, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            tasks.spawn(self.clone().one(stop.clone()));
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn one(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let Some(job) = self.queue.pop() else {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.queue.woken() => {}
                }
                continue;
            };
            let name = &job.source;
            let Some(source) = self.reader.source(name) else { continue };
            match self.reader.read(source, &job, &stop).await {
                Ok(report) => reader::log(&report),
                Err((code, message)) => tracing::warn!(source = name, code, "{message}"),
            }
            self.reader.published.wake();
        }
    }
}
