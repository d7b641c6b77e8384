//! People and teams. Both are functions of their number: nothing is kept.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::draw::{DAY, Domain, Draw};
use super::{Company, names};

/// What the directory says of whether somebody works here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// At work.
    Active,
    /// Away for a while, and still employed.
    OnLeave,
    /// The account is switched off.
    Suspended,
    /// No longer employed.
    Left,
}

impl Status {
    /// The word used in directories.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::OnLeave => "on_leave",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }
}

/// How somebody is employed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Employment {
    /// Without an end.
    Employee,
    /// By a contract, mostly with an end date.
    Contractor,
}

impl Employment {
    /// The word used in directories.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Contractor => "contractor",
        }
    }
}

/// A leave of absence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Leave {
    /// Since when, in the past.
    pub from: Timestamp,
    /// Until when, in the future.
    pub until: Timestamp,
}

/// An employment before the present one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Earlier {
    /// The directory's id of then: the same as now, or that of an entry which is still there as left.
    pub id: String,
    /// The first day.
    pub joined: Timestamp,
    /// The last day.
    pub left: Timestamp,
}

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
    /// The address before the last name changed; mail to it still arrives.
    pub former_email: Option<String>,
    /// The login at the code host.
    pub login: String,
    /// The number of the team.
    pub team: u64,
    /// The team that the person was in before. A directory says nothing of it.
    pub former_team: Option<u64>,
    /// The number of the manager; none for the first person.
    pub manager: Option<u64>,
    /// The first day, of those who came back that of the present employment.
    pub joined: Timestamp,
    /// The last day, of those who left. That of a contractor may be all that tells: nobody switched
    /// the account off, and the status is still active.
    pub left: Option<Timestamp>,
    /// The last day that lies ahead, of contractors.
    pub ends: Option<Timestamp>,
    /// The leave, of those who are on one.
    pub leave: Option<Leave>,
    /// What the directory says.
    pub status: Status,
    /// How the person is employed.
    pub employment: Employment,
    /// The employment before, of those who came back.
    pub earlier: Option<Earlier>,
}

impl Person {
    /// Whether the person works here, on leave or not.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.left.is_none() && matches!(self.status, Status::Active | Status::OnLeave)
    }

    /// The address that stands where nobody has changed it since: in tags, in old commits.
    #[must_use]
    pub fn written_email(&self) -> &str {
        self.former_email.as_deref().unwrap_or(&self.email)
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
    /// The team that it is in.
    pub parent: Option<u64>,
}

impl Company {
    /// The person with a number below [`Company::people`].
    #[must_use]
    pub fn person(&self, number: u64) -> Person {
        let mut draw = Draw::new(self.spec.seed, Domain::Person, number);
        let (first, last) = (draw.pick(names::FIRST), draw.pick(names::LAST));
        // Names repeat; numbers do not.
        let handle = format!("{}.{}{number}", first.to_lowercase(), last.to_lowercase());
        let joined = draw.ago(self.spec.now, 2_600, 120);
        let mut person = Person {
            number,
            id: format!("p-{number:07}"),
            name: format!("{first} {last}"),
            email: format!("{handle}@{}", self.domain),
            former_email: None,
            login: handle.replace('.', "-"),
            team: self.team_of(number),
            former_team: None,
            manager: (number > 0).then(|| (number - 1) / 6),
            joined,
            left: None,
            ends: None,
            leave: None,
            status: Status::Active,
            employment: Employment::Employee,
            earlier: None,
        };
        if number >= self.natural_people {
            self.play(&mut person);
        } else {
            self.live(&mut person, &mut draw);
        }
        if person.left.is_none()
            && let Some(at) = self.departed.get(&number)
        {
            person.leave_for_good(*at);
        }
        person
    }

    /// Everybody, leavers included.
    pub fn everybody(&self) -> impl Iterator<Item = Person> {
        (0..self.people).map(|number| self.person(number))
    }

    /// The team with a number of [`Company::all_teams`].
    #[must_use]
    pub fn team(&self, number: u64) -> Team {
        if let Some(team) = self.cast_team(number) {
            return team;
        }
        let base = names::TEAMS[number as usize % names::TEAMS.len()];
        let round = number / names::TEAMS.len() as u64;
        let slug = if round == 0 { base.to_owned() } else { format!("{base}-{}", round + 1) };
        Team { number, slug, lead: number, parent: None }
    }

    /// All teams.
    pub fn all_teams(&self) -> impl Iterator<Item = Team> {
        (0..self.all_team_count()).map(|number| self.team(number))
    }

    /// The people of a team itself, by number; some may have left.
    pub fn members(&self, team: u64) -> impl Iterator<Item = u64> {
        // Those of a team beyond the natural ones are all of its cast.
        let natural = team..if team < self.teams { self.natural_people } else { team };
        let cast = self.natural_people..self.people;
        natural
            .step_by(self.teams.max(1) as usize)
            .chain(cast.filter(move |number| self.team_of(*number) == team))
    }

    /// The team from which everybody has left.
    #[must_use]
    pub const fn empty_team(&self) -> u64 {
        self.teams - 1
    }

    /// The first person from `number` on, in a circle, who works here.
    #[must_use]
    pub fn someone_active(&self, number: u64) -> u64 {
        (0..self.natural_people)
            .map(|step| (number + step) % self.natural_people)
            .find(|n| self.works_here(*n))
            .unwrap_or(0)
    }

    /// The first person from `number` on, in a circle, who has left.
    #[must_use]
    pub fn someone_gone(&self, number: u64) -> u64 {
        // The members of the empty team have all left, so there is one.
        (0..self.natural_people)
            .map(|step| (number + step) % self.natural_people)
            .find(|n| self.person(*n).status == Status::Left)
            .unwrap_or(self.empty_team())
    }

    /// Whether a person works here.
    #[must_use]
    pub fn works_here(&self, number: u64) -> bool {
        self.person(number).is_active()
    }

    /// Whether a team has anyone left, in itself or in the teams within it.
    #[must_use]
    pub fn is_staffed(&self, team: u64) -> bool {
        let within = self.teams_in(team).flat_map(|team| self.members(team));
        self.members(team).chain(within).any(|n| self.works_here(n))
    }

    /// The teams within a team.
    pub fn teams_in(&self, team: u64) -> impl Iterator<Item = u64> {
        // Only teams of pairs have any.
        let first = if team < self.teams { u64::MAX } else { self.teams };
        (first..self.all_team_count()).filter(move |n| self.team(*n).parent == Some(team))
    }

    pub(crate) fn team_of(&self, person: u64) -> u64 {
        self.cast_team_of(person).unwrap_or(person % self.teams)
    }

    /// What happens to a person in the years.
    fn live(&self, person: &mut Person, draw: &mut Draw) {
        let now = self.spec.now;
        let (number, joined) = (person.number, person.joined);
        let drawn = draw.chance(80);
        // Leads stay, but for the empty team's.
        let leads = number < self.teams;
        if self.team_of(number) == self.empty_team() || (drawn && !leads) {
            let employed = ((now.seconds() - joined.seconds()) / DAY - 30).clamp(20, 500);
            let at = draw.ago(now, employed, 10);
            return person.leave_for_good(at);
        }
        let mut draw = Draw::new(self.spec.seed, Domain::Person, number | 1 << 40);
        let ahead = |draw: &mut Draw| now.plus_seconds((20 + draw.below(200).cast_signed()) * DAY);
        match draw.below(100) {
            0..=3 => {
                person.status = Status::OnLeave;
                person.leave = Some(Leave { from: draw.ago(now, 90, 5), until: ahead(&mut draw) });
            }
            4..=9 => {
                person.employment = Employment::Contractor;
                person.ends = Some(ahead(&mut draw));
            }
            10..=11 if !leads => {
                person.employment = Employment::Contractor;
                person.left = Some(draw.ago(now, 60, 5));
            }
            12..=14 => person.come_back(draw.chance(500)),
            15..=18 => person.rename(draw.pick(names::LAST), &self.domain),
            19..=22 => person.former_team = Some((person.team + 1) % (self.teams - 1)),
            23 if !leads => person.status = Status::Suspended,
            _ => {}
        }
    }
}

impl Person {
    pub(crate) fn leave_for_good(&mut self, at: Timestamp) {
        self.left = Some(at);
        self.status = Status::Left;
        (self.leave, self.ends) = (None, None);
    }

    /// Was here before, left, and came back: under the old entry of the directory or under a new one.
    pub(crate) fn come_back(&mut self, same_entry: bool) {
        let days = |n: u64| -n.cast_signed() * DAY;
        let left = self.joined.plus_seconds(days(60 + self.number % 200));
        let joined = left.plus_seconds(days(400 + self.number % 700));
        let id = if same_entry { self.id.clone() } else { format!("{}-before", self.id) };
        self.earlier = Some(Earlier { id, joined, left });
    }

    /// Had another last name before; the login stayed.
    pub(crate) fn rename(&mut self, before: &str, domain: &str) {
        let first = self.name.split(' ').next().unwrap_or_default().to_lowercase();
        // The word in the middle keeps it apart from the address of today, whatever was drawn.
        let handle = format!("{first}.{}-was{}", before.to_lowercase(), self.number);
        self.former_email = Some(format!("{handle}@{domain}"));
    }
}
