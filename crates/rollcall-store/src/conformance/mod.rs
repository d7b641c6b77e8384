//! The conformance suite: what every store must do, as named cases. A store is one when all of them
//! pass; there is nothing to skip.
//!
//! The cases know nothing of databases and need no particular runtime. Each plays on a store of its
//! own. [`run`] does all of them and reports by name what was found and what was expected.

mod activity;
mod check;
mod claims;
mod delta;
mod export;
mod fencing;
mod following;
mod held;
mod leases;
mod listing;
mod order;
mod parents;
mod publish;
mod references;
mod retire;
mod runs;
mod scene;
mod sources;
mod texts;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::Store;

pub use check::{Check, Failure};

/// What a case runs as.
pub type Playing = Pin<Box<dyn Future<Output = Check> + Send>>;

/// A named case, to be played on an empty store.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What it holds a store to.
    pub name: &'static str,
    /// Plays it.
    pub play: fn(Arc<dyn Store>) -> Playing,
}

/// All cases, by topic.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        fencing::CASES,
        publish::CASES,
        order::CASES,
        claims::CASES,
        retire::CASES,
        parents::CASES,
        held::CASES,
        delta::CASES,
        references::CASES,
        activity::CASES,
        leases::CASES,
        runs::CASES,
        sources::CASES,
        listing::CASES,
        export::CASES,
        following::CASES,
        texts::CASES,
    ]
    .concat()
}

/// How a store did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The cases that passed.
    pub passed: Vec<&'static str>,
    /// The cases that failed, and why.
    pub failed: Vec<(&'static str, Failure)>,
}

impl Report {
    /// Whether every case passed.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.passed.len() == cases().len()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.passed.len() + self.failed.len();
        write!(f, "{} of {all} cases passed", self.passed.len())?;
        self.failed.iter().try_for_each(|(name, why)| write!(f, "\n  {name}: {}", why.0))
    }
}

/// Plays every case on a fresh, empty store from `make` and closes it afterwards. A store that
/// cannot be made is a failure of its case.
pub async fn run<M, F>(make: M) -> Report
where
    M: Fn() -> F,
    F: Future<Output = Result<Arc<dyn Store>, Failure>>,
{
    let mut report = Report::default();
    for case in cases() {
        let result = match make().await {
            Ok(store) => {
                let result = (case.play)(store.clone()).await;
                store.close().await;
                result
            }
            Err(failure) => Err(failure),
        };
        match result {
            Ok(()) => report.passed.push(case.name),
            Err(failure) => report.failed.push((case.name, failure)),
        }
    }
    report
}
