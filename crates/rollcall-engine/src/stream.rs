//! Reading one stream: records come in, scopes become visible one by one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rollcall_connector::{
    AHEAD, Connector, Message, Past, ScopeHandle, StreamDef, SyncRequest, channel,
};
use rollcall_model::{ProblemClass, RunId, ScopeKey, ScopeState};
use rollcall_record::{Problem, ScopeStarted};
use rollcall_store::{
    ClaimScope, FinishOutcome, FinishScope, LiveFacts, ScopeId, SourceId, Store, StoreError,
};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::observer::{Observer, SyncEvent};
use crate::reading::Reading;
use crate::rows::{self, Known};
use crate::sync::ScopeOutcome;

/// Rows of one write transaction.
const LOT: usize = 5_000;
/// Scopes that become visible in one transaction, when they are small and many.
const ENDS: usize = 64;
/// Messages taken from the connector at once.
const MESSAGES: usize = 128;

/// What reading a stream needs besides the stream.
pub(crate) struct StreamCx<'a> {
    pub(crate) store: &'a Arc<dyn Store>,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) observer: &'a Observer,
    pub(crate) source: SourceId,
    pub(crate) run: &'a RunId,
    pub(crate) cancelled: CancellationToken,
}

/// What became of a stream.
#[derive(Default)]
pub(crate) struct StreamResult {
    pub(crate) outcomes: Vec<ScopeOutcome>,
    /// Scopes whose end was reached in this run and that may retire.
    pub(crate) complete: HashSet<ScopeId>,
    pub(crate) problems: Vec<(Problem, bool)>,
    /// The stream ended before any scope could tell why.
    pub(crate) failed: Option<ScopeState>,
}

/// An end that waits to be published with others.
struct Ending {
    scope: ScopeKey,
    end: FinishScope,
}

struct StreamReader<'a> {
    cx: &'a StreamCx<'a>,
    stream: &'a StreamDef,
    past: Arc<Past>,
    known: &'a mut Known,
    open: HashMap<ScopeHandle, Reading>,
    ending: Vec<Ending>,
    result: StreamResult,
}

/// Reads a stream to its end, whatever happens on the way. Only the store can stop it.
pub(crate) async fn read_stream(
    cx: &StreamCx<'_>,
    connector: Arc<dyn Connector>,
    stream: &StreamDef,
    request: SyncRequest,
    already_read: HashSet<ScopeKey>,
    known: &mut Known,
) -> Result<StreamResult, StoreError> {
    let (emitter, mut inbox) = channel(AHEAD, cx.cancelled.clone(), already_read);
    let past = Arc::clone(&request.past);
    let reading = tokio::spawn(async move { connector.sync(request, emitter).await });
    let mut reader = StreamReader {
        cx,
        stream,
        past,
        known,
        open: HashMap::new(),
        ending: Vec::new(),
        result: StreamResult::default(),
    };
    let received = reader.receive(&mut inbox).await;
    if let Err(error) = received {
        reader.cx.cancelled.cancel();
        drop(inbox);
        let _ = reading.await;
        return Err(error);
    }
    let outcome = match reading.await {
        Ok(outcome) => outcome,
        Err(error) => Err(Problem::new(
            ProblemClass::Bug,
            "connector_panicked",
            format!("the connector broke off: {error}"),
        )),
    };
    reader.end(outcome).await?;
    Ok(reader.result)
}

impl StreamReader<'_> {
    async fn receive(&mut self, inbox: &mut Receiver<Message>) -> Result<(), StoreError> {
        let mut messages = Vec::with_capacity(MESSAGES);
        while inbox.recv_many(&mut messages, MESSAGES).await > 0 {
            let started: Vec<(ScopeHandle, ScopeStarted)> = messages
                .iter()
                .filter_map(|message| match message {
                    Message::Started(handle, started) => Some((*handle, started.clone())),
                    _ => None,
                })
                .collect();
            self.start(started).await?;
            for message in messages.drain(..) {
                self.take(message).await?;
            }
            if inbox.is_empty() {
                self.publish().await?;
            }
        }
        self.publish().await
    }

    /// Claims scopes, all that were started together in one transaction.
    async fn start(&mut self, started: Vec<(ScopeHandle, ScopeStarted)>) -> Result<(), StoreError> {
        if started.is_empty() {
            return Ok(());
        }
        let requests: Vec<ClaimScope> = started
            .iter()
            .map(|(_, started)| ClaimScope {
                source: self.cx.source,
                key: started.scope.clone(),
                rank: self.stream.rank.number(),
                parent: started.parent.clone(),
            })
            .collect();
        // What waits to be published must be before its scope can be claimed again.
        if self.ending.iter().any(|e| requests.iter().any(|request| request.key == e.scope)) {
            self.publish().await?;
        }
        let claimed = self.cx.store.claim_scopes(&requests).await?;
        let read_before: Vec<ScopeId> =
            claimed.iter().filter(|scope| scope.published > 0).map(|scope| scope.id).collect();
        let live = self.cx.store.live_facts(&read_before).await?;
        let mut live: HashMap<ScopeId, LiveFacts> = read_before.into_iter().zip(live).collect();
        for ((handle, started), claimed) in started.into_iter().zip(claimed) {
            (self.cx.observer)(SyncEvent::ScopeStarted { scope: started.scope.clone() });
            let facts = live.remove(&claimed.id).unwrap_or_default();
            let reading = Reading::new(started, claimed, facts, self.stream.shifting);
            self.open.insert(handle, reading);
        }
        Ok(())
    }

    async fn take(&mut self, message: Message) -> Result<(), StoreError> {
        match message {
            Message::Started(..) => {}
            Message::Records(handle, records) => {
                for record in records {
                    let Some(reading) = self.open.get_mut(&handle) else { break };
                    if reading.superseded {
                        break;
                    }
                    let problem = reading.take(record, self.known);
                    if let Some(problem) = problem {
                        self.problem(problem, false);
                    }
                    self.write_if_many(handle).await?;
                }
            }
            Message::Progress(handle, done, total) => {
                if let Some(reading) = self.open.get(&handle) {
                    let scope = reading.scope.clone();
                    (self.cx.observer)(SyncEvent::Progress { scope, done, total });
                }
            }
            Message::Problem(handle, problem) => {
                if let Some(reading) = self.open.get_mut(&handle) {
                    reading.mark_incomplete();
                }
                self.problem(problem, false);
            }
            Message::Note(_, problem) => self.problem(problem, true),
            Message::Failed(handle, problem) => {
                if let Some(reading) = self.open.remove(&handle) {
                    let state = problem.class.scope_state(reading.said() > 0);
                    self.problem(problem, false);
                    self.ended(reading, state).await?;
                }
            }
            Message::Finished(handle, count) => {
                if let Some(mut reading) = self.open.remove(&handle) {
                    if !reading.superseded && count != reading.said() {
                        reading.mark_incomplete();
                        let problem = lost_records(&reading, count);
                        self.problem(problem, false);
                    }
                    self.ended(reading, ScopeState::Complete).await?;
                }
            }
            Message::Unchanged(handle) => {
                if let Some(reading) = self.open.remove(&handle) {
                    self.unchanged(reading).await?;
                }
            }
            Message::StreamProblem(problem) => self.problem(problem, false),
        }
        Ok(())
    }

    /// A scope that is as its last complete reading left it. Where its last reading was none, nothing
    /// can be as it was.
    async fn unchanged(&mut self, mut reading: Reading) -> Result<(), StoreError> {
        let before = self.past.scope(&reading.scope).and_then(|scope| scope.state);
        if before == Some(ScopeState::Complete) && reading.said() == 0 {
            reading.all_seen();
            return self.ended(reading, ScopeState::Complete).await;
        }
        let mut problem = Problem::new(
            ProblemClass::Bug,
            "unchanged_without_past",
            "the connector says that the scope is as it was, and its last reading was not complete",
        );
        problem.scope = Some(reading.scope.clone());
        self.problem(problem, false);
        self.ended(reading, ScopeState::Failed).await
    }

    async fn write_if_many(&mut self, handle: ScopeHandle) -> Result<(), StoreError> {
        let Some(reading) = self.open.get_mut(&handle) else { return Ok(()) };
        if reading.writes.rows() < LOT {
            return Ok(());
        }
        let writes = reading.take_writes();
        let (id, token) = (reading.claimed.id, reading.claimed.token);
        let (entities, references) = rows::ids(&writes);
        if self.cx.store.write(id, token, writes).await? {
            self.known.committed(&entities, &references);
        } else {
            reading.superseded = true;
        }
        Ok(())
    }

    async fn ended(&mut self, reading: Reading, state: ScopeState) -> Result<(), StoreError> {
        let scope = reading.scope.clone();
        let end = reading.finish(state, self.cx.run, self.cx.clock.now());
        self.ending.push(Ending { scope, end });
        let rows: usize = self.ending.iter().map(|e| e.end.writes.rows()).sum();
        if self.ending.len() >= ENDS || rows >= LOT { self.publish().await } else { Ok(()) }
    }

    /// Publishes what has ended. A single scope with very many missing marks goes in one piece; its
    /// rows were written before.
    async fn publish(&mut self) -> Result<(), StoreError> {
        if self.ending.is_empty() {
            return Ok(());
        }
        let ending = std::mem::take(&mut self.ending);
        let mut told = Vec::with_capacity(ending.len());
        let mut ends = Vec::with_capacity(ending.len());
        for Ending { scope, end } in ending {
            told.push((
                scope,
                end.id,
                end.state,
                end.seen,
                end.added,
                end.changed,
                rows::ids(&end.writes),
            ));
            ends.push(end);
        }
        let outcomes = self.cx.store.finish_scopes(ends).await?;
        for ((scope, id, state, seen, added, changed, ids), outcome) in
            told.into_iter().zip(outcomes)
        {
            let state = match outcome {
                FinishOutcome::Published(_) => {
                    self.known.committed(&ids.0, &ids.1);
                    state
                }
                FinishOutcome::Superseded => ScopeState::Superseded,
            };
            if state == ScopeState::Complete {
                self.result.complete.insert(id);
            }
            (self.cx.observer)(SyncEvent::ScopeEnded {
                scope: scope.clone(),
                state,
                seen,
                added,
                changed,
            });
            self.result.outcomes.push(ScopeOutcome { scope, state, seen, added, changed });
        }
        Ok(())
    }

    /// The connector is done: what it left open was not read to its end.
    async fn end(&mut self, outcome: Result<(), Problem>) -> Result<(), StoreError> {
        let mut left: Vec<(ScopeHandle, Reading)> = self.open.drain().collect();
        left.sort_by_key(|(handle, _)| handle.0);
        let class = match &outcome {
            Err(problem) => problem.class,
            Ok(()) => ProblemClass::Bug,
        };
        if outcome.is_ok() && !left.is_empty() {
            let names: Vec<_> = left.iter().map(|(_, r)| r.scope.to_string()).collect();
            self.problem(
                Problem::new(
                    ProblemClass::Bug,
                    "scope_not_finished",
                    format!("the connector ended without finishing: {}", names.join("; ")),
                ),
                false,
            );
        }
        if let Err(problem) = outcome {
            if left.is_empty() {
                self.result.failed = Some(problem.class.scope_state(false));
            }
            self.problem(problem, false);
        }
        for (_, reading) in left {
            let state = class.scope_state(reading.said() > 0);
            self.ended(reading, state).await?;
        }
        self.publish().await
    }

    fn problem(&mut self, mut problem: Problem, note: bool) {
        if problem.scope.is_none() && problem.stream.is_none() {
            problem.stream = Some(self.stream.name.clone());
        }
        (self.cx.observer)(SyncEvent::Problem { problem: problem.clone(), note });
        self.result.problems.push((problem, note));
    }
}

fn lost_records(reading: &Reading, count: u64) -> Problem {
    let mut problem = Problem::new(
        ProblemClass::Bug,
        "count_mismatch",
        format!(
            "the connector says it emitted {count} entities and relations and {} arrived; the \
             scope is not complete",
            reading.said()
        ),
    );
    problem.scope = Some(reading.scope.clone());
    problem
}
