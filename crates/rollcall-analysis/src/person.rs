//! Who stands behind an entity, for people to read.

use rollcall_model::{EntityType, PersonJudgement};

use crate::case::Case;
use crate::own::Who;
use crate::resolve::{Account, Behind};

/// The person of an account, or the person or team itself; `None` for anything else.
pub(crate) fn behind(case: &Case<'_>) -> Option<PersonJudgement> {
    let (people, snapshot) = (&case.analysis.people, case.analysis.snapshot);
    let (who, links) = match case.entity.entity_type() {
        Some(EntityType::Team) => (Who::entity(case, case.entity), Vec::new()),
        Some(EntityType::Person | EntityType::Identity) | None => {
            let Account { behind, links } = people.account(snapshot, case.node);
            match behind {
                Behind::Human(human) => (Who::human(people, human), links),
                Behind::Several => (Who::entity(case, case.entity), links),
                // Of a person whom no directory lists, that is worth saying.
                _ if case.entity.entity_type() == Some(EntityType::Person) => {
                    (Who::entity(case, case.entity), links)
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    let (presence, known_by) = who.presence(case);
    Some(PersonJudgement { name: who.name, id: who.id, links, presence, known_by })
}
