//! What company is wanted.

use std::fmt;
use std::str::FromStr;

use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

/// The smallest and the largest company, in identities.
pub const SIZES: std::ops::RangeInclusive<u64> = 50..=2_000_000;

/// What sort of company it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archetype {
    /// Few accounts, one large repository, owners mostly unwritten.
    StartupMonorepo,
    /// Many accounts, many repositories, owners mostly written, boundaries everywhere.
    RegulatedBank,
    /// Agents and MCP servers in most repositories.
    AgentHeavyLab,
}

impl Archetype {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::StartupMonorepo, Self::RegulatedBank, Self::AgentHeavyLab];

    /// The word used in options and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StartupMonorepo => "startup_monorepo",
            Self::RegulatedBank => "regulated_bank",
            Self::AgentHeavyLab => "agent_heavy_lab",
        }
    }
}

impl fmt::Display for Archetype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Archetype {
    type Err = LabError;

    fn from_str(text: &str) -> Result<Self, LabError> {
        Self::ALL
            .into_iter()
            .find(|a| a.as_str() == text)
            .ok_or_else(|| LabError::Archetype(text.chars().take(40).collect()))
    }
}

/// Everything a company follows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Spec {
    /// Another seed is another company.
    pub seed: u64,
    /// How many identities it has, exactly.
    pub size: u64,
    /// What sort of company it is.
    pub archetype: Archetype,
    /// When it is looked at. Nothing in it happens later.
    pub now: Timestamp,
}

/// What can go wrong in the lab.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A size outside [`SIZES`].
    #[error("a company of {0} identities cannot be made; from 50 to 2000000 can")]
    Size(u64),
    /// An archetype there is not.
    #[error("{0:?} is no archetype; there are startup_monorepo, regulated_bank, agent_heavy_lab")]
    Archetype(String),
    /// An event there is not, or that the company has nothing for.
    #[error("{0}")]
    Event(String),
    /// A file could not be written or a port not be opened.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A key or a line that cannot be made; a mistake in the lab.
    #[error("the lab made something that cannot be: {0}")]
    Bug(String),
}

impl LabError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Size(_) => "lab_size",
            Self::Archetype(_) => "lab_archetype",
            Self::Event(_) => "lab_event",
            Self::Io { .. } => "lab_io",
            Self::Bug(_) => "lab_bug",
        }
    }
}
