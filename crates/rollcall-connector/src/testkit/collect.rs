//! Reading a stream into memory.

use std::collections::HashSet;

use rollcall_model::{ProblemClass, ScopeKey, ScopeState, Timestamp};
use rollcall_record::{EntityRecord, Problem, Record, RelationRecord, ScopeStarted};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Connector, Message, ScopeHandle, SyncRequest, channel};

/// Everything one reading of a stream said.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Collected {
    /// The stream.
    pub stream: String,
    /// Its scopes, in the order in which they began.
    pub scopes: Vec<CollectedScope>,
    /// Problems of the stream as a whole.
    pub problems: Vec<Problem>,
    /// The problem with which the stream ended, where it could not go on.
    pub ended: Option<Problem>,
}

/// What a reading said about one scope.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CollectedScope {
    /// How it began.
    pub started: ScopeStarted,
    /// Its facts, in order.
    pub records: Vec<Record>,
    /// What was wrong with it.
    pub problems: Vec<Problem>,
    /// What was to know about it.
    pub notes: Vec<Problem>,
    /// The last progress that was told.
    pub progress: Option<(u64, Option<u64>)>,
    /// How its reading ended.
    pub state: ScopeState,
    #[serde(skip)]
    end: End,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum End {
    Open,
    Finished,
    Unchanged,
    Failed(ProblemClass),
}

impl CollectedScope {
    /// The entities it said.
    pub fn entities(&self) -> impl Iterator<Item = &EntityRecord> {
        self.records.iter().filter_map(|r| if let Record::Entity(e) = r { Some(e) } else { None })
    }

    /// The relations it said.
    pub fn relations(&self) -> impl Iterator<Item = &RelationRecord> {
        self.records.iter().filter_map(|r| if let Record::Relation(e) = r { Some(e) } else { None })
    }
}

impl Collected {
    /// The scope with a key.
    #[must_use]
    pub fn scope(&self, key: &ScopeKey) -> Option<&CollectedScope> {
        self.scopes.iter().find(|s| s.started.scope == *key)
    }

    /// The entities of all scopes.
    pub fn entities(&self) -> impl Iterator<Item = &EntityRecord> {
        self.scopes.iter().flat_map(CollectedScope::entities)
    }

    /// The relations of all scopes.
    pub fn relations(&self) -> impl Iterator<Item = &RelationRecord> {
        self.scopes.iter().flat_map(CollectedScope::relations)
    }

    /// The entity with a native id; panics when there is none.
    #[must_use]
    #[track_caller]
    pub fn entity(&self, id: &str) -> &EntityRecord {
        self.entities().find(|e| e.key.id == id).unwrap_or_else(|| {
            let there: Vec<_> = self.entities().map(|e| e.key.id.as_str()).collect();
            panic!("no entity {id:?}; there are {there:?}")
        })
    }

    /// How its scopes ended.
    #[must_use]
    pub fn states(&self) -> Vec<ScopeState> {
        self.scopes.iter().map(|s| s.state).collect()
    }

    /// All problems: of scopes, of the stream, and the one it ended with.
    pub fn all_problems(&self) -> impl Iterator<Item = &Problem> {
        self.scopes.iter().flat_map(|s| &s.problems).chain(&self.problems).chain(&self.ended)
    }

    /// The codes of all problems.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        self.all_problems().map(|p| p.code.as_str()).collect()
    }

    /// Asserts that every scope is complete and nothing is wrong.
    ///
    /// # Panics
    /// When that is not so.
    #[track_caller]
    pub fn assert_complete(&self) {
        let problems: Vec<_> = self.all_problems().collect();
        let complete = self.states().iter().all(|s| *s == ScopeState::Complete);
        assert!(complete && problems.is_empty(), "{:?}: {problems:?}", self.states());
    }
}

/// Reads a stream from its beginning into memory and holds it to the protocol.
///
/// # Panics
/// When the connector breaks the rules of the protocol: a record outside a scope, after a scope's
/// end or of another stream, a scope that begins twice, or a count that does not match.
pub async fn collect(connector: &dyn Connector, stream: &str, now: Timestamp) -> Collected {
    let request = SyncRequest::new(stream, now);
    collect_request(connector, request, HashSet::new()).await
}

/// Reads a stream as asked, with scopes that an interrupted run completed before.
///
/// # Panics
/// As [`collect`].
pub async fn collect_request(
    connector: &dyn Connector,
    request: SyncRequest,
    already_read: HashSet<ScopeKey>,
) -> Collected {
    let (out, inbox) = channel(16, CancellationToken::new(), already_read);
    let stream = request.stream.clone();
    let (ended, (mut scopes, problems)) =
        tokio::join!(connector.sync(request, out), gather(&stream, inbox));
    let ended = ended.err();
    for scope in &mut scopes {
        scope.state = state_of(scope, ended.as_ref());
    }
    Collected { stream, scopes, problems, ended }
}

async fn gather(
    stream: &str,
    mut inbox: mpsc::Receiver<Message>,
) -> (Vec<CollectedScope>, Vec<Problem>) {
    let mut scopes: Vec<(ScopeHandle, CollectedScope)> = Vec::new();
    let mut problems = Vec::new();
    while let Some(message) = inbox.recv().await {
        match message {
            Message::Started(handle, started) => {
                let key = &started.scope;
                assert!(key.stream == stream, "the scope {key} began in the stream {stream}");
                let twice = scopes.iter().any(|(h, s)| *h == handle || s.started.scope == *key);
                assert!(!twice, "the scope {key} began twice");
                scopes.push((handle, begun(started)));
            }
            Message::Records(handle, records) => {
                open(&mut scopes, handle, "a record").records.extend(records);
            }
            Message::Progress(handle, done, total) => {
                open(&mut scopes, handle, "progress").progress = Some((done, total));
            }
            Message::Problem(handle, problem) => {
                open(&mut scopes, handle, "a problem").problems.push(problem);
            }
            Message::Note(handle, note) => open(&mut scopes, handle, "a note").notes.push(note),
            Message::Failed(handle, problem) => {
                let scope = open(&mut scopes, handle, "a failure");
                scope.end = End::Failed(problem.class);
                scope.problems.push(problem);
            }
            Message::Finished(handle, count) => {
                let scope = open(&mut scopes, handle, "its end");
                let said = scope.entities().count() + scope.relations().count();
                let key = &scope.started.scope;
                assert!(said as u64 == count, "the scope {key} counted {count} and said {said}");
                scope.end = End::Finished;
            }
            Message::Unchanged(handle) => {
                let scope = open(&mut scopes, handle, "that it is unchanged");
                let key = &scope.started.scope;
                assert!(
                    scope.records.is_empty(),
                    "the scope {key} is unchanged and said something"
                );
                scope.end = End::Unchanged;
            }
            Message::StreamProblem(problem) => problems.push(problem),
        }
    }
    (scopes.into_iter().map(|(_, scope)| scope).collect(), problems)
}

fn begun(started: ScopeStarted) -> CollectedScope {
    CollectedScope {
        started,
        records: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
        progress: None,
        state: ScopeState::Failed,
        end: End::Open,
    }
}

#[track_caller]
fn open<'a>(
    scopes: &'a mut [(ScopeHandle, CollectedScope)],
    handle: ScopeHandle,
    what: &str,
) -> &'a mut CollectedScope {
    let scope = scopes.iter_mut().find(|(h, _)| *h == handle);
    let (_, scope) = scope.unwrap_or_else(|| panic!("{what} outside any scope ({handle:?})"));
    assert!(scope.end == End::Open, "{what} after the end of the scope {}", scope.started.scope);
    scope
}

fn state_of(scope: &CollectedScope, ended: Option<&Problem>) -> ScopeState {
    let anything = !scope.records.is_empty();
    match (&scope.end, ended) {
        (End::Finished | End::Unchanged, _) if scope.problems.is_empty() => ScopeState::Complete,
        (End::Finished | End::Unchanged, _) => ScopeState::Partial,
        (End::Failed(class), _) => class.scope_state(anything),
        (End::Open, Some(problem)) => problem.class.scope_state(anything),
        (End::Open, None) if anything => ScopeState::Partial,
        (End::Open, None) => ScopeState::Failed,
    }
}

/// One line per statement, sorted: what two readings of the same thing have in common.
pub(super) fn sorted_lines(collected: &Collected) -> Vec<String> {
    let line = |value: Value| value.to_string();
    let mut lines = Vec::new();
    for scope in &collected.scopes {
        let key = scope.started.scope.to_string();
        let started = serde_json::to_value(&scope.started).unwrap_or_default();
        lines.push(format!("{key} {} {}", scope.state, line(started)));
        let said = scope.records.iter().map(|r| serde_json::to_value(r).unwrap_or_default());
        lines.extend(said.map(|value| format!("{key} {}", line(value))));
        lines.extend(scope.problems.iter().chain(&scope.notes).map(|p| format!("{key} {p:?}")));
    }
    lines.extend(collected.problems.iter().chain(&collected.ended).map(|p| format!("{p:?}")));
    lines.sort();
    lines
}
