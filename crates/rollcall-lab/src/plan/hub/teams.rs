//! Teams at the code host: those of the plan, in groups of six.

use serde::{Serialize, Serializer};

use super::Sort;
use crate::plan::Company;

/// Teams below one parent.
const GROUP: u64 = 6;

/// What somebody may do with a repository, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "GitHub's own words")]
pub enum Permission {
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

impl Permission {
    /// The name of the role.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The older name of the same, as in `permission` of a team.
    #[must_use]
    pub const fn legacy(self) -> &'static str {
        match self {
            Self::Read => "pull",
            Self::Write => "push",
            other => other.role(),
        }
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.role())
    }
}

/// A team.
#[derive(Clone, Debug, Serialize)]
pub struct HubTeam {
    /// Its number; those of the plan come first, then the parents.
    pub number: u64,
    /// Its numeric id.
    pub id: u64,
    /// Its short name.
    pub slug: String,
    /// The number of the team above it.
    pub parent: Option<u64>,
    /// Whether only its members see it.
    pub secret: bool,
    /// Its own members: number of the account, whether it maintains the team.
    pub members: Vec<(u64, bool)>,
}

impl Company {
    /// The number of the first of the teams that only hold other teams.
    pub(super) fn hub_first_division(&self) -> u64 {
        self.all_team_count()
    }

    /// All teams at the code host. Only members of the organisation are in them.
    #[must_use]
    pub fn hub_teams(&self) -> Vec<HubTeam> {
        let is_member = |n: &u64| self.works_here(*n) || self.hub_forgot(*n);
        let first = self.hub_first_division();
        let planned = self.all_teams().map(|team| HubTeam {
            number: team.number,
            id: self.hub_id(Sort::Team, team.number),
            slug: team.slug,
            // Teams of pairs have the parents that the plan gives them, and no other.
            parent: match team.number < self.teams {
                true => Some(first + team.number / GROUP),
                false => team.parent,
            },
            secret: false,
            members: self
                .members(team.number)
                .filter(is_member)
                .map(|person| (person, person == team.lead))
                .collect(),
        });
        let groups = self.teams.div_ceil(GROUP);
        let parents = (0..groups).map(|n| HubTeam {
            number: first + n,
            id: self.hub_id(Sort::Team, first + n),
            slug: format!("division-{}", n + 1),
            parent: None,
            secret: false,
            members: vec![(self.someone_active(n), true)],
        });
        // One that only its members see, as of those who answer to incidents.
        let number = first + groups;
        let responders = HubTeam {
            number,
            id: self.hub_id(Sort::Team, number),
            slug: "incident-responders".to_owned(),
            parent: None,
            secret: true,
            members: vec![(0, true), (self.someone_active(self.people / 2), false)],
        };
        planned.chain(parents).chain([responders]).collect()
    }
}
