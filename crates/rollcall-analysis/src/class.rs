//! Human, service or agent.

use rollcall_model::{Authenticates, ClassJudgement, IdentityClass};

use crate::case::Case;
use crate::horizon::Horizon;
use crate::resolve::Behind;

/// A class and by what it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Class {
    pub(crate) class: Option<IdentityClass>,
    pub(crate) reason: &'static str,
}

impl Class {
    pub(crate) fn judgement(self) -> ClassJudgement {
        let reason = if self.reason.is_empty() { "it is no identity" } else { self.reason };
        ClassJudgement { class: self.class, reason: reason.to_owned() }
    }
}

/// Kinds of accounts that people sign up for themselves, and machines are given alike.
const ACCOUNTS: [&str; 1] = ["github.user"];

/// Words that accounts of machines have in their names, as whole words.
const MACHINES: [&str; 12] = [
    "automation",
    "bot",
    "build",
    "buildbot",
    "ci",
    "deploy",
    "deployer",
    "jenkins",
    "machine",
    "robot",
    "service",
    "svc",
];

/// An account whose provider does not tell people from machines: it is its person's where a directory
/// or the provider says whose it is. A name alone makes no machine; it does where every directory was
/// read and none knows the account.
fn account(case: &Case<'_>) -> Class {
    let (people, snapshot) = (&case.analysis.people, case.analysis.snapshot);
    let human = Some(IdentityClass::Human);
    match people.account(snapshot, case.node).behind {
        Behind::Human(_) => {
            return Class { class: human, reason: "it is known whose account it is" };
        }
        Behind::Several => {
            return Class { class: human, reason: "it is said to be of several people" };
        }
        Behind::Machine | Behind::Nobody => {}
    }
    let lower = case.entity.name().to_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    if !words.any(|word| MACHINES.contains(&word)) {
        return Class { class: human, reason: "it is a user account, and nothing says otherwise" };
    }
    if people.is_whole() {
        let reason = "its name is a machine's, and no directory knows whose account it is";
        return Class { class: Some(IdentityClass::Service), reason };
    }
    let reason = "its name is a machine's, and no directory was read that would tell whose it is";
    Class { class: None, reason }
}

/// What the provider says; where it says nothing, who can sign in.
pub(crate) fn classify(case: &Case<'_>) -> Class {
    if !case.is_identity() {
        return Class::default();
    }
    if let Some(class) = case.entity.class() {
        return Class { class: Some(class), reason: "its source says so" };
    }
    if ACCOUNTS.contains(&case.entity.kind()) {
        return account(case);
    }
    let human = |reason| Class { class: Some(IdentityClass::Human), reason };
    let is_persons = |c: &&crate::case::Credential<'_>| {
        c.is_live && c.facts.authenticates == Some(Authenticates::Person)
    };
    if case.credentials.iter().any(|c| is_persons(&c)) {
        return human("a person can sign in with its password");
    }
    if case.document.password_enabled == Some(true) {
        return human("it has a password to sign in with");
    }
    let streams = case.analysis.knowledge.sign_in_streams(case.entity.provider());
    let is_known = Horizon::new(case.analysis, case.entity, streams).any().is_some();
    if is_known || case.document.password_enabled == Some(false) {
        let reason = "nobody can sign in as it, only programs can use its credentials";
        return Class { class: Some(IdentityClass::Service), reason };
    }
    Class { class: None, reason: "whether a person can sign in as it was not read" }
}
