//! `[[source]]`: one configured connector.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rollcall_engine::{Schedule, ScheduleError};
use serde_json::Value;

use super::Place;
use super::document::{Document, Node, Table};
use super::server::reference;
use crate::secret::Reference;

/// A configured source.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    /// The connector's id, or `external`.
    pub(crate) kind: String,
    pub(crate) kind_place: Place,
    /// When `rollcall serve` reads it.
    pub(crate) schedule: Schedule,
    /// The schedule is written down, not the usual one.
    pub(crate) is_scheduled: bool,
    /// A reference to the token with which another machine pushes it; none for one that is read
    /// from here.
    pub(crate) collect_token: Option<String>,
    pub(crate) skip_streams: Vec<(String, Place)>,
    /// The program, for a source of kind `external`.
    pub(crate) external: Option<External>,
    /// `[source.config]`, secrets still as references.
    pub(crate) config: BTreeMap<String, Field>,
    /// Where `[source.config]` begins, or the source where it has none.
    pub(crate) config_place: Place,
}

/// A program that speaks the connector protocol.
#[derive(Debug)]
pub(crate) struct External {
    /// A path, or a name on the search path.
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// Variables it gets, each by reference.
    pub(crate) environment: BTreeMap<String, String>,
}

/// A value of `[source.config]` with its places.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) value: Value,
    pub(crate) place: Place,
    pub(crate) value_place: Place,
}

const KEYS: [&str; 10] = [
    "name",
    "kind",
    "schedule",
    "timezone",
    "skip_streams",
    "collect_token",
    "config",
    "program",
    "args",
    "environment",
];

impl Source {
    /// Whether another machine reads it and pushes what it found.
    pub(crate) const fn is_pushed(&self) -> bool {
        self.collect_token.is_some()
    }
}

/// The kind of a source that is a program of its own.
pub(crate) const EXTERNAL: &str = "external";

pub(super) fn read_all(document: &mut Document, root: &Table, folder: &Path) -> Vec<Source> {
    let Some(entry) = root.get("source") else { return Vec::new() };
    let Node::List(items) = &entry.value else {
        document.error(entry.place, "a source is written under [[source]], with two brackets");
        return Vec::new();
    };
    let mut sources: Vec<Source> = Vec::new();
    for (item, place) in items {
        let Node::Table(table) = item else {
            document.error(*place, "a source is written under [[source]]");
            continue;
        };
        let Some(source) = read(document, table, folder) else { continue };
        if sources.iter().any(|other| other.name == source.name) {
            document.error(table.place, format!("there are two sources called {:?}", source.name));
        }
        sources.push(source);
    }
    sources
}

fn read(document: &mut Document, table: &Table, folder: &Path) -> Option<Source> {
    let name = document.text(table, "[[source]]", "name");
    let section = match &name {
        Some((name, _)) => format!("source {name:?}"),
        None => "[[source]]".to_owned(),
    };
    document.known(table, &section, &KEYS);
    let kind = document.text(table, &section, "kind");
    if table.get("name").is_none() {
        document.error(table.place, "this source has no name; write name = \"…\"");
    }
    if table.get("kind").is_none() {
        document.error(table.place, format!("{section} has no kind, such as kind = \"code\""));
    }
    if let Some((name, place)) = &name {
        check_name(document, name, *place);
    }
    let collect_token = reference(document, table, &section, "collect_token");
    let schedule = schedule(document, table, &section);
    let skip_streams = document.texts(table, &section, "skip_streams");
    let config = document.table(table, &section, "config");
    let config_place = config.as_ref().map_or(table.place, |config| config.place);
    let fields = config.into_iter().flat_map(|config| config.entries).map(|entry| {
        let value = entry.value.to_json();
        (entry.name, Field { value, place: entry.place, value_place: entry.value_place })
    });
    let config = fields.collect();
    let (name, (kind, kind_place)) = (name?.0, kind?);
    let external = external(document, table, &section, &kind, folder);
    Some(Source {
        name,
        kind,
        kind_place,
        schedule,
        is_scheduled: table.get("schedule").is_some(),
        collect_token,
        skip_streams,
        external,
        config,
        config_place,
    })
}

/// An interval, or five fields with a zone; every hour where nothing is said.
fn schedule(document: &mut Document, table: &Table, section: &str) -> Schedule {
    let zone = document.text(table, section, "timezone");
    let Some((text, place)) = document.text(table, section, "schedule") else {
        if let Some((_, place)) = zone {
            let message = format!("timezone of {section} goes with a schedule of five fields");
            document.error(place, message);
        }
        return Schedule::default();
    };
    if table.get("collect_token").is_some() {
        let message = format!(
            "{section} is pushed from another machine, which keeps its own schedule; leave this out"
        );
        document.error(place, message);
    }
    match Schedule::parse(&text, zone.as_ref().map(|(zone, _)| zone.as_str())) {
        Ok(schedule) => schedule,
        Err(error) => {
            let is_zone =
                matches!(error, ScheduleError::Zone(_) | ScheduleError::ZoneOfInterval(_));
            let place = zone.filter(|_| is_zone).map_or(place, |(_, place)| place);
            document.error(place, format!("schedule of {section}: {error}"));
            Schedule::default()
        }
    }
}

fn check_name(document: &mut Document, name: &str, place: Place) {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 100 || !name.chars().all(fits) {
        let message = format!(
            "{name:?} is no name for a source; expected letters, digits, hyphens, dots and underscores"
        );
        document.error(place, message);
    }
}

fn external(
    document: &mut Document,
    table: &Table,
    section: &str,
    kind: &str,
    folder: &Path,
) -> Option<External> {
    if kind != EXTERNAL {
        for key in ["program", "args", "environment"] {
            if let Some(entry) = table.get(key) {
                let message = format!(
                    "{key} of {section} goes with kind = \"{EXTERNAL}\" only, and the kind is {kind:?}"
                );
                document.error(entry.place, message);
            }
        }
        return None;
    }
    // What another machine reads, that machine starts.
    let is_pushed = table.get("collect_token").is_some();
    if table.get("program").is_none() && !is_pushed {
        document.error(table.place, format!("{section} is external and names no program"));
    }
    if is_pushed {
        return None;
    }
    let program = document.text(table, section, "program");
    let args = document.texts(table, section, "args");
    let mut environment = BTreeMap::new();
    if let Some(variables) = document.table(table, section, "environment") {
        for entry in &variables.entries {
            let reference = match &entry.value {
                Node::Text(text) => Reference::parse(text).map(|r| r.map(|_| text.clone())),
                _ => None,
            };
            match reference {
                Some(Ok(text)) => drop(environment.insert(entry.name.clone(), text)),
                Some(Err(why)) => document.error(entry.value_place, format!("{}: {why}", entry.name)),
                None => document.error(
                    entry.value_place,
                    format!("{} in environment of {section} is no reference; expected \"env:NAME\" or \"file:PATH\"", entry.name),
                ),
            }
        }
    }
    let program = PathBuf::from(program?.0);
    // A bare name is looked up on the search path; a path starts at the configuration.
    let program = if program.components().count() > 1 { folder.join(program) } else { program };
    Some(External { program, args: args.into_iter().map(|(text, _)| text).collect(), environment })
}
