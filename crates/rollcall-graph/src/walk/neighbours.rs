//! What is one relation away.

use rollcall_model::{AccessLevel, NodeId, Relation};

use crate::adjacency::{Label, RelationSet};
use crate::snapshot::{Node, Snapshot};

/// Along or against the arrow of a relation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// From the node.
    Outward,
    /// To the node.
    Inward,
}

/// A node one relation away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Neighbour {
    /// Whether the relation leads to the other node or from it.
    pub direction: Direction,
    /// Which relation.
    pub relation: Relation,
    /// The highest level that any row of it has.
    pub level: Option<AccessLevel>,
    /// Every row of it is said only in general, such as by a catch-all rule.
    pub weak: bool,
    /// The other node.
    pub node: Node,
}

/// Neighbours of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Neighbours {
    /// How many there are, all of them, per direction and relation.
    pub counts: Vec<(Direction, Relation, usize)>,
    /// The first ones, by direction, relation and id.
    pub first: Vec<Neighbour>,
    /// Whether `first` is all of them.
    pub is_complete: bool,
}

impl Snapshot {
    /// What is one relation away from a node, in both directions.
    ///
    /// `after` continues after that entry of an earlier answer; `limit` is how many are listed.
    #[must_use]
    pub fn neighbours(
        &self,
        node: Node,
        relations: RelationSet,
        after: Option<(Direction, Relation, NodeId)>,
        limit: usize,
    ) -> Neighbours {
        let mut counts = Vec::new();
        let mut first = Vec::new();
        let mut left_out = false;
        for direction in [Direction::Outward, Direction::Inward] {
            let mut all: Vec<(Relation, NodeId, Node, Label)> = Vec::new();
            for edges in self.edges(node.0, direction) {
                for (end, label) in edges.iter().filter(|(_, label)| relations.passes(*label)) {
                    if let Some(relation) = label.relation() {
                        all.push((relation, self.id_of(Node(end)), Node(end), label.plain()));
                    }
                }
            }
            all.sort_unstable();
            all.dedup_by(|next, kept| {
                let same = (next.0, next.1) == (kept.0, kept.1);
                if same {
                    kept.3 = kept.3.merged(next.3);
                }
                same
            });
            for group in all.chunk_by(|a, b| a.0 == b.0) {
                if let Some((relation, ..)) = group.first() {
                    counts.push((direction, *relation, group.len()));
                }
            }
            for (relation, id, node, label) in all {
                if after.is_some_and(|after| (direction, relation, id) <= after) {
                    continue;
                }
                if first.len() == limit {
                    left_out = true;
                    break;
                }
                let (level, weak) = (label.level(), label.is_weak());
                first.push(Neighbour { direction, relation, level, weak, node });
            }
        }
        Neighbours { counts, first, is_complete: !left_out }
    }
}
