//! The snapshot: a base, what changed since, and how nodes and relations are looked up in both.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rollcall_model::{NodeId, PublicId};

use crate::adjacency::{Edges, Label};
use crate::base::Base;
use crate::column::{NEVER, below};
use crate::facet::Vocabulary;
use crate::overlay::{Changed, Overlay};
use crate::row::Row;
use crate::rows::ScopeRow;
use crate::scopes;
use crate::view::Entity;
use crate::walk::ScratchPool;

/// What a snapshot is of: a store, and the last publication that is in it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct SnapshotId {
    /// The store's own id.
    pub store: String,
    /// The sequence of the publication.
    pub sequence: i64,
}

/// A node of one snapshot. Not comparable with nodes of another: use ids for that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Node(pub(crate) u32);

impl Node {
    /// The node's position, below [`Snapshot::node_bound`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An immutable picture of everything as of one publication. Clones share everything.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(crate) id: SnapshotId,
    pub(crate) base: Arc<Base>,
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) overlay: Arc<Overlay>,
    /// By id.
    pub(crate) scopes: Arc<Vec<ScopeRow>>,
    /// By set of scopes; see [`scopes::seen`].
    pub(crate) seen: Arc<Vec<i64>>,
    pub(crate) scratch: Arc<ScratchPool>,
}

impl Snapshot {
    pub(crate) fn new(
        id: SnapshotId,
        base: Base,
        vocabulary: Vocabulary,
        overlay: Overlay,
        scopes: Vec<ScopeRow>,
    ) -> Self {
        let seen = Arc::new(scopes::seen(&vocabulary, &scopes));
        Self {
            id,
            seen,
            base: Arc::new(base),
            vocabulary: Arc::new(vocabulary),
            overlay: Arc::new(overlay),
            scopes: Arc::new(scopes),
            scratch: Arc::default(),
        }
    }

    /// What it is of.
    #[must_use]
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// The scopes, by id.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeRow] {
        &self.scopes
    }

    /// How many nodes there are: entities, and stubs for what is only referred to.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.node_bound() - self.overlay.removed.len() as usize
    }

    /// One more than the largest position of a node.
    #[must_use]
    pub fn node_bound(&self) -> usize {
        self.base.len() + self.overlay.added.len()
    }

    /// How many rows of relations there are. A relation that is named in two ways (by key and by
    /// reference) is two rows.
    #[must_use]
    pub fn relation_count(&self) -> usize {
        let mut count = self.base.fixed.outward.ends.len();
        for (node, patch) in &self.overlay.outward {
            count += patch.ends.len();
            if patch.replaces {
                count -= self.base.fixed.outward.of(*node).ends.len();
            }
        }
        count
    }

    /// Every node, in order of position.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        (0..self.node_bound() as u32).filter(|n| !self.overlay.removed.contains(*n)).map(Node)
    }

    /// Every node as a bitmap.
    pub(crate) fn live(&self) -> RoaringBitmap {
        below(self.node_bound()) - &self.overlay.removed
    }

    /// The node with an id: an entity, or for a reference (negative) the entity that answers to it
    /// or its stub.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<Node> {
        self.end(id.0).map(Node)
    }

    /// The node with a public id: an entity's, a stub's, or that of a reference which an entity
    /// answers to.
    #[must_use]
    pub fn find(&self, id: PublicId) -> Option<Node> {
        let number = id.prefix63().max(1);
        let entity = self.end(number).map(Node);
        let by_key = entity.filter(|node| self.entity(*node).public_id().is_none_or(|p| p == id));
        by_key.or_else(|| {
            let node = Node(self.end(-number)?);
            self.entity(node)
                .aliases()
                .any(|(_, reference)| reference.public_id() == id)
                .then_some(node)
        })
    }

    /// Everything about a node.
    #[must_use]
    pub fn entity(&self, node: Node) -> Entity<'_> {
        Entity::new(self, node)
    }

    /// A node's id; zero for no node.
    #[must_use]
    pub fn id_of(&self, node: Node) -> NodeId {
        let at = node.index();
        let base = self.base.fixed.ids.get(at);
        let id = base.or_else(|| self.overlay.added.get(at.checked_sub(self.base.len())?));
        NodeId(id.copied().unwrap_or_default())
    }

    /// Whether the overlay has grown so large that a new base is worth its while: above 1 %.
    #[must_use]
    pub fn wants_compaction(&self) -> bool {
        self.overlay.size() > 1_000.max(self.base.len() / 100)
    }

    pub(crate) fn changed(&self, node: u32) -> Option<&Changed> {
        self.overlay.rows.get(&node).map(|changed| &**changed)
    }

    pub(crate) fn is_live(&self, node: u32) -> bool {
        (node as usize) < self.node_bound() && !self.overlay.removed.contains(node)
    }

    pub(crate) fn code(&self, column: usize, node: u32) -> u32 {
        match self.changed(node) {
            Some(changed) => changed.row.codes[column],
            None => self.base.codes[column].get(node as usize),
        }
    }

    pub(crate) fn time(&self, column: usize, node: u32) -> i64 {
        match self.changed(node) {
            Some(changed) => changed.row.times[column],
            None if (node as usize) < self.base.len() => self.base.times[column].get(node as usize),
            None => NEVER,
        }
    }

    pub(crate) fn name(&self, node: u32) -> &str {
        match self.changed(node) {
            Some(changed) => &changed.row.name,
            None => self.base.fixed.names.get(node as usize),
        }
    }

    pub(crate) fn native(&self, node: u32) -> &str {
        match self.changed(node) {
            Some(changed) => &changed.row.native,
            None => self.base.fixed.natives.get(node as usize),
        }
    }

    /// A live node as a row.
    pub(crate) fn row(&self, node: u32) -> Option<Row> {
        if !self.is_live(node) {
            return None;
        }
        Some(match self.changed(node) {
            Some(changed) => changed.row.clone(),
            None => self.base.row(node),
        })
    }

    /// The position that an id has, live or not.
    pub(crate) fn slot(&self, id: i64) -> Option<u32> {
        self.base.node_of(id).or_else(|| self.overlay.added_nodes.get(&id).copied())
    }

    /// The nodes that answer to a reference.
    pub(crate) fn claimants(&self, reference: i64) -> Vec<u32> {
        match self.overlay.claims.get(&reference) {
            Some(nodes) => nodes.to_vec(),
            None => self.base.claimants(reference).collect(),
        }
    }

    /// The one node that answers to a reference.
    pub(crate) fn resolve(&self, reference: i64) -> Option<u32> {
        match self.claimants(reference).as_slice() {
            [node] => Some(*node),
            _ => None,
        }
    }

    /// The node at an end of a relation.
    pub(crate) fn end(&self, id: i64) -> Option<u32> {
        let resolved = if id < 0 { self.resolve(id) } else { None };
        resolved.or_else(|| self.slot(id)).filter(|node| self.is_live(*node))
    }

    /// A node's relations away from it: those of the base, and those on top.
    #[inline]
    pub(crate) fn outward(&self, node: u32) -> [Edges<'_>; 2] {
        let base = &self.base.fixed.outward;
        match self.overlay.outward.get(&node) {
            None => [base.of(node), Edges::default()],
            Some(patch) if patch.replaces => [patch.edges(), Edges::default()],
            Some(patch) => [base.of(node), patch.edges()],
        }
    }

    /// A node's relations towards it.
    #[inline]
    pub(crate) fn inward(&self, node: u32) -> [Edges<'_>; 2] {
        let base = &self.base.fixed.inward;
        match self.overlay.inward.get(&node) {
            None => [base.of(node), Edges::default()],
            Some(patch) if patch.replaces => [patch.edges(), Edges::default()],
            Some(patch) => [base.of(node), patch.edges()],
        }
    }

    /// The rows that end at a reference: the other end, and a label that knows the direction.
    pub(crate) fn reference_rows(&self, id: i64) -> Vec<(i64, Label)> {
        let base = self.base.fixed.references.of(id);
        match self.overlay.references.get(&id) {
            None => base.collect(),
            Some(patch) if patch.replaces => patch.rows.clone(),
            Some(patch) => base.chain(patch.rows.iter().copied()).collect(),
        }
    }

    /// The last use of a reference.
    pub(crate) fn used_reference(&self, id: i64) -> Option<(i64, u32)> {
        if let Some(used) = self.overlay.used_references.get(&id) {
            return Some(*used);
        }
        let used = &self.base.fixed.used_references;
        let at = used.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
        used.get(at).map(|(_, at, grade)| (*at, *grade))
    }

    pub(crate) fn document_text(&self, number: u32) -> Option<&str> {
        let at = (number as usize).checked_sub(1)?;
        let base = &self.base.fixed.documents;
        if at < base.len() {
            return Some(base.get(at));
        }
        self.overlay.documents.get(at - base.len()).map(|text| &**text)
    }
}
