//! Who may be asked to take over from owners who are gone: their managers. Only ever a candidate: it
//! takes an answer to make them an owner.

use rollcall_model::{OwnerCandidate, OwnerRole, Presence};

use super::score::one;
use super::signals::Signal;
use super::who::{Subject, Who};
use crate::case::Case;

/// Adds the manager of each person who is gone, the next one above them who is at work; what that says,
/// in sentences.
pub(super) fn add(
    case: &Case<'_>,
    found: &mut Vec<(Subject, OwnerCandidate)>,
    named: usize,
) -> Vec<String> {
    let settings = case.analysis.settings;
    let (people, snapshot) = (&case.analysis.people, case.analysis.snapshot);
    let mut handover = Vec::new();
    let gone: Vec<_> = found
        .iter()
        .take(named)
        .filter(|(_, c)| c.presence.is_gone())
        .filter_map(|(subject, c)| match subject {
            Subject::Human(human) => Some((*human, c.name.clone(), c.presence.clone())),
            _ => None,
        })
        .collect();
    for (human, name, presence) in gone {
        let Some((manager, between)) = people.successor(snapshot, human) else { continue };
        let who = Who::human(people, manager);
        let between: Vec<&str> = between.iter().map(|human| people.name(*human)).collect();
        let says = match between.as_slice() {
            [] => format!("{} is the manager of {name}", who.name),
            list => format!(
                "{} is the next manager above {name} who is at work, past {}",
                who.name,
                list.join(", ")
            ),
        };
        handover.push(says.clone());
        let since = match presence {
            Presence::Left { since } => since,
            _ => None,
        };
        let signal = Signal {
            who: who.clone(),
            role: OwnerRole::Accountable,
            family: "succession",
            says,
            prior: settings.succession_weight,
            half_life_days: Some(settings.succession_half_life_days),
            observed: since,
            factor: 1_000,
        };
        match found.iter_mut().find(|(subject, _)| *subject == who.subject) {
            // Already named for something: that they are a manager is told, and counts nothing.
            Some((_, candidate)) => {
                candidate.ledger.extend(one(case, signal).1.ledger.into_iter().map(
                    |mut signal| {
                        signal.counts = false;
                        signal
                    },
                ));
            }
            None => found.push(one(case, signal)),
        }
    }
    handover
}
