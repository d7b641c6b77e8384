//! What a company may set.

use std::collections::BTreeMap;

use rollcall_model::OwnerRole;

use crate::text::plain;

/// What the analysis goes by. Weights are in thousandths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Not used for so many days is unused.
    pub unused_days: i64,
    /// Never used and younger than so many days is too young to tell.
    pub young_days: i64,
    /// So many days after it was made somebody must answer for an identity.
    pub grace_days: i64,
    /// Names of tags, labels and annotations that name an owner, with what for. Case and `-_ .:/` do
    /// not matter.
    pub owner_tags: BTreeMap<String, OwnerRole>,
    /// Values of tags that say something is kept for rare use.
    pub reserve_tags: Vec<String>,
    /// What a tag that names an owner weighs.
    pub tag_weight: u16,
    /// In how many days a tag loses half of that.
    pub tag_half_life_days: u32,
    /// What a line of CODEOWNERS for the defining file weighs.
    pub codeowners_weight: u16,
    /// What a line weighs that is only the fallback for everything no other line names.
    pub codeowners_fallback_weight: u16,
    /// What it weighs that a credential is of somebody's own account, or the account their own.
    pub binding_weight: u16,
    /// What the manager of an owner who has left weighs.
    pub succession_weight: u16,
    /// In how many days after the last day that loses half.
    pub succession_half_life_days: u32,
    /// What is left of a signal about what uses an identity, or whose credential it is.
    pub propagated: u16,
    /// From this score on somebody counts as owner.
    pub owner_score: u16,
    /// Candidates for one role whose scores differ by no more are contested.
    pub contested_within: u16,
    /// How often each source is read, in seconds.
    pub intervals: BTreeMap<String, i64>,
    /// How often a source is read that `intervals` does not name, in seconds.
    pub default_interval: i64,
    /// A directory read longer ago than so many seconds tells nothing of who is here.
    pub directory_max_age: i64,
}

impl Default for Settings {
    fn default() -> Self {
        use OwnerRole::{Accountable, Business, Technical};
        let owner_tags = [
            ("owner", Accountable),
            ("owneremail", Accountable),
            ("ownedby", Accountable),
            ("contact", Accountable),
            ("contactemail", Accountable),
            ("team", Technical),
            ("teamname", Technical),
            ("squad", Technical),
            ("maintainer", Technical),
            ("maintainers", Technical),
            ("technicalowner", Technical),
            ("businessowner", Business),
            ("productowner", Business),
        ];
        let reserve = [
            "breakglass",
            "emergency",
            "emergencyaccess",
            "disasterrecovery",
            "dr",
            "annual",
            "yearly",
            "standby",
        ];
        Self {
            unused_days: 90,
            young_days: 30,
            grace_days: 7,
            owner_tags: owner_tags.map(|(name, role)| (name.to_owned(), role)).into(),
            reserve_tags: reserve.map(str::to_owned).to_vec(),
            tag_weight: 750,
            tag_half_life_days: 365,
            codeowners_weight: 750,
            codeowners_fallback_weight: 200,
            binding_weight: 950,
            succession_weight: 400,
            succession_half_life_days: 90,
            propagated: 800,
            owner_score: 500,
            contested_within: 100,
            intervals: BTreeMap::new(),
            default_interval: 86_400,
            directory_max_age: 86_400,
        }
    }
}

impl Settings {
    /// Adds the name of a tag that names who is accountable.
    pub fn add_owner_tag(&mut self, name: &str) {
        self.owner_tags.insert(plain(name), OwnerRole::Accountable);
    }

    /// How often a source is read, in seconds.
    #[must_use]
    pub fn interval(&self, source: &str) -> i64 {
        self.intervals.get(source).copied().unwrap_or(self.default_interval)
    }
}
