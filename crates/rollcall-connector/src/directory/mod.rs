//! People and teams as directories say them: one shape, one set of attributes, one way into
//! records, whatever the directory. A directory is the authority on who is here.
//!
//! A connector fills a [`DirectoryPerson`] from its provider's answer and hands on the records of
//! [`Directory::person`]. References that a person answers to: `email` (authority: the domain) of
//! every address, and `<provider>.user-id` (authority: the realm).

mod dates;
mod extra;
mod kinds;
mod login;
mod records;
mod source;
mod status;
mod words;

pub use dates::{DateOrder, day, read_date, read_file_time, read_generalized_time};
pub use extra::Extra;
pub use kinds::{directory_stream, person_kind, team_kind};
pub use login::{LoginSystem, email_reference};
pub use records::Directory;
pub use source::{
    DELETED_USERS, DirectoryApi, DirectoryReading, DirectorySource, GROUP_MEMBERS, GROUPS, Listed,
    Member, USERS, end, nobody, permission, whole,
};
pub use status::{Period, Status};
pub use words::{employment_word, status_word};

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use rollcall_record::Evidence;

/// A person as a directory says it. What the directory does not say is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DirectoryPerson {
    /// The directory's immutable id.
    pub id: String,
    /// What people call her or him; the id where empty.
    pub name: String,
    /// The main address.
    pub email: Option<String>,
    /// Further addresses and aliases.
    pub other_emails: Vec<String>,
    /// The name under which she or he signs in, system by system.
    pub logins: BTreeMap<LoginSystem, String>,
    /// The job title.
    pub title: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// `employee`, `contractor` or another word of [`employment_word`].
    pub employment: Option<String>,
    /// What the directory says of the status itself, without a look at dates.
    pub stated: Option<Status>,
    /// Start, end and leave.
    pub period: Period,
    /// When the directory's entry was made.
    pub created_at: Option<Timestamp>,
    /// Whom she or he reports to.
    pub manager: Option<Manager>,
    /// The native ids of the teams she or he is said to be in, where the person's own entry says so.
    pub teams: Vec<String>,
    /// Where this is stated.
    pub evidence: Evidence,
}

/// How a directory names somebody's manager.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Manager {
    /// By the directory's id in the same realm.
    Id(String),
    /// By an e-mail address.
    Email(String),
    /// By words that lead to nobody for certain, such as a name.
    Words(String),
}

/// A team or group as a directory says it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DirectoryTeam {
    /// The directory's immutable id.
    pub id: String,
    /// What people call it; the id where empty.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The directory's own word for what sort of group it is.
    pub sort: Option<String>,
    /// The addresses that reach it.
    pub emails: Vec<String>,
    /// When the directory's entry was made.
    pub created_at: Option<Timestamp>,
    /// Where this is stated.
    pub evidence: Evidence,
}
