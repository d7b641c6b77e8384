//! Why a server could not be had.

use std::path::Path;

/// Why a server could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// Something that the tests need is not installed.
    #[error("{what} was not found; `make setup-tests` installs it")]
    Missing {
        /// What, and where it was looked for.
        what: String,
    },
    /// A program ended, or did not come up, with what it said last.
    #[error("{program} failed: {reason}\n{output}")]
    Program {
        /// Its name.
        program: String,
        /// What happened.
        reason: String,
        /// The end of what it printed.
        output: String,
    },
    /// A file, a folder or a socket.
    #[error("{what}: {error}")]
    Io {
        /// What was attempted.
        what: String,
        /// The system's answer.
        error: std::io::Error,
    },
    /// The caller asked for something that this crate refuses.
    #[error("{0}")]
    Refused(String),
}

impl TestError {
    /// For `map_err`: says what was attempted.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }

    /// A program that failed, with the end of its log file.
    pub(crate) fn program(program: &str, reason: impl Into<String>, log: &Path) -> Self {
        let text = std::fs::read(log).unwrap_or_default();
        Self::Program {
            program: program.to_owned(),
            reason: reason.into(),
            output: tail(&String::from_utf8_lossy(&text)),
        }
    }
}

/// The last twenty lines.
pub(crate) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
