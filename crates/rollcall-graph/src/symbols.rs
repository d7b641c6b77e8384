//! Texts that many rows share, held once and named by a number, and sets of such numbers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// The value of a derived column while the analysis has not run. Brackets, so that it is nobody's
/// name.
pub(crate) const PENDING: &str = "(pending)";

/// Distinct texts. Symbol 0 is the empty text: none.
///
/// Those of the base are sorted, so that their numbers sort as the texts do; later ones follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    base: Arc<Vec<Box<str>>>,
    extra: Vec<Arc<str>>,
    extra_numbers: FxHashMap<Arc<str>, u32>,
}

impl Symbols {
    /// From sorted distinct texts that begin with the empty one.
    pub(crate) fn sorted(texts: Vec<Box<str>>) -> Self {
        Self { base: Arc::new(texts), ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.base.len() + self.extra.len()
    }

    pub(crate) fn text(&self, symbol: u32) -> &str {
        let at = symbol as usize;
        match self.base.get(at) {
            Some(text) => text,
            None => self.extra.get(at - self.base.len()).map_or("", |text| text),
        }
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        if let Ok(at) = self.base.binary_search_by(|t| (**t).cmp(text)) {
            return Some(at as u32);
        }
        self.extra_numbers.get(text).copied()
    }

    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(symbol) = self.find(text) {
            return symbol;
        }
        let (number, text): (u32, Arc<str>) = (self.len() as u32, text.into());
        self.extra.push(text.clone());
        self.extra_numbers.insert(text, number);
        number
    }

    /// All symbols with their texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..).zip(self.base.iter().map(|t| &**t).chain(self.extra.iter().map(|t| &**t)))
    }

    /// For each symbol a number that sorts as its text does.
    pub(crate) fn sort_keys(&self) -> Vec<i64> {
        let mut extra: Vec<(&str, usize)> =
            self.extra.iter().enumerate().map(|(i, t)| (&**t, i)).collect();
        extra.sort_unstable();
        let mut keys: Vec<i64> = (0..self.base.len() as i64).map(|i| (i + 1) << 24).collect();
        keys.resize(self.len(), 0);
        for (rank, (text, i)) in (1..).zip(extra) {
            if let Some(key) = keys.get_mut(self.base.len() + i) {
                *key = (self.base_before(text) << 24) + rank;
            }
        }
        keys
    }

    /// The number that sorts as a text does against [`Symbols::sort_keys`], and whether it is the
    /// key of that very text (otherwise it lies just below the next).
    pub(crate) fn sort_key_of(&self, text: &str, keys: &[i64]) -> (i64, bool) {
        if let Some(symbol) = self.find(text) {
            return (keys.get(symbol as usize).copied().unwrap_or_default(), true);
        }
        let next = self.iter().filter(|(_, t)| *t > text).map(|(s, _)| keys[s as usize]).min();
        (next.unwrap_or(i64::MAX), false)
    }

    fn base_before(&self, text: &str) -> i64 {
        self.base.partition_point(|t| **t < *text) as i64
    }
}

/// Collects texts in any order; [`Interner::finish`] sorts them.
#[derive(Debug)]
pub(crate) struct Interner {
    numbers: FxHashMap<Box<str>, u32>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { numbers: FxHashMap::from_iter([("".into(), 0)]) }
    }
}

impl Interner {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(text.into(), number);
        number
    }

    /// The sorted symbols, and the new number of each old one.
    pub(crate) fn finish(self) -> (Symbols, Vec<u32>) {
        let mut texts: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        texts.sort_unstable();
        let mut renumber = vec![0; texts.len()];
        for (new, (_, old)) in (0..).zip(&texts) {
            renumber[*old as usize] = new;
        }
        (Symbols::sorted(texts.into_iter().map(|(text, _)| text).collect()), renumber)
    }
}

/// Distinct sorted sets of symbols. A set is never empty: no members is the set of symbol 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sets {
    base: Arc<Vec<Box<[u32]>>>,
    base_numbers: Arc<FxHashMap<Box<[u32]>, u32>>,
    extra: Vec<Arc<[u32]>>,
    extra_numbers: FxHashMap<Arc<[u32]>, u32>,
}

impl Sets {
    pub(crate) fn of(base: Vec<Box<[u32]>>) -> Self {
        let base_numbers = base.iter().cloned().zip(0..).collect();
        Self { base: Arc::new(base), base_numbers: Arc::new(base_numbers), ..Self::default() }
    }

    pub(crate) fn get(&self, set: u32) -> &[u32] {
        let at = set as usize;
        match self.base.get(at) {
            Some(members) => members,
            None => self.extra.get(at - self.base.len()).map_or(&[], |members| members),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.base.len() + self.extra.len()
    }

    pub(crate) fn intern(&mut self, mut members: Vec<u32>) -> u32 {
        normal(&mut members);
        if let Some(set) = self.base_numbers.get(members.as_slice()) {
            return *set;
        }
        if let Some(set) = self.extra_numbers.get(members.as_slice()) {
            return *set;
        }
        let (number, members): (u32, Arc<[u32]>) = (self.len() as u32, members.into());
        self.extra.push(members.clone());
        self.extra_numbers.insert(members, number);
        number
    }
}

/// Collects sets in any order.
#[derive(Debug, Default)]
pub(crate) struct SetInterner {
    numbers: FxHashMap<Box<[u32]>, u32>,
}

impl SetInterner {
    pub(crate) fn intern(&mut self, mut members: Vec<u32>) -> u32 {
        normal(&mut members);
        let next = self.numbers.len() as u32;
        *self.numbers.entry(members.into()).or_insert(next)
    }

    /// The sets in the order of their numbers.
    pub(crate) fn finish_as_is(self) -> Sets {
        Sets::of(self.in_order())
    }

    fn in_order(self) -> Vec<Box<[u32]>> {
        let mut sets: Vec<(Box<[u32]>, u32)> = self.numbers.into_iter().collect();
        sets.sort_unstable_by_key(|(_, number)| *number);
        sets.into_iter().map(|(members, _)| members).collect()
    }

    /// The same with members renumbered.
    pub(crate) fn finish(self, renumber: &[u32]) -> Sets {
        let renumbered = self.in_order().into_iter().map(|members| {
            let mut members: Vec<u32> = members.iter().map(|m| renumber[*m as usize]).collect();
            normal(&mut members);
            members.into()
        });
        Sets::of(renumbered.collect())
    }
}

fn normal(members: &mut Vec<u32>) {
    members.sort_unstable();
    members.dedup();
    if members.is_empty() {
        members.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sort_keys_sort_as_texts_do() {
        let mut interner = Interner::default();
        for text in ["m", "b", "x"] {
            interner.intern(text);
        }
        let (mut symbols, _) = interner.finish();
        for text in ["c", "a", "z", "cc", "n"] {
            symbols.intern(text);
        }
        let keys = symbols.sort_keys();
        let mut by_key: Vec<(i64, &str)> =
            symbols.iter().map(|(s, t)| (keys[s as usize], t)).collect();
        by_key.sort_unstable();
        let texts: Vec<&str> = by_key.iter().map(|(_, t)| *t).collect();
        assert_eq!(texts, ["", "a", "b", "c", "cc", "m", "n", "x", "z"]);
        let (between, is_there) = symbols.sort_key_of("ca", &keys);
        assert!(!is_there);
        assert_eq!(by_key.iter().find(|(k, _)| *k >= between).map(|(_, t)| *t), Some("cc"));
    }

    #[test]
    fn equal_sets_are_one() {
        let mut sets = Sets::of(vec![[0].into(), [1, 2].into()]);
        assert_eq!(sets.intern(vec![2, 1, 1]), 1);
        assert_eq!(sets.intern(vec![]), 0);
        assert_eq!(sets.intern(vec![7]), 2);
        assert_eq!(sets.get(2), [7]);
    }
}
