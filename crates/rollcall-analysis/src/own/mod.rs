//! Who answers for an entity: candidates from independent families of signals.
//!
//! A candidate's score is `1 − Π(1 − wᵢ)` over the strongest signal of each family. Nothing that is
//! inferred is ever *confirmed*, and only who is there counts as owner.

mod score;
mod signals;
mod succession;
mod who;

use rollcall_model::{
    EntityType, OwnerCandidate, OwnerJudgement, OwnerState, Presence, Relation, Timestamp,
};

use crate::case::Case;
use crate::text::{day, unread};

pub(crate) use who::{Subject, Who};

/// Who answers, as far as it can be told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owner {
    pub(crate) state: OwnerState,
    /// The best first; those who may only be asked to take over come last.
    pub(crate) candidates: Vec<OwnerCandidate>,
    /// Who each of them is.
    subjects: Vec<Subject>,
    /// How many of them, from the first on, decide who the owner is.
    pub(crate) named: usize,
    /// Up to when what is not said is not so; `None` where that was never read whole.
    pub(crate) as_of: Option<Timestamp>,
    /// Who could take over from those who are gone, as a sentence.
    pub(crate) handover: Vec<String>,
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
    let mut found = score::candidates(case, signals);
    let settings = case.analysis.settings;
    let enough = |c: &OwnerCandidate| c.score >= settings.owner_score;
    // Where somebody is named for the thing itself, what uses it, or whose credential it is, does not
    // stand in for them when they are gone.
    let is_direct = |c: &OwnerCandidate| score::direct(&c.ledger) >= settings.owner_score;
    let is_known = |c: &OwnerCandidate| c.presence != Presence::Unheard;
    let has_direct = found.iter().any(|(_, c)| is_direct(c) && is_known(c));
    let decides = |c: &OwnerCandidate| enough(c) && (is_direct(c) || !has_direct);
    // Those who decide and are there come first: the best of them is the owner. Then those who decide
    // and are not there any more.
    found.sort_by_key(|(_, c)| (!decides(c), !is_there(c)));
    let as_of = owners_known(case);
    let named: Vec<&OwnerCandidate> = found.iter().map(|(_, c)| c).filter(|c| decides(c)).collect();
    let there: Vec<&OwnerCandidate> = named.iter().copied().filter(|c| is_there(c)).collect();
    let state = match there.as_slice() {
        // Somebody else may be named where it was not read.
        [] if as_of.is_none() => OwnerState::Undetermined,
        [] if named.iter().any(|c| c.presence.is_gone()) => OwnerState::Orphaned,
        [] => OwnerState::Unowned,
        [best, rest @ ..] => {
            let rivals = |c: &&&OwnerCandidate| {
                let within = best.score - c.score <= settings.contested_within;
                c.role == best.role && c.sort == best.sort && within
            };
            if rest.iter().any(|c| rivals(&c)) {
                OwnerState::Contested
            } else {
                OwnerState::Suggested
            }
        }
    };
    let named = named.len();
    let handover = match state {
        OwnerState::Orphaned => succession::add(case, &mut found, named),
        _ => Vec::new(),
    };
    let (subjects, candidates) = found.into_iter().unzip();
    Owner { state, candidates, subjects, named, as_of, handover }
}

/// Whether somebody may be counted on: who is here, and who is not known not to be.
fn is_there(candidate: &OwnerCandidate) -> bool {
    candidate.presence.is_here() || matches!(candidate.presence, Presence::Unknown { .. })
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
    let mut candidates = owner.candidates.clone();
    for (candidate, subject) in candidates.iter_mut().zip(&owner.subjects) {
        candidate.known_by = subject.known_by(case);
    }
    OwnerJudgement {
        state: owner.state,
        says: says(case, owner),
        candidates,
        tried: signals::tried(case),
        as_of: owner.as_of,
    }
}

fn says(case: &Case<'_>, owner: &Owner) -> String {
    let best = owner.candidates.first();
    let name = best.map(|c| c.name.as_str()).unwrap_or_default();
    let presence = best.map(|c| &c.presence);
    match owner.state {
        OwnerState::Suggested => match presence {
            Some(Presence::Unknown { why }) => {
                format!("{name} is named; whether they are there is not known: {why}")
            }
            Some(Presence::OnLeave { .. }) => format!("{name} is named, and is on leave"),
            Some(Presence::Pending { .. }) => format!("{name} is named, and is not here yet"),
            _ => format!("{name} is named and is there"),
        },
        OwnerState::Contested => format!("{name} and others are named alike"),
        OwnerState::Orphaned => match presence {
            Some(Presence::Empty) => format!("{name} is named, and nobody is in it"),
            Some(Presence::Suspended) => format!("{name} is named, and is suspended"),
            Some(Presence::Left { since: Some(at) }) => {
                format!("{name} is named, and has left, last day {}", day(*at))
            }
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
