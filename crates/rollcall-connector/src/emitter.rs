//! How a connector says what it read.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rollcall_model::{ProblemClass, ScopeKey};
use rollcall_record::{
    ActivityRecord, EntityRecord, EventRecord, Gone, Problem, Record, ReferenceRecord,
    RelationRecord, ScopeStarted,
};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Records travel in lots of this many, so that a channel hand-over is paid once a lot.
const LOT: usize = 256;

/// How many messages a connector may be ahead of its reader: enough to keep both busy, and few enough
/// that what waits between them stays small beside everything else.
pub const AHEAD: usize = 16;

/// A scope's number within one reading of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ScopeHandle(pub u32);

/// What travels from a connector to the engine.
#[derive(Debug)]
pub enum Message {
    /// A scope begins.
    Started(ScopeHandle, ScopeStarted),
    /// Facts of a scope, in order.
    Records(ScopeHandle, Vec<Record>),
    /// How far a scope has come.
    Progress(ScopeHandle, u64, Option<u64>),
    /// Something is wrong with a scope, which is therefore not complete.
    Problem(ScopeHandle, Problem),
    /// Something to know about a scope that leaves it complete.
    Note(ScopeHandle, Problem),
    /// The scope ends here without having been read to its end.
    Failed(ScopeHandle, Problem),
    /// The scope was read to its end; with the number of entities and relations that were said.
    Finished(ScopeHandle, u64),
    /// The scope is as its last complete reading left it.
    Unchanged(ScopeHandle),
    /// Something is wrong with the stream as a whole.
    StreamProblem(Problem),
}

/// The sending end a connector gets for one stream.
#[derive(Clone, Debug)]
pub struct Emitter {
    sender: mpsc::Sender<Message>,
    cancelled: CancellationToken,
    next_handle: Arc<AtomicU32>,
    already_read: Arc<HashSet<ScopeKey>>,
}

/// A channel between a connector and its reader.
///
/// `already_read` holds the scopes that an interrupted run completed shortly before and that need
/// not be listed again.
#[must_use]
pub fn channel(
    capacity: usize,
    cancelled: CancellationToken,
    already_read: HashSet<ScopeKey>,
) -> (Emitter, mpsc::Receiver<Message>) {
    let (sender, receiver) = mpsc::channel(capacity);
    let emitter = Emitter {
        sender,
        cancelled,
        next_handle: Arc::new(AtomicU32::new(0)),
        already_read: Arc::new(already_read),
    };
    (emitter, receiver)
}

fn stopped() -> Problem {
    Problem::new(ProblemClass::Cancelled, "cancelled", "the reading was stopped")
}

impl Emitter {
    /// Begins a scope.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn scope(&self, started: ScopeStarted) -> Result<ScopeGuard, Problem> {
        let handle = ScopeHandle(self.next_handle.fetch_add(1, Ordering::Relaxed));
        let scope = started.scope.clone();
        self.send(Message::Started(handle, started)).await?;
        Ok(ScopeGuard { out: self.clone(), handle, scope, count: 0, lot: Vec::with_capacity(LOT) })
    }

    /// Says that something is wrong with the stream as a whole. For one scope use
    /// [`ScopeGuard::problem`].
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn problem(&self, problem: Problem) -> Result<(), Problem> {
        self.send(Message::StreamProblem(problem)).await
    }

    /// Whether an interrupted run completed this scope shortly before, so that listing it again can
    /// be left out.
    #[must_use]
    pub fn already_read(&self, scope: &ScopeKey) -> bool {
        self.already_read.contains(scope)
    }

    /// Cancelled when the reading should stop.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.cancelled
    }

    async fn send(&self, message: Message) -> Result<(), Problem> {
        if self.cancelled.is_cancelled() {
            return Err(stopped());
        }
        self.sender.send(message).await.map_err(|_| stopped())
    }
}

/// A scope that is being read. Only [`ScopeGuard::finish`] makes it complete; dropping it, as an
/// early `?` does, leaves it partial.
#[derive(Debug)]
#[must_use = "a scope that is not finished is not complete"]
pub struct ScopeGuard {
    out: Emitter,
    handle: ScopeHandle,
    scope: ScopeKey,
    count: u64,
    lot: Vec<Record>,
}

impl ScopeGuard {
    /// Which scope this is.
    #[must_use]
    pub fn scope(&self) -> &ScopeKey {
        &self.scope
    }

    /// An entity exists.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn entity(&mut self, entity: EntityRecord) -> Result<(), Problem> {
        self.count += 1;
        self.push(Record::Entity(entity)).await
    }

    /// A relation exists.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn relation(&mut self, relation: RelationRecord) -> Result<(), Problem> {
        self.count += 1;
        self.push(Record::Relation(relation)).await
    }

    /// An entity answers to a reference.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn reference(&mut self, reference: ReferenceRecord) -> Result<(), Problem> {
        self.push(Record::Reference(reference)).await
    }

    /// An entity was used.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn activity(&mut self, activity: ActivityRecord) -> Result<(), Problem> {
        self.push(Record::Activity(activity)).await
    }

    /// An entity was created or changed.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn event(&mut self, event: EventRecord) -> Result<(), Problem> {
        self.push(Record::Event(event)).await
    }

    /// A delta listing says that an entity is gone.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn gone(&mut self, gone: Gone) -> Result<(), Problem> {
        self.push(Record::Gone(gone)).await
    }

    /// Where this delta listing continues next time.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn cursor(&mut self, cursor: Value) -> Result<(), Problem> {
        let scope = self.scope.clone();
        self.push(Record::Cursor { scope, cursor }).await
    }

    /// Any fact record, as a pure parser yields them. Scope records and problems have functions of
    /// their own and are refused here.
    ///
    /// # Errors
    /// When the reading was stopped, or the record is none that belongs inside a scope.
    pub async fn record(&mut self, record: Record) -> Result<(), Problem> {
        match record {
            Record::Entity(_) | Record::Relation(_) => {
                self.count += 1;
                self.push(record).await
            }
            Record::Reference(_)
            | Record::Activity(_)
            | Record::Event(_)
            | Record::Gone(_)
            | Record::Cursor { .. } => self.push(record).await,
            Record::Progress { done, total, .. } => self.progress(done, total).await,
            Record::Problem(problem) => self.problem(problem).await,
            Record::ScopeStarted(_) | Record::ScopeFinished(_) => Err(Problem::new(
                ProblemClass::Bug,
                "scope_inside_scope",
                "a scope record was emitted inside a scope",
            )),
        }
    }

    /// How far this scope has come; for progress bars.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn progress(&mut self, done: u64, total: Option<u64>) -> Result<(), Problem> {
        self.out.send(Message::Progress(self.handle, done, total)).await
    }

    /// Something of this scope could not be read: it will be partial, even when finished.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn problem(&mut self, mut problem: Problem) -> Result<(), Problem> {
        problem.scope.get_or_insert_with(|| self.scope.clone());
        self.out.send(Message::Problem(self.handle, problem)).await
    }

    /// Something a person should know that hides nothing of this scope: a file over the cap in a
    /// list of files, a value that was ignored.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn note(&mut self, mut problem: Problem) -> Result<(), Problem> {
        problem.scope.get_or_insert_with(|| self.scope.clone());
        self.out.send(Message::Note(self.handle, problem)).await
    }

    /// Ends this scope short of its end. What was said before stays; nothing retires.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn fail(mut self, mut problem: Problem) -> Result<(), Problem> {
        problem.scope.get_or_insert_with(|| self.scope.clone());
        self.flush().await?;
        self.out.send(Message::Failed(self.handle, problem)).await
    }

    /// The scope was read to its end.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn finish(mut self) -> Result<(), Problem> {
        self.flush().await?;
        self.out.send(Message::Finished(self.handle, self.count)).await
    }

    /// The scope is as its last complete reading left it, as the provider says by the id of its
    /// content. It counts as read now. Only for a scope that [`crate::PastScope::is_at`] that content,
    /// and in which nothing was said in this reading.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub async fn unchanged(self) -> Result<(), Problem> {
        self.out.send(Message::Unchanged(self.handle)).await
    }

    async fn push(&mut self, record: Record) -> Result<(), Problem> {
        self.lot.push(record);
        if self.lot.len() >= LOT { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Problem> {
        if self.lot.is_empty() {
            return Ok(());
        }
        let lot = std::mem::replace(&mut self.lot, Vec::with_capacity(LOT));
        self.out.send(Message::Records(self.handle, lot)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_model::{EntityKey, EntityType, Listing, Visibility};
    use rollcall_record::entity;

    fn started() -> ScopeStarted {
        ScopeStarted {
            scope: ScopeKey::realm("users", "1"),
            parent: None,
            listing: Listing::Full,
            visibility: Visibility::default(),
        }
    }

    #[tokio::test]
    async fn only_finish_says_finished() {
        let (out, mut inbox) = channel(16, CancellationToken::new(), HashSet::new());
        let key = EntityKey::new("t", "1", "t.user", "a").unwrap();
        let mut scope = out.scope(started()).await.unwrap();
        scope.entity(entity(key, EntityType::Identity, "a")).await.unwrap();
        drop(scope);
        out.scope(started()).await.unwrap().finish().await.unwrap();
        drop(out);
        let mut finished = Vec::new();
        while let Some(message) = inbox.recv().await {
            if let Message::Finished(handle, count) = message {
                finished.push((handle, count));
            }
        }
        assert_eq!(finished, [(ScopeHandle(1), 0)]);
    }

    #[tokio::test]
    async fn a_cancelled_reading_stops_at_the_next_word() {
        let cancelled = CancellationToken::new();
        let (out, _inbox) = channel(16, cancelled.clone(), HashSet::new());
        let scope = out.scope(started()).await.unwrap();
        cancelled.cancel();
        let problem = scope.finish().await.unwrap_err();
        assert_eq!(problem.class, ProblemClass::Cancelled);
    }
}
