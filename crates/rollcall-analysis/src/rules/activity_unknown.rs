//! Whether an identity is used cannot be seen.
//!
//! It fires for an identity that somebody could act as when nothing that was read tells its use: the
//! provider has no record of it, the credential may not read it, or the record reaches back too few
//! days. It is never counted among the stale: what cannot be seen is not unused.
//!
//! It does not fire for what nobody can act as, for what the provider manages, and for what cannot
//! be removed.

use rollcall_model::{Severity, UsageVerdict};

use super::stale_unused::stale;
use super::{Answer, Rule, decide, identity, live};
use crate::case::{Case, Life};

pub(super) const RULE: Rule = Rule {
    id: "activity-unknown",
    title: "Whether it is used cannot be seen",
    severity: Severity::Info,
    fix: &[
        (
            "",
            "Grant the reading credential what is missing; `rollcall check SOURCE` says what that is.",
        ),
        (
            "",
            "Where the provider keeps no record, switch on its audit log and read the scope again.",
        ),
    ],
    mappings: &[
        "nist-csf@2.0:PR.PS-04",
        "nist-csf@2.0:DE.CM-09",
        "nist-800-53@r5:AU-2",
        "owasp-mcp@2025:MCP08",
    ],
    source: include_str!("activity_unknown.rs"),
    check,
    show: stale,
};

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        identity(case)?;
        if case.usage.verdict != UsageVerdict::Unobservable {
            return Err(Answer::Quiet("its use can be seen"));
        }
        // Where not even its credentials could be read, its use is as unknown as can be.
        if case.life == Life::Unknown { Ok(()) } else { live(case) }
    })
}
