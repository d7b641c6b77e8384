//! From our shapes to records. Pure: what is given in comes out as records, and an entry that lacks
//! what identifies it comes out as a problem.

pub(crate) mod account;
pub(crate) mod credential;
pub(crate) mod principal;
pub(crate) mod provider;
pub(crate) mod usage;

use std::sync::Arc;

use rollcall_model::{EntityKey, EntityType, ProblemClass, Reference, Relation, Timestamp};
use rollcall_record::{
    ActivityRecord, EntityRecord, Evidence, Problem, Record, ReferenceRecord, RelationRecord,
    entity,
};
use serde_json::{Map, Value};

use crate::kinds;

/// The realm of everything AWS itself owns: its managed policies.
pub(crate) const AWS_REALM: &str = "aws";

/// An account in its partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Realm {
    pub(crate) partition: Arc<str>,
    pub(crate) account: Arc<str>,
}

impl Realm {
    pub(crate) fn new(partition: &str, account: &str) -> Self {
        Self { partition: partition.into(), account: account.into() }
    }

    /// The key of what this account owns.
    pub(crate) fn key(&self, kind: &str, id: &str) -> Result<EntityKey, Problem> {
        EntityKey::new("aws", &self.account, kind, id)
            .map_err(|_| malformed(format!("an entry of kind {kind} has no id")))
    }

    /// The key of what has no id but a name.
    fn named_key(
        &self,
        kind: &str,
        name: &str,
        made: Option<Timestamp>,
    ) -> Result<EntityKey, Problem> {
        EntityKey::name_keyed("aws", &self.account, kind, name, made)
            .map_err(|_| malformed(format!("an entry of kind {kind} has no name")))
    }

    /// The account's own key.
    pub(crate) fn account_key(&self) -> Result<EntityKey, Problem> {
        self.key(kinds::ACCOUNT, &self.account)
    }

    pub(crate) fn arn(&self, arn: &str) -> Reference {
        Reference::new("aws.arn", &self.partition, arn)
    }

    fn unique(&self, id: &str) -> Reference {
        Reference::new("aws.unique-id", &self.partition, id)
    }

    /// `key` answers to its ARN and to its unique id, where it has them.
    fn claims(&self, key: &EntityKey, arn: &str, id: &str, out: &mut Vec<Record>) {
        if !arn.is_empty() {
            out.push(Record::Reference(ReferenceRecord::new(key, self.arn(arn))));
        }
        if !id.is_empty() {
            out.push(Record::Reference(ReferenceRecord::new(key, self.unique(id))));
        }
    }

    /// The account contains `key`.
    fn contains(&self, key: &EntityKey, out: &mut Vec<Record>) -> Result<(), Problem> {
        let relation = RelationRecord::new(self.account_key()?, Relation::Contains, key);
        out.push(Record::Relation(relation));
        Ok(())
    }
}

/// An entry that is not what AWS documents.
pub(crate) fn malformed(message: String) -> Problem {
    Problem::new(ProblemClass::Malformed, "bad_entry", message)
}

/// Says by which operation a problem was found.
pub(crate) fn located(problem: Problem, operation: &str) -> Problem {
    problem.at(Evidence { operation: Some(operation.to_owned()), ..Evidence::default() })
}

/// Adds a value that is JSON already, unless it is empty, without copying it.
fn put(entity: &mut EntityRecord, name: &str, value: Value) {
    let empty = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if !empty {
        entity.attributes.insert(name.to_owned(), value);
    }
}

/// The name, or the id where there is none.
fn named(key: EntityKey, entity_type: EntityType, name: &str) -> EntityRecord {
    let shown = if name.is_empty() { key.id.clone() } else { name.to_owned() };
    entity(key, entity_type, shown)
}

/// A path, when it says something.
fn path(path: &str) -> Option<&str> {
    Some(path).filter(|p| *p != "/")
}

/// A single use, the last one that AWS tells.
fn last_use(
    entity: EntityKey,
    evidence: &str,
    at: Timestamp,
    attributes: &[(&str, &str)],
) -> Record {
    let attributes: Map<String, Value> = attributes
        .iter()
        .filter(|(_, value)| !value.is_empty() && *value != "N/A")
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    Record::Activity(ActivityRecord {
        entity: entity.into(),
        evidence: evidence.to_owned(),
        first_at: at,
        last_at: at,
        count: None,
        attributes,
    })
}
