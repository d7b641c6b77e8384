//! A judgement for people: what is concluded, from what, and the arithmetic.

use anyhow::Result;
use rollcall_model::{
    CandidateSort, Check, Judgement, OwnerCandidate, PersonJudgement, Presence, PublicId,
    RuleOutcome, Timestamp, UsageJudgement,
};

use crate::output::{Out, Tone, text};

pub(super) fn print(
    out: &mut Out,
    (name, kind, id): (&str, &str, Option<PublicId>),
    judgement: &Judgement,
) -> Result<()> {
    out.say(Tone::Heading, &text::clean(name))?;
    let class = judgement.class.class.map_or_else(String::new, |class| format!(", {class}"));
    out.line(&format!("  {kind}{class}: {}", judgement.class.reason))?;
    if let Some(id) = id {
        out.line(&format!("  id {id}, judged for {}", judgement.now))?;
    }
    if let Some(behind) = &judgement.person {
        person(out, behind)?;
    }
    owner(out, judgement)?;
    usage(out, &judgement.usage)?;
    out.heading("Rules")?;
    judgement.rules.iter().try_for_each(|outcome| rule(out, outcome))?;
    out.heading("Not judged yet")?;
    out.line(&format!("  {}", judgement.undetermined.join(", ")))
}

/// Who stands behind it, and whether they are here.
fn person(out: &mut Out, person: &PersonJudgement) -> Result<()> {
    out.heading(&format!("Person: {}", text::clean(&person.name)))?;
    out.line(&format!("  {}", text::clean(&presence(&person.presence))))?;
    for line in &person.known_by {
        out.line(&format!("    known by {}", text::clean(line)))?;
    }
    for link in &person.links {
        out.line(&format!("  {} {}", thousandths(link.score), text::clean(&link.says)))?;
    }
    Ok(())
}

/// What is known of whether somebody is here.
fn presence(presence: &Presence) -> String {
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    let dated = |what: &str, word: &str, at: Option<Timestamp>| match at {
        Some(at) => format!("{what}{word}{}", day(at)),
        None => what.to_owned(),
    };
    match presence {
        Presence::Active => "is here".to_owned(),
        Presence::OnLeave { until } => dated("is on leave", " until ", *until),
        Presence::Pending { from } => dated("is not here yet", ", first day ", *from),
        Presence::Suspended => "is suspended".to_owned(),
        Presence::Left { since } => dated("has left", ", last day ", *since),
        Presence::Staffed => "has people who are here".to_owned(),
        Presence::Empty => "has nobody in it who is here".to_owned(),
        Presence::Unheard => "is in no directory that was read".to_owned(),
        Presence::Unknown { why } => format!("is here or not: {why}"),
    }
}

fn owner(out: &mut Out, judgement: &Judgement) -> Result<()> {
    let owner = &judgement.owner;
    out.heading(&format!("Owner: {}", owner.state.as_str()))?;
    out.line(&format!("  {}", text::clean(&owner.says)))?;
    for one in &owner.candidates {
        candidate(out, one)?;
    }
    for tried in &owner.tried {
        out.say(Tone::Quiet, &format!("  looked at {}", text::clean(tried)))?;
    }
    Ok(())
}

fn candidate(out: &mut Out, candidate: &OwnerCandidate) -> Result<()> {
    let sort = match candidate.sort {
        CandidateSort::Person => "person",
        CandidateSort::Team => "team",
        CandidateSort::Name => "name",
    };
    let presence = presence(&candidate.presence);
    out.line(&format!(
        "  {} {} ({sort}, {}) {presence}",
        thousandths(candidate.score),
        text::clean(&candidate.name),
        candidate.role.as_str(),
    ))?;
    for line in &candidate.known_by {
        out.say(Tone::Quiet, &format!("    known by {}", text::clean(line)))?;
    }
    for signal in &candidate.ledger {
        let decay = match signal.half_life_days {
            Some(days) => format!(", {} d old of a half-life of {days} d", signal.age_days),
            None => String::new(),
        };
        let factor = match signal.factor {
            1_000 => String::new(),
            factor => format!(" × {}", thousandths(factor)),
        };
        let counts = if signal.counts { "" } else { ", does not count beside the stronger one" };
        out.line(&format!(
            "    {} {}: {} ({}{factor}{decay}{counts})",
            thousandths(signal.weight),
            signal.family,
            text::clean(&signal.says),
            thousandths(signal.prior),
        ))?;
    }
    let factors: Vec<String> = candidate
        .ledger
        .iter()
        .filter(|signal| signal.counts)
        .map(|signal| format!("(1 − {})", thousandths(signal.weight)))
        .collect();
    out.say(
        Tone::Quiet,
        &format!("    {} = 1 − {}", thousandths(candidate.score), factors.join(" × ")),
    )
}

fn usage(out: &mut Out, usage: &UsageJudgement) -> Result<()> {
    out.heading(&format!("Use: {}", usage.verdict.as_str().replace('_', " ")))?;
    let grade = usage.grade.map(|grade| format!(", grade {grade}")).unwrap_or_default();
    out.line(&format!("  {}{grade}", text::clean(&usage.says)))?;
    for seen in &usage.uses {
        out.line(&format!("  used {}: {} {}", seen.at, seen.kind, text::clean(&seen.name)))?;
    }
    for scope in &usage.read {
        let read = match scope.complete_at {
            Some(at) => format!("read to its end {at}"),
            None => "never read to its end".to_owned(),
        };
        out.say(Tone::Quiet, &format!("  looked at {scope}, {read}"))?;
    }
    Ok(())
}

fn rule(out: &mut Out, outcome: &RuleOutcome) -> Result<()> {
    match &outcome.check {
        Check::Fires { finding } => {
            let frozen = match (finding.frozen, finding.as_of) {
                (true, Some(at)) => format!(" (as of {at}; it could not be read again since)"),
                _ => String::new(),
            };
            let severity = finding.severity.as_str();
            let message = text::clean(&finding.message);
            out.say(Tone::Warn, &format!("  {} ({severity}): {message}{frozen}", outcome.rule))?;
            for line in &finding.evidence {
                out.line(&format!("    {}", text::clean(line)))?;
            }
            for line in &finding.fix {
                out.say(Tone::Quiet, &format!("    to do: {line}"))?;
            }
            Ok(())
        }
        Check::Quiet { because } => {
            out.line(&format!("  {}: does not apply, {because}", outcome.rule))
        }
        Check::Undetermined { because } => {
            out.say(Tone::Quiet, &format!("  {}: undetermined, {because}", outcome.rule))
        }
    }
}

/// A number in thousandths, as a decimal.
fn thousandths(number: u16) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}
