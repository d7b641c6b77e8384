//! The directory as records: people and teams.

use rollcall_model::{EntityType, Reference, Relation, ScopeKey};
use rollcall_record::{ReferenceRecord, RelationRecord, entity};

use super::Out;
use crate::keys;
use crate::plan::{Company, LabError};

/// Teams and people, leavers included as long as the directory keeps them.
pub(super) fn people(company: &Company, out: &mut Out<'_>) -> Result<(), LabError> {
    let domain = &company.domain;
    let mut scope = out.scope(ScopeKey::realm("people", domain), None);
    for team in company.all_teams() {
        let key = keys::directory(domain, "directory.team", &team.slug)?;
        scope.entity(entity(key.clone(), EntityType::Team, &team.slug));
        let handle = format!("{}/{}", company.name, team.slug);
        for reference in [
            Reference::new("github.team", "github.com", &handle),
            Reference::new("team", domain, &team.slug),
        ] {
            scope.reference(ReferenceRecord::new(&key, reference));
        }
    }
    for person in company.everybody() {
        let key = keys::directory(domain, "directory.person", &person.id)?;
        let team = company.team(person.team);
        let record = entity(key.clone(), EntityType::Person, &person.name)
            .created_at(Some(person.joined))
            .disabled(Some(!person.is_active()))
            .attribute("email", &person.email)
            .attribute("manager", person.manager.map(|n| company.person(n).email))
            .attribute("left_at", person.left);
        scope.entity(record);
        for reference in [
            Reference::new("email", domain, &person.email),
            Reference::new("git.email", "github.com", &person.email),
            Reference::new("github.user", "github.com", &person.login),
        ] {
            scope.reference(ReferenceRecord::new(&key, reference));
        }
        let team = keys::directory(domain, "directory.team", &team.slug)?;
        scope.relation(RelationRecord::new(&key, Relation::MemberOf, team));
    }
    scope.finish();
    Ok(())
}
