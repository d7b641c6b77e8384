//! How a call failed.

use std::collections::BTreeMap;
use std::time::Duration;

use rollcall_model::ProblemClass;
use rollcall_record::{Evidence, Problem};
use serde::{Deserialize, Serialize};

/// Why a call gave no answer. The class decides what becomes of its scope, the code is stable and
/// for programs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What sort of thing went wrong.
    pub class: ProblemClass,
    /// A stable word for programs: `forbidden`, `not_found`, `truncated_body`…
    pub code: String,
    /// What happened, for people. Never holds a body or a credential.
    pub message: String,
    /// The HTTP status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long the provider asks us to wait.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "milliseconds")]
    pub retry_after: Option<Duration>,
    /// The headers of the refusal that [`super::HttpClient::keeping`] named, in lowercase.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

impl CallError {
    /// An error of a class with a stable code.
    #[must_use]
    pub fn new(class: ProblemClass, code: &str, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.to_owned(),
            message: message.into(),
            status: None,
            retry_after: None,
            headers: BTreeMap::new(),
        }
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets how long the provider asks us to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Sets the headers that were kept.
    #[must_use]
    pub fn with_headers(mut self, headers: BTreeMap<String, String>) -> Self {
        self.headers = headers;
        self
    }

    /// Whether trying again may help: faults that pass, being told to slow down, and a body that
    /// broke off (malformed when it stays so, but usually a broken connection).
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self.class, ProblemClass::Transient | ProblemClass::RateLimited)
            || self.code == "truncated_body"
    }

    /// The problem it is, with the operation as its evidence.
    #[must_use]
    pub fn into_problem(self, operation: &str) -> Problem {
        Problem::from(self)
            .at(Evidence { operation: Some(operation.to_owned()), ..Evidence::default() })
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        Self::new(error.class, &error.code, error.message)
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        wait: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        wait.map(|w| u64::try_from(w.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_being_written_down() {
        let error = CallError::new(ProblemClass::RateLimited, "rate_limited", "slow down")
            .with_status(429)
            .with_retry_after(Some(Duration::from_millis(1500)));
        let line = serde_json::to_string(&error).unwrap();
        assert!(line.ends_with(r#""status":429,"retry_after":1500}"#), "{line}");
        assert_eq!(serde_json::from_str::<CallError>(&line).unwrap(), error);
        let bare = CallError::new(ProblemClass::Bug, "x", "y");
        let line = serde_json::to_string(&bare).unwrap();
        assert_eq!(serde_json::from_str::<CallError>(&line).unwrap(), bare);
    }

    #[test]
    fn a_problem_names_the_operation() {
        let problem =
            CallError::new(ProblemClass::Permission, "forbidden", "no").into_problem("GET /x");
        assert_eq!(problem.class, ProblemClass::Permission);
        assert_eq!(problem.evidence.unwrap().operation.unwrap(), "GET /x");
    }
}
