//! Applying a delta: a new overlay over the same base.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollcall_model::{NodeId, content_hash};

use crate::adjacency::Label;
use crate::base::Base;
use crate::column::{code, time};
use crate::facet::{self, Facet, Vocabulary};
use crate::overlay::Overlay;
use crate::patch;
use crate::row::{Alias, Numbering, Row, Words, alias, close_scope, derived_codes, name_scope};
use crate::rows::{ActivityRow, Delta, EntityRow, RelationRow, ScopeRow};
use crate::scopes;
use crate::snapshot::{Snapshot, SnapshotId};
use crate::texts::fold;
use crate::words::Derived;

/// A row of a relation by what makes it the same: both ends and the relation's number.
type RelationName = (i64, i64, u8);

impl Snapshot {
    /// The snapshot after a change, as of another publication. Shares the base; costs what changed
    /// plus what is in the overlay already.
    #[must_use]
    pub fn apply(&self, id: SnapshotId, delta: &Delta) -> Self {
        let mut writer = Writer {
            old: self,
            vocabulary: (*self.vocabulary).clone(),
            overlay: (*self.overlay).clone(),
            references: BTreeMap::new(),
            stale: BTreeSet::new(),
            check: BTreeSet::new(),
        };
        for text in &delta.references {
            writer.reference(text);
        }
        for entity in &delta.entities {
            writer.entity(entity);
        }
        for id in &delta.removed {
            writer.remove(*id);
        }
        let names = writer.relation_names(&delta.relations, &delta.relations_removed);
        writer.relations(names);
        writer.drop_stubs();
        for row in &delta.activity {
            writer.activity(row);
        }
        writer.refresh_use();
        for (id, derived) in &delta.derived {
            writer.derived(*id, derived.as_ref());
        }
        for scope in &delta.scopes {
            name_scope(scope, &mut writer.numbers());
        }
        for (id, source) in &delta.scopes_closed {
            close_scope(*id, source, &mut writer.numbers());
        }
        let Writer { mut vocabulary, overlay, .. } = writer;
        let scopes = changed_scopes(&self.scopes, delta);
        let sets = vocabulary.scope_sets.len();
        let base = self.with_sources(&mut vocabulary);
        let is_seen_alike =
            Arc::ptr_eq(&scopes, &self.scopes) && sets == self.vocabulary.scope_sets.len();
        let seen = match is_seen_alike {
            true => self.seen.clone(),
            false => Arc::new(scopes::seen(&vocabulary, &scopes)),
        };
        Self {
            id,
            base,
            vocabulary: Arc::new(vocabulary),
            overlay: Arc::new(overlay),
            scopes,
            seen,
            scratch: self.scratch.clone(),
        }
    }

    /// Makes the sources of sets anew where that is needed, and where a scope's source has another
    /// name, their index in the base.
    fn with_sources(&self, vocabulary: &mut Vocabulary) -> Arc<Base> {
        let old = &self.vocabulary;
        let (before, now) = (old.scopes.parts().1, vocabulary.scopes.parts().1);
        let is_renamed = !now.starts_with(before);
        if is_renamed || vocabulary.scope_sets.len() != old.scope_sets.len() {
            vocabulary.derive_sources();
        }
        if !is_renamed {
            return self.base.clone();
        }
        let mut base = (*self.base).clone();
        base.facets[Facet::Source as usize] =
            facet::index(Facet::Source, &base.codes[code::SCOPES], vocabulary);
        Arc::new(base)
    }
}

fn changed_scopes(scopes: &Arc<Vec<ScopeRow>>, delta: &Delta) -> Arc<Vec<ScopeRow>> {
    if delta.scopes.is_empty() && delta.scopes_closed.is_empty() {
        return scopes.clone();
    }
    let mut by_id: BTreeMap<i64, &ScopeRow> = scopes.iter().map(|s| (s.id, s)).collect();
    by_id.extend(delta.scopes.iter().map(|s| (s.id, s)));
    for (id, _) in &delta.scopes_closed {
        by_id.remove(id);
    }
    Arc::new(by_id.into_values().cloned().collect())
}

struct Writer<'a> {
    old: &'a Snapshot,
    vocabulary: Vocabulary,
    overlay: Overlay,
    /// References whose claimants changed, with the node that answered before.
    references: BTreeMap<i64, Option<u32>>,
    /// Nodes whose last use must be computed again.
    stale: BTreeSet<u32>,
    /// Ids whose stub may be needed no more.
    check: BTreeSet<i64>,
}

struct OverlayNumbers<'a> {
    vocabulary: &'a mut Vocabulary,
    overlay: &'a mut Overlay,
    base_documents: usize,
}

impl Numbering for OverlayNumbers<'_> {
    fn symbol(&mut self, words: Words, text: &str) -> u32 {
        let v = &mut *self.vocabulary;
        let symbols = match words {
            Words::Kind => &mut v.kinds,
            Words::Provider => &mut v.providers,
            Words::Realm => &mut v.realms,
            Words::Source => &mut v.sources,
            Words::Env => &mut v.envs,
            Words::Owner => &mut v.owners,
            Words::Team => &mut v.teams,
            Words::Rule => &mut v.rules,
            Words::Domain => &mut v.domains,
        };
        symbols.intern(text)
    }

    fn scope(&mut self, id: i64) -> u32 {
        self.vocabulary.scopes.intern(id)
    }

    fn name_scope(&mut self, id: i64, source: u32) {
        self.vocabulary.scopes.name(id, source);
    }

    fn scope_set(&mut self, members: Vec<u32>) -> u32 {
        self.vocabulary.scope_sets.intern(members)
    }

    fn finding_set(&mut self, members: Vec<u32>) -> u32 {
        self.vocabulary.finding_sets.intern(members)
    }

    fn document(&mut self, text: &str) -> u32 {
        let next = (self.base_documents + self.overlay.documents.len()) as u32 + 1;
        let hash = content_hash(text.as_bytes());
        let number = *self.overlay.document_numbers.entry(hash).or_insert(next);
        if number == next {
            self.overlay.documents.push(text.into());
        }
        number
    }
}

impl Writer<'_> {
    fn numbers(&mut self) -> OverlayNumbers<'_> {
        OverlayNumbers {
            base_documents: self.old.base.fixed.documents.len(),
            vocabulary: &mut self.vocabulary,
            overlay: &mut self.overlay,
        }
    }

    fn slot(&self, id: i64) -> Option<u32> {
        self.old.base.node_of(id).or_else(|| self.overlay.added_nodes.get(&id).copied())
    }

    /// The position of an id, a new one if it has none.
    fn place(&mut self, id: i64) -> u32 {
        self.slot(id).unwrap_or_else(|| {
            let node = (self.old.base.len() + self.overlay.added.len()) as u32;
            self.overlay.added.push(id);
            self.overlay.added_nodes.insert(id, node);
            // Without a row yet.
            self.overlay.removed.insert(node);
            node
        })
    }

    fn row(&self, node: u32) -> Option<Row> {
        if self.overlay.removed.contains(node) {
            return None;
        }
        match self.overlay.rows.get(&node) {
            Some(changed) => Some(changed.row.clone()),
            None => Some(self.old.base.row(node)),
        }
    }

    fn set_row(&mut self, node: u32, row: Row) {
        let base = &self.old.base;
        let known = self.overlay.rows.get(&node).filter(|known| known.row.name == row.name);
        let place = match known {
            Some(known) => known.place,
            None if (node as usize) < base.len()
                && *base.fixed.names.get(node as usize) == *row.name =>
            {
                2 * i64::from(base.fixed.rank.get(node as usize).copied().unwrap_or_default()) + 1
            }
            None => base.name_place(&fold(&row.name)),
        };
        self.overlay.rows.insert(node, Arc::new(crate::overlay::Changed { row, place }));
        self.overlay.present.insert(node);
        self.overlay.removed.remove(node);
        if (node as usize) < self.old.base.len() {
            self.overlay.hidden.insert(node);
        }
    }

    fn drop_row(&mut self, node: u32) {
        self.overlay.rows.remove(&node);
        self.overlay.present.remove(node);
        self.overlay.removed.insert(node);
        if (node as usize) < self.old.base.len() {
            self.overlay.hidden.insert(node);
        }
    }

    fn claimants(&self, reference: i64) -> Vec<u32> {
        match self.overlay.claims.get(&reference) {
            Some(nodes) => nodes.to_vec(),
            None => self.old.base.claimants(reference).collect(),
        }
    }

    fn resolve(&self, reference: i64) -> Option<u32> {
        match self.claimants(reference).as_slice() {
            [node] => Some(*node),
            _ => None,
        }
    }

    /// Notes that a node does or does not answer to a reference.
    fn claim(&mut self, reference: i64, node: u32, claims: bool) {
        let mut nodes = self.claimants(reference);
        self.references.entry(reference).or_insert(match nodes.as_slice() {
            [node] => Some(*node),
            _ => None,
        });
        nodes.retain(|n| *n != node);
        if claims {
            nodes.push(node);
        }
        self.overlay.claims.insert(reference, nodes.into());
    }

    fn reference(&mut self, text: &rollcall_model::Reference) {
        let alias = alias(text.node_id().0, text, &mut self.numbers());
        let live = self.slot(alias.id).and_then(|node| Some((node, self.row(node)?)));
        if let Some((node, mut row)) = live
            && row.aliases.is_empty()
        {
            row.name = alias.value.clone();
            row.aliases.push(alias.clone());
            self.set_row(node, row);
        }
        self.overlay.reference_texts.insert(alias.id, alias);
    }

    fn entity(&mut self, entity: &EntityRow) {
        let mut row = Row::of(entity, &mut self.numbers());
        let node = self.place(row.id);
        if let Some(before) = self.row(node) {
            row.set_derived(before.derived());
            row.times[time::OWN_USED] = before.times[time::OWN_USED];
            row.codes[code::OWN_GRADE] = before.codes[code::OWN_GRADE];
            self.release(node, &before);
        }
        if row.claims() {
            for alias in &row.aliases {
                self.claim(alias.id, node, true);
            }
        }
        self.stale.insert(node);
        self.set_row(node, row);
    }

    fn release(&mut self, node: u32, row: &Row) {
        if row.claims() {
            for alias in &row.aliases {
                // Its text may be wanted for the stub that takes its place.
                self.overlay.reference_texts.insert(alias.id, alias.clone());
                self.claim(alias.id, node, false);
            }
        }
    }

    fn remove(&mut self, id: NodeId) {
        let Some(node) = self.slot(id.0) else { return };
        if let Some(row) = self.row(node).filter(|row| row.id > 0) {
            self.release(node, &row);
            // Relations may still end at it; if none does, the check lets go of the stub.
            let stub = self.stub(id.0);
            self.set_row(node, stub);
            self.check.insert(id.0);
        }
    }

    fn stub(&mut self, id: i64) -> Row {
        let pending = derived_codes(None, &mut self.numbers());
        let no_scopes = self.numbers().scope_set(Vec::new());
        let mut row = Row::stub(id, pending, no_scopes);
        if let Some(alias) = self.text_of(id) {
            row.name = alias.value.clone();
            row.aliases.push(alias);
        }
        row
    }

    fn text_of(&self, reference: i64) -> Option<Alias> {
        if reference > 0 {
            return None;
        }
        if let Some(alias) = self.overlay.reference_texts.get(&reference) {
            return Some(alias.clone());
        }
        let base = &self.old.base;
        let stub = base.node_of(reference);
        let nodes = stub.into_iter().chain(base.fixed.aliases.nodes_with(reference));
        nodes.flat_map(|node| base.row(node).aliases).find(|alias| alias.id == reference)
    }

    /// The node at an end of a relation; a stub is made where there is none.
    fn end(&mut self, id: i64) -> u32 {
        let resolved = if id < 0 { self.resolve(id) } else { None };
        if let Some(node) = resolved {
            return node;
        }
        let node = self.place(id);
        if self.overlay.removed.contains(node) {
            let stub = self.stub(id);
            self.stale.insert(node);
            self.set_row(node, stub);
        }
        node
    }

    /// What becomes of each row of a relation that is new, gone, or has an end that moves.
    fn relation_names(
        &self,
        put: &[RelationRow],
        removed: &[RelationRow],
    ) -> BTreeMap<RelationName, Option<Label>> {
        let name = |row: &RelationRow| (row.from.0, row.to.0, row.relation as u8);
        let mut names: BTreeMap<RelationName, Option<Label>> =
            removed.iter().map(|row| (name(row), None)).collect();
        for row in put {
            let label = Label::new(row.relation, row.level, row.weak);
            let known = names.entry(name(row)).or_default();
            *known = Some(known.map_or(label, |known| known.merged(label)));
        }
        for (reference, before) in &self.references {
            if *before == self.resolve(*reference) {
                continue;
            }
            for (other, label) in self.old.reference_rows(*reference) {
                let Some(relation) = label.relation() else { continue };
                let (from, to) =
                    if label.is_outward() { (*reference, other) } else { (other, *reference) };
                names.entry((from, to, relation as u8)).or_insert(Some(label.plain()));
            }
        }
        names
    }

    fn relations(&mut self, names: BTreeMap<RelationName, Option<Label>>) {
        let mut edges = patch::Edits::default();
        let mut rows: BTreeMap<i64, patch::RowEdits> = BTreeMap::new();
        for ((from, to, relation), new) in names {
            let old = self.old.relation_label(from, to, relation);
            self.check.extend([from, to]);
            let by_reference = from < 0 || to < 0;
            let mark = |label: Label| if by_reference { label.by_reference() } else { label };
            let before =
                old.and_then(|label| Some((self.old.end(from)?, self.old.end(to)?, mark(label))));
            let after = new.map(|label| (self.end(from), self.end(to), mark(label)));
            if before != after {
                edges.remove.extend(before);
                edges.add.extend(after);
            }
            if by_reference && old != new {
                let mut edit = |id: i64, other: i64, direction: fn(Label) -> Label| {
                    if id < 0 {
                        let edits = rows.entry(id).or_default();
                        edits.remove.extend(old.map(|label| (other, direction(label))));
                        edits.add.extend(new.map(|label| (other, direction(label))));
                    }
                };
                edit(from, to, Label::outward);
                edit(to, from, |label| label);
            }
        }
        for (reference, before) in &self.references {
            let now = self.resolve(*reference);
            self.stale.extend(before.iter().copied().chain(now));
            self.check.insert(*reference);
        }
        patch::edges(self.old, &mut self.overlay, &edges);
        patch::reference_rows(self.old, &mut self.overlay, rows);
    }

    /// Lets go of stubs at which no relation ends any more.
    fn drop_stubs(&mut self) {
        for id in std::mem::take(&mut self.check) {
            let Some(node) = self.slot(id) else { continue };
            let is_stub = self.row(node).is_some_and(|row| row.native.is_empty());
            if is_stub && !patch::has_edges(self.old, &self.overlay, node) {
                self.drop_row(node);
            }
        }
    }

    fn activity(&mut self, row: &ActivityRow) {
        let new = (row.at.micros(), u32::from(row.grade));
        if row.id.is_reference() {
            let known = self.used_reference(row.id.0).unwrap_or(new);
            self.overlay.used_references.insert(row.id.0, new.max(known));
            let node = self.resolve(row.id.0).or_else(|| self.slot(row.id.0));
            self.stale.extend(node);
        } else if let Some((node, mut old)) =
            self.slot(row.id.0).and_then(|node| Some((node, self.row(node)?)))
        {
            let known = (old.times[time::OWN_USED], old.codes[code::OWN_GRADE]);
            let (at, grade) = new.max(known);
            old.times[time::OWN_USED] = at;
            old.codes[code::OWN_GRADE] = grade;
            self.set_row(node, old);
            self.stale.insert(node);
        }
    }

    fn used_reference(&self, id: i64) -> Option<(i64, u32)> {
        self.overlay.used_references.get(&id).copied().or_else(|| self.old.used_reference(id))
    }

    fn refresh_use(&mut self) {
        for node in std::mem::take(&mut self.stale) {
            let Some(mut row) = self.row(node) else { continue };
            let mut used = (row.times[time::OWN_USED], row.codes[code::OWN_GRADE]);
            for alias in &row.aliases {
                let is_its_own = row.id < 0 || self.resolve(alias.id) == Some(node);
                if let Some(theirs) = self.used_reference(alias.id).filter(|_| is_its_own) {
                    used = used.max(theirs);
                }
            }
            if row.id < 0 && row.aliases.is_empty() {
                used = self.used_reference(row.id).map_or(used, |theirs| used.max(theirs));
            }
            if used != (row.times[time::USED], row.codes[code::GRADE]) {
                row.times[time::USED] = used.0;
                row.codes[code::GRADE] = used.1;
                self.set_row(node, row);
            }
        }
    }

    fn derived(&mut self, id: NodeId, derived: Option<&Derived>) {
        let codes = derived_codes(derived, &mut self.numbers());
        let live = self.slot(id.0).and_then(|node| Some((node, self.row(node)?)));
        if let Some((node, mut row)) = live {
            row.set_derived(codes);
            self.set_row(node, row);
        }
    }
}
