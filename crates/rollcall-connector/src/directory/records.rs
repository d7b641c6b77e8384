//! From a directory's people and teams to records.

use std::collections::BTreeMap;

use rollcall_model::{
    Endpoint, EntityKey, EntityType, Kind, ProblemClass, Reference, Relation, Timestamp,
};
use rollcall_record::{Evidence, Problem, Record, ReferenceRecord, RelationRecord, entity};

use super::login::{clean_email, email_reference};
use super::{DirectoryPerson, DirectoryTeam, Manager};

/// One directory: whose people and teams these are.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The realm, by its immutable id.
    pub realm: String,
    /// The kind of its people.
    pub person: Kind,
    /// The kind of its teams.
    pub team: Kind,
}

impl Directory {
    /// The key of a person.
    ///
    /// # Errors
    /// Malformed, `no_id`: the id or the realm is empty.
    pub fn person_key(&self, id: &str) -> Result<EntityKey, Problem> {
        key(&self.person, &self.realm, id)
    }

    /// The key of a team.
    ///
    /// # Errors
    /// As [`Directory::person_key`].
    pub fn team_key(&self, id: &str) -> Result<EntityKey, Problem> {
        key(&self.team, &self.realm, id)
    }

    /// What a person is in records: the entity, the references it answers to, the teams it is in,
    /// and who it is in other systems, and
    /// whom it reports to. The status is that of the day of `now`.
    ///
    /// # Errors
    /// As [`Directory::person_key`].
    pub fn person(&self, person: &DirectoryPerson, now: Timestamp) -> Result<Vec<Record>, Problem> {
        let key = self.person_key(&person.id)?;
        let period = person.period.current(person.stated);
        let status = person.period.status(person.stated, now);
        let emails = addresses(person.email.iter().chain(&person.other_emails));
        let logins: BTreeMap<String, &String> =
            person.logins.iter().map(|(system, login)| (system.to_string(), login)).collect();
        let name = if person.name.trim().is_empty() { &person.id } else { person.name.trim() };
        let record = entity(key.clone(), EntityType::Person, name)
            .disabled(status.map(super::Status::is_disabled))
            .created_at(person.created_at)
            .attribute("status", status.map(super::Status::as_str))
            .attribute("email", person.email.as_deref().and_then(clean_email))
            .attribute("emails", &emails)
            .attribute("logins", logins)
            .attribute("title", &person.title)
            .attribute("department", &person.department)
            .attribute("employment", &person.employment)
            .attribute("started_at", period.started_at)
            .attribute("left_at", period.left_at)
            .attribute("leave_from", period.leave_from)
            .attribute("leave_until", period.leave_until)
            .attribute("manager", person.manager.as_ref().map(Manager::text))
            .evidence(person.evidence.clone());
        let mut records = vec![Record::Entity(record)];
        let id =
            Reference::new(&format!("{}.user-id", self.person.provider()), &self.realm, &person.id);
        for reference in emails.iter().filter_map(|e| email_reference(e)).chain([id]) {
            records.push(Record::Reference(ReferenceRecord::new(&key, reference)));
        }
        if let Some(manager) = self.manager(person)? {
            let relation = RelationRecord::new(&key, Relation::ReportsTo, manager);
            records.push(stated(relation, &person.evidence));
        }
        for (system, login) in &person.logins {
            if let Some(reference) = system.reference(login) {
                let relation = RelationRecord::new(&key, Relation::SameAs, reference)
                    .attribute("source", "directory");
                records.push(stated(relation, &person.evidence));
            }
        }
        let mut teams: Vec<&String> = person.teams.iter().collect();
        teams.sort();
        teams.dedup();
        for team in teams {
            let relation = RelationRecord::new(&key, Relation::MemberOf, self.team_key(team)?);
            records.push(stated(relation, &person.evidence));
        }
        Ok(records)
    }

    /// Whom a person reports to, where that leads to somebody.
    fn manager(&self, person: &DirectoryPerson) -> Result<Option<Endpoint>, Problem> {
        Ok(match &person.manager {
            Some(Manager::Id(id)) if *id != person.id => Some(self.person_key(id)?.into()),
            Some(Manager::Email(address)) => email_reference(address).map(Endpoint::from),
            _ => None,
        })
    }

    /// What a team is in records: the entity and the addresses it answers to.
    ///
    /// # Errors
    /// As [`Directory::person_key`].
    pub fn team(&self, team: &DirectoryTeam) -> Result<Vec<Record>, Problem> {
        let key = self.team_key(&team.id)?;
        let emails = addresses(team.emails.iter());
        let name = if team.name.trim().is_empty() { &team.id } else { team.name.trim() };
        let record = entity(key.clone(), EntityType::Team, name)
            .created_at(team.created_at)
            .attribute("description", &team.description)
            .attribute("sort", &team.sort)
            .attribute("emails", &emails)
            .evidence(team.evidence.clone());
        let mut records = vec![Record::Entity(record)];
        let id =
            Reference::new(&format!("{}.group-id", self.team.provider()), &self.realm, &team.id);
        for reference in emails.iter().filter_map(|e| email_reference(e)).chain([id]) {
            records.push(Record::Reference(ReferenceRecord::new(&key, reference)));
        }
        Ok(records)
    }

    /// A person is in a team.
    ///
    /// # Errors
    /// As [`Directory::person_key`].
    pub fn member(&self, person: &str, team: &str, evidence: &Evidence) -> Result<Record, Problem> {
        let (person, team) = (self.person_key(person)?, self.team_key(team)?);
        Ok(stated(RelationRecord::new(person, Relation::MemberOf, team), evidence))
    }

    /// A team is in another one.
    ///
    /// # Errors
    /// As [`Directory::person_key`].
    pub fn nested(&self, inner: &str, outer: &str, evidence: &Evidence) -> Result<Record, Problem> {
        let (inner, outer) = (self.team_key(inner)?, self.team_key(outer)?);
        Ok(stated(RelationRecord::new(inner, Relation::MemberOf, outer), evidence))
    }
}

impl Manager {
    /// As the directory says it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Id(text) | Self::Email(text) | Self::Words(text) => text,
        }
    }
}

fn key(kind: &Kind, realm: &str, id: &str) -> Result<EntityKey, Problem> {
    EntityKey::new(kind.provider(), realm, kind.as_str(), id).map_err(|error| {
        Problem::new(ProblemClass::Malformed, "no_id", format!("an entry of {realm}: {error}"))
    })
}

fn stated(relation: RelationRecord, evidence: &Evidence) -> Record {
    Record::Relation(relation.evidence(evidence.clone()))
}

/// Addresses in lowercase, each once, in their order.
fn addresses<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for address in texts.filter_map(|text| clean_email(text)) {
        if !kept.contains(&address) {
            kept.push(address);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{LoginSystem, Period, Status};

    fn directory() -> Directory {
        Directory {
            realm: "acme.example".to_owned(),
            person: "people.person".parse().unwrap(),
            team: "people.team".parse().unwrap(),
        }
    }

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn said(person: &DirectoryPerson) -> Vec<String> {
        let records = directory().person(person, now()).unwrap();
        let line = |record: &Record| match record {
            Record::Entity(e) => format!(
                "{} {:?} {}",
                e.name,
                e.disabled,
                serde_json::to_string(&e.attributes).unwrap()
            ),
            Record::Reference(r) => r.reference.to_string(),
            Record::Relation(r) => format!(
                "{} {}",
                r.relation,
                match &r.to {
                    Endpoint::Key(key) => format!("{} {}", key.kind, key.id),
                    Endpoint::Reference(name) => name.to_string(),
                }
            ),
            other => format!("{other:?}"),
        };
        records.iter().map(line).collect()
    }

    #[test]
    fn everything_that_is_known_of_a_person_is_said_once() {
        let person = DirectoryPerson {
            id: "e1".to_owned(),
            name: "Ada".to_owned(),
            email: Some("Ada@Acme.Example".to_owned()),
            other_emails: vec![
                "smtp:ada@acme.example".to_owned(),
                "a.l@acme.example".to_owned(),
                "none".to_owned(),
            ],
            logins: [("github".parse::<LoginSystem>().unwrap(), "AdaL".to_owned())].into(),
            stated: Some(Status::Left),
            manager: Some(Manager::Id("e0".to_owned())),
            teams: vec!["t1".to_owned(), "t1".to_owned()],
            ..DirectoryPerson::default()
        };
        assert_eq!(
            said(&person),
            [
                r#"Ada Some(true) {"email":"ada@acme.example","emails":["ada@acme.example","a.l@acme.example"],"logins":{"github":"AdaL"},"manager":"e0","status":"left"}"#,
                "email:acme.example:ada@acme.example",
                "email:acme.example:a.l@acme.example",
                "people.user-id:acme.example:e1",
                "reports_to people.person e0",
                "same_as github.user:github.com:adal",
                "member_of people.team t1",
            ]
        );
    }

    #[test]
    fn nobody_reports_to_words_or_to_oneself() {
        for (manager, expected) in [
            (Manager::Words("The Boss".to_owned()), None),
            (Manager::Id("e1".to_owned()), None),
            (
                Manager::Email("Boss@Acme.Example".to_owned()),
                Some("reports_to email:acme.example:boss@acme.example"),
            ),
        ] {
            let person = DirectoryPerson {
                id: "e1".to_owned(),
                manager: Some(manager.clone()),
                ..DirectoryPerson::default()
            };
            let lines = said(&person);
            let found =
                lines.iter().find(|line| line.starts_with("reports_to")).map(String::as_str);
            assert_eq!(found, expected);
            assert!(lines[0].contains(manager.text()), "{}", lines[0]);
        }
    }

    #[test]
    fn a_contractor_with_an_end_to_come_is_here_and_keeps_the_end() {
        let period = Period { left_at: "2027-01-31T00:00:00Z".parse().ok(), ..Period::default() };
        let person = DirectoryPerson {
            id: "c1".to_owned(),
            stated: Some(Status::Active),
            period,
            ..DirectoryPerson::default()
        };
        assert_eq!(
            said(&person)[0],
            r#"c1 Some(false) {"left_at":"2027-01-31T00:00:00Z","status":"active"}"#
        );
        let nothing = DirectoryPerson { id: "c2".to_owned(), ..DirectoryPerson::default() };
        assert_eq!(said(&nothing)[0], "c2 None {}");
        assert!(directory().person(&DirectoryPerson::default(), now()).is_err());
    }
}
