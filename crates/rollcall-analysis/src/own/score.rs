//! From signals to candidates with scores. Whole thousandths throughout, so that every machine
//! comes to the same.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rollcall_model::{OwnerCandidate, OwnerRole, OwnerSignal, Timestamp};

use super::signals::Signal;
use super::who::{Subject, Who};
use crate::case::Case;
use crate::text::DAY;

/// Candidates, the best first.
pub(super) fn candidates(case: &Case<'_>, signals: Vec<Signal>) -> Vec<(Subject, OwnerCandidate)> {
    let mut by_who: BTreeMap<Who, Vec<Signal>> = BTreeMap::new();
    for signal in signals {
        by_who.entry(signal.who.clone()).or_default().push(signal);
    }
    let of = |(who, signals)| candidate(case, who, signals);
    let mut all: Vec<(Subject, OwnerCandidate)> = by_who.into_iter().map(of).collect();
    all.sort_by(|(_, a), (_, b)| {
        let order = |c: &OwnerCandidate| (Reverse(c.score), c.role, c.sort);
        order(a).cmp(&order(b)).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id)))
    });
    all
}

/// The candidate of a single signal.
pub(super) fn one(case: &Case<'_>, signal: Signal) -> (Subject, OwnerCandidate) {
    candidate(case, signal.who.clone(), vec![signal])
}

fn candidate(case: &Case<'_>, who: Who, signals: Vec<Signal>) -> (Subject, OwnerCandidate) {
    let until = case.described.any().map_or(case.analysis.now, |at| at.min(case.analysis.now));
    let role = signals.iter().map(|signal| signal.role).min().unwrap_or(OwnerRole::Technical);
    let mut ledger: Vec<OwnerSignal> =
        signals.into_iter().map(|signal| weighed(signal, until)).collect();
    let score = settle(&mut ledger);
    let Who { subject, name, id, sort } = who;
    let presence = subject.presence(case);
    // Texts are for those who read them; columns have no use for them.
    let known_by = Vec::new();
    (subject, OwnerCandidate { name, id, sort, role, score, presence, known_by, ledger })
}

fn weighed(signal: Signal, until: Timestamp) -> OwnerSignal {
    let age = signal.observed.map_or(0, |at| (until.seconds() - at.seconds()).max(0) / DAY);
    let age = u32::try_from(age).unwrap_or(u32::MAX);
    let fresh = decayed(signal.prior, age, signal.half_life_days);
    OwnerSignal {
        family: signal.family.to_owned(),
        says: signal.says,
        prior: signal.prior,
        half_life_days: signal.half_life_days,
        age_days: age,
        factor: signal.factor,
        weight: of(fresh, signal.factor),
        counts: false,
    }
}

/// The score of what is said of the entity itself, of a ledger that is settled.
pub(super) fn direct(ledger: &[OwnerSignal]) -> u16 {
    let mut own: Vec<OwnerSignal> =
        ledger.iter().filter(|signal| signal.factor == 1_000).cloned().collect();
    settle(&mut own)
}

/// Marks the strongest signal of each family, and combines them.
fn settle(ledger: &mut [OwnerSignal]) -> u16 {
    ledger.sort_by(|a, b| {
        (Reverse(a.weight), &a.family, &a.says).cmp(&(Reverse(b.weight), &b.family, &b.says))
    });
    let mut families: Vec<String> = Vec::new();
    let mut against = 1_000_000_u64;
    for signal in ledger.iter_mut() {
        signal.counts = !families.contains(&signal.family);
        if signal.counts {
            families.push(signal.family.clone());
            against = (against * (1_000 - u64::from(signal.weight.min(1_000))) + 500) / 1_000;
        }
    }
    u16::try_from((1_000_000 - against + 500) / 1_000).unwrap_or(1_000)
}

/// A part in thousandths, rounded.
fn of(weight: u16, factor: u16) -> u16 {
    u16::try_from((u32::from(weight) * u32::from(factor) + 500) / 1_000).unwrap_or(u16::MAX)
}

/// What is left of a weight after some days: half of it each half-life, and in a straight line
/// within one.
fn decayed(weight: u16, age_days: u32, half_life_days: Option<u32>) -> u16 {
    let Some(half) = half_life_days.filter(|days| *days > 0) else { return weight };
    let whole = (age_days / half).min(15);
    let rest = u64::from(age_days % half);
    let at_start = (u64::from(weight) * 1_000) >> whole;
    let left = at_start - at_start * rest / (2 * u64::from(half));
    u16::try_from((left + 500) / 1_000).unwrap_or(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(family: &str, weight: u16) -> OwnerSignal {
        OwnerSignal {
            family: family.to_owned(),
            says: format!("{family} {weight}"),
            prior: weight,
            half_life_days: None,
            age_days: 0,
            factor: 1_000,
            weight,
            counts: false,
        }
    }

    #[test]
    fn only_the_strongest_of_a_family_counts() {
        let mut ledger = vec![signal("tag", 400), signal("tag", 750), signal("code owners", 200)];
        assert_eq!(settle(&mut ledger), 800);
        let counting: Vec<_> = ledger.iter().filter(|s| s.counts).map(|s| s.weight).collect();
        assert_eq!(counting, [750, 200]);
        assert_eq!(settle(&mut []), 0);
        assert_eq!(settle(&mut [signal("a", 1_000), signal("b", 500)]), 1_000);
    }

    #[test]
    fn a_weight_halves_with_each_half_life() {
        assert_eq!(decayed(750, 0, Some(365)), 750);
        assert_eq!(decayed(800, 365, Some(365)), 400);
        assert_eq!(decayed(800, 730, Some(365)), 200);
        assert_eq!(decayed(800, 182, Some(364)), 600);
        assert_eq!(decayed(800, 5_000, None), 800);
        assert_eq!(decayed(800, u32::MAX, Some(1)), 0);
        let mut last = 1_000;
        for age in 0..2_000 {
            let now = decayed(1_000, age, Some(90));
            assert!(now <= last, "{age}");
            last = now;
        }
    }
}
