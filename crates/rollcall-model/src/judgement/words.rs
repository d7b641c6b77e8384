//! The words of verdicts. Each list is in the order of the numbers that stand for the words.

use serde::{Deserialize, Serialize};

/// Whether somebody answers for an entity.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum OwnerState {
    /// The analysis has not looked at it yet.
    #[default]
    Pending,
    /// A human said so.
    Confirmed,
    /// Assigned, not acknowledged.
    Assigned,
    /// The evidence suggests somebody.
    Suggested,
    /// The evidence suggests several alike.
    Contested,
    /// The owner or the parent is gone.
    Orphaned,
    /// Nothing points to anybody.
    Unowned,
    /// What would be needed to tell was not read.
    Undetermined,
}

impl OwnerState {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Confirmed,
        Self::Assigned,
        Self::Suggested,
        Self::Contested,
        Self::Orphaned,
        Self::Unowned,
        Self::Undetermined,
    ];

    /// Their words.
    pub const WORDS: &[&str] = &[
        "pending",
        "confirmed",
        "assigned",
        "suggested",
        "contested",
        "orphaned",
        "unowned",
        "undetermined",
    ];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or_default()
    }
}

/// Whether an entity is used.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum UsageVerdict {
    /// The analysis has not looked at it yet.
    #[default]
    Pending,
    /// Used within the days that count as use.
    Used,
    /// Watched, and not used in those days.
    Unused,
    /// Watched since it was created, and never used.
    NeverUsed,
    /// Not used yet, and too new to tell.
    TooYoung,
    /// No evidence of use can be had.
    Unobservable,
    /// Not asked: it is nothing that is used.
    Undetermined,
}

impl UsageVerdict {
    /// All verdicts, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Used,
        Self::Unused,
        Self::NeverUsed,
        Self::TooYoung,
        Self::Unobservable,
        Self::Undetermined,
    ];

    /// Their words.
    pub const WORDS: &[&str] =
        &["pending", "used", "unused", "never_used", "too_young", "unobservable", "undetermined"];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or_default()
    }
}

/// How long a grant or a credential lasts.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The analysis has not looked at it yet.
    #[default]
    Pending,
    /// Until somebody takes it away.
    Standing,
    /// Ends by itself.
    Expiring,
    /// Exists only while it is used.
    PerSession,
    /// Cannot be told.
    Unknown,
}

impl Standing {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Standing, Self::Expiring, Self::PerSession, Self::Unknown];

    /// Their words.
    pub const WORDS: &[&str] = &["pending", "standing", "expiring", "per_session", "unknown"];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or_default()
    }
}

/// Whether a person or a team is here, as one word.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PresenceWord {
    /// Not asked, or nothing is known that could be asked.
    #[default]
    Undetermined,
    /// Nobody is named.
    None,
    /// At work.
    Active,
    /// Away for a while.
    OnLeave,
    /// Not here yet.
    Pending,
    /// The account is switched off.
    Suspended,
    /// Not here any more.
    Left,
    /// A team with people.
    Staffed,
    /// A team without.
    Empty,
    /// In no directory.
    Unheard,
    /// It cannot be told.
    Unknown,
}

impl PresenceWord {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Undetermined,
        Self::None,
        Self::Active,
        Self::OnLeave,
        Self::Pending,
        Self::Suspended,
        Self::Left,
        Self::Staffed,
        Self::Empty,
        Self::Unheard,
        Self::Unknown,
    ];

    /// Their words.
    pub const WORDS: &[&str] = &[
        "undetermined",
        "none",
        "active",
        "on_leave",
        "pending",
        "suspended",
        "left",
        "staffed",
        "empty",
        "unheard",
        "unknown",
    ];

    /// The word used in JSON, queries and text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_words_and_json_name_the_same_thing() {
        let json = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        for (i, state) in OwnerState::ALL.into_iter().enumerate() {
            assert_eq!((state as usize, state.as_str()), (i, OwnerState::WORDS[i]));
            assert_eq!(json(serde_json::to_value(state).unwrap()), state.as_str());
        }
        for (i, verdict) in UsageVerdict::ALL.into_iter().enumerate() {
            assert_eq!((verdict as usize, verdict.as_str()), (i, UsageVerdict::WORDS[i]));
            assert_eq!(json(serde_json::to_value(verdict).unwrap()), verdict.as_str());
        }
        for (i, presence) in PresenceWord::ALL.into_iter().enumerate() {
            assert_eq!((presence as usize, presence.as_str()), (i, PresenceWord::WORDS[i]));
            assert_eq!(json(serde_json::to_value(presence).unwrap()), presence.as_str());
        }
        for (i, standing) in Standing::ALL.into_iter().enumerate() {
            assert_eq!((standing as usize, standing.as_str()), (i, Standing::WORDS[i]));
            assert_eq!(json(serde_json::to_value(standing).unwrap()), standing.as_str());
        }
    }
}
