//! The text index: which words there are, which nodes have them, and which words have which three
//! bytes in a row.
//!
//! A text without a separator is part of a node's text just when it is part of one of its words, so
//! the index finds words, and the nodes follow without looking at any text. Identities share most of
//! their words, so there are far fewer words than texts. A text with one separator is part of a node's
//! text just when two words side by side fit; one with several is looked for in what all its pairs of
//! words leave.

use memchr::memmem::Finder;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::column::{Bits, below};
use crate::lists::{self, Lists};
use crate::pairs::{NO_WORD, Pair, Pairs, Side};
use crate::texts::{Arena, words};

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
    /// Words side by side.
    pub(crate) pairs: Pairs,
    /// How many nodes there are.
    pub(crate) size: usize,
}

/// What a search found: nodes, and whether all of them are sure to match or must be looked at.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) nodes: RoaringBitmap,
    pub(crate) is_exact: bool,
}

/// How a word of the searched text must sit in a word of a node.
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
    separators: FxHashMap<Box<str>, u32>,
    words: Vec<(u32, u32)>,
    pairs: Vec<Pair>,
    of_node: Vec<u32>,
    pairs_of_node: Vec<Pair>,
}

/// The number of a text, a new one if it has none.
fn number(numbers: &mut FxHashMap<Box<str>, u32>, text: &str) -> u32 {
    if let Some(number) = numbers.get(text) {
        return *number;
    }
    let next = numbers.len() as u32;
    numbers.insert(text.into(), next);
    next
}

impl SearchBuilder {
    /// Adds a node's folded texts.
    pub(crate) fn add<'a>(&mut self, node: u32, texts: impl Iterator<Item = &'a str>) {
        self.of_node.clear();
        self.pairs_of_node.clear();
        for text in texts {
            let mut first = NO_WORD;
            for (separator, word) in words(text) {
                let second = word.map_or(NO_WORD, |word| number(&mut self.numbers, word));
                self.of_node.extend(word.map(|_| second));
                if !separator.is_empty() {
                    let separator = number(&mut self.separators, separator);
                    self.pairs_of_node.push(Pair { second, separator, first, node });
                }
                first = second;
            }
        }
        // One text of a node often repeats another.
        self.of_node.sort_unstable();
        self.of_node.dedup();
        self.pairs_of_node.sort_unstable();
        self.pairs_of_node.dedup();
        self.pairs.append(&mut self.pairs_of_node);
        self.words.extend(self.of_node.iter().map(|word| (*word, node)));
    }

    /// The index. `None` when there is more text than 4 GiB.
    pub(crate) fn finish(self, size: usize) -> Option<Search> {
        let Self { numbers, separators, words: of_nodes, mut pairs, .. } = self;
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
        for (word, _) in &of_nodes {
            starts[renumber[*word as usize] as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut nodes = vec![0_u32; of_nodes.len()];
        let mut next = starts.clone();
        for (word, node) in of_nodes {
            let at = &mut next[renumber[word as usize] as usize];
            nodes[*at as usize] = node;
            *at += 1;
        }
        for ends in starts.windows(2) {
            search.nodes.push_list(nodes[ends[0] as usize..ends[1] as usize].iter().copied())?;
        }
        drop(nodes);
        for pair in &mut pairs {
            for word in [&mut pair.first, &mut pair.second].into_iter().filter(|w| **w != NO_WORD) {
                *word = renumber[*word as usize];
            }
        }
        let mut texts: Vec<(Box<str>, u32)> = separators.into_iter().collect();
        texts.sort_unstable_by_key(|(_, number)| *number);
        let mut separators = Arena::default();
        texts.iter().try_for_each(|(text, _)| separators.push(text))?;
        search.pairs = Pairs::build(pairs, separators)?;
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
        let runs: Vec<(&str, Option<&str>)> = words(needle).collect();
        if let [("", Some(word))] = runs.as_slice() {
            let words = self.words_with(word, Fit::Anywhere);
            return Found { nodes: nodes_of(&self.nodes, words, self.size), is_exact: true };
        }
        if runs.is_empty() {
            return Found { nodes: below(self.size), is_exact: true };
        }
        let mut joints: Vec<Vec<usize>> = Vec::new();
        let mut first = None;
        for (at, (separator, second)) in runs.iter().enumerate() {
            if !separator.is_empty() {
                // The first word of the searched text may be the end of one, the last the beginning.
                let begins = at == 1 && runs[0].0.is_empty();
                let left = first.map(|word| (word, if begins { Fit::End } else { Fit::Whole }));
                let ends = at + 1 == runs.len();
                let right = second.map(|word| (word, if ends { Fit::Start } else { Fit::Whole }));
                let joint = self.joint(left, separator, right);
                if joint.is_empty() {
                    return Found { nodes: RoaringBitmap::new(), is_exact: true };
                }
                joints.push(joint);
            }
            first = *second;
        }
        // One pair of words is all there is to it; of several it is open whether they follow one another.
        let is_exact = joints.len() == 1;
        joints.sort_by_cached_key(|joint| self.pairs.weight(joint));
        let mut found: Option<RoaringBitmap> = None;
        for joint in joints {
            // So few are looked at faster than the nodes of other pairs are put together.
            if found.as_ref().is_some_and(|found| found.len() < 2_000) {
                break;
            }
            let nodes = nodes_of(&self.pairs.nodes, joint, self.size);
            found = Some(match found {
                Some(before) => before & nodes,
                None => nodes,
            });
        }
        Found { nodes: found.unwrap_or_default(), is_exact }
    }

    /// The pairs that have a separator between two words, or at an end where a word is not given.
    fn joint(
        &self,
        left: Option<(&str, Fit)>,
        separator: &str,
        right: Option<(&str, Fit)>,
    ) -> Vec<usize> {
        let side = |given: Option<(&str, Fit)>| match given {
            None => Side::Any,
            Some((word, Fit::Start)) => {
                let range = self.starting(word);
                Side::Range(range.start as u32..range.end as u32)
            }
            Some((word, Fit::Whole)) => {
                let at = self.below(word) as u32;
                let is_there = self.words.get(at as usize) == word;
                Side::Range(at..at + u32::from(is_there))
            }
            Some((word, fit)) => {
                let mut set = Bits::new(self.words.len());
                self.words_with(word, fit).into_iter().for_each(|word| set.set(word as u32));
                Side::Set(set)
            }
        };
        let (first, second) = (side(left), side(right));
        match (left, right) {
            (Some(_), Some(_)) => self.pairs.matching(&first, |text| text == separator, &second),
            (Some(_), None) => {
                self.pairs.matching(&first, |text| text.starts_with(separator), &second)
            }
            (None, Some(_)) => {
                self.pairs.matching(&first, |text| text.ends_with(separator), &second)
            }
            (None, None) => self.pairs.matching(&first, |text| text.contains(separator), &second),
        }
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

    /// The words that a piece sits in; see [`Fit`].
    fn words_with(&self, piece: &str, fit: Fit) -> Vec<usize> {
        let mut words = Vec::new();
        match fit {
            Fit::Start => words.extend(self.starting(piece)),
            Fit::Whole => {
                let at = self.below(piece);
                words.extend((self.words.get(at) == piece).then_some(at));
            }
            Fit::Anywhere => {
                let finder = Finder::new(piece);
                self.having(piece, &mut words, |word| finder.find(word).is_some());
            }
            Fit::End => {
                self.having(piece, &mut words, |word| word.ends_with(piece.as_bytes()));
            }
        }
        words
    }

    /// Adds the words that contain a piece and pass.
    fn having(&self, piece: &str, words: &mut Vec<usize>, pass: impl Fn(&[u8]) -> bool) {
        let bytes = piece.as_bytes();
        if bytes.len() < 3 {
            return self.scan(piece, words, pass);
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
        let bytes = |word: u32| self.words.get(word as usize).as_bytes();
        words.extend(common.into_iter().filter(|w| pass(bytes(*w))).map(|word| word as usize));
    }

    /// The same for pieces shorter than a trigram: one pass over all words as one text.
    fn scan(&self, piece: &str, words: &mut Vec<usize>, pass: impl Fn(&[u8]) -> bool) {
        let (text, ends) = (self.words.text.as_bytes(), &self.words.ends);
        let finder = Finder::new(piece);
        let (mut from, mut word, mut start) = (0, 0, 0);
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + at;
            while let Some(end) = ends.get(word).filter(|end| **end as usize <= at) {
                start = *end as usize;
                word += 1;
            }
            let end = ends.get(word).map_or(text.len(), |end| *end as usize);
            // It may lie across the end of a word.
            let is_inside = at + piece.len() <= end;
            if is_inside && text.get(start..end).is_some_and(&pass) {
                words.push(word);
            }
            from = if is_inside { end } else { at + 1 };
        }
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

/// The nodes in some lists, of so many nodes.
fn nodes_of(lists: &Lists, which: impl IntoIterator<Item = usize>, size: usize) -> RoaringBitmap {
    let mut bits = Bits::new(size);
    for list in which {
        lists.iter(list).for_each(|node| bits.set(node));
    }
    bits.to_bitmap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::fold;
    use proptest::prelude::*;

    fn index(texts: &[String]) -> Search {
        let mut builder = SearchBuilder::default();
        for (node, text) in (0..).zip(texts) {
            // Two texts, so that one that lies across them would be found out.
            let texts = text.split_once(' ').map_or(vec![text.as_str()], |(a, b)| vec![a, b]);
            let folded: Vec<_> = texts.into_iter().map(fold).collect();
            builder.add(node, folded.iter().map(|text| &**text));
        }
        builder.finish(texts.len()).unwrap()
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_scan_finds(
            texts in proptest::collection::vec("[abAB1é:/ -]{0,12}", 0..20),
            needle in "[ab1é:/-]{1,6}",
        ) {
            let found = index(&texts).find(&needle);
            for (node, text) in (0..).zip(&texts) {
                let mut parts = text.splitn(2, ' ');
                let there = parts.any(|part| fold(part).contains(&needle));
                let said = found.nodes.contains(node);
                prop_assert!(said || !there, "{needle} in {text} was missed");
                prop_assert!(!found.is_exact || said == there, "{needle} in {text}");
            }
        }
    }
}
