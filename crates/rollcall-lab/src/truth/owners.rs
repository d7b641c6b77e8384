//! Who answers for something, and by what that can be known.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::plan::{Company, Owner, Person, Status};

/// Everybody's addresses and every team's name.
pub(super) struct People {
    emails: HashMap<String, (u64, bool)>,
    teams: HashMap<String, (u64, bool)>,
}

/// Something that tells who answers.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// `tag`, `codeowners`, `label`, `name`, `federation`, `history`.
    pub(super) source: &'static str,
    /// What it says.
    pub(super) says: String,
    /// Whom that is.
    pub(super) who: Option<Owner>,
    /// Whether that person works here, or that team has members.
    pub(super) active: bool,
    /// Whether it says so outright; what does not is a hint.
    pub(super) outright: bool,
}

/// What all evidence together amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Someone who is there is named outright.
    Known,
    /// A person is named outright and has left.
    PersonGone,
    /// A team is named outright and has no members.
    TeamEmpty,
    /// A name that nobody has, or hints only.
    Hinted,
    /// Nothing.
    Nothing,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::PersonGone => "person_gone",
            Self::TeamEmpty => "team_empty",
            Self::Hinted => "hinted",
            Self::Nothing => "nothing",
        }
    }
}

impl People {
    pub(super) fn new(company: &Company) -> Self {
        // Someone who was renamed still answers to the address of before.
        let emails = company.everybody().flat_map(|p| {
            let known = (p.number, works_here(&p));
            [Some(p.email), p.former_email].into_iter().flatten().map(move |e| (e, known))
        });
        let teams = company.all_teams().map(|t| (t.slug, (t.number, company.is_staffed(t.number))));
        Self { emails: emails.collect(), teams: teams.collect() }
    }

    /// What a text that names an owner outright says.
    pub(super) fn outright(&self, source: &'static str, says: &str) -> Evidence {
        let person = self.emails.get(says).map(|(n, active)| (Owner::Person(*n), *active));
        let found = person.or(self.teams.get(says).map(|(n, active)| (Owner::Team(*n), *active)));
        Evidence {
            source,
            says: says.to_owned(),
            who: found.map(|(who, _)| who),
            active: found.is_some_and(|(_, active)| active),
            outright: true,
        }
    }

    /// The evidence of tags or labels.
    pub(super) fn tags<K: AsRef<str> + Ord>(
        &self,
        source: &'static str,
        tags: &BTreeMap<K, String>,
    ) -> Vec<Evidence> {
        tags.iter()
            .filter(|(name, _)| ["owner", "team"].contains(&name.as_ref()))
            .map(|(_, says)| self.outright(source, says))
            .collect()
    }

    /// A hint at an owner.
    pub(super) fn hint(&self, source: &'static str, says: &str) -> Evidence {
        Evidence { outright: false, ..self.outright(source, says) }
    }

    /// What an owner of the plan is called.
    pub(super) fn owner(company: &Company, owner: Owner) -> Value {
        match owner {
            Owner::Person(n) => {
                let person = company.person(n);
                json!({"person": person.email, "active": works_here(&person)})
            }
            Owner::Team(n) => {
                json!({"team": company.team(n).slug, "active": company.is_staffed(n)})
            }
        }
    }
}

/// Whether somebody is there to answer: employed, on leave or not, and not switched off.
pub(super) fn works_here(person: &Person) -> bool {
    presence(person) == "active" || presence(person) == "on_leave"
}

/// Whether somebody is there, in the words of the judgements. Of somebody whose last day has passed
/// it does not matter that nobody switched the account off.
pub(super) fn presence(person: &Person) -> &'static str {
    match (person.left, person.status) {
        (Some(_), _) | (None, Status::Left) => "left",
        (None, Status::Suspended) => "suspended",
        (None, Status::OnLeave) => "on_leave",
        (None, Status::Active) => "active",
    }
}

/// What evidence amounts to.
pub(super) fn state(evidence: &[Evidence]) -> State {
    let outright = || evidence.iter().filter(|e| e.outright);
    if outright().any(|e| e.active) {
        return State::Known;
    }
    match outright().find_map(|e| e.who) {
        Some(Owner::Person(_)) => State::PersonGone,
        Some(Owner::Team(_)) => State::TeamEmpty,
        None if evidence.is_empty() => State::Nothing,
        None => State::Hinted,
    }
}

pub(super) fn json_of(evidence: &[Evidence]) -> Value {
    let one = |e: &Evidence| {
        json!({
            "source": e.source, "says": e.says, "outright": e.outright,
            "resolves": e.who.is_some(), "active": e.active,
        })
    };
    evidence.iter().map(one).collect()
}
