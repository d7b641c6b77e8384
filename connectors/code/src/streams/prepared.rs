//! Scopes made ready by several threads and said in their order.
//!
//! Making the records of a file costs more than handing them over, and a reader that waits for each
//! file would be woken for each. So lots of scopes are prepared ahead, a few lots at a time, which
//! bounds what is held.

use std::collections::VecDeque;
use std::sync::Arc;

use rollcall_connector::Emitter;
use rollcall_model::ProblemClass;
use rollcall_record::{Problem, Record, ScopeStarted};

use crate::config::Config;
use crate::connector::Inner;
use crate::history::History;
use crate::scan::{RepositoryScan, Scan};

/// A scope with all that is said in it.
pub(crate) struct Prepared {
    pub(crate) started: ScopeStarted,
    pub(crate) said: Vec<Said>,
    /// Why it ends short of its end, where it does.
    pub(crate) failed: Option<Problem>,
}

/// Something said in a scope.
pub(crate) enum Said {
    Record(Record),
    Problem(Problem),
    Note(Problem),
}

/// A scope that is to be prepared: one of a repository, or of one of its files.
pub(crate) struct Item {
    /// The repository's id.
    pub(crate) repository: Arc<str>,
    /// Which of its files.
    pub(crate) file: usize,
}

/// What prepares an item.
pub(crate) type Prepare = fn(&RepositoryScan, &History, &Config, usize) -> Prepared;

/// Prepares scopes, `lot` at a time, and says them in their order.
pub(crate) async fn say(
    scan: &Arc<Scan>,
    inner: &Arc<Inner>,
    items: Vec<Item>,
    lot: usize,
    prepare: Prepare,
    out: &Emitter,
) -> Result<(), Problem> {
    let items: Arc<[Item]> = items.into();
    let ahead = std::thread::available_parallelism().map_or(2, usize::from) + 1;
    let mut running = VecDeque::with_capacity(ahead);
    let mut next = 0;
    while next < items.len() || !running.is_empty() {
        while next < items.len() && running.len() < ahead {
            let lot = next..(next + lot).min(items.len());
            next = lot.end;
            let (scan, inner, items) = (Arc::clone(scan), Arc::clone(inner), Arc::clone(&items));
            running.push_back(tokio::task::spawn_blocking(move || {
                let one = |item: &Item| {
                    let repository = scan.repositories.get(&*item.repository)?;
                    let history = repository.history(&inner.config, &inner.stop);
                    Some(prepare(repository, history, &inner.config, item.file))
                };
                items[lot].iter().filter_map(one).collect::<Vec<_>>()
            }));
        }
        let Some(first) = running.pop_front() else { break };
        let ready = first.await.map_err(|error| {
            let said = format!("preparing records ended early: {error}");
            Problem::new(ProblemClass::Bug, "scan_failed", said)
        })?;
        for prepared in ready {
            prepared.say(out).await?;
        }
    }
    Ok(())
}

impl Prepared {
    pub(crate) fn new(started: ScopeStarted) -> Self {
        Self { started, said: Vec::new(), failed: None }
    }

    pub(crate) fn record(&mut self, record: Record) {
        self.said.push(Said::Record(record));
    }

    pub(crate) fn problem(&mut self, problem: Problem) {
        self.said.push(Said::Problem(problem));
    }

    pub(crate) fn note(&mut self, note: Problem) {
        self.said.push(Said::Note(note));
    }

    async fn say(self, out: &Emitter) -> Result<(), Problem> {
        let mut scope = out.scope(self.started).await?;
        for said in self.said {
            match said {
                Said::Record(record) => scope.record(record).await?,
                Said::Problem(problem) => scope.problem(problem).await?,
                Said::Note(note) => scope.note(note).await?,
            }
        }
        match self.failed {
            Some(problem) => scope.fail(problem).await,
            None => scope.finish().await,
        }
    }
}
