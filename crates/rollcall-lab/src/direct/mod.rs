//! Records straight from the plan, scope by scope, as connectors would say them.

mod aws;
mod aws_streams;
mod code;
mod directory;
mod kubernetes;
mod workflow;

use std::ops::ControlFlow;

use rollcall_model::{EntityKey, Listing, ProblemClass, ScopeKey, Visibility};
use rollcall_record::{
    ActivityRecord, EntityRecord, Problem, Record, ReferenceRecord, RelationRecord, ScopeFinished,
    ScopeStarted,
};

use crate::plan::{Account, Company, LabError};

/// What can be emitted by itself: nothing in one of them depends on another having been made, so
/// that several threads can make several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// People and teams.
    Directory,
    /// The list of AWS accounts.
    Accounts,
    /// The list of repositories.
    Repositories,
    /// One AWS account.
    Account(u64),
    /// One repository.
    Repository(u64),
    /// One cluster.
    Cluster(u64),
}

/// The units of a company, in order.
pub fn units(company: &Company) -> impl Iterator<Item = Unit> {
    let lists = [Unit::Directory, Unit::Accounts, Unit::Repositories];
    lists
        .into_iter()
        .chain((0..company.accounts).map(Unit::Account))
        .chain((0..company.repositories).map(Unit::Repository))
        .chain((0..company.clusters).map(Unit::Cluster))
}

/// Emits all records of a company, unit by unit; how many there were. Stops when told to.
///
/// # Errors
/// When the lab made something that cannot be a record.
pub fn direct(
    company: &Company,
    each: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<u64, LabError> {
    let mut out = Out { each, stopped: false, records: 0 };
    for unit in units(company) {
        if out.stopped {
            break;
        }
        emit(company, unit, &mut out)?;
    }
    Ok(out.records)
}

/// Emits the records of one unit; how many there were.
///
/// # Errors
/// As [`direct`].
pub fn direct_unit(
    company: &Company,
    unit: Unit,
    each: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<u64, LabError> {
    let mut out = Out { each, stopped: false, records: 0 };
    emit(company, unit, &mut out)?;
    Ok(out.records)
}

/// Emits the records of an account as it is, which may be another than the plan made.
///
/// # Errors
/// As [`direct`].
pub fn direct_account(
    company: &Company,
    account: &Account,
    each: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<u64, LabError> {
    let mut out = Out { each, stopped: false, records: 0 };
    aws::account(account, &mut out, company.spec.now)?;
    Ok(out.records)
}

fn emit(company: &Company, unit: Unit, out: &mut Out<'_>) -> Result<(), LabError> {
    match unit {
        Unit::Directory => directory::people(company, out),
        Unit::Accounts => aws_streams::accounts(company, out),
        Unit::Repositories => code::repositories(company, out),
        Unit::Account(n) => aws::account(&company.account(n), out, company.spec.now),
        Unit::Repository(n) => code::repository(company, &company.repository(n), out),
        Unit::Cluster(n) => kubernetes::cluster(company, &company.cluster(n), out),
    }
}

/// Where records go.
struct Out<'a> {
    each: &'a mut dyn FnMut(Record) -> ControlFlow<()>,
    stopped: bool,
    records: u64,
}

impl<'a> Out<'a> {
    fn say(&mut self, record: Record) {
        if !self.stopped {
            self.records += 1;
            self.stopped = (self.each)(record).is_break();
        }
    }

    /// Begins a scope.
    fn scope(&mut self, scope: ScopeKey, parent: Option<EntityKey>) -> Scope<'_, 'a> {
        self.say(Record::ScopeStarted(ScopeStarted {
            scope: scope.clone(),
            parent,
            listing: Listing::Full,
            visibility: Visibility::of([format!("stream:{}", scope.stream)]),
        }));
        Scope { out: self, scope, count: 0 }
    }
}

/// A scope that is being emitted.
#[must_use]
struct Scope<'s, 'a> {
    out: &'s mut Out<'a>,
    scope: ScopeKey,
    count: u64,
}

impl Scope<'_, '_> {
    fn entity(&mut self, entity: EntityRecord) {
        self.count += 1;
        self.out.say(Record::Entity(entity));
    }

    fn relation(&mut self, relation: RelationRecord) {
        self.count += 1;
        self.out.say(Record::Relation(relation));
    }

    fn reference(&mut self, reference: ReferenceRecord) {
        self.out.say(Record::Reference(reference));
    }

    fn activity(&mut self, activity: ActivityRecord) {
        self.out.say(Record::Activity(activity));
    }

    fn problem(&mut self, mut problem: Problem) {
        problem.scope = Some(self.scope.clone());
        self.out.say(Record::Problem(problem));
    }

    fn finish(self) {
        self.out.say(Record::ScopeFinished(ScopeFinished { scope: self.scope, count: self.count }));
    }

    /// Ends it short of its end.
    fn fail(mut self, code: &str, message: &str) {
        self.problem(Problem::new(ProblemClass::Permission, code, message));
    }
}
