//! A whole generation of derived columns in place of another.

use std::sync::Arc;

use rollcall_model::NodeId;

use crate::column::{Codes, Times, code, time};
use crate::facet::{self, Facet, Vocabulary};
use crate::overlay::Changed;
use crate::row::{DERIVED_CODES, DerivedCodes, derived_codes};
use crate::snapshot::{Snapshot, SnapshotId};
use crate::staging::Numbers;
use crate::together::{TOGETHER, Together};
use crate::words::Derived;

impl Snapshot {
    /// The same entities and relations with what the analysis says now. Entities that it does not
    /// name are pending. The columns that are not derived are shared.
    #[must_use]
    pub fn with_derived<'d>(
        &self,
        id: SnapshotId,
        generation: impl IntoIterator<Item = (NodeId, &'d Derived)>,
    ) -> Self {
        let mut numbers = Numbers::default();
        let pending = derived_codes(None, &mut numbers);
        let mut columns = pending.codes.map(|code| vec![code; self.node_bound()]);
        let mut usage_at = vec![pending.usage_at; self.node_bound()];
        for (id, derived) in generation {
            let Some(node) = self.slot(id.0).map(|node| node as usize) else { continue };
            let DerivedCodes { codes, usage_at: at } = derived_codes(Some(derived), &mut numbers);
            for (column, code) in columns.iter_mut().zip(codes) {
                column[node] = code;
            }
            usage_at[node] = at;
        }
        let named = numbers.finish_derived(&mut columns);
        let vocabulary = Vocabulary {
            owners: named.owners,
            teams: named.teams,
            rules: named.rules,
            finding_sets: named.finding_sets,
            ..(*self.vocabulary).clone()
        };
        let mut overlay = (*self.overlay).clone();
        for (node, changed) in &mut overlay.rows {
            let at = *node as usize;
            let codes = std::array::from_fn(|i| columns[i][at]);
            let mut row = changed.row.clone();
            row.set_derived(DerivedCodes { codes, usage_at: usage_at[at] });
            *changed = Arc::new(Changed { row, place: changed.place });
        }
        let mut base = (*self.base).clone();
        for (column, mut values) in DERIVED_CODES.into_iter().zip(columns) {
            values.truncate(base.len());
            base.codes[column] = Arc::new(Codes::of(values));
        }
        usage_at.truncate(base.len());
        base.times[time::USAGE_AT] = Arc::new(Times::of(usage_at));
        debug_assert_eq!(base.codes[code::OWNER].len(), base.len());
        for (at, facet) in Facet::ALL.into_iter().enumerate().filter(|(_, f)| f.is_derived()) {
            base.facets[at] = facet::index(facet, &base.codes[facet.column()], &vocabulary);
        }
        for (group, facets) in base.together.iter_mut().zip(TOGETHER) {
            if facets.iter().any(|facet| facet.is_derived()) {
                *group = Together::of(facets, &base.codes);
            }
        }
        Self {
            id,
            base: Arc::new(base),
            vocabulary: Arc::new(vocabulary),
            overlay: Arc::new(overlay),
            scopes: self.scopes.clone(),
            seen: self.seen.clone(),
            scratch: self.scratch.clone(),
        }
    }
}
