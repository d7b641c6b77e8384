//! Accounts at the code host: people, machines that look like people, bots.

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Sort;
use crate::plan::{Company, DAY, mix};

/// What GitHub calls an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum UserKind {
    /// A person, or a machine that signs in like one.
    User,
    /// The actor of an App.
    Bot,
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HubUser {
    /// Its numeric id, which never changes.
    pub id: u64,
    /// Its login.
    pub login: String,
    /// The name shown.
    pub name: Option<String>,
    /// The address shown.
    pub email: Option<String>,
    /// What it is.
    pub kind: UserKind,
    /// The person behind it, by number.
    pub person: Option<u64>,
    /// When it was made.
    pub created: Timestamp,
}

/// A membership of the organisation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Member {
    /// The number of the account; see [`Company::hub_user`].
    pub user: u64,
    /// Whether it is an owner of the organisation.
    pub admin: bool,
    /// Whether it has a second factor.
    pub two_factor: bool,
}

/// Somebody who was asked to join.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Invitation {
    /// Its id.
    pub id: u64,
    /// The account, where one was named.
    pub login: Option<String>,
    /// The address, where one was named.
    pub email: Option<String>,
    /// What they are to be: `direct_member` or `admin`.
    pub role: &'static str,
    /// Who asked, by number of the account.
    pub inviter: u64,
    /// When.
    pub created: Timestamp,
    /// When it ran out.
    pub failed: Option<Timestamp>,
}

/// Deleted accounts are shown as this one.
pub const GHOST: (&str, u64) = ("ghost", 10_137);

/// Bots with the ids that they have in the world: login, id, whether it is an agent.
/// Source: GitHub's `GET /users/{login}` for each.
pub const BOTS: [(&str, u64, bool); 10] = [
    ("dependabot[bot]", 49_699_333, false),
    ("github-actions[bot]", 41_898_282, false),
    ("renovate[bot]", 29_139_614, false),
    ("Copilot", 198_982_749, true),
    ("claude[bot]", 209_825_114, true),
    ("chatgpt-codex-connector[bot]", 199_175_422, true),
    ("cursor[bot]", 206_951_365, true),
    ("devin-ai-integration[bot]", 158_243_242, true),
    ("gemini-code-assist[bot]", 176_961_590, true),
    ("coderabbitai[bot]", 136_622_811, true),
];

/// Accounts that sign in like people and are machines.
const MACHINES: [&str; 2] = ["ci", "release"];
/// People of other companies who work on single repositories.
const OUTSIDERS: [&str; 4] = ["mara-fields", "teodor-lind", "agency-pixel", "jo-freelance"];

impl Company {
    /// How many accounts there are besides bots.
    pub(crate) fn hub_users(&self) -> u64 {
        self.people + (MACHINES.len() + OUTSIDERS.len()) as u64
    }

    /// The account with a number: first those of the people, then machines, then outsiders.
    #[must_use]
    pub fn hub_user(&self, number: u64) -> HubUser {
        let id = self.hub_id(Sort::User, number);
        if number < self.people {
            let person = self.person(number);
            // One in four shows an address.
            let email = mix(id).is_multiple_of(4).then(|| person.email.clone());
            return HubUser {
                id,
                login: person.login,
                name: Some(person.name),
                email,
                kind: UserKind::User,
                person: Some(number),
                created: person.joined.plus_seconds(-DAY),
            };
        }
        let at = (number - self.people) as usize;
        let login = match MACHINES.get(at) {
            Some(machine) => format!("{}-{machine}", self.name),
            None => OUTSIDERS[(at - MACHINES.len()) % OUTSIDERS.len()].to_owned(),
        };
        HubUser {
            id,
            login,
            name: None,
            email: None,
            kind: UserKind::User,
            person: None,
            created: self.spec.now.plus_seconds(-1_500 * DAY),
        }
    }

    /// The account that stands for a bot.
    pub(crate) fn hub_bot(&self, login: &str, id: u64) -> HubUser {
        HubUser {
            id,
            login: login.to_owned(),
            name: None,
            email: None,
            kind: UserKind::Bot,
            person: None,
            created: self.spec.now.plus_seconds(-1_000 * DAY),
        }
    }

    /// Whether somebody who left the company was never taken out of the organisation.
    #[must_use]
    pub fn hub_forgot(&self, person: u64) -> bool {
        !self.works_here(person) && person % 5 == self.empty_team() % 5
    }

    /// The members of the organisation: who works here, some who left and were forgotten, machines.
    #[must_use]
    pub fn hub_members(&self) -> Vec<Member> {
        let people = (0..self.people).filter(|n| self.works_here(*n) || self.hub_forgot(*n));
        let machines = self.people..self.people + MACHINES.len() as u64;
        let member = |user: u64| Member {
            user,
            admin: user < 3,
            two_factor: user < self.people && !mix(user ^ self.spec.seed).is_multiple_of(20),
        };
        people.chain(machines).map(member).collect()
    }

    /// The numbers of the accounts that are no members and have rights in some repository.
    pub(crate) fn hub_outsiders(&self) -> std::ops::Range<u64> {
        self.hub_users() - OUTSIDERS.len() as u64..self.hub_users()
    }

    /// Who was asked to join and has not.
    #[must_use]
    pub fn hub_invitations(&self) -> Vec<Invitation> {
        let ago = |days: i64| self.spec.now.plus_seconds(-days * DAY);
        let invitation =
            |n: u64, login: Option<&str>, email: Option<String>, days: i64| Invitation {
                id: self.hub_id(Sort::Invitation, n),
                login: login.map(str::to_owned),
                email,
                role: if n == 2 { "admin" } else { "direct_member" },
                inviter: n % 3,
                created: ago(days),
                failed: None,
            };
        vec![
            invitation(0, None, Some(format!("new.colleague@{}", self.domain)), 2),
            invitation(1, Some("sam-newcomer"), None, 3),
            invitation(2, None, Some("someone@agency.example".to_owned()), 5),
        ]
    }

    /// Who was asked to join, too long ago.
    #[must_use]
    pub fn hub_failed_invitations(&self) -> Vec<Invitation> {
        let created = self.spec.now.plus_seconds(-40 * DAY);
        vec![Invitation {
            id: self.hub_id(Sort::Invitation, 9),
            login: None,
            email: Some("gone@agency.example".to_owned()),
            role: "direct_member",
            inviter: 0,
            created,
            failed: Some(created.plus_seconds(7 * DAY)),
        }]
    }
}
