//! Which rules must report what.

use std::collections::BTreeMap;

use rollcall_model::{EntityKey, PublicId};
use serde::Serialize;
use serde_json::json;

use super::Lines;
use super::owners::State;
use crate::plan::{LabError, Planted};

/// The rules that are judged for everything there is. Of the others only what was planted is listed.
pub const COMPLETE: [&str; 10] = [
    "owner-missing",
    "owner-departed",
    "owner-team-empty",
    "stale-unused",
    "stale-never-used",
    "activity-unknown",
    "inventory-gap",
    "cred-rotation-overdue",
    "cred-multiple-active",
    "cred-root",
];

/// What is expected of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// It reports the subject.
    Must,
    /// Reasonable readers differ; neither is counted.
    May,
    /// It does not report the subject: a near miss.
    Never,
}

/// What a finding on owners needs besides their state.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// What would name an owner can be read.
    pub(super) is_read: bool,
    /// The days of grace are over. Somebody who left has none.
    pub(super) is_old: bool,
}

/// Findings on one subject, and the planted one among them.
pub(super) struct Judged<'a> {
    pub(super) key: &'a EntityKey,
    pub(super) planted: Option<Planted>,
}

impl Judged<'_> {
    /// Says that a rule is expected to do something about the subject. What was planted is kept to
    /// be written with its twin.
    pub(super) fn expect(
        &self,
        rule: &'static str,
        expect: Expect,
        out: &mut Lines<'_>,
    ) -> Result<(), LabError> {
        if self.planted.is_some_and(|p| p.defect.rule() == rule) {
            return Ok(());
        }
        out.say(&json!({
            "line": "finding", "rule": rule, "subject": self.key.public_id(),
            "expect": expect, "cause": "natural",
        }))
    }

    /// Keeps what was planted.
    pub(super) fn plant(&self, out: &mut Lines<'_>) {
        if let Some(planted) = self.planted {
            out.pairs.add(planted, self.key.public_id());
        }
    }

    /// What follows from who is known to answer.
    pub(super) fn owner(
        &self,
        state: State,
        known: Known,
        out: &mut Lines<'_>,
    ) -> Result<(), LabError> {
        let must = |sure| if sure { Expect::Must } else { Expect::May };
        match state {
            State::Known => Ok(()),
            State::PersonGone => {
                self.expect("owner-departed", must(known.is_read), out)?;
                self.expect("owner-missing", Expect::May, out)
            }
            State::TeamEmpty => {
                self.expect("owner-team-empty", must(known.is_read), out)?;
                self.expect("owner-missing", Expect::May, out)
            }
            State::Hinted => self.expect("owner-missing", Expect::May, out),
            State::Nothing => {
                self.expect("owner-missing", must(known.is_read && known.is_old), out)
            }
        }
    }
}

/// Pairs by name: the defect's subject and the twin's.
#[derive(Default)]
pub(super) struct Pairs(BTreeMap<String, (Planted, [Option<PublicId>; 2])>);

impl Pairs {
    fn add(&mut self, planted: Planted, subject: PublicId) {
        let (_, sides) = self.0.entry(planted.pair()).or_insert((planted, [None, None]));
        sides[usize::from(planted.twin)] = Some(subject);
    }

    /// Writes both findings of every pair: the one that must be and the one that must not.
    pub(super) fn write(self, out: &mut Lines<'_>) -> Result<(), LabError> {
        for (pair, (planted, sides)) in self.0 {
            let [defect, twin] = sides;
            for (subject, other, expect, cause) in
                [(defect, twin, Expect::Must, "planted"), (twin, defect, Expect::Never, "twin")]
            {
                let Some(subject) = subject else { continue };
                out.say(&json!({
                    "line": "finding", "rule": planted.defect.rule(), "subject": subject,
                    "expect": expect, "cause": cause, "pair": pair, "twin": other,
                    "guard": planted.defect.guard(), "guard_field": planted.defect.field(),
                }))?;
            }
        }
        Ok(())
    }
}
