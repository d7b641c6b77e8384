//! The people and teams of pairs: for each side of a pair one person, and a team where the pair is
//! about teams. The two people of a pair differ in one field, names, ids and times aside.

use super::draw::DAY;
use super::pairs::Defect;
use super::people::{Employment, Leave, Status};
use super::{Company, Person, Team};

/// A pair with people of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cast {
    pub(crate) defect: Defect,
    pub(crate) round: u64,
    /// The number of the first of its teams: that of the defect, of the twin, and one within each.
    pub(crate) teams: Option<u64>,
}

/// Teams of a pair that is about teams.
const TEAMS: u64 = 4;

/// The pairs with people of their own, with teams numbered from `first` on.
pub(crate) fn cast(pairs: &[(Defect, u64)], first: u64) -> Vec<Cast> {
    use Defect::{ContractorEnded, OwnerCameBack, OwnerMoved, OwnerRenamed, OwnerSuspended};
    let mut next = first;
    let one = |(defect, round): &(Defect, u64)| {
        let teams = match defect {
            OwnerSuspended | ContractorEnded | OwnerCameBack | OwnerRenamed | OwnerMoved => None,
            Defect::TeamNested | Defect::TeamOnLeave => {
                next += TEAMS;
                Some(next - TEAMS)
            }
            _ => return None,
        };
        Some(Cast { defect: *defect, round: *round, teams })
    };
    pairs.iter().filter_map(one).collect()
}

impl Company {
    /// What a person was planned for, and for which side.
    fn part_of(&self, person: u64) -> Option<(u64, &Cast, bool)> {
        let at = person.checked_sub(self.natural_people)?;
        Some((at / 2, self.cast.get((at / 2) as usize)?, at % 2 == 1))
    }

    /// The team of somebody who was planned for a pair.
    pub(crate) fn cast_team_of(&self, person: u64) -> Option<u64> {
        let (pair, cast, twin) = self.part_of(person)?;
        let side = |first: u64| first + u64::from(twin);
        Some(match (cast.teams, cast.defect) {
            (Some(first), Defect::TeamNested) => side(first) + 2,
            (Some(first), _) => side(first),
            // Never the team that everybody has left.
            (None, _) => pair % (self.teams - 1),
        })
    }

    /// The pair's person and team, of one side.
    pub(crate) fn cast_of(&self, defect: Defect, round: u64, twin: bool) -> (u64, u64) {
        let is_it = |c: &Cast| c.defect == defect && c.round == round;
        let at = self.cast.iter().position(is_it).unwrap_or(0);
        let team = self.cast.get(at).and_then(|c| c.teams).unwrap_or(0);
        (self.natural_people + 2 * at as u64 + u64::from(twin), team + u64::from(twin))
    }

    /// How many teams there are, those of pairs included.
    #[must_use]
    pub fn all_team_count(&self) -> u64 {
        let teams = self.cast.iter().rev().find_map(|c| c.teams);
        teams.map_or(self.teams, |first| first + TEAMS)
    }

    /// A team of a pair.
    pub(crate) fn cast_team(&self, number: u64) -> Option<Team> {
        let at = number.checked_sub(self.teams)?;
        let (pair, place) = (at / TEAMS, at % TEAMS);
        let word = if place < 2 { "guild" } else { "circle" };
        let side = if place % 2 == 1 { "b" } else { "a" };
        let of = |c: &Cast| c.teams == Some(number - place);
        let first = self.cast.iter().position(of).unwrap_or(0) as u64 * 2 + self.natural_people;
        Some(Team {
            number,
            slug: format!("{word}-{pair}{side}"),
            lead: first + place % 2,
            parent: (place >= 2).then(|| number - 2),
        })
    }

    /// Gives a person the part in a pair.
    pub(crate) fn play(&self, person: &mut Person) {
        let Some((_, cast, twin)) = self.part_of(person.number) else { return };
        let now = self.spec.now;
        let days = |n: i64| now.plus_seconds(n * DAY);
        let gone = days(-40);
        match cast.defect {
            Defect::OwnerSuspended | Defect::TeamOnLeave if twin => {
                person.status = Status::OnLeave;
                person.leave = Some(Leave { from: days(-30), until: days(60) });
            }
            Defect::OwnerSuspended | Defect::TeamOnLeave => person.status = Status::Suspended,
            Defect::ContractorEnded => {
                person.employment = Employment::Contractor;
                (person.left, person.ends) =
                    if twin { (None, Some(days(30))) } else { (Some(days(-30)), None) };
            }
            Defect::OwnerCameBack => {
                person.joined = days(-200);
                person.come_back(cast.round.is_multiple_of(2));
            }
            Defect::OwnerRenamed => person.rename("before", &self.domain),
            Defect::OwnerMoved => {
                person.former_team = Some((person.team + 1) % (self.teams - 1));
            }
            _ => {}
        }
        use Defect::{OwnerCameBack, OwnerMoved, OwnerRenamed, TeamNested};
        if !twin && [OwnerCameBack, OwnerMoved, OwnerRenamed, TeamNested].contains(&cast.defect) {
            person.leave_for_good(gone);
        }
    }
}
