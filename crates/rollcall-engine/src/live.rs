//! What a scope said before, and what of it has been said again.

use rollcall_store::LiveFact;

/// The live facts of one table.
///
/// Most readings say the same things in the same order as the last one, so the next fact is looked
/// for where that order has it; an index by id is made only once a reading leaves that order.
#[derive(Debug, Default)]
pub(crate) struct LiveTable {
    /// In the order they were written in.
    facts: Vec<LiveFact>,
    seen: Vec<bool>,
    /// Where the next fact is expected.
    next: usize,
    /// Ids with their places, sorted; empty until needed.
    by_id: Vec<(i64, usize)>,
}

impl LiveTable {
    pub(crate) fn new(facts: Vec<LiveFact>) -> Self {
        Self { seen: vec![false; facts.len()], facts, next: 0, by_id: Vec::new() }
    }

    /// Where a fact stands.
    pub(crate) fn find(&mut self, id: i64) -> Option<usize> {
        let place = match self.facts.get(self.next) {
            Some(expected) if expected.fact == id => self.next,
            _ => self.search(id)?,
        };
        self.next = place + 1;
        Some(place)
    }

    fn search(&mut self, id: i64) -> Option<usize> {
        if self.by_id.len() < self.facts.len() {
            self.by_id = self.facts.iter().enumerate().map(|(i, live)| (live.fact, i)).collect();
            self.by_id.sort_unstable();
        }
        guided_search(&self.by_id, id)
    }

    pub(crate) const fn len(&self) -> usize {
        self.facts.len()
    }

    pub(crate) fn get(&self, place: usize) -> LiveFact {
        self.facts[place]
    }

    pub(crate) fn is_seen(&self, place: usize) -> bool {
        self.seen[place]
    }

    /// Marks a fact as seen; says whether it was before.
    pub(crate) fn mark(&mut self, place: usize) -> bool {
        std::mem::replace(&mut self.seen[place], true)
    }

    /// The facts that were not seen.
    pub(crate) fn unseen(&self) -> impl Iterator<Item = &LiveFact> {
        self.facts.iter().zip(&self.seen).filter(|(_, seen)| !**seen).map(|(live, _)| live)
    }
}

/// Finds an id in a sorted list. Ids are hashes, spread evenly over 63 bits, so that where one stands
/// can be guessed: the search starts there and widens, and touches a few lines of memory instead of
/// one for each halving of the whole list.
fn guided_search(ids: &[(i64, usize)], id: i64) -> Option<usize> {
    let last = ids.len().checked_sub(1)?;
    let share = u128::from(id.max(0).unsigned_abs()) * ids.len() as u128;
    let guess = usize::try_from(share >> 63).unwrap_or(last).min(last);
    let (mut from, mut to, mut step) = (guess, guess + 1, 16);
    while from > 0 && ids[from].0 > id {
        from = from.saturating_sub(step);
        step *= 4;
    }
    step = 16;
    while to < ids.len() && ids[to - 1].0 < id {
        to = ids.len().min(to.saturating_add(step));
        step *= 4;
    }
    let near = &ids[from..to];
    near.binary_search_by_key(&id, |(id, _)| *id).ok().map(|place| near[place].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rollcall_model::ContentHash;

    proptest! {
        #[test]
        fn every_fact_is_found_in_any_order_and_no_other(
            ids in proptest::collection::hash_set(prop_oneof![0_i64..50, 0..=i64::MAX], 0..200),
            asked in proptest::collection::vec(prop_oneof![-3_i64..60, any::<i64>()], 0..80),
            shift in 0_usize..5,
        ) {
            let ids: Vec<i64> = ids.into_iter().collect();
            let facts: Vec<LiveFact> = ids
                .iter()
                .map(|&fact| LiveFact { fact, number: 0, hash: ContentHash([0; 16]) })
                .collect();
            let mut table = LiveTable::new(facts);
            for id in ids.iter().skip(shift).chain(&asked).chain(&ids) {
                prop_assert_eq!(table.find(*id), ids.iter().position(|known| known == id));
            }
            for place in 0..ids.len() {
                prop_assert!(!table.mark(place));
                prop_assert!(table.mark(place));
            }
            prop_assert_eq!(table.unseen().count(), 0);
        }
    }
}
