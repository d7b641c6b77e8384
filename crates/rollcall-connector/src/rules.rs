//! What the contract demands, as checks that yield sentences: of a definition as a whole and of one
//! record against it. The testkit asserts them, the host of external connectors enforces them.

use std::collections::HashSet;

use rollcall_model::{EntityKey, EntityType, Listing, ScopeKey};
use rollcall_record::{EntityRecord, Record};

use crate::transport::AllowList;
use crate::{ConfigField, Definition, KindDef, StreamDef};

/// What is wrong with a definition; empty when it keeps the contract.
#[must_use]
pub fn definition_violations(definition: &Definition) -> Vec<String> {
    let mut found = Vec::new();
    let id = &definition.id;
    if !is_hyphenated(id) {
        found.push(format!("the id {id:?} is not lowercase letters, digits and hyphens"));
    }
    for (what, text) in [("title", &definition.title), ("summary", &definition.summary)] {
        if is_blank(text) {
            found.push(format!("the connector has no {what}"));
        }
    }
    if !is_hyphenated(&definition.provider) {
        found.push(format!("the provider {:?} is no word", definition.provider));
    }
    if definition.streams.is_empty() {
        found.push("there is no stream".to_owned());
    }
    if definition.kinds.is_empty() {
        found.push("there is no kind".to_owned());
    } else if !definition.kinds.iter().any(|k| k.kind.provider() == definition.provider) {
        found.push(format!("no kind belongs to the provider {}", definition.provider));
    }
    found.extend(
        repeated(definition.streams.iter().map(|s| &s.name))
            .iter()
            .map(|n| format!("stream {n} is there twice")),
    );
    found.extend(
        repeated(definition.kinds.iter().map(|k| &k.kind))
            .iter()
            .map(|n| format!("kind {n} is there twice")),
    );
    found.extend(
        repeated(definition.config.iter().map(|c| &c.name))
            .iter()
            .map(|n| format!("configuration field {n} is there twice")),
    );
    found.extend(
        repeated(definition.operations.iter())
            .iter()
            .map(|n| format!("operation {n} is there twice")),
    );
    found.extend(definition.streams.iter().flat_map(stream_violations));
    found.extend(definition.kinds.iter().flat_map(kind_violations));
    found.extend(definition.config.iter().flat_map(field_violations));
    if let Err(problem) = AllowList::new(definition) {
        found.push(problem.message);
    }
    if definition.access_formats.iter().any(|format| !is_hyphenated(format)) {
        found.push("an access format is no word".to_owned());
    }
    found
}

fn stream_violations(stream: &StreamDef) -> Vec<String> {
    let name = &stream.name;
    let mut found = Vec::new();
    if !is_hyphenated(name) {
        found
            .push(format!("the stream name {name:?} is not lowercase letters, digits and hyphens"));
    }
    for (what, text) in [("title", &stream.title), ("word on what it sees", &stream.sees)] {
        if is_blank(text) {
            found.push(format!("stream {name} has no {what}"));
        }
    }
    if stream.permissions.iter().any(|p| is_blank(p)) {
        found.push(format!("stream {name} names an empty permission"));
    }
    if stream.blind_spots.iter().any(|b| is_blank(b)) {
        found.push(format!("stream {name} names an empty blind spot"));
    }
    if stream.tier.as_deref().is_some_and(is_blank) || stream.part.as_deref().is_some_and(is_blank)
    {
        found.push(format!("stream {name} has an empty tier or part"));
    }
    found
}

fn kind_violations(kind: &KindDef) -> Vec<String> {
    let name = &kind.kind;
    let mut found = Vec::new();
    if is_blank(&kind.title) {
        found.push(format!("kind {name} has no title"));
    }
    found.extend(
        repeated(kind.attributes.iter().map(|a| &a.name))
            .iter()
            .map(|a| format!("kind {name} has the attribute {a} twice")),
    );
    for attribute in &kind.attributes {
        if !is_snake(&attribute.name) {
            found.push(format!(
                "kind {name}: the attribute name {:?} is not snake_case",
                attribute.name
            ));
        }
        if is_blank(&attribute.title) || is_blank(&attribute.shape) {
            found.push(format!(
                "kind {name}: the attribute {} lacks its title or shape",
                attribute.name
            ));
        }
    }
    found
}

fn field_violations(field: &ConfigField) -> Vec<String> {
    let name = &field.name;
    let mut found = Vec::new();
    if !is_snake(name) {
        found.push(format!("the configuration field {name:?} is not snake_case"));
    }
    if is_blank(&field.title) {
        found.push(format!("the configuration field {name} has no title"));
    }
    if field.required && field.default.is_some() {
        found.push(format!("the configuration field {name} is required and has a default"));
    }
    found
}

/// What is wrong with one record of a scope, given the definition; `None` when nothing is.
#[must_use]
pub fn record_violation(
    definition: &Definition,
    scope: &ScopeKey,
    listing: Listing,
    record: &Record,
) -> Option<String> {
    match record {
        Record::Entity(entity) => entity_violation(definition, entity),
        Record::Relation(relation) => [&relation.from, &relation.to]
            .into_iter()
            .find_map(endpoint_violation)
            .map(|why| format!("relation {}: {why}", relation.relation)),
        Record::Reference(reference) => {
            let name = &reference.reference;
            if name.namespace.is_empty() || name.value.is_empty() {
                return Some(format!("the reference {name} has no namespace or no value"));
            }
            kind_of(definition, &reference.entity).err()
        }
        Record::Activity(activity) => {
            if is_blank(&activity.evidence) {
                return Some("an activity does not say its sort of evidence".to_owned());
            }
            if activity.first_at > activity.last_at
                || activity.first_at.day() != activity.last_at.day()
            {
                return Some(format!(
                    "an activity spans {} to {}, not one day",
                    activity.first_at, activity.last_at
                ));
            }
            endpoint_violation(&activity.entity)
        }
        Record::Event(event) => {
            if event.id.is_empty() {
                return Some("an event has no id".to_owned());
            }
            endpoint_violation(&event.entity)
                .or_else(|| event.by.as_ref().and_then(endpoint_violation))
        }
        Record::Gone(gone) if listing == Listing::Full => {
            Some(format!("{} is said to be gone in a full listing", gone.key))
        }
        Record::Gone(gone) => kind_of(definition, &gone.key).err(),
        Record::Cursor { scope: at, .. } | Record::Progress { scope: at, .. } if at != scope => {
            Some(format!("a record names the scope {at} inside the scope {scope}"))
        }
        _ => None,
    }
}

fn entity_violation(definition: &Definition, entity: &EntityRecord) -> Option<String> {
    let kind = match kind_of(definition, &entity.key) {
        Ok(kind) => kind,
        Err(why) => return Some(why),
    };
    let key = &entity.key;
    if entity.entity_type != kind.entity_type {
        return Some(format!(
            "{key} is said to be of type {}; its kind is of type {}",
            entity.entity_type, kind.entity_type
        ));
    }
    if entity.class.is_some() && entity.entity_type != EntityType::Identity {
        return Some(format!(
            "{key} has a class and the type {}; only identities have a class",
            entity.entity_type
        ));
    }
    let declared = |name: &String| kind.attributes.iter().any(|a| a.name == *name);
    let undeclared = entity.attributes.keys().find(|name| !declared(name))?;
    Some(format!("{key} has the attribute {undeclared:?}, which its kind does not declare"))
}

fn kind_of<'a>(definition: &'a Definition, key: &EntityKey) -> Result<&'a KindDef, String> {
    key_violation(key).map_or(Ok(()), Err)?;
    let found = definition.kinds.iter().find(|k| k.kind == key.kind);
    found.ok_or_else(|| format!("{key} is of the kind {}, which is not declared", key.kind))
}

fn endpoint_violation(endpoint: &rollcall_model::Endpoint) -> Option<String> {
    match endpoint {
        rollcall_model::Endpoint::Key(key) => key_violation(key),
        rollcall_model::Endpoint::Reference(name) => (name.namespace.is_empty()
            || name.value.is_empty())
        .then(|| format!("the reference {name} has no namespace or no value")),
    }
}

fn key_violation(key: &EntityKey) -> Option<String> {
    // A key read from JSON was not made by `EntityKey::new`.
    EntityKey::new(&key.provider, &key.realm, key.kind.as_str(), &key.id)
        .err()
        .map(|e| e.to_string())
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn is_hyphenated(text: &str) -> bool {
    is_word(text, '-')
}

fn is_snake(text: &str) -> bool {
    is_word(text, '_')
}

fn is_word(text: &str, joint: char) -> bool {
    let well = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split(joint).all(well)
}

/// What is there more than once.
fn repeated<T: ToString>(items: impl Iterator<Item = T>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut twice: Vec<String> =
        items.map(|i| i.to_string()).filter(|i| !seen.insert(i.clone())).collect();
    twice.dedup();
    twice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::sample_definition;
    use rollcall_model::{Reference, Relation, Timestamp};
    use rollcall_record::{ActivityRecord, Gone, ReferenceRecord, RelationRecord, entity};

    #[test]
    fn a_good_definition_has_no_violation_and_each_fault_is_named() {
        assert_eq!(definition_violations(&sample_definition()), Vec::<String>::new());
        type Spoil = fn(&mut Definition);
        let faults: [(Spoil, &str); 13] = [
            (|d| d.id = "My Connector".to_owned(), "the id"),
            (|d| d.summary.clear(), "no summary"),
            (|d| d.streams.clear(), "no stream"),
            (|d| d.kinds.clear(), "no kind"),
            (|d| d.provider = "other".to_owned(), "no kind belongs"),
            (|d| d.streams[0].name = "Users".to_owned(), "stream name"),
            (|d| d.streams[0].sees = " ".to_owned(), "what it sees"),
            (|d| d.streams.push(d.streams[0].clone()), "there twice"),
            (|d| d.streams[0].permissions.push(String::new()), "empty permission"),
            (|d| d.kinds[0].attributes[0].name = "Bad Name".to_owned(), "snake_case"),
            (|d| d.kinds[0].attributes[0].title.clear(), "title or shape"),
            (|d| d.config[0].title.clear(), "no title"),
            (|d| d.operations.push("DELETE /x".to_owned()), "only read"),
        ];
        for (spoil, expected) in faults {
            let mut definition = sample_definition();
            spoil(&mut definition);
            let found = definition_violations(&definition).join("\n");
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }

    #[test]
    fn records_are_held_to_the_definition() {
        let definition = sample_definition();
        let scope = ScopeKey::realm("users", "r");
        let key = |kind: &str| EntityKey::new("sample", "r", kind, "1").unwrap();
        let user = entity(key("sample.user"), EntityType::Identity, "a");
        let violation =
            |record: Record| record_violation(&definition, &scope, Listing::Full, &record);
        assert_eq!(violation(Record::Entity(user.clone().attribute("title", "x"))), None);
        let mut empty_realm = user.clone();
        empty_realm.key.realm.clear();
        let mut classed = user.clone();
        classed.entity_type = EntityType::Resource;
        let at = Timestamp::from_seconds(0);
        let activity = ActivityRecord {
            entity: key("sample.user").into(),
            evidence: "e".to_owned(),
            first_at: at,
            last_at: at.plus_seconds(86_400),
            count: None,
            attributes: serde_json::Map::new(),
        };
        let nameless = Reference::new("", "", "x");
        for (record, expected) in [
            (Record::Entity(user.clone().attribute("salary", 1)), "does not declare"),
            (
                Record::Entity(entity(key("sample.robot"), EntityType::Identity, "a")),
                "not declared",
            ),
            (Record::Entity(classed), "its kind is of type identity"),
            (Record::Entity(empty_realm), "realm"),
            (
                Record::Relation(RelationRecord::new(
                    key("sample.user"),
                    Relation::MemberOf,
                    nameless.clone(),
                )),
                "no namespace",
            ),
            (
                Record::Reference(ReferenceRecord::new(&key("sample.user"), nameless)),
                "no namespace",
            ),
            (Record::Activity(activity), "not one day"),
            (Record::Gone(Gone { key: key("sample.user") }), "full listing"),
            (
                Record::Progress { scope: ScopeKey::realm("users", "q"), done: 1, total: None },
                "inside the scope",
            ),
        ] {
            let found = violation(record).unwrap_or_default();
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }
}
