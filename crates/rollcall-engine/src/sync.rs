//! Reading a source, stream by stream.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rollcall_connector::{Connector, Definition, Past, PastScope, StreamDef, SyncRequest};
use rollcall_model::{ExitCode, Listing, ProblemClass, RunId, ScopeKey, ScopeState};
use rollcall_record::Problem;
use rollcall_store::{RunStart, Runs, ScopeId, ScopePast, SourceId, Store, StoreError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::EngineError;
use crate::lease::{self, Process};
use crate::observer::{Observer, SyncEvent};
use crate::retirement::{Retired, end_stream};
use crate::rows::Known;
use crate::stream::{StreamCx, StreamResult, read_stream};

/// How long after its start an interrupted run can be taken up again.
const RESUME_WITHIN_SECONDS: i64 = 3_600;

/// A configured source.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// Its name.
    pub name: String,
    /// Streams that the configuration leaves out.
    pub skip_streams: Vec<String>,
}

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Only these streams; all when empty.
    pub streams: Vec<String>,
    /// Only these scopes, of the streams they belong to: what a webhook said has changed. They are
    /// read beside any other reading of the source, which is superseded in them.
    pub only: Vec<ScopeKey>,
    /// Take up a run of this source that was killed within the last hour: scopes it read to their
    /// end are not listed again, where the connector can leave them out.
    pub resume: bool,
    /// The version of rollcall, kept with the run.
    pub version: String,
    /// What this process is called as the holder of leases; the run's id follows it after a space.
    pub holder: String,
    /// How to tell that another holder has ended; leases of killed processes run out when absent.
    pub process: Option<Process>,
}

/// How one scope fared.
#[derive(Clone, Debug)]
pub struct ScopeOutcome {
    /// Which.
    pub scope: ScopeKey,
    /// How its reading ended.
    pub state: ScopeState,
    /// Entities and relations seen.
    pub seen: u64,
    /// New claims.
    pub added: u64,
    /// Changed claims.
    pub changed: u64,
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// The source's name.
    pub source: String,
    /// The scopes in the order in which they ended.
    pub scopes: Vec<ScopeOutcome>,
    /// Streams that ended before any scope could tell why, with the state that stands for them.
    pub failed_streams: Vec<(String, ScopeState)>,
    /// The problems; `true` marks a note that leaves its scope complete.
    pub problems: Vec<(Problem, bool)>,
    /// Claims that were retired.
    pub retired: i64,
    /// Scopes that were closed because their parent is gone.
    pub closed: usize,
    /// Facts that wait for a human: scope, how many, why.
    pub held: Vec<(ScopeKey, i64, String)>,
    /// Scopes an interrupted run had read and that were not listed again.
    pub resumed: usize,
}

impl RunReport {
    /// The exit code: 0 when every scope that was not skipped by configuration is complete.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let scopes = self.scopes.iter().map(|outcome| outcome.state);
        let resumed = std::iter::repeat_n(ScopeState::Complete, self.resumed);
        ExitCode::of(scopes.chain(resumed).chain(self.failed_streams.iter().map(|(_, s)| *s)))
    }
}

/// Reads a source: every stream in the order of its definition, each under its lease. Whatever a
/// stream meets stays in that stream; only the store can stop the run.
///
/// # Errors
/// When the store refuses or fails. What was published before is intact, and the next run
/// converges.
pub async fn read_source(
    store: &Arc<dyn Store>,
    connector: &Arc<dyn Connector>,
    spec: &SourceSpec,
    clock: &Arc<dyn Clock>,
    options: &SyncOptions,
    observer: &Observer,
    cancelled: &CancellationToken,
) -> Result<RunReport, EngineError> {
    let definition = connector.definition();
    let source = store.source(&spec.name, &definition.id, clock.now()).await?;
    let mut resumed =
        if options.resume { interrupted(store, source, clock).await? } else { HashMap::new() };
    let run = RunId(Uuid::now_v7().to_string());
    store
        .begin_run(RunStart {
            id: run.clone(),
            source,
            at: clock.now(),
            version: options.version.clone(),
            part: !options.streams.is_empty() || !options.only.is_empty(),
        })
        .await?;
    let mut report = RunReport {
        run: run.clone(),
        source: spec.name.clone(),
        scopes: Vec::new(),
        failed_streams: Vec::new(),
        problems: Vec::new(),
        retired: 0,
        closed: 0,
        held: Vec::new(),
        resumed: 0,
    };
    let holder = format!("{} {run}", options.holder);
    let (mut known, mut retired) = (Known::default(), Retired::default());
    for stream in &definition.streams {
        if !options.wants(&stream.name) || spec.skip_streams.contains(&stream.name) {
            continue;
        }
        observer(SyncEvent::StreamStarted { stream: stream.name.clone() });
        let cancelled = cancelled.child_token();
        // Single scopes are fenced by their revisions; a whole stream is one process's at a time.
        let held = if options.only.is_empty() {
            let (name, token) = (&stream.name, cancelled.clone());
            let held = lease::hold(store, source, name, &holder, options.process, token).await?;
            if held.is_none() {
                report.leased_elsewhere(stream, observer);
                continue;
            }
            held
        } else {
            None
        };
        let already = resumed.remove(&stream.name).unwrap_or_default();
        let cx = StreamCx { store, clock, observer, source, run: &run, cancelled };
        let keys: HashSet<ScopeKey> = already.keys().cloned().collect();
        let past = Arc::new(past(store, source, &stream.name).await?);
        let request = SyncRequest {
            cursor: stream_cursor(stream, &past),
            past,
            only: options.only_of(&stream.name),
            ..SyncRequest::new(&stream.name, clock.now())
        };
        let connector = Arc::clone(connector);
        let mut result = read_stream(&cx, connector, stream, request, keys, &mut known).await?;
        report.resumed += take_up(already, &mut result);
        store.add_problems(&run, &result.problems).await?;
        let ended = end_stream(&cx, stream, &result.complete, &mut retired).await?;
        if let Some(held) = held {
            held.release(store).await?;
        }
        report.add(stream, result);
        report.retired += ended.retired;
        report.closed += ended.closed;
        report.held.extend(ended.held);
    }
    store.finish_run(&run, report.exit_code() as i64, clock.now()).await?;
    Ok(report)
}

/// What earlier readings of a source left behind, by stream; empty where none was.
///
/// # Errors
/// When the store fails.
pub async fn pasts(
    store: &Arc<dyn Store>,
    name: &str,
    definition: &Definition,
) -> Result<BTreeMap<String, Arc<Past>>, StoreError> {
    let mut pasts = BTreeMap::new();
    let known = store.sources().await?.into_iter().find(|source| source.name == name);
    if let Some(source) = known {
        for stream in &definition.streams {
            let past = past(store, source.id, &stream.name).await?;
            pasts.insert(stream.name.clone(), Arc::new(past));
        }
    }
    Ok(pasts)
}

/// What earlier readings of a stream left behind.
///
/// # Errors
/// When the store fails.
pub(crate) async fn past(
    store: &Arc<dyn Store>,
    source: SourceId,
    stream: &str,
) -> Result<Past, StoreError> {
    let scopes = store.past(source, stream).await?.into_iter();
    Ok(Past::new(scopes.map(|scope| {
        let ScopePast { key, state, complete_at, cursor } = scope;
        (key, PastScope { state, complete_at, cursor })
    })))
}

/// A delta stream with one scope continues where it stopped; a stream with several asks for the
/// cursor of each scope itself, through the map of all of them.
pub(crate) fn stream_cursor(stream: &StreamDef, past: &Past) -> Option<serde_json::Value> {
    if stream.listing == Listing::Full {
        return None;
    }
    let cursors: serde_json::Map<_, _> = past
        .iter()
        .filter_map(|(key, scope)| {
            Some((format!("{} {}", key.realm, key.part), scope.cursor.clone()?))
        })
        .collect();
    (!cursors.is_empty()).then_some(serde_json::Value::Object(cursors))
}

/// The scopes that a killed run read to their end, by stream. The killed run is marked as ended.
async fn interrupted(
    store: &Arc<dyn Store>,
    source: SourceId,
    clock: &Arc<dyn Clock>,
) -> Result<HashMap<String, HashMap<ScopeKey, ScopeId>>, StoreError> {
    let mut by_stream: HashMap<String, HashMap<ScopeKey, ScopeId>> = HashMap::new();
    let Some(last) = store.runs(source, Runs::Whole, 1).await?.into_iter().next() else {
        return Ok(by_stream);
    };
    let now = clock.now();
    if last.finished_at.is_some() || last.started_at.plus_seconds(RESUME_WITHIN_SECONDS) < now {
        return Ok(by_stream);
    }
    for scope in store.run_scopes(&last.id).await? {
        if scope.state == ScopeState::Complete {
            by_stream.entry(scope.key.stream.clone()).or_default().insert(scope.key, scope.id);
        }
    }
    store.finish_run(&last.id, ExitCode::Incomplete as i64, now).await?;
    Ok(by_stream)
}

/// Counts the scopes that were left out because an interrupted run had read them; their pending
/// retirements are judged at the end of this stream.
fn take_up(already: HashMap<ScopeKey, ScopeId>, result: &mut StreamResult) -> usize {
    let listed: HashSet<&ScopeKey> = result.outcomes.iter().map(|o| &o.scope).collect();
    let left: Vec<ScopeId> =
        already.into_iter().filter(|(key, _)| !listed.contains(key)).map(|(_, id)| id).collect();
    result.complete.extend(&left);
    left.len()
}

impl SyncOptions {
    fn wants(&self, stream: &str) -> bool {
        let named = self.streams.iter().any(|name| name == stream);
        let scoped = self.only.iter().any(|scope| scope.stream == stream);
        named || scoped || (self.streams.is_empty() && self.only.is_empty())
    }

    /// The scopes of a stream that are asked for; `None` where it is read as a whole.
    fn only_of(&self, stream: &str) -> Option<Vec<ScopeKey>> {
        if self.only.is_empty() || self.streams.iter().any(|name| name == stream) {
            return None;
        }
        Some(self.only.iter().filter(|scope| scope.stream == stream).cloned().collect())
    }
}

impl RunReport {
    fn add(&mut self, stream: &StreamDef, result: StreamResult) {
        if let Some(state) = result.failed {
            self.failed_streams.push((stream.name.clone(), state));
        }
        self.scopes.extend(result.outcomes);
        self.problems.extend(result.problems);
    }

    fn leased_elsewhere(&mut self, stream: &StreamDef, observer: &Observer) {
        let problem = Problem::new(
            ProblemClass::Cancelled,
            "leased_elsewhere",
            format!("another process is reading {}; it was left to that process", stream.name),
        )
        .in_stream(&stream.name);
        observer(SyncEvent::Problem { problem: problem.clone(), note: false });
        self.problems.push((problem, false));
        self.failed_streams.push((stream.name.clone(), ScopeState::Superseded));
    }
}
