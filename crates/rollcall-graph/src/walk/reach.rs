//! What can be reached, level by level, forwards or backwards.

use roaring::RoaringBitmap;

use super::{Direction, LEVELS, Marks};
use crate::adjacency::RelationSet;
use crate::column::Bits;
use crate::snapshot::{Node, Snapshot};

/// How far a walk goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WalkLimits {
    /// Along which relations.
    pub relations: RelationSet,
    /// How many relations in a row, at most 249.
    pub depth: u32,
    /// How many nodes, without those from which it starts.
    pub nodes: usize,
}

impl Default for WalkLimits {
    /// Six relations along which access flows, and 100,000 nodes.
    fn default() -> Self {
        Self { relations: RelationSet::ACCESS, depth: 6, nodes: 100_000 }
    }
}

/// What was reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    /// The nodes by how many relations away they are: the first entry is one away. In no order within
    /// a level. A level that was cut has what is one away from the smallest ids of the level before.
    pub levels: Vec<Vec<Node>>,
    /// Whether that is all within the depth. If not, say "at least".
    pub is_complete: bool,
    /// How many nodes were seen: the number in levels, or more where a level was cut; then it is only
    /// sure that there are more than the limit.
    pub at_least: usize,
}

impl Reached {
    /// How many nodes there are in all levels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.levels.iter().map(Vec::len).sum()
    }

    /// Whether nothing was reached.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }
}

impl Snapshot {
    /// What can be reached from some nodes: outward for "what can it get to", inward for "who can
    /// get to it". The nodes from which it starts are not in the answer.
    #[must_use]
    pub fn reach(&self, from: &[Node], direction: Direction, limits: &WalkLimits) -> Reached {
        self.scratch.with(|scratch| self.reach_with(&mut scratch.forth, from, direction, limits))
    }

    fn reach_with(
        &self,
        marks: &mut Marks,
        from: &[Node],
        direction: Direction,
        limits: &WalkLimits,
    ) -> Reached {
        marks.start(self.node_bound());
        let mut start: Vec<Node> =
            from.iter().copied().filter(|n| self.is_live(n.0) && marks.mark(n.0, 0)).collect();
        let mut reached = Reached { levels: Vec::new(), is_complete: true, at_least: 0 };
        for level in 1..=limits.depth.min(LEVELS - 1) {
            let room = limits.nodes - reached.at_least;
            let last = reached.levels.last_mut().unwrap_or(&mut start);
            let ends = |node: &Node| self.edges(node.0, direction).map(|e| e.ends.len());
            if self.node_count() > limits.nodes && last.iter().flat_map(ends).sum::<usize>() > room
            {
                // It may be cut: then where, must not depend on where nodes happen to lie.
                self.sort_by_id(last);
            }
            let mut next = Vec::new();
            for node in last {
                let before = next.len();
                for edges in self.edges(node.0, direction) {
                    for (end, label) in edges.iter() {
                        if limits.relations.passes(label) && marks.mark(end, level) {
                            next.push(Node(end));
                        }
                    }
                }
                if next.len() > room {
                    reached.is_complete = false;
                    self.sort_by_id(&mut next[before..]);
                    break;
                }
            }
            reached.at_least += next.len();
            next.truncate(room);
            if next.is_empty() {
                break;
            }
            reached.levels.push(next);
            if !reached.is_complete {
                break;
            }
        }
        reached
    }

    fn sort_by_id(&self, nodes: &mut [Node]) {
        // Ids are looked up once, not for each comparison.
        nodes.sort_by_cached_key(|node| self.id_of(*node));
    }

    /// Everything from which, or to which, some nodes have a path of any length; with the nodes
    /// themselves only where they are on a cycle or reach each other.
    pub(crate) fn closure(&self, from: &RoaringBitmap, direction: Direction) -> RoaringBitmap {
        let mut seen = Bits::new(self.node_bound());
        let mut stack: Vec<u32> = from.iter().collect();
        while let Some(node) = stack.pop() {
            for edges in self.edges(node, direction) {
                for (end, label) in edges.iter() {
                    if RelationSet::ACCESS.passes(label) && !seen.has(end) {
                        seen.set(end);
                        stack.push(end);
                    }
                }
            }
        }
        seen.to_bitmap()
    }

    #[inline]
    pub(crate) fn edges(
        &self,
        node: u32,
        direction: Direction,
    ) -> [crate::adjacency::Edges<'_>; 2] {
        match direction {
            Direction::Outward => self.outward(node),
            Direction::Inward => self.inward(node),
        }
    }
}
