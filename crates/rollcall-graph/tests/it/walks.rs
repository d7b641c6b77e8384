//! Paths and reach against plain searches over petgraph's own graph.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::{Bfs, EdgeRef, IntoEdgeReferences, IntoNodeIdentifiers, NodeCount};
use proptest::prelude::*;
use rollcall_graph::{
    Delta, Direction, Node, PathLimits, RelationRow, RelationSet, Snapshot, SnapshotBuilder,
    SnapshotId, WalkLimits,
};
use rollcall_model::Relation;

use crate::dump::ids;
use crate::model::{End, Model, Step, grown, lots};

/// The paths without a node twice, up to a length, in our order: by length, then by ids.
fn plain_paths(snapshot: &Snapshot, from: Node, to: Node, length: usize) -> Vec<Vec<i64>> {
    let mut next: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
    for edge in snapshot.graph(RelationSet::ACCESS).edge_references() {
        next.entry(edge.source()).or_default().insert(edge.target());
    }
    let (mut found, mut open) = (Vec::new(), vec![vec![from]]);
    while let Some(path) = open.pop() {
        let last = path[path.len() - 1];
        if last == to {
            found.push(ids(snapshot, path));
        } else if path.len() <= length {
            for node in next.get(&last).into_iter().flatten().filter(|n| !path.contains(n)) {
                open.push([path.as_slice(), &[*node]].concat());
            }
        }
    }
    found.sort_by_key(|path| (path.len(), path.clone()));
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn paths_are_the_shortest_ones(lots in lots()) {
        let (_, snapshot) = grown(&lots);
        let nodes: Vec<Node> = snapshot.nodes().collect();
        for from in &nodes {
            for to in nodes.iter().filter(|to| *to != from) {
                let limits = PathLimits { length: 4, ..PathLimits::default() };
                let paths = snapshot.paths(*from, *to, &limits);
                let ours: Vec<_> = paths.iter().map(|p| ids(&snapshot, p.nodes.clone())).collect();
                let mut plain = plain_paths(&snapshot, *from, *to, 4);
                plain.truncate(3);
                prop_assert_eq!(ours, plain);
                prop_assert!(paths.iter().all(|p| p.hops.iter().all(|hops| !hops.is_empty())));
            }
        }
    }

    #[test]
    fn reach_is_what_petgraph_reaches(lots in lots()) {
        let (_, snapshot) = grown(&lots);
        let graph = snapshot.graph(RelationSet::ACCESS);
        prop_assert_eq!(graph.node_identifiers().count(), graph.node_count());
        for node in snapshot.nodes() {
            let mut search = Bfs::new(graph, node);
            let mut theirs = BTreeSet::new();
            while let Some(next) = search.next(graph) {
                theirs.insert(next);
            }
            theirs.remove(&node);
            let limits = WalkLimits { depth: 200, ..WalkLimits::default() };
            let reached = snapshot.reach(&[node], Direction::Outward, &limits);
            prop_assert!(reached.is_complete);
            let ours: BTreeSet<Node> = reached.levels.into_iter().flatten().collect();
            prop_assert_eq!(&ours, &theirs);
            for other in theirs {
                let back = snapshot.reach(&[other], Direction::Inward, &limits);
                prop_assert!(back.levels.iter().flatten().any(|n| *n == node));
            }
        }
    }

    #[test]
    fn neighbours_continue_where_they_stopped(lots in lots(), limit in 1..4_usize) {
        let (_, snapshot) = grown(&lots);
        for node in snapshot.nodes() {
            let all = snapshot.neighbours(node, RelationSet::ALL, None, 1_000);
            let counted: usize = all.counts.iter().map(|(_, _, n)| n).sum();
            prop_assert_eq!(counted, all.first.len());
            let (mut pages, mut after) = (Vec::new(), None);
            loop {
                let page = snapshot.neighbours(node, RelationSet::ALL, after, limit);
                pages.extend(page.first.iter().copied());
                if page.is_complete {
                    break;
                }
                after = page.first.last().map(|n| (n.direction, n.relation, snapshot.id_of(n.node)));
            }
            prop_assert_eq!(pages, all.first);
        }
    }
}

#[test]
fn a_cut_reach_says_at_least() {
    let mut model = Model::default();
    for n in 1..6 {
        let step = Step::Relate(End::Entity(0), 1, End::Entity(n), (None, false));
        model.take(&step, &mut Delta::default());
    }
    let snapshot = model.build();
    let from = snapshot.node(End::Entity(0).id()).unwrap();
    let limits = WalkLimits { nodes: 3, ..WalkLimits::default() };
    let reached = snapshot.reach(&[from], Direction::Outward, &limits);
    assert_eq!((reached.len(), reached.at_least, reached.is_complete), (3, 5, false));
    let without = RelationSet::ACCESS.without(RelationSet::of(&[Relation::MemberOf]));
    let limits = WalkLimits { relations: without, ..limits };
    assert!(snapshot.reach(&[from], Direction::Outward, &limits).is_empty());
}

#[test]
fn links_tell_strength_and_strong_wins() {
    let ids = [End::Entity(0), End::Entity(1), End::Entity(2)].map(End::id);
    let owned = |to: usize, weak: bool| RelationRow {
        from: ids[0],
        relation: Relation::OwnedBy,
        to: ids[to],
        level: None,
        weak,
    };
    let mut builder = SnapshotBuilder::new();
    [owned(1, true), owned(1, false), owned(2, true)].into_iter().for_each(|r| builder.relation(r));
    let snapshot = builder.finish(SnapshotId::default()).unwrap();
    let weak_to = |snapshot: &Snapshot, to: usize| -> Vec<bool> {
        let node = snapshot.node(ids[to]).unwrap();
        let from = snapshot.node(ids[0]).unwrap();
        let inward = snapshot.relations_in(node).inspect(|link| assert_eq!(link.node, from));
        let weak: Vec<bool> = inward.map(|link| link.weak).collect();
        let outward = snapshot.relations_out(from).filter(|link| link.node == node);
        assert_eq!(outward.map(|link| link.weak).collect::<Vec<_>>(), weak);
        weak
    };
    assert_eq!((weak_to(&snapshot, 1), weak_to(&snapshot, 2)), (vec![false], vec![true]));
    let delta = Delta { relations: vec![owned(2, false), owned(1, true)], ..Delta::default() };
    let after = snapshot.apply(SnapshotId::default(), &delta);
    assert_eq!((weak_to(&after, 1), weak_to(&after, 2)), (vec![true], vec![false]));
    assert_eq!(after.relation_row(ids[0], Relation::OwnedBy, ids[1]), Some(owned(1, true)));
    let changed = rollcall_graph::diff(&snapshot, &after);
    assert_eq!((changed.relations_added.len(), changed.relations_gone.len()), (2, 2));
}
