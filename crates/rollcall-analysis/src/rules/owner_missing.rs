//! Nobody answers for an identity that programs or agents act with.
//!
//! It fires for an identity of class service or agent that can be used, a week after it was made,
//! when no tag, label, CODEOWNERS line or other signal names anybody with a score of 500 or more.
//! Where it is not known when it was made, it is judged at once.
//!
//! It does not fire
//!
//! - for people's own accounts: a person answers for their own;
//! - for what the provider made and manages, and for what cannot be removed;
//! - where the owner is known and gone: `owner-departed` and `owner-team-empty` say that;
//! - where the streams that would name an owner were not read to their end: it is then undetermined.
//!
//! While those streams cannot be read again, the answer stays that of the last complete reading: no
//! new finding appears, and no week passes.

use rollcall_model::{IdentityClass, OwnerState, Severity};

use super::{Answer, Rule, Shown, decide, identity, live};
use crate::case::Case;
use crate::own::explain;
use crate::text::{DAY, day};

pub(super) const RULE: Rule = Rule {
    id: "owner-missing",
    title: "No accountable owner",
    severity: Severity::Medium,
    fix: &[
        (
            "",
            "Name an owner where it is made: a tag or label `owner`, a line of CODEOWNERS for its file.",
        ),
        (
            "aws.iam-role",
            "AWS role: `aws iam tag-role --role-name ROLE --tags Key=owner,Value=TEAM`",
        ),
        (
            "aws.iam-user",
            "AWS user: `aws iam tag-user --user-name USER --tags Key=owner,Value=TEAM`",
        ),
        (
            "kubernetes.",
            "Kubernetes: `kubectl -n NAMESPACE annotate serviceaccount NAME owner=TEAM`",
        ),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:GV.RR-02",
        "nist-csf@2.0:ID.AM-08",
        "nist-800-53@r5:CM-8(4)",
        "nist-800-53@r5:AC-2",
        "cis-controls@8.1:5.5",
        "pci-dss@4.0.1:7.2.5.1",
    ],
    source: include_str!("owner_missing.rs"),
    check,
    show,
};

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        identity(case)?;
        match case.class.class {
            Some(IdentityClass::Service | IdentityClass::Agent) => {}
            Some(IdentityClass::Human) => {
                return Err(Answer::Quiet("it is a person's own account"));
            }
            None => {
                return Err(Answer::Undetermined("whether a person acts with it is not known"));
            }
        }
        match case.owner.state {
            OwnerState::Unowned => {}
            OwnerState::Orphaned => return Err(Answer::Quiet("its owner is known, and gone")),
            OwnerState::Undetermined => {
                return Err(Answer::Undetermined("what would name an owner was not read"));
            }
            _ => return Err(Answer::Quiet("somebody is named")),
        }
        live(case)?;
        let grace = case.analysis.settings.grace_days * DAY;
        let until = case.owner.as_of.unwrap_or(case.analysis.now);
        if case.entity.created_at().is_some_and(|made| made.plus_seconds(grace) > until) {
            return Err(Answer::Quiet("it is new, in its days of grace"));
        }
        Ok(())
    })
}

fn show(case: &Case<'_>) -> Shown {
    let owner = explain(case);
    let made = match case.entity.created_at() {
        Some(at) => format!("made on {}", day(at)),
        None => "when it was made is not known".to_owned(),
    };
    let mut evidence = owner.tried;
    evidence.push(made);
    Shown {
        message: format!("{}: {}", case.entity.name(), owner.says),
        evidence,
        as_of: owner.as_of,
        frozen: case.described.is_frozen(),
        severity: None,
    }
}
