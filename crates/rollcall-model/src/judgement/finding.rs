//! What rules say.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PublicId, Timestamp, content_hash};

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To know.
    Info,
    /// When there is time.
    Low,
    /// Soon.
    Medium,
    /// Now.
    High,
    /// Before anything else.
    Critical,
}

impl Severity {
    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A finding's id: the same rule about the same thing has the same id in every run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingId(pub String);

impl FindingId {
    /// Of a rule, its subject, and what tells several findings of the rule on one subject apart.
    #[must_use]
    pub fn new(rule: &str, subject: &str, discriminator: &str) -> Self {
        // Lengths keep the three apart, whatever they hold.
        let text = format!(
            "{}:{rule}{}:{subject}{}:{discriminator}",
            rule.len(),
            subject.len(),
            discriminator.len()
        );
        Self(content_hash(text.as_bytes()).to_string())
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a rule observes about one thing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// The rule.
    pub rule: String,
    /// The entity it is about; `None` for what is about a source as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<PublicId>,
    /// What people call that.
    pub subject_name: String,
    /// How much it matters.
    pub severity: Severity,
    /// The rule's title.
    pub title: String,
    /// What is so, in one sentence.
    pub message: String,
    /// By what that is known.
    pub evidence: Vec<String>,
    /// The time of the reading that it is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// That reading is not the newest attempt: the finding stands as it was then.
    pub frozen: bool,
    /// What to do; commands are for people to run.
    pub fix: Vec<String>,
    /// What it means in frameworks, as `framework:id`.
    pub mappings: Vec<String>,
}

/// What a rule says of an entity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Check {
    /// It applies.
    Fires {
        /// What it observes.
        finding: Box<Finding>,
    },
    /// It does not apply.
    Quiet {
        /// The guard or condition that decided.
        because: String,
    },
    /// It cannot be told.
    Undetermined {
        /// What is missing.
        because: String,
    },
}

/// A rule and what it says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: String,
    /// What it says.
    #[serde(flatten)]
    pub check: Check,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_parts_apart() {
        let id = |rule, subject, discriminator| FindingId::new(rule, subject, discriminator);
        assert_eq!(id("a", "b", "c"), id("a", "b", "c"));
        assert_ne!(id("a", "b", "c"), id("a", "bc", ""));
        assert_ne!(id("ab", "", "c"), id("a", "b", "c"));
    }
}
