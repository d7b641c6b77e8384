//! The last gate: texts that are copied from files (names, labels, addresses) may hold a token by
//! accident. Whatever has the shape of one is withheld before a record is made.

use rollcall_model::{Endpoint, EntityKey};
use rollcall_record::{EntityRecord, Record, ReferenceRecord, RelationRecord};
use serde_json::{Map, Value};

use crate::secret::detect;

/// What stands in the place of a token.
const WITHHELD: &str = "(withheld)";

/// Withholds tokens in a text.
pub(crate) fn text(text: &mut String) {
    let found = detect::all(text);
    if found.is_empty() {
        return;
    }
    let mut tokens: Vec<String> = found.into_iter().map(|(_, token)| token.to_owned()).collect();
    // A token may be the beginning of another.
    tokens.sort_by_key(|token| std::cmp::Reverse(token.len()));
    for token in &mut tokens {
        *text = text.replace(token.as_str(), WITHHELD);
        zeroize::Zeroize::zeroize(token);
    }
}

/// Withholds tokens in attributes.
pub(crate) fn map(attributes: &mut Map<String, Value>) {
    attributes.values_mut().for_each(value);
    // Names of attributes are ours; those of maps inside them may be the file's.
}

fn value(value: &mut Value) {
    match value {
        Value::String(found) => text(found),
        Value::Array(items) => items.iter_mut().for_each(self::value),
        Value::Object(fields) => {
            let taken = std::mem::take(fields);
            fields.extend(taken.into_iter().map(|(mut name, mut inner)| {
                text(&mut name);
                self::value(&mut inner);
                (name, inner)
            }));
        }
        _ => {}
    }
}

/// Withholds tokens in a key.
pub(crate) fn key(key: &mut EntityKey) {
    text(&mut key.id);
}

fn endpoint(endpoint: &mut Endpoint) {
    match endpoint {
        Endpoint::Key(found) => key(found),
        Endpoint::Reference(reference) => text(&mut reference.value),
    }
}

/// Withholds tokens in an entity.
pub(crate) fn entity(record: &mut EntityRecord) {
    key(&mut record.key);
    text(&mut record.name);
    map(&mut record.attributes);
}

fn relation(record: &mut RelationRecord) {
    endpoint(&mut record.from);
    endpoint(&mut record.to);
    text(&mut record.discriminator);
    map(&mut record.attributes);
}

fn reference(record: &mut ReferenceRecord) {
    key(&mut record.entity);
    text(&mut record.reference.value);
}

/// Withholds tokens in a record.
pub(crate) fn record(record: &mut Record) {
    match record {
        Record::Entity(found) => entity(found),
        Record::Relation(found) => relation(found),
        Record::Reference(found) => reference(found),
        // Parsers of files make no other records.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tokens_are_withheld_at_any_depth() {
        let token = format!("ghp_{}", "Ab1".repeat(12));
        let Value::Object(mut attributes) =
            json!({"a": [{&token: format!("x {token} y")}], "b": 1})
        else {
            return;
        };
        map(&mut attributes);
        assert_eq!(
            Value::Object(attributes),
            json!({"a": [{"(withheld)": "x (withheld) y"}], "b": 1})
        );
    }
}
