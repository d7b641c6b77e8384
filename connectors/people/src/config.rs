//! The configuration of a source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rollcall_connector::directory::{DateOrder, Status, status_word};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::columns::Columns;
use crate::person::Reading;

/// As written in `[source.config]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    files: Vec<PathBuf>,
    format: Option<String>,
    realm: Option<String>,
    columns: Vec<String>,
    statuses: Vec<String>,
    date_order: Option<String>,
    delimiter: Option<String>,
    max_file_bytes: u64,
    scim_url: Option<String>,
    scim_token: Option<SecretString>,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            format: None,
            realm: None,
            columns: Vec::new(),
            statuses: Vec::new(),
            date_order: None,
            delimiter: None,
            max_file_bytes: 256 << 20,
            scim_url: None,
            scim_token: None,
        }
    }
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Csv,
    Jsonl,
    Ldif,
}

impl Format {
    fn of(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json-lines" => Some(Self::Jsonl),
            "ldif" | "ldf" => Some(Self::Ldif),
            _ => None,
        }
    }
}

/// One file of people.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    /// Its name, which is the part of its scope.
    pub(crate) name: String,
    pub(crate) format: Format,
}

/// A SCIM server.
#[derive(Clone, Debug)]
pub(crate) struct Scim {
    pub(crate) url: String,
    pub(crate) token: Option<SecretString>,
    pub(crate) realm: String,
}

/// What to read and how.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) files: Vec<Input>,
    /// The realm of what files say.
    pub(crate) realm: String,
    pub(crate) columns: Columns,
    pub(crate) reading: Reading,
    pub(crate) delimiter: Option<u8>,
    pub(crate) max_file_bytes: u64,
    pub(crate) scim: Option<Scim>,
}

impl Config {
    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let written: Written =
            serde_json::from_value(value.clone()).map_err(|error| problem(error.to_string()))?;
        let realm = written.realm.as_deref().map(str::trim).unwrap_or_default().to_lowercase();
        if written.files.is_empty() && written.scim_url.is_none() {
            return Err(problem(
                "neither `files` nor `scim_url` names anything to read".to_owned(),
            ));
        }
        if realm.is_empty() && !written.files.is_empty() {
            let message = "`files` needs a `realm`, a word for whose people they list that never changes, such as the company's domain";
            return Err(problem(message.to_owned()));
        }
        let scim = written.scim_url.map(|url| scim(url, written.scim_token, &realm)).transpose()?;
        let delimiter = written.delimiter.as_deref().map(delimiter).transpose()?;
        Ok(Self {
            files: inputs(&written.files, written.format.as_deref())?,
            columns: Columns::read(&written.columns)
                .map_err(|why| problem(format!("columns: {why}")))?,
            reading: Reading {
                order: order(written.date_order.as_deref())?,
                statuses: statuses(&written.statuses)?,
            },
            delimiter,
            max_file_bytes: written.max_file_bytes,
            realm,
            scim,
        })
    }
}

fn scim(url: String, token: Option<SecretString>, realm: &str) -> Result<Scim, Problem> {
    let rest = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default().to_lowercase();
    if host.is_empty() {
        return Err(problem(
            "scim_url is no address such as https://example.org/scim/v2".to_owned(),
        ));
    }
    let realm = if realm.is_empty() { host } else { realm.to_owned() };
    Ok(Scim { url, token, realm })
}

fn inputs(files: &[PathBuf], format: Option<&str>) -> Result<Vec<Input>, Problem> {
    let stated = format.map(|word| {
        Format::of(word)
            .ok_or_else(|| problem(format!("format {word:?} is none of csv, jsonl, ldif")))
    });
    let stated = stated.transpose()?;
    let mut names = BTreeSet::new();
    files
        .iter()
        .map(|path| {
            let shown = path.display();
            if !path.is_absolute() {
                return Err(problem(format!("{shown} is not an absolute path")));
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = name.ok_or_else(|| problem(format!("{shown} is no file")))?;
            if !names.insert(name.clone()) {
                return Err(problem(format!("two files are called {name}; their names tell them apart")));
            }
            let ending = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
            let format = stated.or_else(|| Format::of(&ending)).ok_or_else(|| {
                problem(format!("{shown}: what it is does not follow from its name; set format to csv, jsonl or ldif"))
            })?;
            Ok(Input { path: path.clone(), name, format })
        })
        .collect()
}

fn order(word: Option<&str>) -> Result<DateOrder, Problem> {
    match word {
        None | Some("ymd") => Ok(DateOrder::YearFirst),
        Some("dmy") => Ok(DateOrder::DayFirst),
        Some("mdy") => Ok(DateOrder::MonthFirst),
        Some(other) => Err(problem(format!("date_order {other:?} is none of ymd, dmy, mdy"))),
    }
}

fn delimiter(text: &str) -> Result<u8, Problem> {
    match text.as_bytes() {
        [one] => Ok(*one),
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        _ => Err(problem(format!("delimiter {text:?} is not one character, nor tab"))),
    }
}

fn statuses(texts: &[String]) -> Result<BTreeMap<String, Status>, Problem> {
    let one = |text: &String| {
        let (word, meaning) = text.split_once('=')?;
        let meaning = status_word(meaning)?;
        Some((word.trim().to_lowercase(), meaning))
    };
    texts
        .iter()
        .map(|text| {
            one(text).ok_or_else(|| {
                let meanings = "active, on_leave, suspended, left, pending";
                problem(format!(
                    "statuses: {text:?} is not word=meaning with a meaning of {meanings}"
                ))
            })
        })
        .collect()
}

fn problem(message: String) -> Problem {
    let message = format!("the configuration of this source: {message}");
    Problem::new(ProblemClass::Config, "bad_config", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_understood_is_refused() {
        for (config, said) in [
            (json!({}), "neither"),
            (json!({"files": ["/p.csv"]}), "realm"),
            (json!({"files": ["p.csv"], "realm": "a"}), "absolute"),
            (json!({"files": ["/p.dat"], "realm": "a"}), "set format"),
            (json!({"files": ["/p.csv"], "realm": "a", "format": "xlsx"}), "none of"),
            (json!({"files": ["/a/p.csv", "/b/p.csv"], "realm": "a"}), "two files"),
            (json!({"files": ["/p.csv"], "realm": "a", "columns": ["x"]}), "columns"),
            (json!({"files": ["/p.csv"], "realm": "a", "statuses": ["x=gardening"]}), "statuses"),
            (json!({"files": ["/p.csv"], "realm": "a", "date_order": "x"}), "date_order"),
            (json!({"files": ["/p.csv"], "realm": "a", "delimiter": "xy"}), "delimiter"),
            (json!({"scim_url": "nowhere"}), "scim_url"),
            (json!({"scim_url": "https://h/", "token": "x"}), "unknown field"),
        ] {
            let message = Config::read(&config).err().map(|p| p.message).unwrap_or_default();
            assert!(message.contains(said), "{said}: {message}");
        }
    }

    #[test]
    fn the_realm_is_the_configured_one_or_the_host() {
        let of = |config| Config::read(&config).unwrap().scim.unwrap().realm;
        assert_eq!(
            of(json!({"scim_url": "https://Scim.Acme.Example:8443/v2"})),
            "scim.acme.example:8443"
        );
        assert_eq!(
            of(json!({"scim_url": "https://h/v2", "realm": "Acme.Example"})),
            "acme.example"
        );
    }
}
