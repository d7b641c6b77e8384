//! The words of derived columns: what the analysis concluded, and that it has not yet.
//!
//! Each word list is in the order of the numbers that stand for the words in the snapshot.

use rollcall_model::{AccessLevel, Timestamp};
pub use rollcall_model::{OwnerState, PresenceWord, Standing, UsageVerdict};

pub(crate) const OWNER_WORDS: &[&str] = OwnerState::WORDS;
pub(crate) const USAGE_WORDS: &[&str] = UsageVerdict::WORDS;
pub(crate) const PRESENCE_WORDS: &[&str] = PresenceWord::WORDS;
pub(crate) const STANDING_WORDS: &[&str] = Standing::WORDS;

/// How many tiers of resources there are; tier 0 matters most.
pub const TIERS: usize = 4;

/// How many levels of access there are.
pub(crate) const LEVELS: usize = 5;

/// The levels in their order, with their words.
pub const LEVEL_WORDS: [(AccessLevel, &str); LEVELS] = [
    (AccessLevel::Read, "read"),
    (AccessLevel::Write, "write"),
    (AccessLevel::Deploy, "deploy"),
    (AccessLevel::Admin, "admin"),
    (AccessLevel::Secrets, "secrets"),
];

/// What an entity can get to: levels of access per tier of resources.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Reach(u32);

impl Reach {
    const KNOWN: u32 = 1 << 31;
    const UNDETERMINED: u32 = 1 << 30;

    /// The analysis has not looked at it yet.
    pub const PENDING: Self = Self(0);
    /// What would be needed to tell was not read.
    pub const UNDETERMINED_REACH: Self = Self(Self::UNDETERMINED);
    /// It is known that it reaches nothing.
    pub const NOTHING: Self = Self(Self::KNOWN);

    /// The same with one more level in one tier; tiers from [`TIERS`] on count as the last.
    #[must_use]
    pub fn with(self, tier: usize, level: AccessLevel) -> Self {
        Self(
            self.0 & !Self::UNDETERMINED
                | Self::KNOWN
                | 1 << (tier.min(TIERS - 1) * LEVELS + level as usize),
        )
    }

    /// The highest level in a tier.
    #[must_use]
    pub fn highest(self, tier: usize) -> Option<AccessLevel> {
        LEVEL_WORDS
            .iter()
            .rev()
            .map(|(level, _)| *level)
            .find(|level| tier < TIERS && self.0 >> (tier * LEVELS + *level as usize) & 1 == 1)
    }

    /// Whether the analysis has answered: it is neither pending nor undetermined.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 & Self::KNOWN != 0
    }

    pub(crate) const fn code(self) -> u32 {
        self.0
    }

    pub(crate) const fn from_code(code: u32) -> Self {
        Self(code)
    }

    /// The values of the facet that a code has, as a mask over [`REACH_WORDS`].
    pub(crate) fn facet_mask(code: u32) -> u32 {
        if code & Self::KNOWN == 0 {
            return if code & Self::UNDETERMINED == 0 { 1 << 30 } else { 1 << 31 };
        }
        let combinations = code & ((1 << (TIERS * LEVELS)) - 1);
        if combinations == 0 {
            return 1 << 29;
        }
        let mut mask = combinations;
        for tier in 0..TIERS {
            let levels = combinations >> (tier * LEVELS) & ((1 << LEVELS) - 1);
            mask |= levels << (TIERS * LEVELS);
            mask |= u32::from(levels != 0) << (TIERS * LEVELS + LEVELS + tier);
        }
        mask
    }
}

/// The words of the facet `reach`: a level in a tier, a level in any tier, any level in a tier.
pub(crate) const REACH_WORDS: &[&str] = &[
    "tier0/read",
    "tier0/write",
    "tier0/deploy",
    "tier0/admin",
    "tier0/secrets",
    "tier1/read",
    "tier1/write",
    "tier1/deploy",
    "tier1/admin",
    "tier1/secrets",
    "tier2/read",
    "tier2/write",
    "tier2/deploy",
    "tier2/admin",
    "tier2/secrets",
    "tier3/read",
    "tier3/write",
    "tier3/deploy",
    "tier3/admin",
    "tier3/secrets",
    "read",
    "write",
    "deploy",
    "admin",
    "secrets",
    "tier0",
    "tier1",
    "tier2",
    "tier3",
    "nothing",
    "pending",
    "undetermined",
];

/// Where the words of levels in any tier begin in [`REACH_WORDS`].
pub(crate) const REACH_LEVELS: usize = TIERS * LEVELS;

/// What the analysis concluded about one entity. The default is *pending* throughout.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Derived {
    /// Whether somebody answers for it.
    pub owner_state: OwnerState,
    /// Who, as shown; empty for nobody.
    pub owner: String,
    /// Which team; empty for none.
    pub team: String,
    /// How sure, in thousandths.
    pub score: u16,
    /// Whether it is used.
    pub usage: UsageVerdict,
    /// The point in time that the verdict speaks of.
    pub usage_at: Option<Timestamp>,
    /// The grade of the verdict's evidence; the caller's number.
    pub usage_grade: u16,
    /// The rules that have an open finding about it; `None` while the rules have not run.
    pub findings: Option<Vec<String>>,
    /// What it can get to.
    pub reach: Reach,
    /// How long it lasts.
    pub standing: Standing,
    /// Whether the person or team itself is here; of anything else, whether who answers for it is.
    pub presence: PresenceWord,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_name_the_same_thing() {
        for (level, word) in LEVEL_WORDS {
            assert_eq!(REACH_WORDS[REACH_LEVELS + level as usize], word);
        }
    }

    #[test]
    fn reach_knows_pending_from_nothing() {
        let words = |reach: Reach| -> Vec<&str> {
            let mask = Reach::facet_mask(reach.code());
            (0..32).filter(|i| mask >> i & 1 == 1).map(|i| REACH_WORDS[i]).collect()
        };
        assert_eq!(words(Reach::PENDING), ["pending"]);
        assert_eq!(words(Reach::NOTHING), ["nothing"]);
        assert_eq!(words(Reach::UNDETERMINED_REACH), ["undetermined"]);
        let reach = Reach::default().with(1, AccessLevel::Admin).with(1, AccessLevel::Read);
        assert_eq!(words(reach), ["tier1/read", "tier1/admin", "read", "admin", "tier1"]);
        assert_eq!(reach.highest(1), Some(AccessLevel::Admin));
        assert_eq!(reach.highest(0), None);
    }
}
