//! The entries of the directory: people, some of them twice, and teams.

use crate::plan::hub::uuid;
use crate::plan::{Company, Person, Status, mix};

/// Everything that is listed, in the order of the plan.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) people: Vec<Entry>,
    pub(super) teams: Vec<Group>,
}

/// An entry of a person.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) person: Person,
    /// The address to sign in with; a former entry of somebody has another.
    pub(super) login: String,
    /// The directory's own id in the form of each protocol.
    pub(super) scim: String,
    pub(super) okta: String,
    /// The place of the manager's entry.
    pub(super) manager: Option<usize>,
}

/// An entry of a team.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) slug: String,
    pub(super) scim: String,
    pub(super) okta: String,
    /// Places of its members.
    pub(super) members: Vec<usize>,
}

impl Entry {
    fn new(company: &Company, person: Person, number: u64, login: String) -> Self {
        let seed = company.spec.seed;
        Self {
            scim: uuid(mix(seed ^ number ^ 1 << 57), number),
            okta: okta_id("00u", seed, number),
            login,
            person,
            manager: None,
        }
    }

    /// Whether the account is switched on.
    pub(super) fn is_on(&self) -> bool {
        matches!(self.person.status, Status::Active | Status::OnLeave)
    }
}

/// An id in the form of Okta's: a prefix and seventeen letters and digits.
fn okta_id(prefix: &str, seed: u64, number: u64) -> String {
    format!("{prefix}{:010x}{number:07x}", mix(seed ^ number ^ 1 << 56) >> 24)
}

impl Entries {
    pub(super) fn of(company: &Company) -> Self {
        let mut people: Vec<Entry> = company
            .everybody()
            .map(|person| {
                let (number, login) = (person.number, person.email.clone());
                Entry::new(company, person, number, login)
            })
            .collect();
        for entry in &mut people {
            entry.manager = entry.person.manager.map(|n| n as usize);
        }
        // Those who came back under a new entry still have the old one.
        let before: Vec<Entry> = people
            .iter()
            .filter_map(|entry| {
                let person = &entry.person;
                let earlier = person.earlier.as_ref().filter(|e| e.id != person.id)?;
                let old = Person {
                    id: earlier.id.clone(),
                    joined: earlier.joined,
                    left: Some(earlier.left),
                    status: Status::Left,
                    leave: None,
                    ends: None,
                    earlier: None,
                    ..person.clone()
                };
                let login = format!("before.{}", person.email);
                Some(Entry::new(company, old, company.people + person.number, login))
            })
            .collect();
        people.extend(before);
        let teams = company
            .all_teams()
            .map(|team| Group {
                scim: uuid(mix(company.spec.seed ^ team.number ^ 1 << 55), 1 << 24 | team.number),
                okta: okta_id("00g", company.spec.seed, 1 << 24 | team.number),
                // Who left is in no team of the directory any more.
                members: company
                    .members(team.number)
                    .map(|n| n as usize)
                    .filter(|n| people[*n].is_on())
                    .collect(),
                slug: team.slug,
            })
            .collect();
        Self { people, teams }
    }

    /// The places of the teams that an entry is in.
    pub(super) fn teams_of(&self, place: usize) -> impl Iterator<Item = &Group> {
        self.teams.iter().filter(move |team| team.members.contains(&place))
    }
}
