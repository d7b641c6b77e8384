//! The text index: which words there are, which nodes have them, and which words have which three
//! bytes in a row.
//!
//! A text without a separator is part of a node's text just when it is part of one of its words, so
//! the index finds words, and the nodes follow without looking at any text. Identities share most of
//! their words, so there are far fewer words than texts.

use memchr::memmem::Finder;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::column::Bits;
use crate::lists::{self, Lists};
use crate::texts::Arena;

/// The index.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The distinct words, sorted.
    pub(crate) words: Arena,
    /// The nodes of each word.
    pub(crate) nodes: Lists,
    /// The distinct trigrams (three bytes as a number), sorted.
    pub(crate) trigrams: Vec<u32>,
    /// The words of each trigram.
    pub(crate) words_of: Lists,
    /// How many nodes there are.
    pub(crate) size: usize,
}

/// What a search found: nodes, and whether all of them are sure to match or must be looked at.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) nodes: RoaringBitmap,
    pub(crate) is_exact: bool,
}

/// How a piece of the searched text must sit in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fit {
    Anywhere,
    Start,
    End,
    Whole,
}

/// Collects words while nodes are added in order.
#[derive(Debug, Default)]
pub(crate) struct SearchBuilder {
    numbers: FxHashMap<Box<str>, u32>,
    pairs: Vec<(u32, u32)>,
    of_node: Vec<u32>,
}

impl SearchBuilder {
    /// Adds the words of a node's folded texts.
    pub(crate) fn add<'a>(&mut self, node: u32, words: impl Iterator<Item = &'a str>) {
        self.of_node.clear();
        for word in words {
            let next = self.numbers.len() as u32;
            let number = match self.numbers.get(word) {
                Some(number) => *number,
                None => {
                    self.numbers.insert(word.into(), next);
                    next
                }
            };
            self.of_node.push(number);
        }
        self.of_node.sort_unstable();
        self.of_node.dedup();
        self.pairs.extend(self.of_node.iter().map(|word| (*word, node)));
    }

    /// The index. `None` when there is more text than 4 GiB.
    pub(crate) fn finish(self, size: usize) -> Option<Search> {
        let Self { numbers, pairs, .. } = self;
        let mut words: Vec<(Box<str>, u32)> = numbers.into_iter().collect();
        words.sort_unstable();
        let mut renumber = vec![0_u32; words.len()];
        for (new, (_, old)) in (0..).zip(&words) {
            renumber[*old as usize] = new;
        }
        let mut search = Search { size, ..Search::default() };
        for (word, _) in &words {
            search.words.push(word)?;
        }
        drop(words);
        // Counting sort by word; within a word the nodes stay in order.
        let mut starts = vec![0_u32; renumber.len() + 1];
        for (word, _) in &pairs {
            starts[renumber[*word as usize] as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut nodes = vec![0_u32; pairs.len()];
        let mut next = starts.clone();
        for (word, node) in pairs {
            let at = &mut next[renumber[word as usize] as usize];
            nodes[*at as usize] = node;
            *at += 1;
        }
        for ends in starts.windows(2) {
            search.nodes.push_list(nodes[ends[0] as usize..ends[1] as usize].iter().copied())?;
        }
        drop(nodes);
        search.index_trigrams()?;
        search.shrink();
        Some(search)
    }
}

impl Search {
    fn shrink(&mut self) {
        self.words.shrink();
        for lists in [&mut self.nodes, &mut self.words_of] {
            lists.ends.shrink_to_fit();
            lists.bytes.shrink_to_fit();
        }
    }

    fn index_trigrams(&mut self) -> Option<()> {
        let mut lists: FxHashMap<u32, (u32, Vec<u8>)> = FxHashMap::default();
        for (number, word) in (0_u32..).zip(self.words.iter()) {
            for window in word.as_bytes().windows(3) {
                let (last, bytes) = lists.entry(trigram(window)).or_insert((u32::MAX, Vec::new()));
                if *last != number {
                    let before = if *last == u32::MAX { 0 } else { *last };
                    lists::push(bytes, number - before);
                    *last = number;
                }
            }
        }
        let mut keys: Vec<u32> = lists.keys().copied().collect();
        keys.sort_unstable();
        for key in &keys {
            if let Some((_, bytes)) = lists.get(key) {
                self.words_of.bytes.extend_from_slice(bytes);
            }
            self.words_of.close()?;
        }
        self.trigrams = keys;
        Some(())
    }

    /// The nodes that may have a folded text in one of their texts.
    pub(crate) fn find(&self, needle: &str) -> Found {
        let mut pieces = pieces(needle);
        if let [(piece, Fit::Anywhere)] = pieces.as_slice() {
            return Found {
                nodes: self.nodes_of(&self.words_with(piece, Fit::Anywhere)),
                is_exact: true,
            };
        }
        // The longest piece first: it has the fewest nodes.
        pieces.sort_by_key(|(piece, _)| std::cmp::Reverse(piece.len()));
        let mut found: Option<RoaringBitmap> = None;
        for (piece, fit) in pieces {
            // So few are looked at faster than the nodes of another word are put together.
            if found.as_ref().is_some_and(|found| found.len() < 2_000) {
                break;
            }
            let nodes = self.nodes_of(&self.words_with(piece, fit));
            let both = match found {
                Some(before) => before & nodes,
                None => nodes,
            };
            if both.is_empty() {
                return Found { nodes: both, is_exact: true };
            }
            found = Some(both);
        }
        let nodes = found.unwrap_or_else(|| (0..self.size as u32).collect());
        Found { nodes, is_exact: false }
    }

    /// The nodes that have a word that begins the same way, for completions: words with how many
    /// nodes have them, most first.
    pub(crate) fn words_starting(&self, prefix: &str, limit: usize) -> Vec<(&str, usize)> {
        let range = self.starting(prefix);
        let mut words: Vec<(&str, usize)> = range
            .take(50_000)
            .map(|word| (self.words.get(word), self.nodes.bytes_of(word).len()))
            .collect();
        words.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        words.truncate(limit);
        words
    }

    fn nodes_of(&self, words: &[u32]) -> RoaringBitmap {
        let mut bits = Bits::new(self.size);
        for word in words {
            for node in self.nodes.iter(*word as usize) {
                bits.set(node);
            }
        }
        bits.to_bitmap()
    }

    fn words_with(&self, piece: &str, fit: Fit) -> Vec<u32> {
        match fit {
            Fit::Start => self.starting(piece).map(|word| word as u32).collect(),
            Fit::Whole => {
                let at = self.below(piece);
                if self.words.get(at) == piece && at < self.words.len() {
                    vec![at as u32]
                } else {
                    vec![]
                }
            }
            Fit::Anywhere => {
                let starting = self.starting(piece);
                let finder = Finder::new(piece);
                let mut words: Vec<u32> = starting.clone().map(|word| word as u32).collect();
                let single = piece.as_bytes().first().copied().filter(|_| piece.len() == 1);
                let inside = |word: &str| match single {
                    Some(byte) => word.as_bytes().contains(&byte),
                    None => finder.find(word.as_bytes()).is_some(),
                };
                self.having(piece, &mut words, |at, word| !starting.contains(&at) && inside(word));
                words
            }
            Fit::End => {
                let mut words = Vec::new();
                self.having(piece, &mut words, |_, word| word.ends_with(piece));
                words
            }
        }
    }

    /// Adds the words that contain a piece and pass.
    fn having(&self, piece: &str, words: &mut Vec<u32>, pass: impl Fn(usize, &str) -> bool) {
        let bytes = piece.as_bytes();
        if bytes.len() < 3 {
            return self.scan(words, pass);
        }
        let mut lists = Vec::new();
        for window in bytes.windows(3) {
            match self.trigrams.binary_search(&trigram(window)) {
                Ok(list) => lists.push(list),
                Err(_) => return,
            }
        }
        lists.sort_unstable_by_key(|list| self.words_of.bytes_of(*list).len());
        lists.dedup();
        let [rarest, others @ ..] = lists.as_slice() else { return };
        let mut common: Vec<u32> = self.words_of.iter(*rarest).collect();
        // A second and a third list thin out what must be looked at; more cost more than they save.
        for other in others.iter().take(2) {
            if common.len() <= 64 {
                break;
            }
            let mut theirs = self.words_of.iter(*other).peekable();
            common.retain(|word| {
                while theirs.next_if(|their| their < word).is_some() {}
                theirs.peek() == Some(word)
            });
        }
        words.extend(common.into_iter().filter(|w| pass(*w as usize, self.words.get(*w as usize))));
    }

    /// The same for pieces shorter than a trigram: one pass over all words.
    fn scan(&self, words: &mut Vec<u32>, pass: impl Fn(usize, &str) -> bool) {
        let all = self.words.iter().enumerate();
        words.extend(all.filter(|(at, word)| pass(*at, word)).map(|(at, _)| at as u32));
    }

    fn below(&self, piece: &str) -> usize {
        let (mut low, mut high) = (0, self.words.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.words.get(middle) < piece {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The words that begin with a text: they lie together.
    fn starting(&self, prefix: &str) -> std::ops::Range<usize> {
        let start = self.below(prefix);
        let (mut low, mut high) = (start, self.words.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.words.get(middle).starts_with(prefix) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        start..low
    }
}

fn trigram(window: &[u8]) -> u32 {
    window.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// The words of a searched text, and how each must sit in a word of a node: the first may be the end
/// of one, the last the beginning.
fn pieces(needle: &str) -> Vec<(&str, Fit)> {
    let mut pieces = Vec::new();
    for word in crate::texts::words(needle) {
        let start = word.as_ptr() as usize - needle.as_ptr() as usize;
        let fit = match (start == 0, start + word.len() == needle.len()) {
            (true, true) => Fit::Anywhere,
            (true, false) => Fit::End,
            (false, true) => Fit::Start,
            (false, false) => Fit::Whole,
        };
        pieces.push((word, fit));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{fold, words};
    use proptest::prelude::*;

    fn index(texts: &[String]) -> Search {
        let mut builder = SearchBuilder::default();
        for (node, text) in (0..).zip(texts) {
            builder.add(node, words(&fold(text)));
        }
        builder.finish(texts.len()).unwrap()
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_scan_finds(
            texts in proptest::collection::vec("[abAB1é:/-]{0,12}", 0..20),
            needle in "[ab1é:/-]{1,5}",
        ) {
            let found = index(&texts).find(&needle);
            for (node, text) in (0..).zip(&texts) {
                let there = fold(text).contains(&needle);
                let said = found.nodes.contains(node);
                prop_assert!(said || !there, "{needle} in {text} was missed");
                prop_assert!(!found.is_exact || said == there, "{needle} in {text}");
            }
        }
    }
}
