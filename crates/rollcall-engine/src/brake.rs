//! The brake: retirements that are too many to believe wait for a human. Pure.

use std::collections::HashMap;

use rollcall_model::ScopeKey;
use rollcall_store::{Candidate, ScopeId};

/// More than this share in percent …
const SHARE_PERCENT: i64 = 30;
/// … and more than this many.
const MANY: i64 = 20;
/// A scope of this size must not become empty by itself.
const NEVER_EMPTY: i64 = 5;
/// The same limits where absence weighs more: half a directory must retire nobody, however small it is.
const CAREFUL_SHARE_PERCENT: i64 = 10;
const CAREFUL_MANY: i64 = 2;

/// Where too much would go at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// One scope.
    Scope,
    /// A realm within the source.
    Realm,
    /// A stream of the source.
    Stream,
    /// The source.
    Source,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Realm => "realm",
            Self::Stream => "stream",
            Self::Source => "source",
        }
    }
}

/// Why the brake holds a scope: the arithmetic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrakeReason {
    /// Where too much would go.
    pub level: Level,
    /// `entities` or `relations`.
    pub what: &'static str,
    /// How many would go.
    pub going: i64,
    /// Of how many that are live.
    pub live: i64,
    /// Whether the tighter limits of careful streams hold it.
    pub careful: bool,
}

const fn limits(careful: bool) -> (i64, i64) {
    if careful { (CAREFUL_SHARE_PERCENT, CAREFUL_MANY) } else { (SHARE_PERCENT, MANY) }
}

impl std::fmt::Display for BrakeReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { level, what, going, live, careful } = self;
        let (share, many) = limits(*careful);
        if *level == Level::Scope && going == live {
            return write!(f, "all {live} {what} of the scope would go");
        }
        write!(
            f,
            "{going} of {live} {what} of the {} would go, more than {share} % and more than {many}",
            level.as_str()
        )
    }
}

/// What is live in a scope before anything of this run retired, and what this run retired there
/// already.
#[derive(Clone, Debug)]
pub(crate) struct LiveScope {
    pub(crate) id: ScopeId,
    pub(crate) key: ScopeKey,
    pub(crate) entities: i64,
    pub(crate) relations: i64,
    pub(crate) retired_entities: i64,
    pub(crate) retired_relations: i64,
}

#[derive(Default, Clone, Copy)]
struct Sum {
    going: [i64; 2],
    live: [i64; 2],
}

impl Sum {
    fn too_much(&self, level: Level, careful: bool) -> Option<BrakeReason> {
        for (i, what) in ["entities", "relations"].into_iter().enumerate() {
            let (going, live) = (self.going[i], self.live[i]);
            // A team that is dissolved ends many memberships at once, which is nothing unusual.
            let careful = careful && i == 0;
            let (share, many) = limits(careful);
            let reason = BrakeReason { level, what, going, live, careful };
            if going > many && going * 100 > live * share {
                return Some(reason);
            }
            // Emptying is judged by entities; a scope that only relates things is judged by those.
            let judged = i == 0 || self.live[0] == 0;
            if level == Level::Scope && judged && live >= NEVER_EMPTY && going >= live {
                return Some(reason);
            }
        }
        None
    }
}

/// The candidate scopes that must wait, each with its reason. `scopes` are all scopes of the source;
/// the candidates are of one stream, which is `careful` or not.
pub(crate) fn held(
    candidates: &[Candidate],
    scopes: &[LiveScope],
    careful: bool,
) -> Vec<(ScopeId, BrakeReason)> {
    let going: HashMap<ScopeId, &Candidate> = candidates.iter().map(|c| (c.id, c)).collect();
    let mut by_scope: HashMap<ScopeId, Sum> = HashMap::new();
    let mut by_realm: HashMap<&str, Sum> = HashMap::new();
    let mut by_stream: HashMap<&str, Sum> = HashMap::new();
    let mut source = Sum::default();
    for scope in scopes {
        let candidate = going.get(&scope.id);
        let now = [candidate.map_or(0, |c| c.entities), candidate.map_or(0, |c| c.loose_relations)];
        let sums = [
            by_scope.entry(scope.id).or_default(),
            by_realm.entry(&scope.key.realm).or_default(),
            by_stream.entry(&scope.key.stream).or_default(),
            &mut source,
        ];
        let retired = [scope.retired_entities, scope.retired_relations];
        let live = [scope.entities, scope.relations];
        for sum in sums {
            for i in 0..2 {
                sum.going[i] += now[i] + retired[i];
                sum.live[i] += live[i];
            }
        }
    }
    candidates
        .iter()
        .filter_map(|candidate| {
            let key = &candidate.key;
            let reason = source
                .too_much(Level::Source, false)
                .or_else(|| by_stream.get(key.stream.as_str())?.too_much(Level::Stream, careful))
                .or_else(|| by_realm.get(key.realm.as_str())?.too_much(Level::Realm, false))
                .or_else(|| by_scope.get(&candidate.id)?.too_much(Level::Scope, careful))?;
            Some((candidate.id, reason))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(id: i64, live: i64) -> LiveScope {
        LiveScope {
            id: ScopeId(id),
            key: ScopeKey::part("keys", "org", &id.to_string()),
            entities: live,
            relations: 0,
            retired_entities: 0,
            retired_relations: 0,
        }
    }

    fn candidate(id: i64, entities: i64) -> Candidate {
        Candidate {
            id: ScopeId(id),
            key: ScopeKey::part("keys", "org", &id.to_string()),
            entities,
            loose_relations: 0,
            facts: entities,
        }
    }

    fn levels(candidates: &[Candidate], scopes: &[LiveScope]) -> Vec<(i64, Level)> {
        held(candidates, scopes, false).into_iter().map(|(id, why)| (id.0, why.level)).collect()
    }

    #[test]
    fn a_few_of_many_go() {
        assert_eq!(levels(&[candidate(1, 20)], &[scope(1, 40)]), []);
        assert_eq!(levels(&[candidate(1, 30)], &[scope(1, 100)]), []);
    }

    #[test]
    fn more_than_thirty_percent_and_more_than_twenty_wait() {
        assert_eq!(levels(&[candidate(1, 31)], &[scope(1, 100)]), [(1, Level::Source)]);
        let scopes = [scope(1, 60), scope(2, 10_000)];
        assert_eq!(levels(&[candidate(1, 21)], &scopes), [(1, Level::Scope)]);
    }

    #[test]
    fn emptying_a_scope_of_five_waits_and_of_four_does_not() {
        let scopes = [scope(1, 5), scope(2, 4), scope(3, 1_000)];
        let held = levels(&[candidate(1, 5), candidate(2, 4)], &scopes);
        assert_eq!(held, [(1, Level::Scope)]);
    }

    #[test]
    fn two_thousand_small_scopes_emptied_at_once_wait_together() {
        let scopes: Vec<_> = (0..2_000).map(|id| scope(id, 2)).collect();
        let all: Vec<_> = (0..2_000).map(|id| candidate(id, 2)).collect();
        assert_eq!(held(&all, &scopes, false).len(), 2_000);
    }

    #[test]
    fn what_the_run_retired_before_counts() {
        let mut first = scope(1, 100);
        first.retired_entities = 25;
        let scopes = [first, scope(2, 10)];
        assert_eq!(levels(&[candidate(2, 4)], &scopes), []);
        assert_eq!(levels(&[candidate(2, 9)], &scopes), [(2, Level::Source)]);
    }
    #[test]
    fn a_small_directory_does_not_lose_half_its_people() {
        let careful = |going: i64, live: i64| {
            let held = held(&[candidate(1, going)], &[scope(1, live)], true);
            held.into_iter().map(|(_, why)| why.to_string()).next()
        };
        for (going, live) in [(1, 8), (2, 8), (10, 100), (3, 31)] {
            assert_eq!(careful(going, live), None, "{going} of {live}");
        }
        let why = "4 of 8 entities of the stream would go, more than 10 % and more than 2";
        assert_eq!(careful(4, 8).as_deref(), Some(why));
        assert!(careful(11, 100).is_some());
    }
}
