//! Relations that more than one claim says: they end when the last claim does.

use std::collections::{BTreeMap, HashMap};

use rollcall_graph::RelationRow;
use rollcall_model::{AccessLevel, NodeId, Relation};
use rollcall_store::{RelationBody, RelationFact};

/// What makes a relation the same in a snapshot.
pub(super) type Name = (NodeId, Relation, NodeId);
/// How far a relation goes, and whether more than a general rule says so: what counts most is last.
type Extent = (Option<AccessLevel>, bool);
/// How many claims say each extent.
type Extents = BTreeMap<Extent, i64>;

/// The claims about each relation that has more than one.
#[derive(Clone, Debug, Default)]
pub(super) struct Multiples(HashMap<Name, Extents>);

/// A relation claim as the snapshot needs it.
pub(super) fn row(fact: &RelationFact) -> RelationRow {
    let mut row = RelationRow {
        from: fact.from,
        relation: fact.relation,
        to: fact.to,
        level: None,
        weak: false,
    };
    if fact.body.is_empty() {
        return row;
    }
    let Ok(body) = serde_json::from_str::<RelationBody>(&fact.body) else { return row };
    match fact.relation {
        Relation::OwnedBy => row.weak = body.attributes.get("fallback") == Some(&true.into()),
        _ => {
            let level = body.attributes.get("level").cloned();
            row.level = level.and_then(|level| serde_json::from_value(level).ok());
        }
    }
    row
}

const fn extent(row: &RelationRow) -> Extent {
    (row.level, !row.weak)
}

const fn with_extent((from, relation, to): Name, (level, strong): Extent) -> RelationRow {
    RelationRow { from, relation, to, level, weak: !strong }
}

pub(super) const fn name(row: &RelationRow) -> Name {
    (row.from, row.relation, row.to)
}

impl Multiples {
    /// Counts rows, hands each relation on once as far as it goes, and remembers those with more than
    /// one claim.
    pub(super) fn of(mut rows: Vec<RelationRow>, mut take: impl FnMut(RelationRow)) -> Self {
        rows.sort_unstable_by_key(|row| (name(row), extent(row)));
        let mut multiples = Self::default();
        for same in rows.chunk_by(|a, b| name(a) == name(b)) {
            let Some(last) = same.last() else { continue };
            take(*last);
            if same.len() > 1 {
                let mut extents = Extents::new();
                same.iter().for_each(|row| *extents.entry(extent(row)).or_default() += 1);
                multiples.0.insert(name(last), extents);
            }
        }
        multiples
    }

    /// Counts changes in. `known` tells a relation that the snapshot has. Gives what comes or goes
    /// further or less far now, and what ends.
    pub(super) fn change(
        &mut self,
        begun: &[RelationFact],
        ended: &[RelationFact],
        known: impl Fn(&Name) -> Option<RelationRow>,
    ) -> (Vec<RelationRow>, Vec<RelationRow>) {
        let mut net: BTreeMap<Name, Extents> = BTreeMap::new();
        for (facts, by) in [(begun, 1), (ended, -1)] {
            for row in facts.iter().map(row) {
                *net.entry(name(&row)).or_default().entry(extent(&row)).or_default() += by;
            }
        }
        let (mut come, mut gone) = (Vec::new(), Vec::new());
        for (name, changes) in net {
            let before = known(&name);
            let mut extents = self
                .0
                .remove(&name)
                .unwrap_or_else(|| before.iter().map(|row| (extent(row), 1)).collect());
            for (extent, by) in changes {
                *extents.entry(extent).or_default() += by;
            }
            extents.retain(|_, count| *count > 0);
            match (extents.last_key_value(), before) {
                (Some((most, _)), before) => {
                    let row = with_extent(name, *most);
                    come.extend((before != Some(row)).then_some(row));
                }
                (None, Some(row)) => gone.push(row),
                (None, None) => {}
            }
            if extents.values().sum::<i64>() > 1 {
                self.0.insert(name, extents);
            }
        }
        (come, gone)
    }

    /// All of them as rows, each as often as it is said, for the cache.
    pub(super) fn rows(&self) -> Vec<(RelationRow, i64)> {
        let mut rows: Vec<(RelationRow, i64)> = self
            .0
            .iter()
            .flat_map(|(name, extents)| {
                extents.iter().map(|(extent, count)| (with_extent(*name, *extent), *count))
            })
            .collect();
        rows.sort_unstable();
        rows
    }

    /// The same back.
    pub(super) fn from_rows(rows: &[(RelationRow, i64)]) -> Self {
        let mut multiples = Self::default();
        for (row, count) in rows {
            multiples.0.entry(name(row)).or_default().insert(extent(row), *count);
        }
        multiples
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

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
            let row = row(&fact(level));
            move |_: &Name| Some(row)
        };
        assert_eq!(multiples.change(&[], &[fact("read")], with("admin")), (vec![], vec![]));
        let lower = multiples.change(&[], &[fact("admin")], with("admin"));
        assert_eq!(lower, (vec![row(&fact("read"))], vec![]));
        assert!(multiples.rows().is_empty());
        let ended = multiples.change(&[], &[fact("read")], with("read"));
        assert_eq!(ended, (vec![], vec![row(&fact("read"))]));
    }

    #[test]
    fn a_general_rule_counts_while_nothing_else_says_so() {
        let owned = |body: &str| RelationFact {
            relation: Relation::OwnedBy,
            body: body.to_owned(),
            ..fact("")
        };
        let general = owned(r#"{"attributes":{"fallback":true}}"#);
        let exact = owned("");
        assert!(row(&general).weak && !row(&exact).weak);
        assert!(!row(&owned(r#"{"attributes":{"fallback":"yes"}}"#)).weak);
        // Of access it says nothing.
        assert!(!row(&RelationFact { relation: Relation::CanAccess, ..general.clone() }).weak);
        let mut taken = Vec::new();
        let said = vec![row(&exact), row(&general)];
        let mut multiples = Multiples::of(said, |row| taken.push(row));
        assert_eq!(taken, [row(&exact)]);
        let known = |_: &Name| Some(row(&exact));
        let only_general = multiples.change(&[], from_ref(&exact), known);
        assert_eq!(only_general, (vec![row(&general)], vec![]));
        let known = |_: &Name| Some(row(&general));
        assert_eq!(multiples.change(from_ref(&exact), &[], known).0, [row(&exact)]);
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
        let known = |_: &Name| Some(row(&fact("")));
        assert_eq!(multiples.change(&[fact("")], &[], known), (vec![], vec![]));
        assert_eq!(multiples.change(&[], &[fact("")], known), (vec![], vec![]));
        assert_eq!(multiples.change(&[], &[fact("")], known).1.len(), 1);
    }
}
