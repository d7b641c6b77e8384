//! What is live only because nobody could look.

use roaring::RoaringBitmap;
use rollcall_model::Timestamp;

use crate::column::code;
use crate::facet::Facet;
use crate::page::Matches;
use crate::rows::ScopeRow;
use crate::scopes::{MISSES, by_number};
use crate::snapshot::Snapshot;

/// Live entities that every scope which claims them keeps from an earlier reading, because the last one
/// was cut off or refused. They would look gone to whoever believed an empty answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Kept {
    /// Which entities.
    pub entities: Matches,
    /// How many by type, most first; the words of the facet.
    pub types: Vec<(String, u64)>,
    /// How many by class, most first; `none` for what is no identity.
    pub classes: Vec<(String, u64)>,
    /// How many by source, most first. What several sources claim counts with each.
    pub sources: Vec<(String, u64)>,
    /// The oldest end of a complete reading among the scopes that keep one of them; `None` where none
    /// of these was ever read to its end.
    pub oldest: Option<Timestamp>,
}

impl Snapshot {
    /// What is live only because nobody could look.
    #[must_use]
    pub fn kept(&self) -> Kept {
        let rows = by_number(&self.vocabulary, &self.scopes);
        let sets = &self.vocabulary.scope_sets;
        let is_kept = |set: u32| keeping(sets.get(set), &rows).is_some();
        let kept: Vec<bool> = (0..sets.len() as u32).map(is_kept).collect();
        let mut nodes = RoaringBitmap::new();
        if kept.contains(&true) {
            let has = |set: u32| kept.get(set as usize).copied().unwrap_or_default();
            nodes = self.base.codes[code::SCOPES].matching(has) - &self.overlay.hidden;
            if let Some(gone) = self.base.facets[Facet::Gone as usize].get(1) {
                nodes -= gone;
            }
            for (node, changed) in &self.overlay.rows {
                let codes = &changed.row.codes;
                if codes[code::GONE] == 0 && has(codes[code::SCOPES]) {
                    nodes.insert(*node);
                }
            }
        }
        let entities = Matches(nodes);
        let by = |facet: Facet| self.facet_counts(&entities, facet, usize::MAX).values;
        let of_sets = self.sets_of(&entities).into_iter();
        let scopes = of_sets.filter_map(|set| keeping(sets.get(set), &rows)).flatten();
        let oldest = scopes.filter_map(|scope| scope.complete_at).min();
        Kept {
            types: by(Facet::Type),
            classes: by(Facet::Class),
            sources: by(Facet::Source),
            oldest,
            entities,
        }
    }

    /// The sets of scopes that some entities have.
    fn sets_of(&self, entities: &Matches) -> Vec<u32> {
        let mut found = vec![false; self.vocabulary.scope_sets.len()];
        for node in entities.iter() {
            if let Some(found) = found.get_mut(self.code(code::SCOPES, node.0) as usize) {
                *found = true;
            }
        }
        (0..).zip(found).filter(|(_, is_found)| *is_found).map(|(set, _)| set).collect()
    }
}

/// The scopes that keep what has a set of them; `None` where one was read to its end and saw it, or is
/// not known. A scope that was read to its end and misses it says nothing for it, unless all do.
fn keeping<'s>(set: &[u32], rows: &[Option<&'s ScopeRow>]) -> Option<Vec<&'s ScopeRow>> {
    let row = |member: u32| rows.get((member & !MISSES) as usize).copied().flatten();
    let seen: Vec<u32> = set.iter().copied().filter(|member| member & MISSES == 0).collect();
    let counting = if seen.is_empty() { set } else { &seen };
    let keeping = counting.iter().map(|member| row(*member).filter(|scope| scope.is_kept()));
    keeping.collect()
}
