//! One relation by its ends.

use rollcall_model::{AccessLevel, NodeId, Relation};

use crate::adjacency::{Edges, Label};
use crate::rows::RelationRow;
use crate::snapshot::{Node, Snapshot};

/// A relation seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Link {
    /// Which relation.
    pub relation: Relation,
    /// The other end.
    pub node: Node,
    /// How far the access goes.
    pub level: Option<AccessLevel>,
    /// It is said only in general, such as by a catch-all rule.
    pub weak: bool,
}

fn links(edges: [Edges<'_>; 2]) -> impl Iterator<Item = Link> {
    let link = |(end, label): (u32, Label)| {
        let relation = label.relation()?;
        Some(Link { relation, node: Node(end), level: label.level(), weak: label.is_weak() })
    };
    edges.into_iter().flat_map(Edges::iter).filter_map(link)
}

impl Snapshot {
    /// The relations that come from a node, in no order. One that is named in two ways (by key and by
    /// reference) comes twice; of such, the strong one and the higher level count.
    pub fn relations_out(&self, node: Node) -> impl Iterator<Item = Link> + '_ {
        links(self.outward(node.0))
    }

    /// The relations that lead to a node, as [`Snapshot::relations_out`].
    pub fn relations_in(&self, node: Node) -> impl Iterator<Item = Link> + '_ {
        links(self.inward(node.0))
    }

    /// The row of a relation between exactly these ends, references not resolved.
    #[must_use]
    pub fn relation_row(
        &self,
        from: NodeId,
        relation: Relation,
        to: NodeId,
    ) -> Option<RelationRow> {
        let label = self.relation_label(from.0, to.0, relation as u8)?;
        Some(RelationRow { from, relation, to, level: label.level(), weak: label.is_weak() })
    }

    /// How far a relation between exactly these ends goes, references not resolved; `None` where there
    /// is no such relation.
    #[must_use]
    pub fn relation(
        &self,
        from: NodeId,
        relation: Relation,
        to: NodeId,
    ) -> Option<Option<AccessLevel>> {
        self.relation_row(from, relation, to).map(|row| row.level)
    }

    /// The label of the row with these ends and this relation.
    pub(crate) fn relation_label(&self, from: i64, to: i64, relation: u8) -> Option<Label> {
        let relation = Relation::from_number(relation.into())?;
        let wanted = Label::new(relation, None, false);
        if from < 0 || to < 0 {
            let (id, other) = if from < 0 { (from, to) } else { (to, from) };
            let mut rows = self.reference_rows(id).into_iter();
            let found = rows.find(|(end, label)| {
                *end == other && label.is_like(wanted) && label.is_outward() == (from < 0)
            });
            return found.map(|(_, label)| label.plain());
        }
        let (from, to) = (self.end(from)?, self.end(to)?);
        // The shorter list of the two.
        let (outward, inward) = (self.outward(from), self.inward(to));
        let size = |edges: &[Edges<'_>; 2]| edges.iter().map(|e| e.ends.len()).sum::<usize>();
        let (edges, end) =
            if size(&outward) <= size(&inward) { (outward, to) } else { (inward, from) };
        let mut all = edges.into_iter().flat_map(|edges| edges.iter());
        all.find(|(other, label)| {
            *other == end && label.is_like(wanted) && !label.is_by_reference()
        })
        .map(|(_, label)| label.plain())
    }
}
