//! Which two words stand side by side in a text, and what is between them: what a searched text with a
//! separator is found by, without a look at the texts.

use crate::column::{Bits, Codes};
use crate::lists::Lists;
use crate::texts::Arena;

/// In place of a word: the separator stands at an end of its text.
pub(crate) const NO_WORD: u32 = u32::MAX;

/// All pairs, sorted by the second word, then separator, then first word.
#[derive(Debug)]
pub(crate) struct Pairs {
    pub(crate) second: Vec<u32>,
    pub(crate) separator: Codes,
    pub(crate) first: Vec<u32>,
    /// The nodes of each pair.
    pub(crate) nodes: Lists,
    /// The separators by number.
    pub(crate) separators: Arena,
}

impl Default for Pairs {
    fn default() -> Self {
        Self {
            second: Vec::new(),
            separator: Codes::Same(0, 0),
            first: Vec::new(),
            nodes: Lists::default(),
            separators: Arena::default(),
        }
    }
}

/// A pair of a node, in the order of [`Pairs`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Pair {
    pub(crate) second: u32,
    pub(crate) separator: u32,
    pub(crate) first: u32,
    pub(crate) node: u32,
}

/// The words that may stand on one side.
#[derive(Debug)]
pub(crate) enum Side {
    /// Any word, or none.
    Any,
    /// Words whose numbers follow one another.
    Range(std::ops::Range<u32>),
    /// Words of a set.
    Set(Bits),
}

impl Pairs {
    /// From pairs in any order. `None` when there are too many.
    pub(crate) fn build(mut pairs: Vec<Pair>, separators: Arena) -> Option<Self> {
        pairs.sort_unstable();
        pairs.dedup();
        let mut built = Self { separators, ..Self::default() };
        let mut separator = Vec::new();
        let like = |a: &Pair, b: &Pair| {
            (a.second, a.separator, a.first) == (b.second, b.separator, b.first)
        };
        for same in pairs.chunk_by(like) {
            let Some(pair) = same.first() else { continue };
            built.second.push(pair.second);
            separator.push(pair.separator);
            built.first.push(pair.first);
            built.nodes.push_list(same.iter().map(|pair| pair.node))?;
        }
        built.separator = Codes::of(separator);
        for part in [&mut built.second, &mut built.first, &mut built.nodes.ends] {
            part.shrink_to_fit();
        }
        built.nodes.bytes.shrink_to_fit();
        Some(built)
    }

    /// The pairs with such words and a separator that passes.
    pub(crate) fn matching(
        &self,
        first: &Side,
        separator: impl Fn(&str) -> bool,
        second: &Side,
    ) -> Vec<usize> {
        let passes: Vec<bool> = self.separators.iter().map(separator).collect();
        let range = match second {
            Side::Range(words) => {
                let below = |word: u32| self.second.partition_point(|second| *second < word);
                below(words.start)..below(words.end)
            }
            Side::Any | Side::Set(_) => 0..self.second.len(),
        };
        let start = range.start;
        let firsts = (start..).zip(self.first.get(range).unwrap_or_default());
        // One loop for each sort of side: there are as many pairs as nodes and more.
        let mut found: Vec<usize> = match first {
            Side::Any => firsts.map(|(at, _)| at).collect(),
            Side::Range(words) => {
                firsts.filter(|(_, word)| words.contains(word)).map(|(at, _)| at).collect()
            }
            Side::Set(words) => {
                firsts.filter(|(_, word)| words.has(**word)).map(|(at, _)| at).collect()
            }
        };
        if !passes.iter().all(|passes| *passes) {
            let passes = |at: usize| passes.get(self.separator.get(at) as usize) == Some(&true);
            found.retain(|at| passes(*at));
        }
        if let Side::Set(words) = second {
            found.retain(|at| self.second.get(*at).is_some_and(|word| words.has(*word)));
        }
        found
    }

    /// How much there is to read for the nodes of some pairs.
    pub(crate) fn weight(&self, pairs: &[usize]) -> usize {
        pairs.iter().map(|pair| self.nodes.bytes_of(*pair).len()).sum()
    }
}
