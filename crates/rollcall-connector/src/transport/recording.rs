//! Writing down what our structs kept of each answer, and serving it again.
//!
//! One JSON object a line: `{"connector","operation","params","ok"}` or `…"error"}`. There are no
//! bodies, headers or tokens: `ok` is what the connector's own type kept.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{CallError, Recording};

#[derive(Debug)]
pub(crate) enum Recorder {
    Off,
    Write(Writer),
    Read(Reader),
}

#[derive(Debug)]
pub(crate) struct Writer {
    connector: String,
    path: PathBuf,
    file: Mutex<File>,
}

#[derive(Debug)]
pub(crate) struct Reader {
    path: PathBuf,
    answers: Mutex<Answers>,
}

type Answers = HashMap<(String, String), VecDeque<Result<Box<RawValue>, CallError>>>;

#[derive(Serialize)]
struct WrittenLine<'a, T> {
    connector: &'a str,
    operation: &'a str,
    params: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<&'a T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a CallError>,
}

#[derive(Deserialize)]
struct ReadLine {
    connector: String,
    operation: String,
    params: String,
    ok: Option<Box<RawValue>>,
    error: Option<CallError>,
}

impl Recorder {
    pub(crate) fn open(connector: &str, recording: &Recording) -> Result<Self, Problem> {
        let failed = |path: &Path, error: std::io::Error| {
            Problem::new(
                ProblemClass::Config,
                "recording_file",
                format!("the recording {} cannot be opened: {error}", path.display()),
            )
        };
        match recording {
            Recording::Off => Ok(Self::Off),
            Recording::Record(path) => {
                let file = append_private(path).map_err(|e| failed(path, e))?;
                Ok(Self::Write(Writer {
                    connector: connector.to_owned(),
                    path: path.clone(),
                    file: Mutex::new(file),
                }))
            }
            Recording::Replay(path) => {
                let file = File::open(path).map_err(|e| failed(path, e))?;
                let answers = read_answers(connector, path, BufReader::new(file))?;
                Ok(Self::Read(Reader { path: path.clone(), answers: Mutex::new(answers) }))
            }
        }
    }
}

impl Writer {
    pub(crate) fn write<T: Serialize>(
        &self,
        operation: &str,
        params: &str,
        outcome: &Result<T, CallError>,
    ) -> Result<(), CallError> {
        let line = WrittenLine {
            connector: &self.connector,
            operation,
            params,
            ok: outcome.as_ref().ok(),
            error: outcome.as_ref().err(),
        };
        let failed = |why: String| {
            CallError::new(
                ProblemClass::Config,
                "recording_file",
                format!("the recording {} cannot be written: {why}", self.path.display()),
            )
        };
        let mut bytes = serde_json::to_vec(&line).map_err(|e| failed(e.to_string()))?;
        bytes.push(b'\n');
        // One write a line, so that several writers of one file do not mix their lines.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&bytes).map_err(|e| failed(e.to_string()))
    }
}

impl Reader {
    pub(crate) fn next<T: DeserializeOwned>(
        &self,
        operation: &str,
        params: &str,
    ) -> Result<T, CallError> {
        let key = (operation.to_owned(), params.to_owned());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let next = answers.get_mut(&key).map(VecDeque::pop_front);
        drop(answers);
        let missing = |what: &str| {
            CallError::new(
                ProblemClass::Config,
                "not_recorded",
                format!("{what} {operation} ({params}) in the recording {}", self.path.display()),
            )
        };
        match next {
            Some(Some(Ok(value))) => serde_json::from_str(value.get()).map_err(|e| {
                CallError::new(
                    ProblemClass::Malformed,
                    "bad_recording",
                    format!("the recorded answer to {operation} ({params}) does not fit: {e}"),
                )
            }),
            Some(Some(Err(error))) => Err(error),
            Some(None) => Err(missing("there is no further answer to")),
            None => Err(missing("there is no answer to")),
        }
    }
}

fn append_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // A file that was there before keeps its mode otherwise.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

fn read_answers(connector: &str, path: &Path, lines: impl BufRead) -> Result<Answers, Problem> {
    let mut answers = Answers::new();
    for (index, line) in lines.lines().enumerate() {
        let bad = |why: String| {
            let place = format!("{}, line {}", path.display(), index + 1);
            Problem::new(ProblemClass::Malformed, "bad_recording", format!("{place}: {why}"))
        };
        let line = line.map_err(|e| bad(e.to_string()))?;
        let line: ReadLine = serde_json::from_str(&line).map_err(|e| bad(e.to_string()))?;
        if line.connector != connector {
            continue;
        }
        let outcome = match (line.ok, line.error) {
            (_, Some(error)) => Err(error),
            (Some(value), None) => Ok(value),
            // `null` is what a type that keeps nothing serialises to.
            (None, None) => Ok(RawValue::NULL.to_owned()),
        };
        answers.entry((line.operation, line.params)).or_default().push_back(outcome);
    }
    Ok(answers)
}
