//! People and teams. Both are functions of their number: nothing is kept.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::draw::{DAY, Domain, Draw};
use super::{Company, names};

/// A person. `id` never changes; everything else may.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Person {
    /// The number by which others refer to the person.
    pub number: u64,
    /// The directory's id.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// The address at the company's domain.
    pub email: String,
    /// The login at the code host.
    pub login: String,
    /// The number of the team.
    pub team: u64,
    /// The number of the manager; none for the first person.
    pub manager: Option<u64>,
    /// The first day.
    pub joined: Timestamp,
    /// The last day, of those who left.
    pub left: Option<Timestamp>,
}

impl Person {
    /// Whether the person works here.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.left.is_none()
    }
}

/// A team.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Team {
    /// The number by which others refer to it.
    pub number: u64,
    /// Its short name, as in tags and CODEOWNERS.
    pub slug: String,
    /// The number of the person who leads it; may have left.
    pub lead: u64,
}

impl Company {
    /// The person with a number below [`Company::people`].
    #[must_use]
    pub fn person(&self, number: u64) -> Person {
        let mut draw = Draw::new(self.spec.seed, Domain::Person, number);
        let (first, last) = (draw.pick(names::FIRST), draw.pick(names::LAST));
        // Names repeat; numbers do not.
        let handle = format!("{}.{}{number}", first.to_lowercase(), last.to_lowercase());
        let now = self.spec.now;
        let joined = draw.ago(now, 2_600, 120);
        let team = self.team_of(number);
        let gone = self.has_left(number, &mut draw);
        let left = gone.then(|| {
            let employed = ((now.seconds() - joined.seconds()) / DAY - 30).clamp(20, 500);
            draw.ago(now, employed, 10)
        });
        let left = left.or_else(|| self.departed.get(&number).copied());
        Person {
            number,
            id: format!("p-{number:07}"),
            name: format!("{first} {last}"),
            email: format!("{handle}@{}", self.domain),
            login: handle.replace('.', "-"),
            team,
            manager: (number > 0).then(|| (number - 1) / 6),
            joined,
            left,
        }
    }

    /// Everybody, leavers included.
    pub fn everybody(&self) -> impl Iterator<Item = Person> {
        (0..self.people).map(|number| self.person(number))
    }

    /// The team with a number below [`Company::teams`].
    #[must_use]
    pub fn team(&self, number: u64) -> Team {
        let base = names::TEAMS[number as usize % names::TEAMS.len()];
        let round = number / names::TEAMS.len() as u64;
        let slug = if round == 0 { base.to_owned() } else { format!("{base}-{}", round + 1) };
        Team { number, slug, lead: number }
    }

    /// All teams.
    pub fn all_teams(&self) -> impl Iterator<Item = Team> {
        (0..self.teams).map(|number| self.team(number))
    }

    /// The members of a team, by number; some may have left.
    pub fn members(&self, team: u64) -> impl Iterator<Item = u64> {
        (team..self.people).step_by(self.teams.max(1) as usize)
    }

    /// The team from which everybody has left.
    #[must_use]
    pub const fn empty_team(&self) -> u64 {
        self.teams - 1
    }

    /// The first person from `number` on, in a circle, who works here.
    #[must_use]
    pub fn someone_active(&self, number: u64) -> u64 {
        (0..self.people)
            .map(|step| (number + step) % self.people)
            .find(|n| self.works_here(*n))
            .unwrap_or(0)
    }

    /// The first person from `number` on, in a circle, who has left.
    #[must_use]
    pub fn someone_gone(&self, number: u64) -> u64 {
        // The members of the empty team have all left, so there is one.
        (0..self.people)
            .map(|step| (number + step) % self.people)
            .find(|n| !self.works_here(*n))
            .unwrap_or(self.empty_team())
    }

    /// Whether a person works here.
    #[must_use]
    pub fn works_here(&self, number: u64) -> bool {
        self.person(number).is_active()
    }

    /// Whether a team has anyone left.
    #[must_use]
    pub fn is_staffed(&self, team: u64) -> bool {
        self.members(team).any(|n| self.works_here(n))
    }

    fn team_of(&self, person: u64) -> u64 {
        person % self.teams
    }

    fn has_left(&self, number: u64, draw: &mut Draw) -> bool {
        let drawn = draw.chance(80);
        // Leads stay, but for the empty team's.
        let leads = number < self.teams;
        self.team_of(number) == self.empty_team() || (drawn && !leads)
    }
}
