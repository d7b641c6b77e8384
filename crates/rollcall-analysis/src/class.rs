//! Human, service or agent.

use rollcall_model::{Authenticates, ClassJudgement, IdentityClass};

use crate::case::Case;
use crate::horizon::Horizon;

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

/// What the provider says; where it says nothing, who can sign in.
pub(crate) fn classify(case: &Case<'_>) -> Class {
    if !case.is_identity() {
        return Class::default();
    }
    if let Some(class) = case.entity.class() {
        return Class { class: Some(class), reason: "its source says so" };
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
