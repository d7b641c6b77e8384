//! Everybody who answers for it has left.
//!
//! It fires for an identity that programs or agents act with, and for a live credential of a person's
//! own account, when everybody who is named with a score of 500 or more is a person who left or is
//! suspended. There are no days of grace. The finding is high, and critical from the fourteenth day
//! after the last day on.
//!
//! Only directories say who is here, and only for a day after they were read to their end: without one
//! the rule is undetermined, and says that no directory is connected. A person whom a complete reading
//! does not list any more counts as left since then; where the reading would take out so many that it is
//! held until a human confirms it, nobody has left.
//!
//! It does not fire
//!
//! - for somebody on leave of absence, and for somebody whose last day is today or later;
//! - for somebody who came back: a first day after the last day, or a new entry with the same address;
//! - for somebody with another name than before: former addresses lead to them;
//! - for somebody who changed teams, or who left an organisation of a provider and still works here;
//! - for somebody who is missing from one directory while another one, read to its end as lately, has
//!   them;
//! - where anybody else who is named is here, or is not known not to be;
//! - where what would name somebody else was not read;
//! - for what nobody can act as, and for people's own accounts.
//!
//! A contractor whose last day has passed has left, whether or not somebody switched the account off.
//!
//! The finding names who could take over: the manager, or the next one above who is at work. Nothing
//! moves by itself: a manager is a candidate who must say so.

use rollcall_model::{
    CandidateSort, EntityType, IdentityClass, OwnerCandidate, OwnerState, Presence, Severity,
};

use super::{Answer, Rule, Shown, decide, identity, live};
use crate::case::Case;
use crate::own::explain;
use crate::text::{DAY, day};

pub(super) const RULE: Rule = Rule {
    id: "owner-departed",
    title: "Owner has left",
    severity: Severity::High,
    fix: &[
        (
            "",
            "Ask the manager named above to take it over or to retire it, and write the new owner \
         where the old one stands.",
        ),
        ("", "Replace every credential that the one who left could have copied."),
        (
            "github.personal-access-token",
            "GitHub: revoke the token under the organisation's settings, Personal access tokens, Active \
         tokens.",
        ),
        (
            "aws.iam-role",
            "AWS role: `aws iam tag-role --role-name ROLE --tags Key=owner,Value=TEAM`",
        ),
        (
            "aws.iam-user",
            "AWS user: `aws iam tag-user --user-name USER --tags Key=owner,Value=TEAM`",
        ),
    ],
    mappings: &[
        "owasp-nhi@2025:NHI1",
        "nist-csf@2.0:PR.AA-01",
        "nist-csf@2.0:GV.RR-04",
        "nist-800-53@r5:PS-4",
        "nist-800-53@r5:AC-2(3)",
        "cis-controls@8.1:6.2",
        "pci-dss@4.0.1:8.2.5.1",
        "mitre-attack@18.1:T1078.004",
    ],
    source: include_str!("owner_departed.rs"),
    check,
    show,
};

/// From so many days after the last day on it matters more.
const ESCALATES: i64 = 14;

fn check(case: &Case<'_>) -> Answer {
    decide(|| {
        subject(case)?;
        orphaned(case)?;
        if departed(case).next().is_none() {
            return Err(Answer::Quiet("a team is named, no person"));
        }
        live(case)
    })
}

/// An identity that programs act with, or a credential of a person's own account.
fn subject(case: &Case<'_>) -> Result<(), Answer> {
    if case.entity.entity_type() == Some(EntityType::Credential) && case.is_judged() {
        let is_own = |c: &OwnerCandidate| c.ledger.iter().any(|signal| signal.family == "binding");
        return match case.owner.candidates.iter().any(is_own) {
            true => Ok(()),
            false => Err(Answer::Quiet("it is no identity and of no person's own account")),
        };
    }
    owned_by_others(case)
}

/// Whether it is an identity for which somebody else than its own person answers.
pub(super) fn owned_by_others(case: &Case<'_>) -> Result<(), Answer> {
    identity(case)?;
    if case.class.class == Some(IdentityClass::Human) {
        return Err(Answer::Quiet("it is a person's own account"));
    }
    Ok(())
}

/// Whether everybody who is named is gone.
pub(super) fn orphaned(case: &Case<'_>) -> Result<(), Answer> {
    match case.owner.state {
        OwnerState::Orphaned => Ok(()),
        OwnerState::Unowned => Err(Answer::Quiet("nobody is named")),
        OwnerState::Undetermined | OwnerState::Pending => {
            Err(Answer::Undetermined("what would name an owner was not read"))
        }
        _ if named(case).any(|c| c.presence.is_here()) => {
            Err(Answer::Quiet("somebody who is named is here"))
        }
        _ if !case.analysis.people.is_connected() => {
            Err(Answer::Undetermined("no directory connected"))
        }
        _ => Err(Answer::Undetermined("whether those who are named are here is not known")),
    }
}

/// Everybody who is named with enough to count.
pub(super) fn named<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c OwnerCandidate> {
    let least = case.analysis.settings.owner_score;
    case.owner.candidates.iter().filter(move |c| c.score >= least)
}

/// The people among them who left or are suspended.
pub(super) fn departed<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c OwnerCandidate> {
    named(case).filter(|c| c.sort == CandidateSort::Person && c.presence.is_gone())
}

/// The days since the last of them left; `None` where nobody says when.
fn days(case: &Case<'_>) -> Option<i64> {
    let since = |c: &OwnerCandidate| match &c.presence {
        Presence::Left { since } => *since,
        _ => None,
    };
    let newest = departed(case).filter_map(since).max()?;
    Some((case.analysis.now.seconds() - newest.seconds()).max(0) / DAY)
}

fn show(case: &Case<'_>) -> Shown {
    let owner = explain(case);
    let mut evidence = Vec::new();
    for candidate in departed(case) {
        evidence.extend(evidence_of(candidate));
    }
    evidence.extend(case.owner.handover.iter().map(|says| format!("could take over: {says}")));
    if case.owner.handover.is_empty() {
        evidence.push("could take over: no manager who is at work is known".to_owned());
    }
    let days = days(case);
    let ago = days.map(|days| format!(", {days} days ago")).unwrap_or_default();
    Shown {
        message: format!("{}: {}{ago}", case.entity.name(), owner.says),
        evidence,
        as_of: owner.as_of,
        frozen: case.described.is_frozen(),
        severity: days.filter(|days| *days >= ESCALATES).map(|_| Severity::Critical),
    }
}

/// Why somebody counts as owner, and by what their presence is known.
pub(super) fn evidence_of(candidate: &OwnerCandidate) -> Vec<String> {
    let since = match &candidate.presence {
        Presence::Left { since: Some(at) } => format!(", last day {}", day(*at)),
        _ => String::new(),
    };
    let word = candidate.presence.as_str();
    let mut lines = vec![format!("{}: {word}{since}", candidate.name)];
    let counting = candidate.ledger.iter().filter(|signal| signal.counts);
    lines.extend(counting.map(|signal| format!("{}: {}", signal.family, signal.says)));
    lines.extend(candidate.known_by.iter().cloned());
    lines
}
