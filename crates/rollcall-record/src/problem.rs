//! Problems: what could not be read, and what that hides.

use rollcall_model::{ProblemClass, ScopeKey};
use serde::{Deserialize, Serialize};

use crate::Evidence;

/// Something that could not be read or understood. It is data, kept with the run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What sort of thing went wrong.
    pub class: ProblemClass,
    /// A stable word for programs, such as `access_denied` or `page_loop`.
    pub code: String,
    /// What was found, what was expected and what to do, in one or two sentences.
    pub message: String,
    /// What cannot be seen because of it, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hides: Option<String>,
    /// The scope it belongs to, if to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeKey>,
    /// The stream it belongs to, if to one but to no single scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Where: a file and line, an operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Problem {
    /// A problem of a class with a stable code.
    #[must_use]
    pub fn new(class: ProblemClass, code: &str, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.to_owned(),
            message: message.into(),
            hides: None,
            scope: None,
            stream: None,
            evidence: None,
        }
    }

    /// Says what cannot be seen because of it.
    #[must_use]
    pub fn hides(mut self, what: impl Into<String>) -> Self {
        self.hides = Some(what.into());
        self
    }

    /// Says where it was found.
    #[must_use]
    pub fn at(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// Says which stream it belongs to.
    #[must_use]
    pub fn in_stream(mut self, stream: &str) -> Self {
        self.stream = Some(stream.to_owned());
        self
    }
}
