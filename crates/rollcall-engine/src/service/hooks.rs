//! The entry for webhooks: the connector checks and reads what a provider sent, and what it says has
//! changed is queued.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use rollcall_connector::Connector;
use rollcall_model::{ProblemClass, ScopeKey, Timestamp};
use rollcall_record::Problem;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::service::queue::{Job, Queue, QueueFull};
use crate::service::worker::Sources;

/// Deliveries of a source that are remembered.
const REMEMBERED: usize = 10_000;
/// How long a connector serves webhooks, in seconds; its secrets are fetched when it is made.
const KEPT_SECONDS: i64 = 300;
/// Webhooks that are looked at at the same time.
const AT_ONCE: usize = 8;

/// What became of a webhook.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HookOutcome {
    /// These are read again.
    Queued {
        /// Streams, after whatever is being read.
        streams: Vec<String>,
        /// Single scopes, at once.
        scopes: Vec<ScopeKey>,
    },
    /// It is right, and nothing that is read has changed.
    Nothing,
    /// It came before and was dropped.
    Duplicate,
}

/// Why a webhook was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// There is no such source.
    #[error("no source is called {0:?}")]
    UnknownSource(String),
    /// The connector refuses it.
    #[error(transparent)]
    Refused(Box<Problem>),
    /// Too much waits already.
    #[error(transparent)]
    Full(#[from] QueueFull),
}

/// Takes webhooks.
pub struct Hooks {
    sources: Arc<dyn Sources>,
    queue: Arc<Queue>,
    refreshes: Arc<Queue>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    places: Semaphore,
}

#[derive(Default)]
struct State {
    seen: HashMap<String, Deliveries>,
    connectors: HashMap<String, (Timestamp, Arc<dyn Connector>)>,
}

#[derive(Default)]
struct Deliveries {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Deliveries {
    /// Whether it is new.
    fn note(&mut self, delivery: &str) -> bool {
        if !self.known.insert(delivery.to_owned()) {
            return false;
        }
        self.order.push_back(delivery.to_owned());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    fn forget(&mut self, delivery: &str) {
        self.known.remove(delivery);
        self.order.retain(|known| known != delivery);
    }
}

impl Hooks {
    /// For the sources of a process. Streams are queued for its worker, single scopes (`refreshes`)
    /// for its refresher.
    #[must_use]
    pub fn new(
        sources: Arc<dyn Sources>,
        queue: Arc<Queue>,
        refreshes: Arc<Queue>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let state = Mutex::default();
        Self { sources, queue, refreshes, clock, state, places: Semaphore::new(AT_ONCE) }
    }

    /// Takes what a provider sent for a source, as it came.
    ///
    /// # Errors
    /// When there is no such source, its connector refuses it, or too much waits. Nothing is queued
    /// then.
    pub async fn receive(
        &self,
        source: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<HookOutcome, HookError> {
        let served = self.sources.list().iter().find(|served| served.spec.name == source);
        let unknown = || HookError::UnknownSource(source.to_owned());
        let served = served.ok_or_else(unknown)?;
        // It is never closed.
        let _place = self.places.acquire().await.map_err(|_| unknown())?;
        let refused = |problem| HookError::Refused(Box::new(problem));
        let connector = self.connector(source).await.map_err(refused)?;
        let said = connector.receive(headers, body).await.map_err(refused)?;
        let named = said.streams.iter().chain(said.scopes.iter().map(|scope| &scope.stream));
        if let Some(stray) = named.clone().find(|s| connector.definition().stream(s).is_none()) {
            let message = format!("the connector names a stream {stray:?} that it does not have");
            return Err(refused(Problem::new(ProblemClass::Bug, "unknown_stream", message)));
        }
        if let Some(delivery) = &said.delivery
            && !self.lock().seen.entry(source.to_owned()).or_default().note(delivery)
        {
            return Ok(HookOutcome::Duplicate);
        }
        // What the configuration leaves out is not read for a webhook either.
        let read = |stream: &String| served.streams.contains(stream);
        let streams: Vec<String> = said.streams.into_iter().filter(read).collect();
        let scopes: Vec<ScopeKey> =
            said.scopes.into_iter().filter(|scope| read(&scope.stream)).collect();
        if let Err(full) = self.queue(source, &streams, &scopes) {
            // It may come again and be taken then.
            if let (Some(delivery), Some(seen)) = (&said.delivery, self.lock().seen.get_mut(source))
            {
                seen.forget(delivery);
            }
            return Err(full.into());
        }
        if streams.is_empty() && scopes.is_empty() {
            return Ok(HookOutcome::Nothing);
        }
        Ok(HookOutcome::Queued { streams, scopes })
    }

    fn queue(
        &self,
        source: &str,
        streams: &[String],
        scopes: &[ScopeKey],
    ) -> Result<(), QueueFull> {
        if !streams.is_empty() {
            self.queue.push(Job::streams(source, streams.to_vec()))?;
        }
        if !scopes.is_empty() {
            self.refreshes.push(Job::scopes(source, scopes.to_vec()))?;
        }
        Ok(())
    }

    async fn connector(&self, source: &str) -> Result<Arc<dyn Connector>, Problem> {
        let now = self.clock.now();
        if let Some((made, connector)) = self.lock().connectors.get(source)
            && now < made.plus_seconds(KEPT_SECONDS)
        {
            return Ok(Arc::clone(connector));
        }
        let connector = self.sources.connector(source).await?;
        self.lock().connectors.insert(source.to_owned(), (now, Arc::clone(&connector)));
        Ok(connector)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Plain values: a panic elsewhere cannot have spoilt them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_remembered_up_to_a_bound() {
        let mut seen = Deliveries::default();
        assert!(seen.note("a") && !seen.note("a"));
        seen.forget("a");
        assert!(seen.note("a"));
        for n in 0..REMEMBERED {
            assert!(seen.note(&n.to_string()));
        }
        assert!(seen.note("a"), "the oldest is forgotten");
        assert_eq!(seen.known.len(), REMEMBERED);
    }
}
