//! What is different between two snapshots.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollcall_model::{AccessLevel, NodeId, Relation};

use crate::adjacency::Label;
use crate::snapshot::{Node, Snapshot};
use crate::view::Entity;

/// What is different.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Entities that only the later one has, or that are gone only in the earlier one; by id.
    pub added: Vec<NodeId>,
    /// Entities that only the earlier one has, or that are gone only in the later one; by id.
    pub gone: Vec<NodeId>,
    /// Entities that both have and that differ, with the fields in which they do; by id.
    pub changed: Vec<(NodeId, Vec<&'static str>)>,
    /// Relations that only the later one has; in order.
    pub relations_added: Vec<RelationEnds>,
    /// Relations that only the earlier one has; in order. Another level is another relation.
    pub relations_gone: Vec<RelationEnds>,
}

/// A relation between what its ends resolve to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RelationEnds {
    /// Where it comes from.
    pub from: NodeId,
    /// Which relation.
    pub relation: Relation,
    /// Where it goes to.
    pub to: NodeId,
    /// Its highest level.
    pub level: Option<AccessLevel>,
    /// It is said only in general.
    pub weak: bool,
}

/// What is different in `later` from `earlier`. Fast when both share a base; otherwise everything is
/// compared.
#[must_use]
pub fn diff(earlier: &Snapshot, later: &Snapshot) -> Difference {
    let mut difference = Difference::default();
    for id in candidates(earlier, later) {
        let of = |from: &Snapshot| from.slot(id).filter(|node| from.is_live(*node)).map(Node);
        let (before, after) = (of(earlier), of(later));
        entity(earlier, later, before, after, &mut difference);
        let (old, new) = (relations(earlier, before), relations(later, after));
        difference.relations_gone.extend(old.difference(&new));
        difference.relations_added.extend(new.difference(&old));
    }
    difference
}

/// The ids that may differ, in order.
fn candidates(earlier: &Snapshot, later: &Snapshot) -> BTreeSet<i64> {
    let (a, b) = (&earlier.base, &later.base);
    let same = Arc::ptr_eq(&a.fixed, &b.fixed)
        && a.codes.iter().zip(&b.codes).all(|(x, y)| Arc::ptr_eq(x, y))
        && a.times.iter().zip(&b.times).all(|(x, y)| Arc::ptr_eq(x, y))
        // Another index of sources over the same column: one was renamed.
        && a.facets.iter().zip(&b.facets).all(|(x, y)| Arc::ptr_eq(x, y));
    let mut ids = BTreeSet::new();
    for snapshot in [earlier, later] {
        let id = |node: u32| snapshot.id_of(Node(node)).0;
        if same {
            let overlay = &snapshot.overlay;
            ids.extend(overlay.rows.keys().map(|node| id(*node)));
            ids.extend(overlay.removed.iter().map(id));
            ids.extend(overlay.outward.keys().map(|node| id(*node)));
        } else {
            ids.extend(snapshot.nodes().map(|node| id(node.0)));
        }
    }
    ids
}

fn entity(
    earlier: &Snapshot,
    later: &Snapshot,
    before: Option<Node>,
    after: Option<Node>,
    difference: &mut Difference,
) {
    let is_there = |entity: &Entity<'_>| entity.gone_at().is_none();
    let before = before.map(|node| earlier.entity(node));
    let after = after.map(|node| later.entity(node));
    match (before, after) {
        (Some(old), Some(new)) => match (is_there(&old), is_there(&new)) {
            (true, false) => difference.gone.push(old.id()),
            (false, true) => difference.added.push(new.id()),
            _ => {
                let fields = fields(&old, &new);
                if !fields.is_empty() {
                    difference.changed.push((old.id(), fields));
                }
            }
        },
        (Some(old), None) if is_there(&old) => difference.gone.push(old.id()),
        (None, Some(new)) if is_there(&new) => difference.added.push(new.id()),
        _ => {}
    }
}

/// The fields in which two differ, by the names of the query language where they have one. To be seen
/// once more is no difference.
fn fields(old: &Entity<'_>, new: &Entity<'_>) -> Vec<&'static str> {
    let (sources, aliases) = (old.sources().eq(new.sources()), old.aliases().eq(new.aliases()));
    let same = [
        ("type", old.entity_type() == new.entity_type()),
        ("class", old.class() == new.class()),
        ("kind", old.kind() == new.kind()),
        ("name", old.name() == new.name()),
        ("alias", aliases),
        ("source", sources),
        ("env", old.env() == new.env()),
        ("disabled", old.disabled() == new.disabled()),
        ("missing", old.is_missing() == new.is_missing()),
        ("collected", old.is_collected() == new.is_collected()),
        ("created", old.created_at() == new.created_at()),
        ("expires", old.expires_at() == new.expires_at()),
        ("first_seen", old.first_seen() == new.first_seen()),
        ("last_used", old.last_used() == new.last_used()),
        ("gone_at", old.gone_at() == new.gone_at()),
        ("document", old.document() == new.document()),
        ("owner", (old.owner_state(), old.owner()) == (new.owner_state(), new.owner())),
        ("team", old.team() == new.team()),
        ("score", old.score() == new.score()),
        ("usage", (old.usage(), old.usage_at()) == (new.usage(), new.usage_at())),
        ("finding", old.findings() == new.findings()),
        ("reach", old.reach() == new.reach()),
        ("standing", old.standing() == new.standing()),
        ("presence", old.presence() == new.presence()),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

/// A node's relations, each once with its highest level.
fn relations(snapshot: &Snapshot, node: Option<Node>) -> BTreeSet<RelationEnds> {
    let Some(node) = node else { return BTreeSet::new() };
    let from = snapshot.id_of(node);
    let mut rows: Vec<(NodeId, u16, Label)> = snapshot
        .outward(node.0)
        .into_iter()
        .flat_map(|edges| edges.iter())
        .map(|(end, label)| (snapshot.id_of(Node(end)), label.0 & 0xff, label.plain()))
        .collect();
    rows.sort_unstable();
    rows.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 = kept.2.merged(next.2);
        }
        same
    });
    rows.into_iter()
        .filter_map(|(to, _, label)| {
            let (level, weak) = (label.level(), label.is_weak());
            Some(RelationEnds { from, relation: label.relation()?, to, level, weak })
        })
        .collect()
}
