//! What changed since the base was built.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rollcall_model::ContentHash;
use rustc_hash::FxHashMap;

use crate::adjacency::{Edges, Label};
use crate::row::{Alias, Row};

/// A node that is new or other than in the base.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) row: Row,
    /// Where its name stands among those of the base; see `Base::name_place`.
    pub(crate) place: i64,
}

/// Relations of a node in one direction that the base does not have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patch {
    /// Whether they stand for those of the base, or come on top of them.
    pub(crate) replaces: bool,
    pub(crate) ends: Vec<u32>,
    pub(crate) labels: Vec<Label>,
}

impl Patch {
    pub(crate) fn edges(&self) -> Edges<'_> {
        Edges { ends: &self.ends, labels: &self.labels }
    }
}

/// Rows of a reference that the base does not have.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReferencePatch {
    /// Whether they stand for those of the base, or come on top of them.
    pub(crate) replaces: bool,
    pub(crate) rows: Vec<(i64, Label)>,
}

/// The changes. Cloning copies what changed, and shares the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay {
    /// Changed and new nodes.
    pub(crate) rows: FxHashMap<u32, Arc<Changed>>,
    /// The nodes of `rows`.
    pub(crate) present: RoaringBitmap,
    /// Nodes that are no more.
    pub(crate) removed: RoaringBitmap,
    /// Nodes of the base that are changed or no more: its columns do not count for them.
    pub(crate) hidden: RoaringBitmap,
    /// The ids of new nodes, which follow those of the base.
    pub(crate) added: Vec<i64>,
    pub(crate) added_nodes: FxHashMap<i64, u32>,
    pub(crate) outward: FxHashMap<u32, Arc<Patch>>,
    pub(crate) inward: FxHashMap<u32, Arc<Patch>>,
    /// Who answers to a reference, where that changed.
    pub(crate) claims: FxHashMap<i64, Arc<[u32]>>,
    pub(crate) references: FxHashMap<i64, Arc<ReferencePatch>>,
    pub(crate) reference_texts: FxHashMap<i64, Alias>,
    pub(crate) used_references: FxHashMap<i64, (i64, u32)>,
    pub(crate) documents: Vec<Arc<str>>,
    pub(crate) document_numbers: FxHashMap<ContentHash, u32>,
}

impl Overlay {
    /// How much is in it: nodes and ends of relations.
    pub(crate) fn size(&self) -> usize {
        self.rows.len() + self.removed.len() as usize + self.outward.len() + self.inward.len()
    }
}
