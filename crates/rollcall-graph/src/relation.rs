//! One relation by its ends.

use rollcall_model::{AccessLevel, NodeId, Relation};

use crate::snapshot::Snapshot;

impl Snapshot {
    /// How far a relation between exactly these ends goes, references not resolved; `None` where there
    /// is no such relation.
    #[must_use]
    pub fn relation(
        &self,
        from: NodeId,
        relation: Relation,
        to: NodeId,
    ) -> Option<Option<AccessLevel>> {
        self.relation_label(from.0, to.0, relation as u8).map(|label| label.level())
    }
}
