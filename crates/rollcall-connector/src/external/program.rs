//! Which program to start, and within which bounds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// A program that speaks the protocol.
#[derive(Clone)]
pub struct ExternalProgram {
    /// The program: a path, or a name that is looked up in `search_path`.
    pub program: PathBuf,
    /// What comes before `spec`, `check` or `sync` on its command line.
    pub args: Vec<String>,
    /// Its `PATH`. Nothing else of our own environment is handed on.
    pub search_path: String,
    /// Further variables it gets.
    pub environment: BTreeMap<String, SecretString>,
    /// Where it starts; our own working directory when absent.
    pub directory: Option<PathBuf>,
    /// How long a line of its output may be, in bytes.
    pub max_line_bytes: usize,
    /// How many lines that are no proper record end a reading.
    pub max_broken_lines: u64,
    /// How long `spec` and `check` may take.
    pub answer_timeout: Duration,
    /// How long `sync` may say nothing.
    pub silence_timeout: Duration,
    /// How long it may stay after closing its output.
    pub exit_timeout: Duration,
}

impl ExternalProgram {
    /// A program with the default bounds.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            search_path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
            environment: BTreeMap::new(),
            directory: None,
            max_line_bytes: 8 << 20,
            max_broken_lines: 100,
            answer_timeout: Duration::from_mins(5),
            silence_timeout: Duration::from_mins(15),
            exit_timeout: Duration::from_secs(10),
        }
    }

    /// The same with arguments.
    #[must_use]
    pub fn with_args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// What people call it: the program's file name.
    pub(super) fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or(self.program.as_os_str());
        name.to_string_lossy().into_owned()
    }
}

impl fmt::Debug for ExternalProgram {
    /// Arguments and environment are left out: they may hold what is private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalProgram").field("program", &self.program).finish_non_exhaustive()
    }
}
