//! The directory as records: people and teams, in the attributes that all directories share.

use rollcall_model::{EntityKey, EntityType, Reference, Relation, ScopeKey, Timestamp};
use rollcall_record::{ReferenceRecord, RelationRecord, entity};
use serde_json::json;

use super::{Out, Scope};
use crate::keys;
use crate::plan::{Company, DAY, LabError, Person, Status};

/// The code host that the directory knows logins of.
const HOST: &str = "github.com";

/// Teams and people, leavers included as long as the directory keeps them.
pub(super) fn people(company: &Company, out: &mut Out<'_>) -> Result<(), LabError> {
    let domain = &company.domain;
    let mut scope = out.scope(ScopeKey::realm("people", domain), None);
    let key_of = |team: u64| keys::directory(domain, "directory.team", &company.team(team).slug);
    for team in company.all_teams() {
        let key = key_of(team.number)?;
        scope.entity(entity(key.clone(), EntityType::Team, &team.slug));
        scope.reference(ReferenceRecord::new(&key, Reference::new("team", domain, &team.slug)));
        // The team there has the people of this one; it is read by whoever reads the code host.
        let handle =
            Reference::new("github.team", HOST, &format!("{}/{}", company.name, team.slug));
        scope.relation(RelationRecord::new(&key, Relation::SameAs, handle));
        if let Some(parent) = team.parent {
            scope.relation(RelationRecord::new(&key, Relation::MemberOf, key_of(parent)?));
        }
    }
    for person in company.everybody() {
        let key = keys::directory(domain, "directory.person", &person.id)?;
        if let Some(earlier) = person.earlier.as_ref().filter(|e| e.id != person.id) {
            let before = Person {
                id: earlier.id.clone(),
                joined: earlier.joined,
                left: Some(earlier.left),
                status: Status::Left,
                earlier: None,
                ..person.clone()
            };
            let key = keys::directory(domain, "directory.person", &before.id)?;
            one(company, &before, &key, &mut scope);
        }
        one(company, &person, &key, &mut scope);
        scope.relation(RelationRecord::new(&key, Relation::MemberOf, key_of(person.team)?));
        if let Some(manager) = person.manager {
            let id = company.person(manager).id;
            let manager = keys::directory(domain, "directory.person", &id)?;
            scope.relation(RelationRecord::new(&key, Relation::ReportsTo, manager));
        }
    }
    scope.finish();
    Ok(())
}

/// A person's own entry and names.
fn one(company: &Company, person: &Person, key: &EntityKey, scope: &mut Scope<'_, '_>) {
    let day = |at: Timestamp| Timestamp::from_seconds(at.seconds().div_euclid(DAY) * DAY);
    let emails: Vec<&str> = [Some(person.email.as_str()), person.former_email.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    // Of somebody who came back to the same entry, the last day of then still stands there.
    let before = person.earlier.as_ref().filter(|e| e.id == person.id).map(|e| e.left);
    let is_off = matches!(person.status, Status::Suspended | Status::Left);
    let record = entity(key.clone(), EntityType::Person, &person.name)
        .created_at(Some(person.joined))
        .disabled(Some(is_off))
        .attribute("status", person.status.as_str())
        .attribute("email", &person.email)
        .attribute("emails", &emails)
        .attribute("logins", json!({"github": person.login}))
        .attribute("employment", person.employment.as_str())
        .attribute("started_at", day(person.joined))
        .attribute("left_at", person.left.or(person.ends).or(before).map(day))
        .attribute("leave_from", person.leave.map(|l| day(l.from)))
        .attribute("leave_until", person.leave.map(|l| day(l.until)))
        .attribute("manager", person.manager.map(|n| company.person(n).email));
    scope.entity(record);
    for email in emails {
        let reference = Reference::new("email", &company.domain, email);
        scope.reference(ReferenceRecord::new(key, reference));
    }
    let id = Reference::new("directory.user-id", &company.domain, &person.id);
    scope.reference(ReferenceRecord::new(key, id));
    let login = Reference::new("github.user", HOST, &person.login);
    scope.relation(RelationRecord::new(key, Relation::SameAs, login));
}
