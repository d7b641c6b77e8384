//! An identity that somebody could act as was not used for 90 days.
//!
//! It fires only on evidence: the streams that tell use were read to their end, they reach back far
//! enough, and they show none. A missing answer is never "unused"; `activity-unknown` reports that.
//!
//! It does not fire
//!
//! - for what is disabled, expired, or has no live credential: nobody can act as it;
//! - for what the provider made and manages, and for what cannot be removed, such as a root user;
//! - for what a tag says is kept for rare use: break-glass, disaster recovery, once a year;
//! - for what was made within the window and never used: `stale-never-used` says that.
//!
//! Providers that count failed attempts as use make this rule late, never wrong.

use rollcall_model::{Severity, UsageVerdict};

use super::{Answer, Rule, Shown, decide, identity, live};
use crate::case::Case;
use crate::usage::explain;

pub(super) const RULE: Rule = Rule {
    id: "stale-unused",
    title: "Unused for 90 days",
    severity: Severity::Medium,
    fix: &[
        (
            "",
            "Ask its owner; disable it in a way that can be undone, watch for two weeks, then delete it.",
        ),
        (
            "aws.iam-user",
            "AWS key: `aws iam update-access-key --user-name USER --access-key-id KEY --status Inactive`",
        ),
        (
            "aws.iam-role",
            "AWS role: deny everything with an inline policy first, `aws iam put-role-policy`, and \
         `aws iam delete-role` when nothing broke.",
        ),
        ("", "What must stay for rare use: tag it `purpose = break-glass`."),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:PR.AA-01",
        "nist-csf@2.0:ID.AM-08",
        "nist-800-53@r5:AC-2(3)",
        "cis-controls@8.1:5.3",
        "cis-aws@7.0:2.11",
        "pci-dss@4.0.1:7.2.5.1",
        "mitre-attack@18.1:T1078.004",
    ],
    source: include_str!("stale_unused.rs"),
    check,
    show,
};

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        identity(case)?;
        is_stale(case, UsageVerdict::Unused)
    })
}

/// Whether the verdict is the wanted one, and nothing excuses it.
pub(super) fn is_stale(case: &Case<'_>, wanted: UsageVerdict) -> Result<(), Answer> {
    match case.usage.verdict {
        verdict if verdict == wanted => {}
        UsageVerdict::Unobservable => {
            return Err(Answer::Undetermined("its use cannot be seen"));
        }
        UsageVerdict::Used => return Err(Answer::Quiet("it is used")),
        UsageVerdict::TooYoung => return Err(Answer::Quiet("it is too young to judge")),
        UsageVerdict::NeverUsed => return Err(Answer::Quiet("it was never used at all")),
        _ => return Err(Answer::Quiet("it was used once")),
    }
    live(case)?;
    if case.document.reserve(case.analysis.settings).is_some() {
        return Err(Answer::Quiet("a tag says that it is kept for rare use"));
    }
    Ok(())
}

fn show(case: &Case<'_>) -> Shown {
    stale(case)
}

/// What is shown of a verdict on use.
pub(super) fn stale(case: &Case<'_>) -> Shown {
    let usage = explain(case);
    let mut evidence: Vec<String> = usage
        .uses
        .iter()
        .map(|seen| format!("{} {} was used last at {}", seen.kind, seen.name, seen.at))
        .collect();
    evidence.extend(usage.read.iter().map(|scope| match scope.complete_at {
        Some(at) => format!("{scope} was read to its end at {at}"),
        None => crate::text::unread(scope),
    }));
    Shown {
        message: format!("{}: {}", case.entity.name(), usage.says),
        evidence,
        as_of: usage.to,
        frozen: case.usage.seen.as_ref().is_some_and(|seen| seen.horizon.is_frozen()),
        severity: None,
    }
}
