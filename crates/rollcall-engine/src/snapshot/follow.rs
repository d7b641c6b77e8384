//! Keeping a snapshot up with the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollcall_graph::Delta;
use rollcall_model::{Endpoint, NodeId, Reference};
use rollcall_store::{Changes, Store};

use crate::snapshot::multiples::Name;
use crate::snapshot::{LiveSnapshot, Schema, SnapshotError, load, load_snapshot, row};

/// Entities read again at once; more of them and the whole store is read.
const LOT: usize = 5_000;

impl LiveSnapshot {
    /// The snapshot that shows the store as it is now, or `None` where nothing changed.
    ///
    /// # Errors
    /// When the store fails or there is too much for one snapshot.
    pub async fn follow(
        &self,
        store: &Arc<dyn Store>,
        schema: &Schema,
    ) -> Result<Option<Self>, SnapshotError> {
        // A store that was put back from a copy may have reached the same position by another way.
        let mark = store.mark(self.position).await?;
        if mark.is_none_or(|mark| mark != self.snapshot.id().store) {
            return load_snapshot(store, None, schema).await.map(Some);
        }
        if store.position().await? == self.position {
            return Ok(None);
        }
        let changes = store.changes(self.position).await?;
        if self.needs_all(&changes) {
            return load_snapshot(store, None, schema).await.map(Some);
        }
        self.with(store, schema, changes).await.map(Some)
    }

    /// Where most of what is known changed, reading all of it is cheaper.
    fn needs_all(&self, changes: &Changes) -> bool {
        let many = changes.entities.len() + changes.relations.len() + changes.relations_ended.len();
        many > 10_000 + self.snapshot.node_count() / 4
    }

    async fn with(
        &self,
        store: &Arc<dyn Store>,
        schema: &Schema,
        changes: Changes,
    ) -> Result<Self, SnapshotError> {
        let mut delta = Delta::default();
        let mut touched: BTreeSet<NodeId> = changes.entities.iter().copied().collect();
        if !changes.scopes.is_empty() {
            // A reading may have seen again what was missing.
            touched.extend(self.snapshot.missed());
        }
        let mut multiples = self.multiples.clone();
        let known = |(from, relation, to): &Name| self.snapshot.relation_row(*from, *relation, *to);
        (delta.relations, delta.relations_removed) =
            multiples.change(&changes.relations, &changes.relations_ended, known);
        let touched: Vec<NodeId> = touched.into_iter().collect();
        for lot in touched.chunks(LOT) {
            entities(store, schema, lot, &mut delta).await?;
        }
        let ends: BTreeSet<NodeId> = delta
            .relations
            .iter()
            .flat_map(|row| [row.from, row.to])
            .filter(|node| node.is_reference())
            .collect();
        let ends: Vec<NodeId> = ends.into_iter().collect();
        delta.references = texts(store, &ends).await?.into_values().collect();
        delta.activity = changes.uses.iter().map(row::last_use).collect();
        for view in &changes.scopes {
            match row::scope(view) {
                Some(scope) => delta.scopes.push(scope),
                None => delta.scopes_closed.push((view.id.0, view.source.clone())),
            }
        }
        let id = load::id(store, changes.to).await?;
        let mut snapshot = self.snapshot.apply(id, &delta);
        if snapshot.wants_compaction() {
            snapshot = snapshot.compact()?;
        }
        Ok(Self { snapshot, position: changes.to, multiples })
    }
}

async fn entities(
    store: &Arc<dyn Store>,
    schema: &Schema,
    nodes: &[NodeId],
    delta: &mut Delta,
) -> Result<(), SnapshotError> {
    let facts = store.aliases_of(nodes).await?;
    let references: Vec<NodeId> = facts.iter().map(|fact| fact.reference).collect();
    let texts = texts(store, &references).await?;
    let mut aliases: BTreeMap<NodeId, Vec<(NodeId, Reference)>> = BTreeMap::new();
    for fact in facts {
        if let Some(text) = texts.get(&fact.reference) {
            aliases.entry(fact.entity).or_default().push((fact.reference, text.clone()));
        }
    }
    let mut found = BTreeSet::new();
    let claims = store.claims_of(nodes).await?;
    for about in claims.chunk_by(|a, b| a.key == b.key) {
        let Some(first) = about.first() else { continue };
        let node = first.key.node_id();
        let named = aliases.remove(&node).unwrap_or_default();
        found.insert(node);
        delta.entities.extend(row::entity(about.to_vec(), named, schema));
    }
    delta.removed.extend(nodes.iter().filter(|node| !found.contains(node)));
    Ok(())
}

async fn texts(
    store: &Arc<dyn Store>,
    nodes: &[NodeId],
) -> Result<BTreeMap<NodeId, Reference>, SnapshotError> {
    let mut texts = BTreeMap::new();
    for lot in nodes.chunks(LOT) {
        for (node, endpoint) in store.endpoints(lot).await? {
            if let Endpoint::Reference(text) = endpoint {
                texts.insert(node, text);
            }
        }
    }
    Ok(texts)
}
