//! What an entity is: its type, and the class of an identity.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is not in a closed vocabulary.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found:?} is no {vocabulary}; expected one of {expected}")]
pub struct UnknownWord {
    /// The vocabulary's name, such as `entity type`.
    pub vocabulary: &'static str,
    /// What was found.
    pub found: String,
    /// The words of the vocabulary, comma-separated.
    pub expected: String,
}

impl UnknownWord {
    pub(crate) fn new(vocabulary: &'static str, found: &str, words: &[&str]) -> Self {
        Self { vocabulary, found: found.chars().take(80).collect(), expected: words.join(", ") }
    }
}

/// What an entity is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityType {
    /// Can authenticate and act.
    Identity,
    /// What proves an identity: access key, token, certificate. Never its value.
    Credential,
    /// What runs and uses identities: a deployment, a function, a workflow job.
    Workload,
    /// What access is granted to: a repository, an account, an MCP server.
    Resource,
    /// A set of identities.
    Group,
    /// A bundle of permissions: an IAM policy, a ClusterRole.
    Grant,
    /// The real human behind accounts.
    Person,
    /// A real team.
    Team,
}

impl EntityType {
    /// All types; a type's position is its number in the store.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Credential,
        Self::Workload,
        Self::Resource,
        Self::Group,
        Self::Grant,
        Self::Person,
        Self::Team,
    ];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Credential => "credential",
            Self::Workload => "workload",
            Self::Resource => "resource",
            Self::Group => "group",
            Self::Grant => "grant",
            Self::Person => "person",
            Self::Team => "team",
        }
    }

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The type with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntityType {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|t| t.as_str() == text)
            .ok_or_else(|| UnknownWord::new("entity type", text, &Self::ALL.map(Self::as_str)))
    }
}

/// The class of an identity; nothing else has one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityClass {
    /// An account that a person acts through.
    Human,
    /// A service account, role, application, job.
    Service,
    /// An AI agent.
    Agent,
}

impl IdentityClass {
    /// All classes; a class's position is its number in the store.
    pub const ALL: [Self; 3] = [Self::Human, Self::Service, Self::Agent];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Service => "service",
            Self::Agent => "agent",
        }
    }

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The class with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl fmt::Display for IdentityClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for IdentityClass {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| UnknownWord::new("identity class", text, &Self::ALL.map(Self::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_name_the_same_thing() {
        for t in EntityType::ALL {
            assert_eq!(EntityType::from_number(t.number()), Some(t));
            assert_eq!(t.as_str().parse(), Ok(t));
        }
        for c in IdentityClass::ALL {
            assert_eq!(IdentityClass::from_number(c.number()), Some(c));
            assert_eq!(c.as_str().parse(), Ok(c));
        }
        assert!("robot".parse::<IdentityClass>().is_err());
    }
}
