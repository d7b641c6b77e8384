//! Scopes by number, and what a set of scopes says about the entities that have it.

use std::sync::Arc;

use roaring::RoaringBitmap;
use rollcall_model::{NodeId, Timestamp};
use rustc_hash::FxHashMap;

use crate::base::Base;
use crate::column::{NEVER, code, time};
use crate::facet::{Facet, Vocabulary};
use crate::rows::ScopeRow;
use crate::snapshot::{Node, Snapshot};
use crate::symbols::Sets;

/// On a member of a set: complete readings of that scope miss the entity.
pub(crate) const MISSES: u32 = 1 << 31;

/// Scopes by number, those that nobody reads any more included: what is gone was theirs. Number 0 is
/// no scope.
#[derive(Clone, Debug)]
pub(crate) struct ScopeNumbers {
    ids: Arc<Vec<i64>>,
    numbers: Arc<FxHashMap<i64, u32>>,
    /// The symbol of each one's source; 0 where it is not known.
    sources: Arc<Vec<u32>>,
}

impl Default for ScopeNumbers {
    fn default() -> Self {
        Self::of(vec![0], vec![0])
    }
}

impl ScopeNumbers {
    /// From ids and symbols of sources by number; both begin with 0.
    pub(crate) fn of(ids: Vec<i64>, sources: Vec<u32>) -> Self {
        let numbers = ids.iter().copied().zip(0..).collect();
        Self { ids: Arc::new(ids), numbers: Arc::new(numbers), sources: Arc::new(sources) }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The number of an id, a new one if it has none.
    pub(crate) fn intern(&mut self, id: i64) -> u32 {
        if let Some(number) = self.find(id) {
            return number;
        }
        let number = self.ids.len() as u32;
        Arc::make_mut(&mut self.ids).push(id);
        Arc::make_mut(&mut self.numbers).insert(id, number);
        Arc::make_mut(&mut self.sources).push(0);
        number
    }

    pub(crate) fn find(&self, id: i64) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    /// The id of a member of a set.
    pub(crate) fn id(&self, member: u32) -> i64 {
        self.ids.get((member & !MISSES) as usize).copied().unwrap_or_default()
    }

    /// The symbol of the source of a member of a set.
    pub(crate) fn source(&self, member: u32) -> u32 {
        self.sources.get((member & !MISSES) as usize).copied().unwrap_or_default()
    }

    /// Says whose a scope is.
    pub(crate) fn name(&mut self, id: i64, source: u32) {
        let number = self.intern(id) as usize;
        if self.sources.get(number) != Some(&source)
            && let Some(known) = Arc::make_mut(&mut self.sources).get_mut(number)
        {
            *known = source;
        }
    }

    /// The same with other numbers for the symbols of sources.
    pub(crate) fn renumbered(mut self, numbers: &[u32]) -> Self {
        for source in Arc::make_mut(&mut self.sources) {
            *source = numbers.get(*source as usize).copied().unwrap_or_default();
        }
        self
    }

    /// Ids and symbols of sources, by number.
    pub(crate) fn parts(&self) -> (&[i64], &[u32]) {
        (&self.ids, &self.sources)
    }
}

/// The sources of each set of scopes: symbols, sorted, [0] for none.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetSources {
    ends: Vec<u32>,
    symbols: Vec<u32>,
}

impl SetSources {
    pub(crate) fn of(sets: &Sets, scopes: &ScopeNumbers) -> Self {
        let mut all = Self::default();
        let mut of_set = Vec::new();
        for set in 0..sets.len() as u32 {
            of_set.extend(sets.get(set).iter().map(|member| scopes.source(*member)));
            of_set.retain(|source| *source != 0);
            of_set.sort_unstable();
            of_set.dedup();
            if of_set.is_empty() {
                of_set.push(0);
            }
            all.symbols.append(&mut of_set);
            all.ends.push(all.symbols.len() as u32);
        }
        all
    }

    #[inline]
    pub(crate) fn get(&self, set: u32) -> &[u32] {
        let set = set as usize;
        let start = set.checked_sub(1).and_then(|b| self.ends.get(b)).copied().unwrap_or_default();
        let end = self.ends.get(set).copied().unwrap_or_default();
        self.symbols.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Each scope of the vocabulary as a row, by number; `None` for those that are not in `scopes`, which
/// are sorted by id.
pub(crate) fn by_number<'s>(
    vocabulary: &Vocabulary,
    scopes: &'s [ScopeRow],
) -> Vec<Option<&'s ScopeRow>> {
    let mut rows = vec![None; vocabulary.scopes.len()];
    for scope in scopes {
        let number = vocabulary.scopes.find(scope.id).map(|number| number as usize);
        if let Some(row) = number.and_then(|number| rows.get_mut(number)) {
            *row = Some(scope);
        }
    }
    rows
}

/// When each set of scopes was last read to its end by one that does not miss what has the set.
pub(crate) fn seen(vocabulary: &Vocabulary, scopes: &[ScopeRow]) -> Vec<i64> {
    let rows = by_number(vocabulary, scopes);
    let complete = |number: &u32| {
        let row = rows.get(*number as usize).copied().flatten();
        row.and_then(|scope| scope.complete_at).map_or(NEVER, Timestamp::micros)
    };
    let sets = &vocabulary.scope_sets;
    (0..sets.len() as u32)
        .map(|set| sets.get(set).iter().map(complete).max().unwrap_or(NEVER))
        .collect()
}

/// The last time that each node of a base was known to be there, without changes over it.
pub(crate) struct Seen<'b> {
    base: &'b Base,
    /// By set of scopes; see [`seen`].
    sets: &'b [i64],
}

impl<'b> Seen<'b> {
    pub(crate) fn of(base: &'b Base, sets: &'b [i64]) -> Self {
        Self { base, sets }
    }

    pub(crate) fn get(&self, node: usize) -> i64 {
        let own = self.base.times[time::LAST_SEEN].get(node);
        let code = |column: usize| self.base.codes[column].get(node);
        last(self.sets, own, code)
    }

    /// The nodes last seen from one time to before another.
    pub(crate) fn within(&self, from: i64, to: i64) -> RoaringBitmap {
        let own = &self.base.times[time::LAST_SEEN];
        let held = |facet: Facet| self.base.facets[facet as usize].get(1);
        let mut by_row = RoaringBitmap::new();
        for bitmap in [held(Facet::Gone), held(Facet::Missing)].into_iter().flatten() {
            by_row |= bitmap;
        }
        // The later of two times is not before a time when either is not.
        let since = |at: i64| {
            let own = own.within(at, i64::MAX);
            let in_set: Vec<bool> = self.sets.iter().map(|t| *t != NEVER && *t >= at).collect();
            if !in_set.contains(&true) {
                return own;
            }
            let has = |set: u32| in_set.get(set as usize).copied().unwrap_or_default();
            own | self.base.codes[code::SCOPES].matching(has)
        };
        let by_scopes = since(from) - since(to);
        (by_scopes - &by_row) | (own.within(from, to) & by_row)
    }
}

/// What is live and not missed was there whenever one of its scopes was read to its end, however long
/// ago its row was written.
#[inline]
pub(crate) fn last(sets: &[i64], own: i64, code: impl Fn(usize) -> u32) -> i64 {
    if code(code::GONE) != 0 || code(code::MISSING) != 0 {
        return own;
    }
    sets.get(code(code::SCOPES) as usize).copied().unwrap_or(NEVER).max(own)
}

impl Snapshot {
    /// When an entity was last known to be there.
    pub(crate) fn last_seen(&self, node: u32) -> i64 {
        let own = self.time(time::LAST_SEEN, node);
        last(&self.seen, own, |column| self.code(column, node))
    }

    /// The rows of the scopes of a set that are known, by id.
    pub(crate) fn scopes_of(&self, set: u32) -> Vec<&ScopeRow> {
        let vocabulary = &self.vocabulary;
        let mut ids: Vec<i64> =
            vocabulary.scope_sets.get(set).iter().map(|m| vocabulary.scopes.id(*m)).collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.scope(id)).collect()
    }

    /// The entities that complete readings of one of their scopes miss, by id: a reading may see them
    /// again.
    #[must_use]
    pub fn missed(&self) -> Vec<NodeId> {
        let sets = &self.vocabulary.scope_sets;
        let is_missed = |set: u32| sets.get(set).iter().any(|member| member & MISSES != 0);
        let missed: Vec<bool> = (0..sets.len() as u32).map(is_missed).collect();
        if !missed.contains(&true) {
            return Vec::new();
        }
        let has = |set: u32| missed.get(set as usize).copied().unwrap_or_default();
        let nodes = self.base.codes[code::SCOPES].matching(has) - &self.overlay.hidden;
        let changed = self.overlay.rows.iter().filter(|(_, c)| has(c.row.codes[code::SCOPES]));
        let nodes = nodes.iter().chain(changed.map(|(node, _)| *node));
        let mut ids: Vec<NodeId> = nodes.map(|node| self.id_of(Node(node))).collect();
        ids.sort_unstable();
        ids
    }

    /// The scope with an id.
    #[must_use]
    pub fn scope(&self, id: i64) -> Option<&ScopeRow> {
        let at = self.scopes.binary_search_by_key(&id, |scope| scope.id).ok()?;
        self.scopes.get(at)
    }
}
