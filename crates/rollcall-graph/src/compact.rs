//! Folding the overlay into a new base.

use rustc_hash::FxHashMap;

use crate::adjacency::Label;
use crate::builder::{BuildError, SnapshotBuilder};
use crate::column::{NEVER, code, time};
use crate::row::{DerivedCodes, Numbering, Row, Words, close_scope};
use crate::scopes::MISSES;
use crate::snapshot::Snapshot;
use crate::symbols::Symbols;

/// From the numbers of a snapshot to those of a builder.
struct Translation {
    symbols: [Vec<u32>; 9],
    scope_sets: Vec<u32>,
    finding_sets: Vec<u32>,
    documents: FxHashMap<u32, u32>,
}

impl Snapshot {
    /// The same snapshot without an overlay. Takes as long as a build from rows that are in memory;
    /// run it beside the readers and swap.
    ///
    /// # Errors
    /// When there is too much for one snapshot.
    pub fn compact(&self) -> Result<Self, BuildError> {
        let mut builder = SnapshotBuilder::new();
        builder.reserve(self.node_count(), self.relation_count());
        let mut translation = Translation::new(self, &mut builder);
        for node in self.nodes() {
            let Some(row) = self.row(node.0) else { continue };
            let row = translation.row(self, &mut builder, row);
            self.fold(&mut builder, row);
        }
        for scope in self.scopes.iter() {
            builder.scope(scope.clone());
        }
        self.fold_relations(&mut builder);
        for (id, at, grade) in &self.base.fixed.used_references {
            builder.push_use(*id, (*at, *grade));
        }
        for (id, used) in &self.overlay.used_references {
            builder.push_use(*id, *used);
        }
        builder.finish(self.id.clone())
    }

    fn fold(&self, builder: &mut SnapshotBuilder, mut row: Row) {
        let used = (row.times[time::OWN_USED], row.codes[code::OWN_GRADE]);
        if used.0 != NEVER && row.id > 0 {
            builder.push_use(row.id, used);
        }
        if row.native.is_empty() {
            // A stub comes of the relations that end at it.
            builder.push_derived(row.id, row.derived());
            if let Some(alias) = row.aliases.pop() {
                builder.push_reference(alias);
            }
        } else {
            for time in [time::USED, time::OWN_USED] {
                row.times[time] = NEVER;
            }
            row.codes[code::GRADE] = 0;
            row.codes[code::OWN_GRADE] = 0;
            builder.push(row);
        }
    }

    fn fold_relations(&self, builder: &mut SnapshotBuilder) {
        for node in self.nodes() {
            let id = self.id_of(node).0;
            for (end, label) in self.outward(node.0).into_iter().flat_map(|edges| edges.iter()) {
                if !label.is_by_reference() {
                    builder.push_relation(id, self.id_of(crate::Node(end)).0, label.plain());
                }
            }
        }
        let base = self.base.fixed.references.ids.iter().copied();
        let changed = self.overlay.references.keys().copied();
        let mut references: Vec<i64> = base.chain(changed).collect();
        references.sort_unstable();
        references.dedup();
        for id in references {
            for (other, label) in self.reference_rows(id) {
                let plain: Label = label.plain();
                // A row with a reference at both ends is listed with both.
                match label.is_outward() {
                    true => builder.push_relation(id, other, plain),
                    false if other > 0 => builder.push_relation(other, id, plain),
                    false => {}
                }
            }
        }
    }
}

impl Translation {
    fn new(snapshot: &Snapshot, builder: &mut SnapshotBuilder) -> Self {
        let v = &*snapshot.vocabulary;
        let numbers = builder.numbers();
        let mut table = |words: Words, symbols: &Symbols| -> Vec<u32> {
            symbols.iter().map(|(_, text)| numbers.symbol(words, text)).collect()
        };
        // In the order of `Words`.
        let symbols = [
            table(Words::Kind, &v.kinds),
            table(Words::Provider, &v.providers),
            table(Words::Realm, &v.realms),
            table(Words::Source, &v.sources),
            table(Words::Env, &v.envs),
            table(Words::Owner, &v.owners),
            table(Words::Team, &v.teams),
            table(Words::Rule, &v.rules),
            table(Words::Domain, &v.domains),
        ];
        let members = |set: &[u32], words: Words| -> Vec<u32> {
            let numbers = &symbols[words as usize];
            set.iter().map(|s| numbers.get(*s as usize).copied().unwrap_or_default()).collect()
        };
        let finding_sets = (0..v.finding_sets.len() as u32)
            .map(|set| numbers.finding_set(members(v.finding_sets.get(set), Words::Rule)))
            .collect();
        let (ids, sources) = v.scopes.parts();
        for (id, source) in ids.iter().zip(sources).filter(|(_, source)| **source != 0) {
            close_scope(*id, v.sources.text(*source), numbers);
        }
        let scope_sets = (0..v.scope_sets.len() as u32)
            .map(|set| {
                let mut members = v.scope_sets.get(set).to_vec();
                members.retain(|member| *member != 0);
                for member in &mut members {
                    *member = numbers.scope(v.scopes.id(*member)) | *member & MISSES;
                }
                numbers.scope_set(members)
            })
            .collect();
        Self { symbols, scope_sets, finding_sets, documents: FxHashMap::default() }
    }

    fn row(&mut self, from: &Snapshot, builder: &mut SnapshotBuilder, mut row: Row) -> Row {
        let look = |table: &[u32], code: u32| table.get(code as usize).copied().unwrap_or_default();
        let symbol = |words: Words, code: u32| look(&self.symbols[words as usize], code);
        let codes = &mut row.codes;
        codes[code::KIND] = symbol(Words::Kind, codes[code::KIND]);
        codes[code::PROVIDER] = symbol(Words::Provider, codes[code::PROVIDER]);
        codes[code::REALM] = symbol(Words::Realm, codes[code::REALM]);
        codes[code::ENV] = symbol(Words::Env, codes[code::ENV]);
        codes[code::SCOPES] = look(&self.scope_sets, codes[code::SCOPES]);
        for alias in &mut row.aliases {
            alias.domain = symbol(Words::Domain, alias.domain);
        }
        let mut derived: DerivedCodes = row.derived();
        derived.codes[1] = symbol(Words::Owner, derived.codes[1]);
        derived.codes[2] = symbol(Words::Team, derived.codes[2]);
        derived.codes[6] = look(&self.finding_sets, derived.codes[6]);
        row.set_derived(derived);
        let document = row.codes[code::DOCUMENT];
        if let Some(text) = from.document_text(document) {
            let number = self.documents.entry(document);
            row.codes[code::DOCUMENT] = *number.or_insert_with(|| builder.numbers().document(text));
        }
        row
    }
}
