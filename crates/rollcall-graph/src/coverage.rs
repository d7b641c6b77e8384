//! Counts that say of how many, and what could not be seen.

use rollcall_model::{ScopeState, Timestamp};

use crate::facet::{Facet, Vocabulary};
use crate::page::Matches;
use crate::query::{Expression, Leaf, Mode, Plan, Query, Term};
use crate::rows::ScopeRow;
use crate::snapshot::Snapshot;

/// A count with what it must be read with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Count {
    /// How many match.
    pub matched: u64,
    /// Of how many: all with the same `type` and `gone` as the query asks for.
    pub of: u64,
    /// For how many it is open whether they match, because the analysis has not said, or cannot.
    pub undecided: u64,
    /// What was read for it.
    pub coverage: Coverage,
}

/// How completely the scopes were read that could hold something that matches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// How many scopes there are.
    pub scopes: usize,
    /// How many of them are no gaps; see [`ScopeRow::is_gap`].
    pub complete: usize,
    /// The others.
    pub gaps: Vec<Gap>,
}

/// A scope whose word may not be what there is; see [`ScopeRow::is_gap`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The scope's id in the store.
    pub scope: i64,
    /// The source's name.
    pub source: String,
    /// The stream.
    pub stream: String,
    /// The realm.
    pub realm: String,
    /// The part of the realm; empty for all of it.
    pub part: String,
    /// How the last attempt ended; `None` before the first.
    pub state: Option<ScopeState>,
    /// When it was last read to its end; `None` for never.
    pub since: Option<Timestamp>,
    /// How many facts wait for a human.
    pub held: i64,
    /// The credential sees less than it did.
    pub lost: bool,
}

impl Snapshot {
    /// How many entities a query matches, of how many, and what could not be seen.
    #[must_use]
    pub fn count_with_coverage(&self, query: &Query, now: Timestamp) -> Count {
        let plan = self.plan(query, now);
        let population = self.plan(&population(query), now);
        let possible = self.matches(&plan, Mode::Possible);
        let certain = self.matches(&plan, Mode::Certain);
        Count {
            matched: self.matches(&plan, Mode::Plain).len(),
            of: self.matches(&population, Mode::Plain).len(),
            undecided: (possible - certain).len(),
            coverage: self.coverage_of(&plan),
        }
    }

    /// How completely the scopes were read that could hold something that a query matches.
    #[must_use]
    pub fn coverage(&self, query: &Query, now: Timestamp) -> Coverage {
        self.coverage_of(&self.plan(query, now))
    }

    fn coverage_of(&self, plan: &Plan) -> Coverage {
        let mut coverage = Coverage::default();
        for scope in self.scopes.iter() {
            if could_hold(&self.vocabulary, plan, scope) == Some(false) {
                continue;
            }
            coverage.scopes += 1;
            if !scope.is_gap() {
                coverage.complete += 1;
            } else {
                coverage.gaps.push(Gap {
                    scope: scope.id,
                    source: scope.source.clone(),
                    stream: scope.stream.clone(),
                    realm: scope.realm.clone(),
                    part: scope.part.clone(),
                    state: scope.state,
                    since: scope.complete_at,
                    held: scope.held,
                    lost: scope.lost,
                });
            }
        }
        coverage
    }

    /// Every entity.
    #[must_use]
    pub fn everything(&self) -> Matches {
        Matches(self.live())
    }

    pub(crate) fn plan(&self, query: &Query, now: Timestamp) -> Plan {
        crate::query::plan(self, query, now)
    }
}

/// The tests on `type` and `gone` that a whole query stands under.
fn population(query: &Query) -> Query {
    let is_kept = |part: &Expression| {
        let inside = match part {
            Expression::Not(inside) => inside,
            other => other,
        };
        matches!(inside, Expression::Term(Term::Field(f, _)) if ["type", "gone"].contains(&f.name))
    };
    let parts = match &query.0 {
        Expression::And(parts) => parts.clone(),
        other => vec![other.clone()],
    };
    Query(Expression::and(parts.into_iter().filter(is_kept).collect()))
}

/// Whether what a scope lists could match: `None` for perhaps.
fn could_hold(vocabulary: &Vocabulary, plan: &Plan, scope: &ScopeRow) -> Option<bool> {
    match plan {
        Plan::All => Some(true),
        Plan::And(parts) => {
            let all: Vec<_> = parts.iter().map(|p| could_hold(vocabulary, p, scope)).collect();
            if all.contains(&Some(false)) {
                Some(false)
            } else if all.contains(&None) {
                None
            } else {
                Some(true)
            }
        }
        Plan::Or(parts) => {
            let all: Vec<_> = parts.iter().map(|p| could_hold(vocabulary, p, scope)).collect();
            if all.contains(&Some(true)) {
                Some(true)
            } else if all.contains(&None) {
                None
            } else {
                Some(false)
            }
        }
        // What one scope lists, another source may list too, so only "not this" can be told.
        Plan::Not(part) => match could_hold(vocabulary, part, scope) {
            Some(true) => Some(false),
            Some(false) => Some(true),
            None => None,
        },
        Plan::Leaf(Leaf::Values { facet, values, .. }) => {
            let text = match facet {
                Facet::Provider => &scope.provider,
                Facet::Realm => &scope.realm,
                Facet::Source => &scope.source,
                _ => return None,
            };
            let mut asked = values.iter().map(|value| facet.value_text(*value, vocabulary));
            Some(asked.any(|value| value == text))
        }
        Plan::Leaf(_) => None,
    }
}
