//! Scopes: the smallest things that are listed as a whole, and how a reading of one ended.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::UnknownWord;

/// The smallest thing that is listed as a whole: a stream in a realm, or finer where the provider
/// lists finer. The unit of completeness.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ScopeKey {
    /// The stream, such as `deploy-keys`.
    pub stream: String,
    /// The realm by its immutable id.
    pub realm: String,
    /// What is listed within the realm where that is finer than the realm: a repository, a region,
    /// a file. Empty for the whole realm.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
}

impl ScopeKey {
    /// A scope that is a whole realm.
    #[must_use]
    pub fn realm(stream: &str, realm: &str) -> Self {
        Self { stream: stream.to_owned(), realm: realm.to_owned(), part: String::new() }
    }

    /// A scope that is a part of a realm.
    #[must_use]
    pub fn part(stream: &str, realm: &str, part: &str) -> Self {
        Self { stream: stream.to_owned(), realm: realm.to_owned(), part: part.to_owned() }
    }
}

impl fmt::Display for ScopeKey {
    /// For people: `stream realm` or `stream realm part`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.stream, self.realm)?;
        if !self.part.is_empty() {
            write!(f, " {}", self.part)?;
        }
        Ok(())
    }
}

/// Whether a reading lists everything or only what changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// Everything there is; what is not listed is gone.
    #[default]
    Full,
    /// Only changes; absence says nothing.
    Delta,
}

/// How the reading of a scope ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeState {
    /// Read to its end. The only state that can retire anything.
    Complete,
    /// Some of it was read.
    Partial,
    /// None of it could be read.
    Failed,
    /// The credential may not read it.
    Forbidden,
    /// Not read: switched off, or not offered by this provider.
    Skipped,
    /// A newer reading took its place.
    Superseded,
}

impl ScopeState {
    /// All states; a state's position is its number in the store.
    pub const ALL: [Self; 6] = [
        Self::Complete,
        Self::Partial,
        Self::Failed,
        Self::Forbidden,
        Self::Skipped,
        Self::Superseded,
    ];

    /// The word used in JSON and text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Forbidden => "forbidden",
            Self::Skipped => "skipped",
            Self::Superseded => "superseded",
        }
    }

    /// The number that stands for it in the store; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The state with a store number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl fmt::Display for ScopeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ScopeState {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| UnknownWord::new("scope state", text, &Self::ALL.map(Self::as_str)))
    }
}

/// What the credential could see while a scope was read: permissions, app repository selection,
/// token scopes, roots. When a later reading has lost one of them, nothing in the scope retires
/// until a human confirms.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Visibility(pub BTreeSet<String>);

impl Visibility {
    /// From any list of capabilities.
    pub fn of<S: Into<String>>(capabilities: impl IntoIterator<Item = S>) -> Self {
        Self(capabilities.into_iter().map(Into::into).collect())
    }

    /// What `self` had and `now` lacks.
    #[must_use]
    pub fn lost_in(&self, now: &Self) -> Vec<String> {
        self.0.difference(&now.0).cloned().collect()
    }

    /// Everything seen by either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_capability_is_named() {
        let wide = Visibility::of(["contents:read", "members:read"]);
        let narrow = Visibility::of(["contents:read", "secrets:read"]);
        assert_eq!(wide.lost_in(&narrow), ["members:read"]);
        assert!(narrow.lost_in(&wide.union(&narrow)).is_empty());
    }
}
