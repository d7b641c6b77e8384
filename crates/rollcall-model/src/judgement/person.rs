//! Whether somebody is here.

use serde::{Deserialize, Serialize};

use crate::{PresenceWord, PublicId, Timestamp};

/// Whether a person or a team is there to answer. Directories say so; nothing else does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "presence", rename_all = "snake_case")]
pub enum Presence {
    /// A person at work.
    Active,
    /// A person who is away for a while, and still here.
    OnLeave {
        /// The last day of it, where that is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// A person who is not here yet.
    Pending {
        /// The first day, where that is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Timestamp>,
    },
    /// A person whose account is switched off.
    Suspended,
    /// A person, or a team, that is not here any more.
    Left {
        /// The last day, or when it was first missing from a complete list; `None` where nobody says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// A team with at least one person who is here.
    Staffed,
    /// A team with nobody who is here.
    Empty,
    /// Every directory was read, and nobody in them has that name.
    Unheard,
    /// It cannot be told.
    Unknown {
        /// Why not.
        why: String,
    },
}

impl Presence {
    /// Whether it may be counted on: a person who is here or will be, a team with somebody in it.
    #[must_use]
    pub const fn is_here(&self) -> bool {
        matches!(self, Self::Active | Self::OnLeave { .. } | Self::Pending { .. } | Self::Staffed)
    }

    /// Whether nobody is there any more.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Suspended | Self::Left { .. } | Self::Empty)
    }

    /// The same as one word.
    #[must_use]
    pub const fn word(&self) -> PresenceWord {
        match self {
            Self::Active => PresenceWord::Active,
            Self::OnLeave { .. } => PresenceWord::OnLeave,
            Self::Pending { .. } => PresenceWord::Pending,
            Self::Suspended => PresenceWord::Suspended,
            Self::Left { .. } => PresenceWord::Left,
            Self::Staffed => PresenceWord::Staffed,
            Self::Empty => PresenceWord::Empty,
            Self::Unheard => PresenceWord::Unheard,
            Self::Unknown { .. } => PresenceWord::Unknown,
        }
    }

    /// The word used in JSON and text.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.word().as_str()
    }
}

/// Who stands behind an entity: the person of an account, or the person or team itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonJudgement {
    /// As shown.
    pub name: String,
    /// The person's or the team's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PublicId>,
    /// By what it is known to be them, the strongest first.
    pub links: Vec<PersonLink>,
    /// Whether they are here.
    pub presence: Presence,
    /// By what that is known.
    pub known_by: Vec<String>,
}

/// One thing that leads from an account to a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonLink {
    /// What it is.
    pub says: String,
    /// How sure it is, in thousandths.
    pub score: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_json() {
        for presence in [
            Presence::Active,
            Presence::OnLeave { until: None },
            Presence::Pending { from: None },
            Presence::Suspended,
            Presence::Left { since: None },
            Presence::Staffed,
            Presence::Empty,
            Presence::Unheard,
            Presence::Unknown { why: "nobody knows".to_owned() },
        ] {
            let json = serde_json::to_value(&presence).unwrap();
            assert_eq!(json["presence"], presence.as_str());
            assert!(!(presence.is_here() && presence.is_gone()));
        }
    }
}
