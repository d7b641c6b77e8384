//! From the lines of an external connector to the messages of a reading.
//!
//! One scope is open at a time in a lane: facts belong to it. A program has one lane; what is pushed
//! from elsewhere changes between several, one for each scope that is read at the same time. What breaks the protocol is a problem with a
//! code that begins with `protocol_`, and leaves the scope it happened in incomplete.

use std::collections::{HashMap, HashSet};

use rollcall_model::{Listing, ProblemClass, ScopeKey};
use rollcall_record::{Evidence, Problem, Record, ScopeFinished, ScopeStarted};

use super::lines::{Line, parse_record};
use crate::transport::redact;
use crate::{Definition, Emitter, ScopeGuard, record_violation};

/// The state of one reading.
pub(crate) struct Reading<'a> {
    definition: &'a Definition,
    stream: &'a str,
    out: Emitter,
    open: Option<Open>,
    /// The lane that `open` belongs to, and the open scopes of the others.
    lane: u32,
    parked: HashMap<u32, Open>,
    begun: HashSet<ScopeKey>,
    lines: u64,
    broken: u64,
    max_broken: u64,
    last_problem: Option<ProblemClass>,
}

struct Open {
    guard: ScopeGuard,
    listing: Listing,
    count: u64,
    last_problem: Option<Problem>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        definition: &'a Definition,
        stream: &'a str,
        out: Emitter,
        max_broken: u64,
    ) -> Self {
        Self {
            definition,
            stream,
            out,
            open: None,
            lane: 0,
            parked: HashMap::new(),
            begun: HashSet::new(),
            lines: 0,
            broken: 0,
            max_broken,
            last_problem: None,
        }
    }

    /// Takes the next line.
    ///
    /// The error ends the reading: it was stopped, or too many lines are broken.
    pub(crate) async fn line(&mut self, line: Line) -> Result<(), Problem> {
        self.lines += 1;
        let bytes = match line {
            Line::Whole(bytes) => bytes,
            Line::TooLong => return self.broken("protocol_line", "it is too long").await,
        };
        match parse_record(&bytes) {
            Ok(None) => Ok(()),
            Ok(Some(record)) => self.record(record).await,
            Err(why) => self.broken("protocol_line", &why).await,
        }
    }

    /// The output ended. `exit` is the problem that the program's exit was.
    pub(super) async fn end(mut self, exit: Result<(), Problem>) -> Result<(), Problem> {
        let Err(mut problem) = exit else { return self.close_unfinished().await };
        // What the program itself said was wrong says more than how it ended.
        if let Some(class) = self.last_problem {
            problem.class = class;
        }
        self.abort(problem).await
    }

    /// Ends the reading and its open scope with a problem, which is returned.
    pub(crate) async fn abort(mut self, problem: Problem) -> Result<(), Problem> {
        if problem.class != ProblemClass::Cancelled {
            for open in self.all_open() {
                open.guard.fail(problem.clone()).await?;
            }
        }
        Err(problem.in_stream(self.stream))
    }

    /// What follows belongs to another lane.
    pub(crate) fn change_lane(&mut self, lane: u32) {
        if lane == self.lane {
            return;
        }
        if let Some(open) = self.open.take() {
            self.parked.insert(self.lane, open);
        }
        self.open = self.parked.remove(&lane);
        self.lane = lane;
    }

    /// The scope of this lane, for what is said about it besides records.
    pub(crate) fn scope(&mut self) -> Option<&mut ScopeGuard> {
        self.open.as_mut().map(|open| &mut open.guard)
    }

    /// The scope of this lane ends short of its end.
    pub(crate) async fn fail_scope(&mut self, problem: Problem) -> Result<(), Problem> {
        match self.open.take() {
            Some(open) => open.guard.fail(problem).await,
            None => Ok(()),
        }
    }

    /// The open scopes of all lanes, in the order of lanes.
    fn all_open(&mut self) -> Vec<Open> {
        let here = self.open.take().map(|open| (self.lane, open));
        let mut all: Vec<(u32, Open)> = self.parked.drain().chain(here).collect();
        all.sort_by_key(|(lane, _)| *lane);
        all.into_iter().map(|(_, open)| open).collect()
    }

    async fn record(&mut self, record: Record) -> Result<(), Problem> {
        match record {
            Record::ScopeStarted(started) => self.started(started).await,
            Record::ScopeFinished(finished) => self.finished(finished).await,
            Record::Problem(problem) => self.problem(problem).await,
            fact => self.fact(fact).await,
        }
    }

    async fn started(&mut self, started: ScopeStarted) -> Result<(), Problem> {
        self.close_unfinished().await?;
        let key = &started.scope;
        if key.stream != self.stream || key.realm.is_empty() {
            let why = format!("the scope {key} is not one of the stream {}", self.stream);
            return self.broken("protocol_scope", &why).await;
        }
        if !self.begun.insert(key.clone()) {
            let why = format!("the scope {key} begins a second time");
            return self.broken("protocol_scope", &why).await;
        }
        let listing = started.listing;
        let guard = self.out.scope(started).await?;
        self.open = Some(Open { guard, listing, count: 0, last_problem: None });
        Ok(())
    }

    async fn finished(&mut self, finished: ScopeFinished) -> Result<(), Problem> {
        let Some(open) = self.open.take_if(|open| *open.guard.scope() == finished.scope) else {
            let why = format!("the scope {} ends and is not open", finished.scope);
            return self.broken("protocol_scope", &why).await;
        };
        if open.count == finished.count {
            return open.guard.finish().await;
        }
        let message = format!(
            "line {}: the scope {} is said to hold {} entities and relations; {} were read",
            self.lines, finished.scope, finished.count, open.count
        );
        open.guard.fail(Problem::new(ProblemClass::Malformed, "protocol_count", message)).await
    }

    async fn problem(&mut self, mut problem: Problem) -> Result<(), Problem> {
        problem.message = redact(&problem.message);
        problem.hides = problem.hides.map(|hides| redact(&hides));
        if let Some(open) = &mut self.open
            && problem.scope.as_ref() == Some(open.guard.scope())
        {
            open.last_problem = Some(problem.clone());
            return open.guard.problem(problem).await;
        }
        self.last_problem = Some(problem.class);
        self.out.problem(problem.in_stream(self.stream)).await
    }

    async fn fact(&mut self, fact: Record) -> Result<(), Problem> {
        let Some(open) = &mut self.open else {
            return self.broken("protocol_scope", "a record stands outside any scope").await;
        };
        // Counted before it is judged: a record that is refused is one problem, not two.
        open.count += u64::from(matches!(fact, Record::Entity(_) | Record::Relation(_)));
        let scope = open.guard.scope().clone();
        match record_violation(self.definition, &scope, open.listing, &fact) {
            None => open.guard.record(fact).await,
            Some(why) => self.broken("protocol_record", &why).await,
        }
    }

    /// A line that is not as it should be: a problem of the open scope, or of the stream.
    async fn broken(&mut self, code: &str, why: &str) -> Result<(), Problem> {
        self.broken += 1;
        let evidence = Evidence { line: u32::try_from(self.lines).ok(), ..Evidence::default() };
        let message = format!("line {}: {}", self.lines, redact(why));
        let problem = Problem::new(ProblemClass::Malformed, code, message).at(evidence);
        if self.broken > self.max_broken {
            let message = format!("more than {} lines are no proper record", self.max_broken);
            return Err(Problem::new(ProblemClass::Malformed, "protocol_broken", message));
        }
        match &mut self.open {
            Some(open) => {
                open.last_problem = Some(problem.clone());
                open.guard.problem(problem).await
            }
            None => self.out.problem(problem.in_stream(self.stream)).await,
        }
    }

    /// A scope that was begun and is left: with a problem of its own that is how a scope that could
    /// not be read ends, without one it breaks the protocol.
    async fn close_unfinished(&mut self) -> Result<(), Problem> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let problem = open.last_problem.unwrap_or_else(|| {
            let message = format!(
                "the scope {} was left at line {} without scope_finished and without a problem",
                open.guard.scope(),
                self.lines
            );
            Problem::new(ProblemClass::Malformed, "protocol_scope", message)
        });
        open.guard.fail(problem).await
    }
}
