//! Which entries are one human: those that share an e-mail address.
//!
//! An address joins entries of different directories, and in one directory an entry with those of the
//! same human's earlier employments. Two entries of one directory whose people are both here are two
//! people, whatever they share: such an address is a mailbox of several, and joins nobody.

use std::collections::BTreeMap;

use super::entry::Entry;

/// The entries of each human, in the order in which they count.
pub(super) fn humans(entries: &[Entry]) -> Vec<Vec<usize>> {
    let mut sets = Sets::new(entries);
    let mut by_address: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for email in &entry.emails {
            by_address.entry(email).or_default().push(at);
        }
    }
    // Main addresses first: an alias that would join two people who are here joins nobody.
    for only_main in [true, false] {
        for (address, holders) in &by_address {
            let is_main = |at: usize| entries[at].emails.first().is_some_and(|e| e == address);
            let wanted = holders.iter().copied().filter(|at| !only_main || is_main(*at));
            let holders: Vec<usize> = wanted.collect();
            if holders.len() > 1 && !is_shared(entries, &holders) {
                holders.windows(2).for_each(|two| sets.join(two[0], two[1]));
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..entries.len() {
        groups.entry(sets.root(at)).or_default().push(at);
    }
    let mut humans: Vec<Vec<usize>> = groups.into_values().collect();
    for group in &mut humans {
        // Entries are in the order of their keys, which decides between equals.
        group.sort_by_key(|at| (anchor_rank(&entries[*at]), *at));
    }
    humans.sort();
    humans
}

/// How little an entry may stand for its human: first those that say the person is here, then those of
/// a personnel office, then those that are still listed.
fn anchor_rank(entry: &Entry) -> (bool, bool, bool) {
    let is_listed = !matches!(entry.word, super::entry::Word::Gone(_));
    (!entry.word.is_living(), !entry.is_personnel, !is_listed)
}

/// Whether an address belongs to two people of one directory who are both here.
fn is_shared(entries: &[Entry], holders: &[usize]) -> bool {
    let living = holders.iter().filter(|at| entries[**at].word.is_living());
    let mut places: Vec<usize> = living.map(|at| entries[*at].directory).collect();
    places.sort_unstable();
    places.windows(2).any(|two| two[0] == two[1])
}

/// Disjoint sets of entries; each set knows the directories in which somebody of it is here.
struct Sets {
    parent: Vec<usize>,
    here: Vec<Vec<usize>>,
}

impl Sets {
    fn new(entries: &[Entry]) -> Self {
        let here = |e: &Entry| if e.word.is_living() { vec![e.directory] } else { Vec::new() };
        Self { parent: (0..entries.len()).collect(), here: entries.iter().map(here).collect() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Joins the sets of two entries, unless somebody would then be here twice in one directory.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (a, b) = (a.min(b), a.max(b));
        if a == b || self.here[b].iter().any(|place| self.here[a].contains(place)) {
            return;
        }
        self.parent[b] = a;
        let more = std::mem::take(&mut self.here[b]);
        self.here[a].extend(more);
    }
}
