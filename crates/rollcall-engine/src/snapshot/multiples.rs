//! Relations that more than one claim says: they end when the last claim does.

use std::collections::{BTreeMap, HashMap};

use rollcall_graph::RelationRow;
use rollcall_model::{AccessLevel, NodeId, Relation};
use rollcall_store::{RelationBody, RelationFact};

/// What makes a relation the same in a snapshot.
pub(super) type Name = (NodeId, Relation, NodeId);
/// How many claims say each level.
type Levels = BTreeMap<Option<AccessLevel>, i64>;

/// The claims about each relation that has more than one.
#[derive(Clone, Debug, Default)]
pub(super) struct Multiples(HashMap<Name, Levels>);

/// A relation claim as the snapshot needs it.
pub(super) fn row(fact: &RelationFact) -> RelationRow {
    RelationRow { from: fact.from, relation: fact.relation, to: fact.to, level: level(&fact.body) }
}

pub(super) const fn name(row: &RelationRow) -> Name {
    (row.from, row.relation, row.to)
}

fn level(body: &str) -> Option<AccessLevel> {
    if body.is_empty() {
        return None;
    }
    let body: RelationBody = serde_json::from_str(body).ok()?;
    serde_json::from_value(body.attributes.get("level")?.clone()).ok()
}

impl Multiples {
    /// Counts rows, hands each relation on once with its highest level, and remembers those with more
    /// than one claim.
    pub(super) fn of(mut rows: Vec<RelationRow>, mut take: impl FnMut(RelationRow)) -> Self {
        rows.sort_unstable();
        let mut multiples = Self::default();
        for same in rows.chunk_by(|a, b| name(a) == name(b)) {
            // Levels are sorted within.
            let Some(last) = same.last() else { continue };
            take(*last);
            if same.len() > 1 {
                let mut levels = Levels::new();
                same.iter().for_each(|row| *levels.entry(row.level).or_default() += 1);
                multiples.0.insert(name(last), levels);
            }
        }
        multiples
    }

    /// Counts changes in. `known` tells the level of a relation that the snapshot has. Gives what comes
    /// or has another level now, and what ends.
    pub(super) fn change(
        &mut self,
        begun: &[RelationFact],
        ended: &[RelationFact],
        known: impl Fn(&Name) -> Option<Option<AccessLevel>>,
    ) -> (Vec<RelationRow>, Vec<RelationRow>) {
        let mut net: BTreeMap<Name, Levels> = BTreeMap::new();
        for (facts, by) in [(begun, 1), (ended, -1)] {
            for row in facts.iter().map(row) {
                *net.entry(name(&row)).or_default().entry(row.level).or_default() += by;
            }
        }
        let (mut come, mut gone) = (Vec::new(), Vec::new());
        for (name, changes) in net {
            let before = known(&name);
            let mut levels = self
                .0
                .remove(&name)
                .unwrap_or_else(|| before.into_iter().map(|level| (level, 1)).collect());
            for (level, by) in changes {
                *levels.entry(level).or_default() += by;
            }
            levels.retain(|_, count| *count > 0);
            let after = levels.last_key_value().map(|(level, _)| *level);
            let (from, relation, to) = name;
            match after {
                Some(level) if before != Some(level) => {
                    come.push(RelationRow { from, relation, to, level });
                }
                None if before.is_some() => {
                    gone.push(RelationRow { from, relation, to, level: None });
                }
                _ => {}
            }
            if levels.values().sum::<i64>() > 1 {
                self.0.insert(name, levels);
            }
        }
        (come, gone)
    }

    /// All of them as rows, each as often as it is said, for the cache.
    pub(super) fn rows(&self) -> Vec<(RelationRow, i64)> {
        let mut rows: Vec<(RelationRow, i64)> = self
            .0
            .iter()
            .flat_map(|((from, relation, to), levels)| {
                levels.iter().map(|(level, count)| {
                    let row =
                        RelationRow { from: *from, relation: *relation, to: *to, level: *level };
                    (row, *count)
                })
            })
            .collect();
        rows.sort_unstable();
        rows
    }

    /// The same back.
    pub(super) fn from_rows(rows: &[(RelationRow, i64)]) -> Self {
        let mut multiples = Self::default();
        for (row, count) in rows {
            multiples.0.entry(name(row)).or_default().insert(row.level, *count);
        }
        multiples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(level: &str) -> RelationFact {
        let body = match level {
            "" => String::new(),
            level => format!(r#"{{"attributes":{{"level":"{level}"}}}}"#),
        };
        RelationFact { from: NodeId(1), relation: Relation::CanAccess, to: NodeId(2), body }
    }

    #[test]
    fn a_relation_ends_with_its_last_claim_and_has_its_highest_level() {
        let said = [fact("read"), fact("admin"), fact("read")];
        let mut taken = Vec::new();
        let mut multiples = Multiples::of(said.iter().map(row).collect(), |row| taken.push(row));
        assert_eq!(taken, [row(&fact("admin"))]);
        let with = |level: &str| {
            let level = row(&fact(level)).level;
            move |_: &Name| Some(level)
        };
        assert_eq!(multiples.change(&[], &[fact("read")], with("admin")), (vec![], vec![]));
        let lower = multiples.change(&[], &[fact("admin")], with("admin"));
        assert_eq!(lower, (vec![row(&fact("read"))], vec![]));
        assert!(multiples.rows().is_empty());
        let ended = multiples.change(&[], &[fact("read")], with("read"));
        assert_eq!(ended, (vec![], vec![row(&fact(""))]));
    }

    #[test]
    fn what_several_say_is_kept_by_the_cache() {
        let said = [fact("read"), fact("read"), fact("admin")];
        let multiples = Multiples::of(said.iter().map(row).collect(), |_| {});
        assert_eq!(Multiples::from_rows(&multiples.rows()).rows(), multiples.rows());
        assert_eq!(multiples.rows().len(), 2);
    }

    #[test]
    fn a_second_claim_is_remembered() {
        let mut multiples = Multiples::default();
        let known = |_: &Name| Some(None);
        assert_eq!(multiples.change(&[fact("")], &[], known), (vec![], vec![]));
        assert_eq!(multiples.change(&[], &[fact("")], known), (vec![], vec![]));
        assert_eq!(multiples.change(&[], &[fact("")], known).1.len(), 1);
    }
}
