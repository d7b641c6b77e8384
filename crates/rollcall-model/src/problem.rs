//! Problem classes, and the one table from a class to a scope's state.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ScopeState, UnknownWord};

/// What sort of thing went wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemClass {
    /// The configuration is wrong.
    Config,
    /// The credential may not do this.
    Permission,
    /// The provider does not offer this here: a feature that is off, a plan, an emulator.
    Unsupported,
    /// Told to slow down for longer than the run lasts.
    RateLimited,
    /// A fault that may pass: time-out, 5xx, broken connection.
    Transient,
    /// An answer that is not what the provider documents.
    Malformed,
    /// Stopped on purpose.
    Cancelled,
    /// rollcall is wrong.
    Bug,
}

impl ProblemClass {
    /// All classes.
    pub const ALL: [Self; 8] = [
        Self::Config,
        Self::Permission,
        Self::Unsupported,
        Self::RateLimited,
        Self::Transient,
        Self::Malformed,
        Self::Cancelled,
        Self::Bug,
    ];

    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Permission => "permission",
            Self::Unsupported => "unsupported",
            Self::RateLimited => "rate_limited",
            Self::Transient => "transient",
            Self::Malformed => "malformed",
            Self::Cancelled => "cancelled",
            Self::Bug => "bug",
        }
    }

    /// The state of a scope whose reading ended with this problem, given whether anything of it had
    /// been read before. This is the one table; exit codes follow from states.
    #[must_use]
    pub const fn scope_state(self, anything_read: bool) -> ScopeState {
        match (self, anything_read) {
            (Self::Permission, false) => ScopeState::Forbidden,
            (Self::Unsupported, false) => ScopeState::Skipped,
            (_, true) => ScopeState::Partial,
            (_, false) => ScopeState::Failed,
        }
    }
}

impl fmt::Display for ProblemClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProblemClass {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| UnknownWord::new("problem class", text, &Self::ALL.map(Self::as_str)))
    }
}

/// How a command that read sources ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExitCode {
    /// Every scope that was not skipped by configuration is complete.
    Complete = 0,
    /// Nothing could run.
    Nothing = 1,
    /// Some scopes are not complete.
    Incomplete = 2,
}

impl ExitCode {
    /// The code for a set of scope states, leaving out what configuration skips.
    pub fn of(states: impl IntoIterator<Item = ScopeState>) -> Self {
        let (mut read, mut incomplete) = (false, false);
        for state in states {
            read |= matches!(
                state,
                ScopeState::Complete | ScopeState::Partial | ScopeState::Superseded
            );
            incomplete |= state != ScopeState::Complete;
        }
        match (incomplete, read) {
            (false, _) => Self::Complete,
            (true, true) => Self::Incomplete,
            (true, false) => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScopeState::{Complete, Failed, Forbidden, Partial};

    #[test]
    fn permission_is_not_failure_and_neither_is_empty() {
        assert_eq!(ProblemClass::Permission.scope_state(false), Forbidden);
        assert_eq!(ProblemClass::Permission.scope_state(true), Partial);
        assert_eq!(ProblemClass::Transient.scope_state(false), Failed);
    }

    #[test]
    fn exit_codes_follow_from_states() {
        assert_eq!(ExitCode::of([Complete, Complete]), ExitCode::Complete);
        assert_eq!(ExitCode::of([Complete, Partial]), ExitCode::Incomplete);
        assert_eq!(ExitCode::of([Partial]), ExitCode::Incomplete);
        assert_eq!(ExitCode::of([Failed, Forbidden]), ExitCode::Nothing);
        assert_eq!(ExitCode::of([]), ExitCode::Complete);
    }
}
