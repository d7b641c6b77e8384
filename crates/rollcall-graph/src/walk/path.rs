//! Shortest paths: breadth first from both ends, and Yen's algorithm (Yen 1971) for the next ones.
//!
//! Among paths of one length the one with the smallest ids comes first, so the answer does not
//! depend on where nodes happen to lie.

use std::collections::BTreeSet;

use rollcall_model::{AccessLevel, NodeId, Relation};

use super::{Direction, LEVELS, Scratch};
use crate::adjacency::RelationSet;
use crate::snapshot::{Node, Snapshot};

/// Which paths are looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathLimits {
    /// Along which relations.
    pub relations: RelationSet,
    /// How many relations a path has at most.
    pub length: u32,
    /// How many paths.
    pub paths: usize,
}

impl Default for PathLimits {
    /// Three paths of at most sixteen relations along which access flows.
    fn default() -> Self {
        Self { relations: RelationSet::ACCESS, length: 16, paths: 3 }
    }
}

/// One of the relations between two nodes in a row of a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Hop {
    /// Which relation.
    pub relation: Relation,
    /// Its level.
    pub level: Option<AccessLevel>,
}

/// A path that passes no node twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// The nodes, both ends included.
    pub nodes: Vec<Node>,
    /// For each two nodes in a row, all the relations that lead from one to the other.
    pub hops: Vec<Vec<Hop>>,
}

/// A path by ids (which order paths of one length) and nodes.
type Route = (usize, Vec<NodeId>, Vec<u32>);

/// A search for one path: what it must not pass.
struct Search<'a> {
    from: u32,
    to: u32,
    relations: RelationSet,
    length: u32,
    /// Nodes that it must not pass.
    not: &'a [u32],
    /// Nodes that must not come second.
    not_second: &'a [u32],
}

impl Snapshot {
    /// The shortest paths from one node to another, shortest first; none when there is none.
    #[must_use]
    pub fn paths(&self, from: Node, to: Node, limits: &PathLimits) -> Vec<Path> {
        if limits.paths == 0 || from == to || !self.is_live(from.0) || !self.is_live(to.0) {
            return Vec::new();
        }
        let routes = self.scratch.with(|scratch| self.routes(scratch, from.0, to.0, limits));
        routes.into_iter().map(|(_, _, nodes)| self.path_of(&nodes, limits.relations)).collect()
    }

    fn routes(&self, scratch: &mut Scratch, from: u32, to: u32, limits: &PathLimits) -> Vec<Route> {
        let length = limits.length.min(LEVELS - 1);
        let relations = limits.relations;
        let first = Search { from, to, relations, length, not: &[], not_second: &[] };
        let mut found: Vec<Route> = self.shortest(scratch, &first).into_iter().collect();
        let mut others: BTreeSet<Route> = BTreeSet::new();
        while let Some((_, _, last)) = found.last().cloned()
            && found.len() < limits.paths
        {
            // Leave the last path at each of its nodes in turn, by none of the ways taken so far.
            for at in 0..last.len() - 1 {
                let root = &last[..at];
                let taken: Vec<u32> = found
                    .iter()
                    .filter(|(_, _, nodes)| nodes.get(..=at) == last.get(..=at))
                    .filter_map(|(_, _, nodes)| nodes.get(at + 1).copied())
                    .collect();
                let search = Search {
                    from: last[at],
                    to,
                    relations,
                    length: length - at as u32,
                    not: root,
                    not_second: &taken,
                };
                if let Some((_, _, rest)) = self.shortest(scratch, &search) {
                    let nodes: Vec<u32> = root.iter().copied().chain(rest).collect();
                    others.insert(self.route(nodes));
                }
            }
            others.retain(|route| !found.contains(route));
            match others.pop_first() {
                Some(route) => found.push(route),
                None => break,
            }
        }
        found
    }

    fn route(&self, nodes: Vec<u32>) -> Route {
        let ids = nodes.iter().map(|node| self.id_of(Node(*node))).collect();
        (nodes.len(), ids, nodes)
    }

    /// The shortest path, of those the one with the smallest ids.
    fn shortest(&self, scratch: &mut Scratch, search: &Search<'_>) -> Option<Route> {
        scratch.forth.start(self.node_bound());
        scratch.back.start(self.node_bound());
        scratch.forth.mark(search.from, 0);
        scratch.back.mark(search.to, 0);
        let mut forth = vec![vec![search.from]];
        let mut back = vec![vec![search.to]];
        let meeting = loop {
            let (a, b) = (forth.last()?, back.last()?);
            if (forth.len() + back.len() - 1) as u32 > search.length {
                return None;
            }
            // The side on which there is less to look at.
            let outward = self.degree(a, Direction::Outward) <= self.degree(b, Direction::Inward);
            let next = self.expand(scratch, search, if outward { a } else { b }, outward, {
                if outward { forth.len() } else { back.len() }
            });
            if next.is_empty() {
                return None;
            }
            let other = if outward { &scratch.back } else { &scratch.forth };
            let meeting: Vec<u32> =
                next.iter().copied().filter(|node| other.level(*node).is_some()).collect();
            if outward {
                forth.push(next)
            } else {
                back.push(next)
            }
            if !meeting.is_empty() {
                break meeting;
            }
        };
        self.mark_useful(scratch, search, &forth, meeting);
        self.follow(scratch, search, forth.len() - 1, back.len() - 1)
    }

    fn degree(&self, nodes: &[u32], direction: Direction) -> usize {
        let of = |node: &u32| self.edges(*node, direction).iter().map(|e| e.ends.len()).sum();
        nodes.iter().map::<usize, _>(of).sum()
    }

    /// The next level of one side.
    fn expand(
        &self,
        scratch: &mut Scratch,
        search: &Search<'_>,
        level: &[u32],
        outward: bool,
        number: usize,
    ) -> Vec<u32> {
        let (marks, direction) = if outward {
            (&mut scratch.forth, Direction::Outward)
        } else {
            (&mut scratch.back, Direction::Inward)
        };
        let mut next = Vec::new();
        for node in level {
            for edges in self.edges(*node, direction) {
                for (end, _) in edges.iter().filter(|(_, l)| search.relations.passes(*l)) {
                    let (a, b) = if outward { (*node, end) } else { (end, *node) };
                    if marks.level(end).is_none()
                        && search.allows(a, b)
                        && marks.mark(end, number as u32)
                    {
                        next.push(end);
                    }
                }
            }
        }
        next
    }

    /// Marks, level by level back to the start, the nodes from which the meeting nodes are reached.
    fn mark_useful(
        &self,
        scratch: &mut Scratch,
        search: &Search<'_>,
        forth: &[Vec<u32>],
        meeting: Vec<u32>,
    ) {
        scratch.useful.start(self.node_bound());
        let mut useful = meeting;
        for node in &useful {
            scratch.useful.mark(*node, 0);
        }
        for (number, level) in forth.iter().enumerate().rev().skip(1) {
            let mut before = Vec::new();
            let out = self.degree(level, Direction::Outward);
            if out <= self.degree(&useful, Direction::Inward) {
                let next = number as u32 + 1;
                for node in level {
                    let leads = |(end, label)| {
                        search.relations.passes(label)
                            && scratch.forth.level(end) == Some(next)
                            && scratch.useful.level(end).is_some()
                            && search.allows(*node, end)
                    };
                    if self.outward(*node).into_iter().flat_map(|e| e.iter()).any(leads) {
                        before.push(*node);
                    }
                }
                for node in &before {
                    scratch.useful.mark(*node, 0);
                }
            } else {
                for node in &useful {
                    for (end, label) in self.inward(*node).into_iter().flat_map(|e| e.iter()) {
                        if search.relations.passes(label)
                            && scratch.forth.level(end) == Some(number as u32)
                            && search.allows(end, *node)
                            && scratch.useful.mark(end, 0)
                        {
                            before.push(end);
                        }
                    }
                }
            }
            useful = before;
        }
    }

    /// The path with the smallest ids through what is useful.
    fn follow(&self, scratch: &Scratch, search: &Search<'_>, a: usize, b: usize) -> Option<Route> {
        let mut nodes = vec![search.from];
        for step in 1..=a + b {
            let node = *nodes.last()?;
            let fits = |end: u32| {
                if step < a {
                    scratch.forth.level(end) == Some(step as u32)
                        && scratch.useful.level(end).is_some()
                } else {
                    scratch.back.level(end) == Some((a + b - step) as u32)
                }
            };
            let next = self
                .outward(node)
                .into_iter()
                .flat_map(|edges| edges.iter())
                .filter(|(end, label)| {
                    search.relations.passes(*label) && fits(*end) && search.allows(node, *end)
                })
                .map(|(end, _)| end)
                .min_by_key(|end| self.id_of(Node(*end)))?;
            nodes.push(next);
        }
        Some(self.route(nodes))
    }

    fn path_of(&self, nodes: &[u32], relations: RelationSet) -> Path {
        let between = |pair: &[u32]| {
            let mut hops: Vec<Hop> = self
                .outward(pair[0])
                .into_iter()
                .flat_map(|edges| edges.iter())
                .filter(|(end, label)| *end == pair[1] && relations.passes(*label))
                .filter_map(|(_, label)| {
                    Some(Hop { relation: label.relation()?, level: label.level() })
                })
                .collect();
            hops.sort_unstable_by(|x, y| (x.relation, y.level).cmp(&(y.relation, x.level)));
            hops.dedup_by_key(|hop| hop.relation);
            hops
        };
        Path {
            nodes: nodes.iter().map(|node| Node(*node)).collect(),
            hops: nodes.windows(2).map(between).collect(),
        }
    }
}

impl Search<'_> {
    /// Whether a path may go from one node to the next.
    #[inline]
    fn allows(&self, a: u32, b: u32) -> bool {
        let banned = |node: u32| self.not.contains(&node);
        let taken = a == self.from && self.not_second.contains(&b);
        !(banned(a) || banned(b) || taken)
    }
}
