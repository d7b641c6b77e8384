//! Who answers for an entity: candidates from independent families of signals.
//!
//! A candidate's score is `1 − Π(1 − wᵢ)` over the strongest signal of each family. Nothing that is
//! inferred is ever *confirmed*, and only who is there counts as owner.

mod people;
mod score;
mod signals;

use rollcall_model::{
    EntityType, OwnerCandidate, OwnerJudgement, OwnerState, Presence, Relation, Timestamp,
};

use crate::case::Case;
use crate::text::{day, unread};

pub(crate) use people::People;

/// Who answers, as far as it can be told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owner {
    pub(crate) state: OwnerState,
    /// The best first.
    pub(crate) candidates: Vec<OwnerCandidate>,
    /// Up to when what is not said is not so; `None` where that was never read whole.
    pub(crate) as_of: Option<Timestamp>,
}

impl Owner {
    /// The candidate to be shown.
    pub(crate) fn shown(&self) -> Option<&OwnerCandidate> {
        use OwnerState::{Assigned, Confirmed, Contested, Orphaned, Suggested};
        let is_shown = [Assigned, Confirmed, Contested, Orphaned, Suggested].contains(&self.state);
        self.candidates.first().filter(|_| is_shown)
    }
}

/// Who answers for an entity.
pub(crate) fn own(case: &Case<'_>) -> Owner {
    let signals = signals::of(case);
    let mut candidates = score::candidates(case, signals);
    let enough = |c: &OwnerCandidate| c.score >= case.analysis.settings.owner_score;
    // Those who are there and have enough come first: the best of them is the owner.
    candidates.sort_by_key(|c| !(enough(c) && is_there(c)));
    let as_of = owners_known(case);
    let there: Vec<_> = candidates.iter().filter(|c| enough(c) && is_there(c)).collect();
    let state = match there.as_slice() {
        [] if candidates.iter().any(|c| enough(c) && is_gone(c)) => OwnerState::Orphaned,
        [] if as_of.is_none() => OwnerState::Undetermined,
        [] => OwnerState::Unowned,
        [best, rest @ ..] => {
            let within = case.analysis.settings.contested_within;
            let rivals = |c: &&&OwnerCandidate| {
                c.role == best.role && c.sort == best.sort && best.score - c.score <= within
            };
            if rest.iter().any(|c| rivals(&c)) {
                OwnerState::Contested
            } else {
                OwnerState::Suggested
            }
        }
    };
    Owner { state, candidates, as_of }
}

fn is_there(candidate: &OwnerCandidate) -> bool {
    matches!(candidate.presence, Presence::Here | Presence::Unknown { .. })
}

fn is_gone(candidate: &OwnerCandidate) -> bool {
    matches!(candidate.presence, Presence::Left | Presence::Empty)
}

/// Up to when it is known that nobody else is named: the entity's own description was read, that of
/// the identity whose credential it is, and every file that names owners where it is declared.
fn owners_known(case: &Case<'_>) -> Option<Timestamp> {
    let mut known = case.known_until()?;
    if case.entity.entity_type() == Some(EntityType::Credential) {
        for identity in case.out(Relation::AuthenticatesAs) {
            known = known.min(Case::described_only(case.analysis, identity).known_until()?);
        }
    }
    let places = case.entity.scopes().map(|s| (s.source.as_str(), s.realm.as_str()));
    let mut lists = Some(known);
    for place in places {
        if let Some(read) = case.analysis.owner_lists(place) {
            lists = lists.zip(read).map(|(a, b)| a.min(b));
        }
    }
    lists
}

/// The owner with reasons.
pub(crate) fn explain(case: &Case<'_>) -> OwnerJudgement {
    let owner = &case.owner;
    OwnerJudgement {
        state: owner.state,
        says: says(case, owner),
        candidates: owner.candidates.clone(),
        tried: signals::tried(case),
        as_of: owner.as_of,
    }
}

fn says(case: &Case<'_>, owner: &Owner) -> String {
    let best = owner.candidates.first();
    let name = best.map(|c| c.name.as_str()).unwrap_or_default();
    match owner.state {
        OwnerState::Suggested => match best.map(|c| &c.presence) {
            Some(Presence::Unknown { why }) => {
                format!("{name} is named; whether they are there is not known: {why}")
            }
            _ => format!("{name} is named and is there"),
        },
        OwnerState::Contested => format!("{name} and others are named alike"),
        OwnerState::Orphaned => match best.map(|c| &c.presence) {
            Some(Presence::Empty) => format!("{name} is named, and nobody is in it"),
            _ => format!("{name} is named, and has left"),
        },
        OwnerState::Unowned => {
            let weak = match best {
                Some(c) => format!(", only {name} with too little ({})", c.score),
                None => String::new(),
            };
            format!("nobody is named{weak}, as of {}", owner.as_of.map(day).unwrap_or_default())
        }
        OwnerState::Undetermined if !case.is_judged() => "it was not read".to_owned(),
        OwnerState::Undetermined => match case.described.missing() {
            Some(scope) => unread(&scope),
            None => "no source reads what would tell its owner".to_owned(),
        },
        OwnerState::Pending | OwnerState::Confirmed | OwnerState::Assigned => String::new(),
    }
}
