//! Foreign bytes as text, and places inside it.

use std::borrow::Cow;

use rollcall_model::ProblemClass;
use rollcall_record::{Evidence, Problem};
use zeroize::Zeroizing;

/// A place in a file: line and column from 1, the column in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Default for Position {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

/// The lines that declare something, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Lines {
    /// The first line, from 1.
    pub first: u32,
    /// The last line.
    pub last: u32,
}

impl Lines {
    /// From one line to another, in any order.
    #[must_use]
    pub fn new(first: u32, last: u32) -> Self {
        Self { first: first.min(last).max(1), last: first.max(last).max(1) }
    }

    /// A single line.
    #[must_use]
    pub fn one(line: u32) -> Self {
        Self::new(line, line)
    }
}

/// How much an [`Issue`] matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// Something the file declares may have been missed.
    Hides,
    /// Worth knowing; nothing was missed.
    Note,
}

/// Something in a file that could not be understood, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// A stable word for programs, such as `yaml_syntax`.
    pub code: &'static str,
    /// What was found and what was expected. Never a value of the file.
    pub message: String,
    /// Where.
    pub at: Position,
    /// Whether something may have been missed because of it.
    pub weight: Weight,
}

impl Issue {
    /// Something that may hide a declaration.
    #[must_use]
    pub fn hides(code: &'static str, message: impl Into<String>, at: Position) -> Self {
        Self { code, message: message.into(), at, weight: Weight::Hides }
    }

    /// Something to know.
    #[must_use]
    pub fn note(code: &'static str, message: impl Into<String>, at: Position) -> Self {
        Self { code, message: message.into(), at, weight: Weight::Note }
    }

    /// The problem of a run that says this of the file at `path`.
    #[must_use]
    pub fn problem(&self, path: &str, commit: Option<&str>) -> Problem {
        let Position { line, column } = self.at;
        // Messages of parsers hold none; this is to be sure.
        let mut said = self.message.clone();
        crate::records::mask::text(&mut said);
        let problem = Problem::new(
            ProblemClass::Malformed,
            self.code,
            format!("{path}:{line}:{column}: {said}"),
        )
        .at(Evidence {
            file: Some(path.to_owned()),
            line: Some(line),
            commit: commit.map(str::to_owned),
            ..Evidence::default()
        });
        match self.weight {
            Weight::Hides => problem.hides("what the file declares from there on may be missing"),
            Weight::Note => problem,
        }
    }
}

/// The text of a file. What had to be decoded into a new buffer is zeroised when dropped; the bytes
/// handed in belong to the caller.
pub struct Source<'a> {
    text: Held<'a>,
}

enum Held<'a> {
    Borrowed(&'a str),
    Owned(Zeroizing<String>),
}

impl<'a> Source<'a> {
    /// Bytes as text: UTF-8 with or without a byte order mark, UTF-16 with one. Bytes that are no
    /// text are replaced, and the first of them is an issue.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> (Self, Vec<Issue>) {
        let mut issues = Vec::new();
        let text = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, &mut issues),
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            _ => utf8(bytes, &mut issues),
        };
        (Self { text }, issues)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.text {
            Held::Borrowed(text) => text,
            Held::Owned(text) => text,
        }
    }
}

fn utf8<'a>(bytes: &'a [u8], issues: &mut Vec<Issue>) -> Held<'a> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Held::Borrowed(text),
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let at = LineIndex::new(&before).position(&before, before.len());
            issues.push(Issue::hides("not_text", "a byte that is not UTF-8 text", at));
            match String::from_utf8_lossy(bytes) {
                Cow::Owned(text) => Held::Owned(Zeroizing::new(text)),
                Cow::Borrowed(text) => Held::Borrowed(text),
            }
        }
    }
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Held<'a> {
    let units: Zeroizing<Vec<u16>> =
        Zeroizing::new(bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect());
    Held::Owned(Zeroizing::new(String::from_utf16_lossy(&units)))
}

/// Where each line of a text begins.
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// The index of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Self { starts }
    }

    /// The line and column of a byte offset; offsets past the end are the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let mut end = offset;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let column = text.get(start..end).map_or(0, |before| before.chars().count()) + 1;
        Position { line: saturate(line), column: saturate(column) }
    }
}

/// A count as the `u32` that evidence holds.
#[must_use]
pub(crate) fn saturate(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_has_a_line_and_a_column_in_characters() {
        let text = "aé\n\nxyz";
        let index = LineIndex::new(text);
        let at = |offset| {
            let p = index.position(text, offset);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (1, 3));
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(7), (3, 3));
        assert_eq!(at(999), (3, 4));
    }

    #[test]
    fn bytes_that_are_no_text_are_said_and_survived() {
        let (source, issues) = Source::decode(b"ok\nab\xFFc");
        assert_eq!(source.text(), "ok\nab\u{FFFD}c");
        assert_eq!(issues[0].at, Position { line: 2, column: 3 });
        let (source, issues) = Source::decode(b"\xFF\xFEh\0i\0");
        assert_eq!((source.text(), issues.len()), ("hi", 0));
        assert_eq!(Source::decode(b"\xEF\xBB\xBFx").0.text(), "x");
    }
}
