//! Reading a file of people, with care: what is written at the moment is not read to its end.

mod csv;
mod directory;
mod jsonl;
mod ldif;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

use rollcall_connector::directory::{DirectoryPerson, DirectoryTeam};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;

use crate::columns::Columns;
use crate::config::Format;
use crate::person::{Reading, resolve_managers};
use crate::table::Wrong;

/// A file that lacks its last line end and changed less than this ago may still be written.
const SETTLED_SECONDS: i64 = 120;

/// What a file says.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) people: Vec<DirectoryPerson>,
    pub(crate) teams: Vec<DirectoryTeam>,
    /// Teams inside teams: inner, outer.
    pub(crate) nested: Vec<(String, String)>,
    /// Members who are not in the file themselves, by name, and the team.
    pub(crate) outside: Vec<(String, String)>,
    /// What could not be read.
    pub(crate) wrong: Vec<Wrong>,
}

/// How a file is to be understood.
pub(crate) struct Ways<'a> {
    pub(crate) format: Format,
    pub(crate) columns: &'a Columns,
    pub(crate) reading: &'a Reading,
    pub(crate) delimiter: Option<u8>,
    /// What the file is called in evidence.
    pub(crate) name: &'a str,
}

/// Reads a file and understands it.
///
/// # Errors
/// When it cannot be read, changes meanwhile, is too large, or is nothing of its format at all.
pub(crate) fn read(
    path: &Path,
    cap: u64,
    now: Timestamp,
    ways: &Ways<'_>,
) -> Result<Content, Problem> {
    let bytes = settled(path, cap, now, ways.name)?;
    let mut content = understand(&bytes, ways)?;
    set_duplicates_aside(&mut content);
    if content.people.is_empty() && content.wrong.is_empty() {
        let message = format!(
            "{} names nobody. A file without people is not taken for a company without people",
            ways.name
        );
        return Err(
            Problem::new(ProblemClass::Malformed, "empty_file", message).hides("everybody in it")
        );
    }
    Ok(content)
}

/// Understands the bytes of a file.
pub(crate) fn understand(bytes: &[u8], ways: &Ways<'_>) -> Result<Content, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let message = format!("{} is in UTF-16; save it as UTF-8", ways.name);
        return Err(
            Problem::new(ProblemClass::Malformed, "encoding", message).hides("everybody in it")
        );
    }
    match ways.format {
        Format::Csv => csv::read(bytes, ways),
        Format::Jsonl => Ok(jsonl::read(bytes, ways)),
        Format::Ldif => Ok(directory::read(bytes, ways)),
    }
}

/// The bytes of a file that nobody writes to at the moment.
fn settled(path: &Path, cap: u64, now: Timestamp, name: &str) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| {
        let class = match error.kind() {
            std::io::ErrorKind::PermissionDenied => ProblemClass::Permission,
            std::io::ErrorKind::NotFound => ProblemClass::Config,
            _ => ProblemClass::Transient,
        };
        let message = format!("{name} cannot be read: {}", error.kind());
        Problem::new(class, "file_unreadable", message).hides("everybody in it")
    };
    let changing = |what: &str| {
        let message = format!("{name} {what}; it is read again next time");
        Problem::new(ProblemClass::Transient, "file_changing", message).hides("everybody in it")
    };
    let before = fs::metadata(path).map_err(unreadable)?;
    if !before.is_file() {
        let message = format!("{name} is no file");
        return Err(Problem::new(ProblemClass::Config, "no_file", message).hides("everybody in it"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(cap.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > cap {
        let message = format!("{name} has more than {cap} bytes; raise max_file_bytes");
        return Err(
            Problem::new(ProblemClass::Config, "file_too_large", message).hides("everybody in it")
        );
    }
    let after = fs::metadata(path).map_err(unreadable)?;
    let modified = after.modified().ok();
    if before.len() != after.len()
        || after.len() != bytes.len() as u64
        || before.modified().ok() != modified
    {
        return Err(changing("was written while it was read"));
    }
    let written = modified.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let written = written.and_then(|at| i64::try_from(at.as_secs()).ok());
    let is_fresh = written.is_some_and(|at| now.seconds() - at < SETTLED_SECONDS);
    if is_fresh && !bytes.is_empty() && !bytes.ends_with(b"\n") {
        return Err(changing("ends in the middle of a line and was written to just now"));
    }
    Ok(bytes)
}

/// People whose id is there twice are left out, with the lines that say so: nobody can tell which
/// of them holds.
fn set_duplicates_aside(content: &mut Content) {
    let mut lines: HashMap<&str, Vec<u64>> = HashMap::new();
    for person in &content.people {
        lines.entry(&person.id).or_default().push(person.evidence.line.unwrap_or_default().into());
    }
    let twice: BTreeMap<String, Vec<u64>> = lines
        .into_iter()
        .filter(|(_, lines)| lines.len() > 1)
        .map(|(id, lines)| (id.to_owned(), lines))
        .collect();
    for lines in twice.values() {
        let (first, last) =
            (lines.first().copied().unwrap_or(1), lines.last().copied().unwrap_or(1));
        let found = format!("the id of line {first} again");
        content.wrong.push(Wrong::line(last, "duplicate_id", &found, "each id once"));
    }
    content.people.retain(|person| !twice.contains_key(&person.id));
}

/// Makes teams of the names that people's teams have, and keys people's teams by them.
fn name_teams(people: &mut [DirectoryPerson]) -> Vec<DirectoryTeam> {
    let mut teams: BTreeMap<String, DirectoryTeam> = BTreeMap::new();
    for person in people {
        let mut seen = HashSet::new();
        let names = std::mem::take(&mut person.teams);
        for name in names {
            let id = name.to_lowercase();
            if seen.insert(id.clone()) {
                let evidence = person.evidence.clone();
                teams.entry(id.clone()).or_insert_with(|| DirectoryTeam {
                    id: id.clone(),
                    name,
                    evidence,
                    ..DirectoryTeam::default()
                });
                person.teams.push(id);
            }
        }
    }
    teams.into_values().collect()
}

/// What a table's rows say together.
fn of_people(mut people: Vec<DirectoryPerson>, wrong: Vec<Wrong>) -> Content {
    resolve_managers(&mut people);
    let teams = name_teams(&mut people);
    Content { people, teams, wrong, ..Content::default() }
}
