//! An identity that somebody could act as was made 30 or more days ago and was never used.
//!
//! It fires only where use was tracked for the whole life of the identity and the streams that tell
//! it were read to their end. An identity that is older than what the provider remembers is not
//! "never used": it was not used in the window, which `stale-unused` reports.
//!
//! It does not fire for what is younger, for what is disabled, expired or has no live credential,
//! for what the provider manages, and for what a tag says is kept for rare use.

use rollcall_model::{Severity, UsageVerdict};

use super::stale_unused::{is_stale, stale};
use super::{Answer, Rule, decide, identity};
use crate::case::Case;

pub(super) const RULE: Rule = Rule {
    id: "stale-never-used",
    title: "Made and never used",
    severity: Severity::Medium,
    fix: &[
        (
            "",
            "Ask who made it what it was for; disable it in a way that can be undone, then delete it.",
        ),
        (
            "aws.iam-user",
            "AWS key: `aws iam update-access-key --user-name USER --access-key-id KEY --status Inactive`",
        ),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:ID.AM-08",
        "nist-800-53@r5:AC-2(3)",
        "cis-controls@8.1:5.3",
        "cis-aws@7.0:2.11",
    ],
    source: include_str!("stale_never_used.rs"),
    check,
    show: stale,
};

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        identity(case)?;
        is_stale(case, UsageVerdict::NeverUsed)
    })
}
