//! Tables with one person a row.

use csv::{ReaderBuilder, StringRecord};
use rollcall_connector::directory::DirectoryPerson;
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use super::{Content, Ways, of_people};
use crate::columns::Field;
use crate::person::person;
use crate::table::{Row, Wrong, evidence};

/// The separators that are tried where none is configured.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// Reads a table. Its first line holds the headers.
pub(super) fn read(bytes: &[u8], ways: &Ways<'_>) -> Result<Content, Problem> {
    let refused = |code: &str, message: String| {
        Err(Problem::new(ProblemClass::Malformed, code, message)
            .hides("everybody in it")
            .at(evidence(ways.name, 1)))
    };
    let delimiter = ways.delimiter.unwrap_or_else(|| separator(bytes));
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(true)
        .from_reader(bytes);
    let headers: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(str::to_owned).collect(),
        Err(_) => {
            return refused(
                "encoding",
                format!("{}, line 1: the headers are not in UTF-8", ways.name),
            );
        }
    };
    let plan = match ways.columns.plan(&headers) {
        Ok(plan) => plan,
        Err(missing) => {
            let message = format!(
                "{}, line 1: found no column {missing:?}, which columns names; there are {}",
                ways.name,
                headers.join(", ")
            );
            return refused("no_column", message);
        }
    };
    if plan.of(&Field::Id).is_none() && !bytes.is_empty() {
        let message = format!(
            "{}, line 1: found no column that is known to hold people's ids among {}; expected one such as \
             Employee ID, or say which it is in columns, such as \"id=Work Email\"",
            ways.name,
            headers.join(", ")
        );
        return refused("no_id_column", message);
    }
    let (mut people, mut wrong) = (Vec::new(), Vec::new());
    let mut record = StringRecord::new();
    let mut lines = Lines { bytes, read: 0, line: 1 };
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => match read_row(&record, lines.at(record.position()), &headers, &plan, ways)
            {
                Ok(Some(found)) => people.push(found),
                Ok(None) => {}
                Err(why) => wrong.push(why),
            },
            Err(error) => {
                let line = lines.at(error.position());
                let (found, expected) = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => ("bytes that are no UTF-8", "UTF-8"),
                    _ => ("something that is no row", "a row"),
                };
                wrong.push(Wrong::line(line, "bad_row", found, expected));
                if !matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
                    break;
                }
            }
        }
    }
    Ok(of_people(people, wrong))
}

/// Counts lines as they are passed: the reader's own count is one behind where lines end in CR LF.
struct Lines<'a> {
    bytes: &'a [u8],
    read: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line where a row begins, from 1. Rows come in their order.
    fn at(&mut self, position: Option<&csv::Position>) -> u64 {
        let start = position.map_or(self.read, |p| usize::try_from(p.byte()).unwrap_or(self.read));
        let is_end = |b: &u8| matches!(b, b'\r' | b'\n');
        let ends =
            self.bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|b| is_end(b)).count());
        let passed = self.bytes.get(self.read..start + ends).unwrap_or_default();
        self.line += passed.iter().filter(|b| **b == b'\n').count() as u64;
        self.read = self.read.max(start + ends);
        self.line
    }
}

fn read_row(
    record: &StringRecord,
    line: u64,
    headers: &[String],
    plan: &crate::columns::Plan,
    ways: &Ways<'_>,
) -> Result<Option<DirectoryPerson>, Wrong> {
    if record.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(None);
    }
    if record.len() != headers.len() {
        let (found, expected) = (
            format!("{} cells", record.len()),
            format!("{}, as the first line has", headers.len()),
        );
        return Err(Wrong::line(line, "bad_row", &found, &expected));
    }
    let cells = record.iter().map(|cell| vec![cell.to_owned()]).collect();
    person(&Row { line, cells }, headers, plan, ways.reading, ways.name).map(Some)
}

/// The separator that is in the first line most often.
fn separator(bytes: &[u8]) -> u8 {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |separator: u8| first.iter().filter(|b| **b == separator).count();
    let mut best = b',';
    for separator in SEPARATORS {
        if count(separator) > count(best) {
            best = separator;
        }
    }
    best
}
