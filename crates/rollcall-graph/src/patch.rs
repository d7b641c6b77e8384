//! Edits of relations in the overlay.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::adjacency::{Adjacency, Label};
use crate::overlay::{Overlay, Patch, ReferencePatch};
use crate::snapshot::Snapshot;

/// Relations between nodes that go and that come.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    pub(crate) remove: Vec<(u32, u32, Label)>,
    pub(crate) add: Vec<(u32, u32, Label)>,
}

/// Rows of one reference that go and that come.
#[derive(Debug, Default)]
pub(crate) struct RowEdits {
    pub(crate) remove: Vec<(i64, Label)>,
    pub(crate) add: Vec<(i64, Label)>,
}

/// A relation between nodes; or, seen from one of them, that one, the other, the label.
type EdgeEnds = (u32, u32, Label);
/// Relations of one node: the other end and the label.
type Ends = Vec<(u32, Label)>;

/// Edits the relations of every node at an end of one.
pub(crate) fn edges(old: &Snapshot, overlay: &mut Overlay, edits: &Edits) {
    let fixed = &old.base.fixed;
    direction(&fixed.outward, &mut overlay.outward, edits, |(from, to, label)| (from, to, label));
    direction(&fixed.inward, &mut overlay.inward, edits, |(from, to, label)| (to, from, label));
}

fn direction(
    base: &Adjacency,
    patches: &mut FxHashMap<u32, Arc<Patch>>,
    edits: &Edits,
    side: fn(EdgeEnds) -> EdgeEnds,
) {
    let mut by_node: BTreeMap<u32, (Ends, Ends)> = BTreeMap::new();
    for edge in &edits.remove {
        let (node, other, label) = side(*edge);
        by_node.entry(node).or_default().0.push((other, label));
    }
    for edge in &edits.add {
        let (node, other, label) = side(*edge);
        by_node.entry(node).or_default().1.push((other, label));
    }
    for (node, (mut remove, add)) in by_node {
        let before = patches.get(&node);
        let replaces = before.is_some_and(|patch| patch.replaces);
        let mut ends: Ends = before.map_or_else(Vec::new, |p| p.edges().iter().collect());
        // Most changes only add, and then the relations of the base need not be copied.
        take(&mut ends, &mut remove);
        let replaces = replaces
            || !remove.is_empty() && {
                let mut all: Ends = base.of(node).iter().collect();
                take(&mut all, &mut remove);
                ends.extend(all);
                true
            };
        ends.extend(add);
        // Two or three sorted runs: the stable sort only merges them.
        ends.sort();
        let (ends, labels) = ends.into_iter().unzip();
        patches.insert(node, Arc::new(Patch { replaces, ends, labels }));
    }
}

/// Takes each of `remove` once out of `from`; what was not there stays in `remove`.
fn take<T: Ord + Copy>(from: &mut Vec<T>, remove: &mut Vec<T>) {
    remove.sort_unstable();
    let mut done = vec![false; remove.len()];
    from.retain(|item| {
        let mut at = remove.partition_point(|r| r < item);
        while remove.get(at) == Some(item) {
            if !std::mem::replace(&mut done[at], true) {
                return false;
            }
            at += 1;
        }
        true
    });
    let mut done = done.into_iter();
    remove.retain(|_| !done.next().unwrap_or_default());
}

/// Edits the rows that end at references.
pub(crate) fn reference_rows(
    old: &Snapshot,
    overlay: &mut Overlay,
    edits: BTreeMap<i64, RowEdits>,
) {
    for (id, mut edit) in edits {
        let before = overlay.references.get(&id);
        let mut replaces = before.is_some_and(|patch| patch.replaces);
        let mut rows = before.map_or_else(Vec::new, |patch| patch.rows.clone());
        take(&mut rows, &mut edit.remove);
        if !replaces && !edit.remove.is_empty() {
            let mut all: Vec<_> = old.base.fixed.references.of(id).collect();
            take(&mut all, &mut edit.remove);
            rows.extend(all);
            replaces = true;
        }
        rows.extend(edit.add);
        overlay.references.insert(id, Arc::new(ReferencePatch { replaces, rows }));
    }
}

/// Whether any relation ends at a node.
pub(crate) fn has_edges(old: &Snapshot, overlay: &Overlay, node: u32) -> bool {
    let has = |base: &Adjacency, patches: &FxHashMap<u32, Arc<Patch>>| {
        let patch = patches.get(&node);
        let of_base = patch.is_none_or(|patch| !patch.replaces);
        patch.is_some_and(|patch| !patch.ends.is_empty())
            || of_base && !base.of(node).ends.is_empty()
    };
    let fixed = &old.base.fixed;
    has(&fixed.outward, &overlay.outward) || has(&fixed.inward, &overlay.inward)
}
