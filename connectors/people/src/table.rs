//! What a file says before it is understood: rows with named cells, and what could not be read.

use rollcall_connector::transport::redact;
use rollcall_model::ProblemClass;
use rollcall_record::{Evidence, Problem};

/// How much of a cell is quoted, in characters.
const QUOTED: usize = 40;

/// A row, an object or an entry: its line and its cells by position.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    /// Where it begins, from 1.
    pub(crate) line: u64,
    /// The values of each cell, by the position of its header.
    pub(crate) cells: Vec<Vec<String>>,
}

/// A place that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wrong {
    pub(crate) line: u64,
    /// The header and the position, from 1, where it is one cell.
    pub(crate) column: Option<(String, usize)>,
    pub(crate) found: String,
    pub(crate) expected: String,
    pub(crate) code: &'static str,
}

impl Wrong {
    /// A whole line.
    pub(crate) fn line(line: u64, code: &'static str, found: &str, expected: &str) -> Self {
        Self { line, column: None, found: found.to_owned(), expected: expected.to_owned(), code }
    }

    /// A cell; `found` is quoted, shortened and without anything that looks like a secret.
    pub(crate) fn cell(
        row: u64,
        header: &str,
        position: usize,
        found: &str,
        expected: &str,
    ) -> Self {
        let quoted: String = redact(found).chars().take(QUOTED).collect();
        let found = if quoted.is_empty() { "nothing".to_owned() } else { format!("{quoted:?}") };
        Self {
            line: row,
            column: Some((header.to_owned(), position + 1)),
            found,
            expected: expected.to_owned(),
            code: "bad_cell",
        }
    }

    /// The problem it is, in a file.
    pub(crate) fn problem(&self, file: &str) -> Problem {
        let place = match &self.column {
            Some((header, position)) => {
                format!("line {}, column {position} ({})", self.line, redact(header))
            }
            None => format!("line {}", self.line),
        };
        let message = format!("{file}, {place}: found {}, expected {}", self.found, self.expected);
        Problem::new(ProblemClass::Malformed, self.code, message)
            .hides("whom that line is about")
            .at(evidence(file, self.line))
    }
}

/// Where a row is.
pub(crate) fn evidence(file: &str, line: u64) -> Evidence {
    Evidence {
        file: Some(file.to_owned()),
        line: Some(u32::try_from(line).unwrap_or(u32::MAX)),
        ..Evidence::default()
    }
}
