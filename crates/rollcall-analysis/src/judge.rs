//! From a case to what is shown of it.

use rollcall_graph::{Derived, Reach, Standing};
use rollcall_model::{CandidateSort, EntityType, Judgement, OwnerState, PresenceWord};

use crate::case::Case;
use crate::own::{self, Who};
use crate::person;
use crate::rules::{self, Answer};
use crate::usage;

/// Everything, with reasons.
pub(crate) fn judgement(case: &Case<'_>) -> Judgement {
    Judgement {
        id: case.entity.public_id(),
        now: case.analysis.now,
        class: case.class.judgement(),
        person: person::behind(case),
        owner: own::explain(case),
        usage: usage::explain(case),
        rules: rules::outcomes(case),
        undetermined: ["reach", "standing access", "score"].map(str::to_owned).to_vec(),
    }
}

/// The columns of the snapshot.
pub(crate) fn derived(case: &Case<'_>) -> Derived {
    let usage = &case.usage;
    let best = case.owner.shown();
    let team = case.owner.candidates.iter().find(|c| c.sort == CandidateSort::Team);
    let fires = rules::RULES.iter().filter(|rule| (rule.check)(case) == Answer::Fires);
    Derived {
        owner_state: case.owner.state,
        owner: best.map(|c| c.name.clone()).unwrap_or_default(),
        team: team.map(|c| c.name.clone()).unwrap_or_default(),
        score: best.map_or(0, |c| c.score),
        usage: usage.verdict,
        usage_at: usage.at,
        usage_grade: usage.seen.as_ref().map_or(0, |seen| seen.view.grade.number()),
        findings: Some(fires.map(|rule| rule.id.to_owned()).collect()),
        reach: Reach::UNDETERMINED_REACH,
        standing: Standing::Unknown,
        presence: presence(case),
    }
}

/// Whether the person or team itself is here; of anything else, whether who answers for it is.
fn presence(case: &Case<'_>) -> PresenceWord {
    let is_somebody =
        matches!(case.entity.entity_type(), Some(EntityType::Person | EntityType::Team));
    if is_somebody {
        return Who::entity(case, case.entity).subject.presence(case).word();
    }
    match case.owner.shown() {
        Some(owner) => owner.presence.word(),
        None if case.owner.state == OwnerState::Unowned => PresenceWord::None,
        None => PresenceWord::Undetermined,
    }
}
