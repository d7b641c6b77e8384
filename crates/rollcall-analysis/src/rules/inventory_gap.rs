//! A part of the inventory is not known to be current.
//!
//! It fires for an account, repository or other container when a stream that lists what is in it may
//! not be read, was never read to its end, or was last read to its end longer ago than twice the
//! interval at which its source is read. Streams that the configuration leaves out are not gaps.
//!
//! While a gap is open, whatever is missing from what was read is not concluded to be absent: nothing
//! retires, nobody becomes an orphan, nothing becomes stale; what was concluded before stays and says
//! how old it is.

use std::collections::BTreeMap;

use rollcall_graph::ScopeRow;
use rollcall_model::{Finding, FindingId, ScopeState, Severity};

use super::{Answer, Rule, Shown, made};
use crate::analysis::Analysis;
use crate::case::Case;
use crate::horizon::scope_read;
use crate::text::unread;

pub(super) const RULE: Rule = Rule {
    id: "inventory-gap",
    title: "Not everything in it could be read",
    severity: Severity::Medium,
    fix: &[
        (
            "",
            "`rollcall coverage --gaps` says what is hidden; `rollcall check SOURCE` probes every \
         permission and prints the least access that closes the gap.",
        ),
        ("", "Then read it again: `rollcall sync SOURCE`."),
    ],
    mappings: &[
        "nist-csf@2.0:ID.AM-02",
        "nist-csf@2.0:DE.CM-09",
        "nist-800-53@r5:CM-8(2)",
        "nist-800-53@r5:CA-7",
        "cis-controls@8.1:5.1",
        "owasp-mcp@2025:MCP08",
    ],
    source: include_str!("inventory_gap.rs"),
    check,
    show,
};

/// How often a source may miss its interval.
const MISSES: i64 = 2;

fn check(case: &Case<'_>) -> Answer {
    let scopes = case.analysis.scopes_in(case.entity.id());
    if scopes.is_empty() {
        return Answer::Quiet("nothing is listed in it");
    }
    if scopes.iter().any(|scope| is_open(case.analysis, scope)) {
        Answer::Fires
    } else {
        Answer::Quiet("everything in it was read to its end lately")
    }
}

fn is_open(analysis: &Analysis<'_>, scope: &ScopeRow) -> bool {
    let allowed = analysis.settings.interval(&scope.source).saturating_mul(MISSES);
    let is_late = || match scope.complete_at {
        Some(at) => at.plus_seconds(allowed) < analysis.now,
        None => true,
    };
    match scope.state {
        Some(ScopeState::Skipped) => false,
        Some(ScopeState::Forbidden) => true,
        _ => scope.lost || is_late(),
    }
}

fn show(case: &Case<'_>) -> Shown {
    let scopes = case.analysis.scopes_in(case.entity.id());
    let open = scopes.iter().filter(|scope| is_open(case.analysis, scope)).copied();
    shown(case.entity.name(), open.collect(), scopes.len())
}

fn shown(name: &str, mut open: Vec<&ScopeRow>, all: usize) -> Shown {
    open.sort_by_key(|scope| scope.id);
    let line = |scope: &&ScopeRow| match scope.complete_at {
        Some(at) => format!("{} was last read to its end at {at}", scope_read(scope)),
        None => unread(&scope_read(scope)),
    };
    Shown {
        message: format!("{name}: {} of {all} listings are not known to be current", open.len()),
        evidence: open.iter().map(line).collect(),
        as_of: open.iter().filter_map(|scope| scope.complete_at).min(),
        frozen: false,
        severity: None,
    }
}

/// Findings on sources, for scopes that are in no entity.
pub(crate) fn of_sources(analysis: &Analysis<'_>) -> Vec<Finding> {
    let mut by_source: BTreeMap<&str, (Vec<&ScopeRow>, usize)> = BTreeMap::new();
    for scope in analysis.snapshot.scopes().iter().filter(|scope| scope.parent.is_none()) {
        let (open, all) = by_source.entry(&scope.source).or_default();
        *all += 1;
        if is_open(analysis, scope) {
            open.push(scope);
        }
    }
    let found = by_source.into_iter().filter(|(_, (open, _))| !open.is_empty());
    found
        .map(|(source, (open, all))| {
            let id = FindingId::new(RULE.id, &format!("source {source}"), "");
            made(&RULE, id, (source, ""), shown(source, open, all), None)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rollcall_model::ScopeRead;

    use super::*;

    #[test]
    fn a_gap_names_each_listing() {
        let scope = |id, state, complete_at: Option<&str>| ScopeRow {
            id,
            source: "cloud".into(),
            provider: "aws".into(),
            stream: "access-keys".into(),
            realm: "1".into(),
            part: String::new(),
            state,
            complete_at: complete_at.map(|at| at.parse().unwrap()),
            parent: None,
            held: 0,
            lost: false,
            live_entities: 1,
        };
        let never = scope(2, Some(ScopeState::Forbidden), None);
        let before = scope(1, Some(ScopeState::Failed), Some("2026-05-03T10:00:00Z"));
        let shown = shown("prod", vec![&never, &before], 15);
        assert_eq!(shown.message, "prod: 2 of 15 listings are not known to be current");
        assert_eq!(
            shown.evidence,
            [
                "access-keys of 1 (cloud) was last read to its end at 2026-05-03T10:00:00Z",
                "access-keys of 1 (cloud) may not be read"
            ]
        );
    }

    #[test]
    fn what_configuration_leaves_out_reads_so() {
        let read = ScopeRead {
            source: "cloud".into(),
            stream: "access-keys".into(),
            realm: "1".into(),
            part: String::new(),
            state: Some(ScopeState::Skipped),
            complete_at: None,
        };
        assert!(unread(&read).ends_with("is not read, by configuration"));
    }
}
