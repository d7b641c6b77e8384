//! The team that answers for it has nobody in it who is here.
//!
//! It fires for an identity that programs or agents act with, when everybody who is named with a score
//! of 500 or more is gone and a team is among them: it has no member who is here, or it is not there any
//! more itself.
//!
//! The people of a team are its members, those of all teams within it, and those of the same team in
//! another system, where a directory says that the two are the same. A member that is an account counts
//! as the person it belongs to. Somebody on leave is here; somebody who is suspended or left is not.
//!
//! It does not fire
//!
//! - where a team within it has somebody;
//! - where a member is an account of which no directory says whose it is: it may be anybody's;
//! - where the members were not read to their end within a day, or the people were not: it is then
//!   undetermined, and `inventory-gap` names what could not be read;
//! - where anybody else who is named is here, and where only people are named: `owner-departed` says
//!   that.

use rollcall_model::{CandidateSort, OwnerCandidate, Severity};

use super::owner_departed::{departed, evidence_of, named, orphaned, owned_by_others};
use super::{Answer, Rule, Shown, decide, live};
use crate::case::Case;
use crate::own::explain;

pub(super) const RULE: Rule = Rule {
    id: "owner-team-empty",
    title: "Owning team has no active members",
    severity: Severity::Medium,
    fix: &[
        (
            "",
            "Find the team that does its work now, and write it where the empty one stands: the tag, the \
         line of CODEOWNERS.",
        ),
        ("", "Where the team is to stay, give it people in the directory."),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:GV.RR-02",
        "nist-800-53@r5:PS-5",
        "cis-controls@8.1:5.5",
    ],
    source: include_str!("owner_team_empty.rs"),
    check,
    show,
};

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        owned_by_others(case)?;
        orphaned(case)?;
        if departed(case).next().is_some() {
            return Err(Answer::Quiet("people are named who left"));
        }
        if empty(case).next().is_none() {
            return Err(Answer::Quiet("no team is named"));
        }
        live(case)
    })
}

fn empty<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c OwnerCandidate> {
    named(case).filter(|c| c.sort == CandidateSort::Team && c.presence.is_gone())
}

fn show(case: &Case<'_>) -> Shown {
    let owner = explain(case);
    Shown {
        message: format!("{}: {}", case.entity.name(), owner.says),
        evidence: empty(case).flat_map(evidence_of).collect(),
        as_of: owner.as_of,
        frozen: case.described.is_frozen(),
        severity: None,
    }
}
