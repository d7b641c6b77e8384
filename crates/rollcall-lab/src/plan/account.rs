//! What an AWS account of the company holds.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use serde::Serialize;

use super::Planted;
use super::policy::{Statement, Text};

/// Who answers for something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A person, by number.
    Person(u64),
    /// A team, by number.
    Team(u64),
}

/// How far the read role gets into an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Everything can be read.
    Open,
    /// What tells of use is refused: see [`LIMITED`].
    Limited,
    /// The read role does not exist.
    Shut,
}

/// The operations that a limited account refuses.
pub const LIMITED: [&str; 4] = [
    "GenerateCredentialReport",
    "GetCredentialReport",
    "GetAccessKeyLastUsed",
    "GenerateServiceLastAccessedDetails",
];

/// An account.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// The number by which others refer to it.
    pub number: u64,
    /// Twelve digits.
    pub id: String,
    /// Its name in the organisation.
    pub name: String,
    /// `prod`, `staging`, `dev`, or `management`.
    pub environment: Text,
    /// When it joined the organisation.
    pub joined: Timestamp,
    /// How far the read role gets.
    pub entry: Entry,
    /// The team whose account it is.
    pub team: u64,
    /// Its root user.
    pub root: Root,
    /// IAM users.
    pub users: Vec<User>,
    /// IAM roles.
    pub roles: Vec<Role>,
    /// IAM groups.
    pub groups: Vec<Group>,
    /// Managed policies of its own.
    pub policies: Vec<ManagedPolicy>,
    /// OpenID Connect issuers it trusts, without scheme.
    pub issuers: Vec<(String, Timestamp)>,
}

/// The root user.
#[derive(Clone, Debug, Serialize)]
pub struct Root {
    /// When the account was made.
    pub created: Timestamp,
    /// When its active access key was made, where it has one.
    pub key: Option<Timestamp>,
    /// When its password was used last.
    pub used: Option<Timestamp>,
    /// What was planted.
    pub planted: Option<Planted>,
}

/// A use that a provider tells of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub region: Text,
    /// Of which service, by its namespace.
    pub service: Text,
}

/// An IAM role.
#[derive(Clone, Debug, Serialize)]
pub struct Role {
    /// `AROA…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: Text,
    /// When it was made.
    pub created: Timestamp,
    /// Who may take it on.
    pub trust: Vec<Statement>,
    /// Inline policies.
    pub inline: Vec<(String, Vec<Statement>)>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
    /// The ARN of its boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<Text, String>,
    /// Its last use, however long ago.
    pub used: Option<Use>,
    /// Who truly answers for it.
    pub owner: Owner,
    /// What was planted.
    pub planted: Option<Planted>,
}

/// An IAM user.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// `AIDA…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: Text,
    /// When it was made.
    pub created: Timestamp,
    /// The person who acts through it; none for programs.
    pub person: Option<u64>,
    /// Its access keys, two at most.
    pub keys: Vec<AccessKey>,
    /// Its console password.
    pub password: Option<Password>,
    /// Whether it has an MFA device, and since when.
    pub mfa: Option<Timestamp>,
    /// Its API key for Bedrock: id and when it was made.
    pub service_key: Option<(String, Timestamp)>,
    /// The names of its groups.
    pub groups: Vec<Text>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<Text, String>,
    /// Who truly answers for it.
    pub owner: Owner,
    /// What was planted.
    pub planted: Option<Planted>,
}

/// An access key.
#[derive(Clone, Debug, Serialize)]
pub struct AccessKey {
    /// `AKIA…`.
    pub id: String,
    /// Whether it works.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Its last use.
    pub used: Option<Use>,
}

/// A console password.
#[derive(Clone, Debug, Serialize)]
pub struct Password {
    /// When it was set.
    pub created: Timestamp,
    /// Its last use.
    pub used: Option<Timestamp>,
}

/// An IAM group.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// `AGPA…`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// When it was made.
    pub created: Timestamp,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
}

/// A managed policy.
#[derive(Clone, Debug, Serialize)]
pub struct ManagedPolicy {
    /// `ANPA…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it says.
    pub statements: Vec<Statement>,
}

impl Account {
    /// The ARN of something of IAM in it, such as `role/app/x`.
    #[must_use]
    pub fn arn(&self, resource: &str) -> String {
        format!("arn:aws:iam::{}:{resource}", self.id)
    }

    /// The address of its root user.
    #[must_use]
    pub fn email(&self, domain: &str) -> String {
        format!("aws+{}@{domain}", self.name)
    }

    /// How many identities it has: users, roles, and the root user. None where nobody can look.
    #[must_use]
    pub fn identities(&self) -> u64 {
        match self.entry {
            Entry::Shut => 0,
            _ => 1 + self.users.len() as u64 + self.roles.len() as u64,
        }
    }
}

impl Role {
    /// Path and name, as in its ARN.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("role{}{}", self.path, self.name)
    }

    /// Whether AWS made it and manages it.
    #[must_use]
    pub fn is_managed_by_provider(&self) -> bool {
        self.path.starts_with("/aws-service-role/") || self.path.starts_with("/aws-reserved/")
    }

    /// Whether IAM Identity Center made it for people.
    #[must_use]
    pub fn is_for_people(&self) -> bool {
        self.path.starts_with("/aws-reserved/sso.amazonaws.com/")
    }
}

impl User {
    /// Path and name, as in its ARN.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("user{}{}", self.path, self.name)
    }

    /// Whether anything can sign in as it.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.password.is_some() || self.service_key.is_some() || self.keys.iter().any(|k| k.active)
    }

    /// The latest use of any of its keys that AWS still shows by service.
    pub(crate) fn last_service(&self, now: Timestamp) -> Option<&Use> {
        let used = self.keys.iter().filter_map(|k| k.used.as_ref()).max_by_key(|u| u.at);
        super::shown(used, now)
    }

    /// The latest use of any of its keys and its password.
    #[must_use]
    pub fn last_use(&self) -> Option<Timestamp> {
        let keys = self.keys.iter().filter_map(|k| k.used.as_ref().map(|u| u.at));
        keys.chain(self.password.as_ref().and_then(|p| p.used)).max()
    }
}
