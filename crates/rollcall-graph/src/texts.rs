//! The texts of nodes: names, native ids and aliases, end to end in few blocks.

use std::borrow::Cow;

use crate::column::Codes;

/// Texts end to end.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    pub(crate) ends: Vec<u32>,
    pub(crate) text: String,
}

impl Arena {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, at: usize) -> &str {
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default() as usize,
            None => 0,
        };
        let end = self.ends.get(at).copied().unwrap_or_default() as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    /// Appends a text. `None` when the block is full at 4 GiB.
    pub(crate) fn push(&mut self, text: &str) -> Option<()> {
        let end = u32::try_from(self.text.len() + text.len()).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        Some(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// The references that name nodes.
#[derive(Debug)]
pub(crate) struct Aliases {
    /// Where each node's aliases end.
    pub(crate) ends: Vec<u32>,
    /// Their ids as references.
    pub(crate) ids: Vec<i64>,
    /// Namespace and authority as one symbol.
    pub(crate) domains: Codes,
    pub(crate) values: Arena,
    /// The positions above, by id.
    pub(crate) by_id: Vec<u32>,
}

impl Aliases {
    /// The positions of a node's aliases.
    pub(crate) fn of(&self, node: usize) -> std::ops::Range<usize> {
        let start = match node.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default() as usize,
            None => 0,
        };
        start..self.ends.get(node).copied().unwrap_or_default() as usize
    }

    /// The nodes that have a reference among their aliases.
    pub(crate) fn nodes_with(&self, id: i64) -> impl Iterator<Item = u32> {
        let key = |at: &u32| self.ids.get(*at as usize).copied().unwrap_or_default();
        let start = self.by_id.partition_point(|at| key(at) < id);
        self.by_id[start..].iter().take_while(move |at| key(at) == id).map(|at| self.node_of(*at))
    }

    fn node_of(&self, alias: u32) -> u32 {
        self.ends.partition_point(|end| *end <= alias) as u32
    }
}

/// A text without the difference of upper and lower case, character by character, so that a part of
/// a text folds to a part of the folded text.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        }
    } else {
        Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
    }
}

/// Whether a text contains a folded one, whatever the case.
pub(crate) fn contains_folded(text: &str, needle: &str) -> bool {
    if !text.is_ascii() {
        return fold(text).contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some(first) = needle.first() else { return true };
    let Some(last_start) = text.len().checked_sub(needle.len()) else { return false };
    let is_at = |at: usize| {
        text.get(at..at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle))
    };
    // Texts are short, so finding one character is all the preparation that pays: one that has no
    // case if there is one, which will be a separator.
    match needle.iter().position(|byte| !byte.is_ascii_alphanumeric()) {
        Some(place) => {
            let places = text.get(place..=last_start + place).unwrap_or_default();
            memchr::memchr_iter(needle[place], places).any(is_at)
        }
        None => {
            let starts = text.get(..=last_start).unwrap_or_default();
            memchr::memchr2_iter(*first, first.to_ascii_uppercase(), starts).any(is_at)
        }
    }
}

/// The words of a folded text (longest runs of letters and digits), each after what separates it from
/// the one before, which is empty before the first of most texts. What follows the last one comes
/// without a word.
pub(crate) fn words(folded: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
        let (separator, from_word) = rest.split_at(start);
        let end = from_word.find(|c: char| !c.is_alphanumeric()).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        rest = after;
        Some((separator, Some(word).filter(|word| !word.is_empty())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finding_without_folding_finds_the_same(text in "[abAB1ÄäẞßİK-]{0,12}", needle in "[ab1äß-]{0,3}") {
            let folded = fold(&needle);
            prop_assert_eq!(contains_folded(&text, &folded), fold(&text).contains(&*folded));
        }
    }
}
