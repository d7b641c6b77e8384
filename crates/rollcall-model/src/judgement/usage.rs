//! Whether something is used, and how that is known.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PublicId, ScopeState, Timestamp, UsageVerdict};

/// How good evidence of use is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Grade {
    /// Logs of every use, credential by credential, over the whole window.
    A,
    /// The provider's own word on the last use.
    B,
    /// The provider's word with known holes.
    C,
    /// Something that goes along with use: a workload ran, a repository was pushed to.
    D,
}

impl Grade {
    /// All grades, the best first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The number that stands for it in a snapshot; 0 stands for none.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16 + 1
    }

    /// The grade with a number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.get(usize::from(number.checked_sub(1)?)).copied()
    }

    /// The letter used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict on use, with what it was reached from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UsageJudgement {
    /// The verdict.
    pub verdict: UsageVerdict,
    /// What it says, exactly, in one sentence.
    pub says: String,
    /// Of *used*: when last. Of *unused*: the last use, or where the window begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// How good the evidence is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// How fine it is: by key, by role.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub precision: String,
    /// How many hours it lags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_hours: Option<u32>,
    /// Since when all use would have been seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when: the oldest of the readings that tell. Later than that nothing is concluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// The uses that are known, of it and of its credentials, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<SeenUse>,
    /// The scopes that would tell, and how they were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<ScopeRead>,
    /// What this evidence cannot see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind_spots: Vec<String>,
}

/// A use that is known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SeenUse {
    /// Of what: the identity itself, or a credential of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PublicId>,
    /// What people call that.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// When.
    pub at: Timestamp,
}

/// A scope that evidence comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ScopeRead {
    /// The source's name.
    pub source: String,
    /// The stream.
    pub stream: String,
    /// The realm.
    pub realm: String,
    /// The part of the realm; empty for all of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// How the last reading ended; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ScopeState>,
    /// When it was last read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_at: Option<Timestamp>,
}

impl fmt::Display for ScopeRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.stream, self.realm)?;
        if !self.part.is_empty() {
            write!(f, " {}", self.part)?;
        }
        write!(f, " ({})", self.source)
    }
}
