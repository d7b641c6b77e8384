//! Writing a snapshot.

use std::io::Write;

use roaring::RoaringBitmap;

use super::output::Output;
use super::{FileError, HEADER, MAGIC, VERSION};
use crate::base::Fixed;
use crate::facet::{Facet, Vocabulary};
use crate::rows::ScopeRow;
use crate::snapshot::Snapshot;
use crate::symbols::{Sets, Symbols};

impl Snapshot {
    /// Writes the snapshot. With changes over its base it is compacted first.
    ///
    /// The caller writes to a new file, flushes it and puts it in place of the old one at once: a
    /// file that was not written to its end is found damaged.
    ///
    /// # Errors
    /// When it cannot be written, or not be compacted.
    pub fn write(&self, to: &mut impl Write) -> Result<(), FileError> {
        if self.is_compact() { self.write_base(to) } else { self.compact()?.write_base(to) }
    }

    /// Whether nothing lies over the base, so that writing it needs no compaction.
    #[must_use]
    pub fn is_compact(&self) -> bool {
        self.overlay.size() == 0 && self.has_base_only()
    }

    fn has_base_only(&self) -> bool {
        let overlay = &self.overlay;
        overlay.added.is_empty()
            && overlay.used_references.is_empty()
            && overlay.references.is_empty()
            && overlay.claims.is_empty()
            && overlay.documents.is_empty()
    }

    fn write_base(&self, to: &mut impl Write) -> Result<(), FileError> {
        let mut out = Output::default();
        out.raw(self.id.store.as_bytes());
        out.i64s(&[self.id.sequence]);
        scopes(&mut out, &self.scopes);
        vocabulary(&mut out, &self.vocabulary);
        fixed(&mut out, &self.base.fixed);
        self.base.codes.iter().for_each(|codes| out.codes(codes));
        self.base.times.iter().for_each(|times| out.times(times));
        for (facet, bitmaps) in Facet::ALL.into_iter().zip(&self.base.facets) {
            // The vocabulary may have grown by values that nothing has.
            let (values, none) = (facet.values(&self.vocabulary), RoaringBitmap::new());
            out.number(values as u64);
            (0..values).try_for_each(|i| out.bitmap(bitmaps.get(i).unwrap_or(&none)))?;
        }
        for group in &self.base.together {
            // Without combinations there are too many.
            out.number(group.is_some().into());
            if let Some(group) = group {
                out.codes(&group.numbers);
                out.u32s(&group.codes);
            }
        }
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&(out.bytes.len() as u64).to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&out.bytes).to_le_bytes());
        header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        to.write_all(&header)?;
        out.flush(to)?;
        to.flush()?;
        Ok(())
    }
}

fn scopes(out: &mut Output, scopes: &[ScopeRow]) {
    out.number(scopes.len() as u64);
    for scope in scopes {
        let complete = scope.complete_at.map_or(crate::column::NEVER, |t| t.micros());
        let state = scope.state.map_or(-1, |state| state.number());
        let parent = scope.parent.map_or(0, |parent| parent.0);
        let lost = scope.lost.into();
        let numbers = [scope.id, complete, state, parent, scope.held, lost, scope.live_entities];
        out.i64s(&numbers);
        for text in [&scope.source, &scope.provider, &scope.stream, &scope.realm, &scope.part] {
            out.raw(text.as_bytes());
        }
    }
}

fn vocabulary(out: &mut Output, v: &Vocabulary) {
    let tables: [&Symbols; 9] = [
        &v.kinds,
        &v.providers,
        &v.realms,
        &v.sources,
        &v.envs,
        &v.owners,
        &v.teams,
        &v.rules,
        &v.domains,
    ];
    for symbols in tables {
        out.number(symbols.len() as u64);
        symbols.iter().for_each(|(_, text)| out.raw(text.as_bytes()));
    }
    let (ids, sources) = v.scopes.parts();
    out.i64s(ids);
    out.u32s(sources);
    let sets: [&Sets; 2] = [&v.scope_sets, &v.finding_sets];
    for sets in sets {
        out.number(sets.len() as u64);
        (0..sets.len() as u32).for_each(|set| out.u32s(sets.get(set)));
    }
}

fn fixed(out: &mut Output, fixed: &Fixed) {
    out.i64s(&fixed.ids);
    out.u32s(&fixed.by_id);
    out.arena(&fixed.names);
    out.arena(&fixed.natives);
    out.u32s(&fixed.aliases.ends);
    out.i64s(&fixed.aliases.ids);
    out.codes(&fixed.aliases.domains);
    out.arena(&fixed.aliases.values);
    out.u32s(&fixed.aliases.by_id);
    out.u32s(&fixed.rank);
    out.u32s(&fixed.by_name);
    out.arena(&fixed.search.words);
    out.lists(&fixed.search.nodes);
    out.u32s(&fixed.search.trigrams);
    out.lists(&fixed.search.words_of);
    let pairs = &fixed.search.pairs;
    out.u32s(&pairs.second);
    out.codes(&pairs.separator);
    out.u32s(&pairs.first);
    out.lists(&pairs.nodes);
    out.arena(&pairs.separators);
    for adjacency in [&fixed.outward, &fixed.inward] {
        out.u32s(&adjacency.starts);
        out.u32s(&adjacency.ends);
        out.labels(&adjacency.labels);
    }
    out.i64s(&fixed.references.ids);
    out.u32s(&fixed.references.ends);
    out.i64s(&fixed.references.others);
    out.labels(&fixed.references.labels);
    out.number(fixed.used_references.len() as u64);
    for (id, at, grade) in &fixed.used_references {
        out.i64s(&[*id, *at, (*grade).into()]);
    }
    out.arena(&fixed.documents);
}
