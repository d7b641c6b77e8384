//! The receiving end of `rollcall collect`: chunks of lines from another machine are read as if the
//! connector ran here. Completeness, fencing and the brake are those of every reading.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rollcall_connector::collect::{Begun, Hello, PushedConnector, VERSION};
use rollcall_connector::{Connector, Definition, definition_violations};
use rollcall_store::{Store, StoreError};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Clock;
use crate::confirm::{HeldSet, held_set};
use crate::error::EngineError;
use crate::observer::{Observer, SyncEvent};
use crate::service::board::Board;
use crate::service::published::Published;
use crate::service::reader;
use crate::sync::{RunReport, SourceSpec, SyncOptions, past, read_source, stream_cursor};

/// Chunks that may wait to be read.
const AHEAD: usize = 2;
/// How long a request waits for something before it is answered "not yet".
const PATIENCE: Duration = Duration::from_secs(20);

/// A source that another machine reads.
#[derive(Clone, Debug)]
pub struct CollectSource {
    /// Its name, and the streams that are left out.
    pub spec: SourceSpec,
    /// The word for its connector in the configuration.
    pub kind: String,
    /// What its connector declares; `None` for a program of which only the other machine knows.
    pub definition: Option<Definition>,
}

/// A reading that ended, for its report.
#[derive(Debug)]
pub struct Collected<'r> {
    /// The source.
    pub source: &'r CollectSource,
    /// What its connector declares.
    pub definition: &'r Definition,
    /// How it was read.
    pub options: &'r SyncOptions,
    /// What it did.
    pub run: &'r RunReport,
    /// Claims that were retired, by stream.
    pub retired: &'r BTreeMap<String, i64>,
    /// What waits for a human.
    pub held: &'r HeldSet,
}

/// Makes the report that the other machine prints.
pub type Render = Arc<dyn Fn(&Collected<'_>) -> Value + Send + Sync>;

/// Why an upload is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// There is no such source, or it is not pushed.
    #[error("no source that is pushed is called {0:?}")]
    UnknownSource(String),
    /// It speaks another version.
    #[error("version {given} of the upload is not understood here, only version {VERSION}")]
    Version {
        /// The version given.
        given: u32,
    },
    /// Another connector is configured here.
    #[error("{name} is configured with the connector {expected} here, and {given} reads it there")]
    OtherConnector {
        /// The source.
        name: String,
        /// Its connector here.
        expected: String,
        /// The one that is offered.
        given: String,
    },
    /// The connector describes itself badly, or is to read streams that it does not have.
    #[error("the upload begins badly: {0}")]
    BadHello(String),
    /// There is no such upload: it ended, was broken off, or a newer one took its place.
    #[error("this upload is not known here any more; begin again")]
    UnknownSession,
    /// A chunk is missing.
    #[error("chunk {given} came where {expected} was expected; begin again")]
    OutOfOrder {
        /// The number that came.
        given: u64,
        /// The next one.
        expected: u64,
    },
    /// Reading is slower than uploading; the same chunk may come again.
    #[error("what was uploaded before is still being read; send the chunk again")]
    Busy,
    /// The store refuses or fails.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The reading ended without a report.
    #[error("the reading broke off here: {0}")]
    BrokeOff(String),
}

impl From<StoreError> for CollectError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// What became of the end of an upload.
#[derive(Clone, PartialEq, Debug)]
pub enum Ended {
    /// It is still being read.
    NotYet,
    /// The report.
    Report(Value),
}

/// Takes uploads, one for each source at a time.
pub struct Collector {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    board: Arc<Board>,
    published: Arc<Published>,
    sources: HashMap<String, CollectSource>,
    options: SyncOptions,
    render: Render,
    stop: CancellationToken,
    sessions: Mutex<HashMap<String, Session>>,
}

/// The report, or code and message of why there is none.
type Outcome = Option<Result<Value, String>>;

struct Session {
    id: String,
    next: u64,
    gate: Arc<tokio::sync::Mutex<()>>,
    chunks: Option<mpsc::Sender<Vec<u8>>>,
    stop: CancellationToken,
    ended: watch::Receiver<Outcome>,
}

impl Collector {
    /// For the pushed sources of a process, until it stops.
    #[must_use]
    pub fn new(
        sources: Vec<CollectSource>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        (board, published): (Arc<Board>, Arc<Published>),
        options: SyncOptions,
        render: Render,
        stop: CancellationToken,
    ) -> Self {
        let sources =
            sources.into_iter().map(|source| (source.spec.name.clone(), source)).collect();
        let sessions = Mutex::default();
        Self { store, clock, board, published, sources, options, render, stop, sessions }
    }

    /// Begins an upload. One that is under way is broken off: whoever holds the source's token has
    /// begun again.
    ///
    /// # Errors
    /// When it is not what is configured here, or the store fails.
    pub async fn begin(self: &Arc<Self>, name: &str, hello: Hello) -> Result<Begun, CollectError> {
        let source = self.sources.get(name);
        let source = source.ok_or_else(|| CollectError::UnknownSource(name.to_owned()))?;
        let definition = accepted(source, &hello)?;
        let before = self.lock().remove(name);
        if let Some(before) = before {
            before.stop.cancel();
            drop(before.chunks);
            let mut ended = before.ended;
            // A reading that does not end in time keeps its leases, and its streams with them.
            drop(tokio::time::timeout(PATIENCE, ended.wait_for(Option::is_some)).await);
        }
        let now = self.clock.now();
        let id = self.store.source(name, &definition.id, now).await?;
        let mut cursors = BTreeMap::new();
        for stream in definition.streams.iter().filter(|s| hello.streams.contains(&s.name)) {
            let past = past(&self.store, id, &stream.name).await?;
            if let Some(cursor) = stream_cursor(stream, &past) {
                cursors.insert(stream.name.clone(), cursor);
            }
        }
        let (chunks, receiver) = mpsc::channel(AHEAD);
        let (tell, ended) = watch::channel(None);
        let session = Session {
            id: Uuid::new_v4().to_string(),
            next: 0,
            gate: Arc::default(),
            chunks: Some(chunks),
            stop: self.stop.child_token(),
            ended,
        };
        let begun = Begun { session: session.id.clone(), now, cursors };
        let options = SyncOptions { streams: hello.streams, ..self.options.clone() };
        let connector: Arc<dyn Connector> =
            Arc::new(PushedConnector::new(definition.clone(), receiver));
        let (this, stop) = (Arc::clone(self), session.stop.clone());
        let source = source.clone();
        tokio::spawn(async move {
            let outcome = this.read(&source, &connector, &options, &stop).await;
            // The upload may have been given up meanwhile.
            let _ = tell.send(Some(outcome));
        });
        self.lock().insert(name.to_owned(), session);
        Ok(begun)
    }

    /// Takes a chunk of whole lines.
    ///
    /// # Errors
    /// When the upload is not known, a chunk is missing, or reading is slower than uploading.
    pub async fn chunk(
        &self,
        name: &str,
        session: &str,
        sequence: u64,
        lines: Vec<u8>,
    ) -> Result<(), CollectError> {
        // A chunk that comes again while the first is still waiting must not be taken twice.
        let gate = Arc::clone(&known(&mut self.lock(), name, session)?.gate);
        let _one_at_a_time = gate.lock().await;
        let chunks = {
            let mut sessions = self.lock();
            let session = known(&mut sessions, name, session)?;
            // It was taken, and the answer was lost.
            if sequence + 1 == session.next {
                return Ok(());
            }
            if sequence != session.next {
                return Err(CollectError::OutOfOrder { given: sequence, expected: session.next });
            }
            session.chunks.clone().ok_or(CollectError::UnknownSession)?
        };
        // An empty one only says that there is more to come. Where the reading has ended early, its
        // report says why.
        let sent = tokio::time::timeout(PATIENCE, chunks.send(lines)).await;
        if sent.is_err() {
            return Err(CollectError::Busy);
        }
        known(&mut self.lock(), name, session)?.next = sequence + 1;
        Ok(())
    }

    /// Waits until no upload is being read any more, for a while.
    pub async fn finished(&self) {
        let watched: Vec<_> = self.lock().values().map(|session| session.ended.clone()).collect();
        for mut ended in watched {
            drop(tokio::time::timeout(PATIENCE, ended.wait_for(Option::is_some)).await);
        }
    }

    /// The end of an upload: waits a while for the report.
    ///
    /// # Errors
    /// When the upload is not known, a chunk is missing, or the reading broke off.
    pub async fn end(
        &self,
        name: &str,
        session: &str,
        sequence: u64,
    ) -> Result<Ended, CollectError> {
        let mut ended = {
            let mut sessions = self.lock();
            let session = known(&mut sessions, name, session)?;
            if sequence != session.next {
                return Err(CollectError::OutOfOrder { given: sequence, expected: session.next });
            }
            session.chunks = None;
            session.ended.clone()
        };
        let Ok(told) = tokio::time::timeout(PATIENCE, ended.wait_for(Option::is_some)).await else {
            return Ok(Ended::NotYet);
        };
        match told.ok().and_then(|outcome| outcome.clone()) {
            Some(Ok(report)) => Ok(Ended::Report(report)),
            Some(Err(why)) => Err(CollectError::BrokeOff(why)),
            None => Err(CollectError::BrokeOff("it ended without a word".to_owned())),
        }
    }

    async fn read(
        &self,
        source: &CollectSource,
        connector: &Arc<dyn Connector>,
        options: &SyncOptions,
        stop: &CancellationToken,
    ) -> Result<Value, String> {
        let name = &source.spec.name;
        let began = self.clock.now();
        self.board.change(name, |state| state.running_since = Some(began));
        let retired = Arc::new(Mutex::new(BTreeMap::new()));
        let observer = counting(reader::observer(&self.published, name), &retired);
        let read = read_source(
            &self.store,
            connector,
            &source.spec,
            &self.clock,
            options,
            &observer,
            stop,
        );
        let outcome = match read.await {
            Ok(run) => held_set(&self.store, name).await.map(|held| (run, held)),
            Err(error) => Err(error),
        };
        self.published.wake();
        match outcome {
            Ok((run, held)) => {
                self.board.ended(name, &run, self.clock.now());
                reader::log(&run);
                let retired = retired.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let definition = connector.definition();
                let (run, retired, held) = (&run, &retired, &held);
                let collected = Collected { source, definition, options, run, retired, held };
                Ok((self.render)(&collected))
            }
            Err(error) => {
                self.board.failed(name, error.code(), &error.to_string());
                tracing::warn!(source = name, code = error.code(), "{error}");
                Err(format!("{error} ({})", error.code()))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        // Plain values: a panic elsewhere cannot have spoilt them.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same observer, which also counts what each stream retired.
fn counting(observer: Observer, retired: &Arc<Mutex<BTreeMap<String, i64>>>) -> Observer {
    let retired = Arc::clone(retired);
    Arc::new(move |event| {
        if let SyncEvent::StreamEnded { stream, retired: count } = &event {
            let mut retired = retired.lock().unwrap_or_else(PoisonError::into_inner);
            retired.insert(stream.clone(), *count);
        }
        observer(event);
    })
}

fn known<'s>(
    sessions: &'s mut HashMap<String, Session>,
    name: &str,
    id: &str,
) -> Result<&'s mut Session, CollectError> {
    sessions.get_mut(name).filter(|session| session.id == id).ok_or(CollectError::UnknownSession)
}

/// The definition to hold the records to: the one known here, or that of a program which only the
/// other machine knows.
fn accepted(source: &CollectSource, hello: &Hello) -> Result<Definition, CollectError> {
    if hello.collect != VERSION {
        return Err(CollectError::Version { given: hello.collect });
    }
    let definition = match &source.definition {
        Some(known) if known.id == hello.definition.id => known.clone(),
        Some(known) => {
            return Err(CollectError::OtherConnector {
                name: source.spec.name.clone(),
                expected: known.id.clone(),
                given: hello.definition.id.chars().take(64).collect(),
            });
        }
        None => {
            let violations = definition_violations(&hello.definition);
            if !violations.is_empty() {
                return Err(CollectError::BadHello(violations.join("; ")));
            }
            hello.definition.clone()
        }
    };
    if hello.streams.is_empty() {
        return Err(CollectError::BadHello("no stream is to be read".to_owned()));
    }
    match hello.streams.iter().find(|stream| definition.stream(stream).is_none()) {
        Some(unknown) => {
            let unknown: String = unknown.chars().take(64).collect();
            Err(CollectError::BadHello(format!(
                "the connector {} has no stream {unknown:?} here",
                definition.id
            )))
        }
        None => Ok(definition),
    }
}
