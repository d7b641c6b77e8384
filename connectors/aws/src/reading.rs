//! One scope being read: what is said about it, with problems counted.

use rollcall_connector::ScopeGuard;
use rollcall_model::ProblemClass;
use rollcall_record::{Problem, Record};

/// How many problems of one scope are told one by one; the rest are counted.
const MOST_PROBLEMS: usize = 20;

/// A scope with what was said about it so far.
pub(crate) struct Reading {
    guard: ScopeGuard,
    problems: usize,
    done: u64,
}

impl Reading {
    pub(crate) fn new(guard: ScopeGuard) -> Self {
        Self { guard, problems: 0, done: 0 }
    }

    /// Says everything in `records` and leaves it empty.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn emit(&mut self, records: &mut Vec<Record>) -> Result<(), Problem> {
        for record in records.drain(..) {
            match record {
                Record::Problem(problem) => self.problem(problem).await?,
                record => self.guard.record(record).await?,
            }
        }
        Ok(())
    }

    /// Something of the scope could not be read.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn problem(&mut self, problem: Problem) -> Result<(), Problem> {
        self.problems += 1;
        if self.problems <= MOST_PROBLEMS { self.guard.problem(problem).await } else { Ok(()) }
    }

    /// Something to know that hides nothing of the scope.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn note(&mut self, problem: Problem) -> Result<(), Problem> {
        self.guard.note(problem).await
    }

    /// `more` further things were read.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn progress(&mut self, more: u64, total: Option<u64>) -> Result<(), Problem> {
        self.done += more;
        self.guard.progress(self.done, total).await
    }

    /// The scope was read to its end.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn finish(mut self) -> Result<(), Problem> {
        self.tell_the_rest().await?;
        self.guard.finish().await
    }

    /// The scope ends short of its end.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn fail(mut self, problem: Problem) -> Result<(), Problem> {
        self.tell_the_rest().await?;
        self.guard.fail(problem).await
    }

    async fn tell_the_rest(&mut self) -> Result<(), Problem> {
        let Some(more) = self.problems.checked_sub(MOST_PROBLEMS).filter(|n| *n > 0) else {
            return Ok(());
        };
        let message = format!("{more} more problems of this scope were not written down");
        self.guard.problem(Problem::new(ProblemClass::Malformed, "more_problems", message)).await
    }
}
