//! A snapshot from the store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rollcall_graph::{RelationRow, SnapshotBuilder, SnapshotId};
use rollcall_model::{NodeId, Reference};
use rollcall_store::{ClaimedEntity, Position, ReferenceFact, SnapshotRow, Store};

use crate::snapshot::multiples::{self, Multiples};
use crate::snapshot::{LiveSnapshot, Schema, SnapshotError, row};

/// Loads everything, as of a publication or as it is now.
///
/// # Errors
/// When the store fails or there is too much for one snapshot.
pub async fn load_snapshot(
    store: &Arc<dyn Store>,
    at: Option<i64>,
    schema: &Schema,
) -> Result<LiveSnapshot, SnapshotError> {
    let mut loading = Loading::new(schema);
    let position = store.snapshot(at, &mut |row| loading.take(row)).await?;
    for view in store.scope_views(at).await? {
        match row::scope(&view) {
            Some(scope) => loading.builder.scope(scope),
            None => loading.builder.closed_scope(view.id.0, &view.source),
        }
    }
    let (builder, multiples) = loading.finish();
    let id = id(store, position).await?;
    Ok(LiveSnapshot { snapshot: builder.finish(id)?, position, multiples })
}

/// What tells the snapshot of a position from every other one.
pub(super) async fn id(
    store: &Arc<dyn Store>,
    position: Position,
) -> Result<SnapshotId, SnapshotError> {
    let mark = store.mark(position).await?.unwrap_or_default();
    Ok(SnapshotId { store: mark, sequence: position.sequence })
}

/// Rows on their way into the builder. Texts and references come first, so that an entity that one
/// claim says is handed on at once; only those with several claims wait.
struct Loading<'s> {
    schema: &'s Schema,
    builder: SnapshotBuilder,
    texts: HashMap<NodeId, Reference>,
    /// Sorted when the first entity comes.
    aliases: Vec<ReferenceFact>,
    are_sorted: bool,
    several: HashSet<NodeId>,
    waiting: HashMap<NodeId, Vec<ClaimedEntity>>,
    relations: Vec<RelationRow>,
}

impl<'s> Loading<'s> {
    fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            builder: SnapshotBuilder::new(),
            texts: HashMap::new(),
            aliases: Vec::new(),
            are_sorted: false,
            several: HashSet::new(),
            waiting: HashMap::new(),
            relations: Vec::new(),
        }
    }

    fn take(&mut self, row: SnapshotRow) {
        match row {
            SnapshotRow::Text(id, text) => {
                self.builder.reference(id, &text);
                self.texts.insert(id, text);
            }
            SnapshotRow::Reference(fact) => self.aliases.push(fact),
            SnapshotRow::Several(node) => {
                self.several.insert(node);
            }
            SnapshotRow::Entity(claim) => {
                let node = claim.key.node_id();
                if self.several.contains(&node) {
                    self.waiting.entry(node).or_default().push(*claim);
                } else {
                    self.entity(node, vec![*claim]);
                }
            }
            SnapshotRow::Relation(fact) => self.relations.push(multiples::row(&fact)),
            SnapshotRow::Use(last) => self.builder.activity(row::last_use(&last)),
        }
    }

    fn entity(&mut self, node: NodeId, claims: Vec<ClaimedEntity>) {
        if !self.are_sorted {
            self.aliases.sort_unstable();
            self.aliases.dedup();
            self.are_sorted = true;
        }
        let first = self.aliases.partition_point(|fact| fact.entity < node);
        let named = self.aliases[first..]
            .iter()
            .take_while(|fact| fact.entity == node)
            .filter_map(|fact| Some((fact.reference, self.texts.get(&fact.reference)?.clone())))
            .collect();
        if let Some(row) = row::entity(claims, named, self.schema) {
            self.builder.entity(&row);
        }
    }

    fn finish(mut self) -> (SnapshotBuilder, Multiples) {
        let mut waiting: Vec<_> = std::mem::take(&mut self.waiting).into_iter().collect();
        waiting.sort_unstable_by_key(|(node, _)| *node);
        for (node, claims) in waiting {
            self.entity(node, claims);
        }
        let mut builder = self.builder;
        let multiples = Multiples::of(self.relations, |row| builder.relation(row));
        (builder, multiples)
    }
}
