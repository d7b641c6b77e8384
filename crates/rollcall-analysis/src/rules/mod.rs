//! The rules. Each is a file: its documentation is the module's comment, its tests stand below it, and
//! it is one line in [`RULES`].

mod activity_unknown;
pub(crate) mod inventory_gap;
mod owner_departed;
mod owner_missing;
mod owner_team_empty;
mod page;
mod stale_never_used;
mod stale_unused;

use rollcall_model::{Check, Finding, FindingId, RuleOutcome, Severity, Timestamp};

use crate::case::{Case, Life};

/// What a rule says of an entity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// It applies.
    Fires,
    /// It does not, and what decided.
    Quiet(&'static str),
    /// It cannot be told, and what is missing.
    Undetermined(&'static str),
}

/// What is shown of a finding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) message: String,
    pub(crate) evidence: Vec<String>,
    pub(crate) as_of: Option<Timestamp>,
    pub(crate) frozen: bool,
    /// How much it matters, where that is more than the rule says.
    pub(crate) severity: Option<Severity>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, stable for ever.
    pub id: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What to do about it, with what the kinds begin with that it is for; nothing for all. Commands
    /// are for people to run: rollcall changes nothing.
    pub fix: &'static [(&'static str, &'static str)],
    /// What it means in frameworks, as `framework:id`.
    pub mappings: &'static [&'static str],
    pub(crate) source: &'static str,
    pub(crate) check: fn(&Case<'_>) -> Answer,
    pub(crate) show: fn(&Case<'_>) -> Shown,
}

/// All rules, by name.
pub static RULES: [Rule; 7] = [
    activity_unknown::RULE,
    inventory_gap::RULE,
    owner_departed::RULE,
    owner_missing::RULE,
    owner_team_empty::RULE,
    stale_never_used::RULE,
    stale_unused::RULE,
];

/// What every rule says of an entity.
pub(crate) fn outcomes(case: &Case<'_>) -> Vec<RuleOutcome> {
    let outcome = |rule: &Rule| {
        let check = match (rule.check)(case) {
            Answer::Fires => Check::Fires { finding: Box::new(finding(rule, case)) },
            Answer::Quiet(because) => Check::Quiet { because: because.to_owned() },
            Answer::Undetermined(because) => Check::Undetermined { because: because.to_owned() },
        };
        RuleOutcome { rule: rule.id.to_owned(), check }
    };
    RULES.iter().map(outcome).collect()
}

fn finding(rule: &Rule, case: &Case<'_>) -> Finding {
    let subject = case.entity.public_id();
    let key = subject.as_ref().map(ToString::to_string).unwrap_or_default();
    let (id, kind) = (FindingId::new(rule.id, &key, ""), case.entity.kind());
    made(rule, id, (case.entity.name(), kind), (rule.show)(case), subject)
}

/// A finding with what its rule says of all of them.
fn made(
    rule: &Rule,
    id: FindingId,
    (name, kind): (&str, &str),
    shown: Shown,
    subject: Option<rollcall_model::PublicId>,
) -> Finding {
    let fix = rule.fix.iter().filter(|(kinds, _)| kind.starts_with(kinds));
    Finding {
        id,
        rule: rule.id.to_owned(),
        subject,
        subject_name: name.to_owned(),
        severity: shown.severity.unwrap_or(rule.severity),
        title: rule.title.to_owned(),
        message: shown.message,
        evidence: shown.evidence,
        as_of: shown.as_of,
        frozen: shown.frozen,
        fix: fix.map(|(_, text)| (*text).to_owned()).collect(),
        mappings: rule.mappings.iter().map(|text| (*text).to_owned()).collect(),
    }
}

/// What every rule about identities asks first: whether it is one that companies answer for.
fn identity(case: &Case<'_>) -> Result<(), Answer> {
    if !case.is_identity() {
        return Err(Answer::Quiet("it is no identity"));
    }
    if !case.entity.is_collected() {
        return Err(Answer::Undetermined("it was not read, only named by something else"));
    }
    if case.entity.gone_at().is_some() {
        return Err(Answer::Quiet("it is gone"));
    }
    if case.document.provider_managed {
        return Err(Answer::Quiet("the provider made it and manages it"));
    }
    if case.facts.permanent {
        return Err(Answer::Quiet("it comes with its realm and cannot be removed"));
    }
    Ok(())
}

/// Whether anybody can act as it; what nobody can use is not stale.
fn live(case: &Case<'_>) -> Result<(), Answer> {
    match case.life {
        Life::Live => Ok(()),
        Life::Off(why) => Err(Answer::Quiet(why)),
        Life::Unknown => Err(Answer::Undetermined("its credentials were not read")),
    }
}

/// The first answer that decides.
fn decide(steps: impl FnOnce() -> Result<(), Answer>) -> Answer {
    steps().err().unwrap_or(Answer::Fires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_order_and_explain_themselves() {
        assert!(RULES.windows(2).all(|two| two[0].id < two[1].id));
        for rule in &RULES {
            let page = rule.page();
            assert!(page.starts_with(&format!("# {}\n", rule.id)), "{page}");
            assert!(page.contains(rule.title) && page.len() > 400, "{page}");
            assert!(!rule.fix.is_empty() && !rule.mappings.is_empty());
        }
    }
}
