//! A source's `[source.config]` held against what its connector declares.

use std::collections::BTreeMap;

use rollcall_connector::{ConfigField, ConfigShape, Definition};
use serde_json::Value;

use super::nearest::hint;
use super::{Field, Place};
use crate::secret::{FORMS, Reference};

/// What is wrong, each with its place. Never quotes a value, which may be a secret.
pub(crate) fn check_fields(
    fields: &BTreeMap<String, Field>,
    definition: &Definition,
    section: &str,
    start: Place,
) -> Vec<(Place, String)> {
    let known: Vec<&str> = definition.config.iter().map(|field| field.name.as_str()).collect();
    let mut errors = Vec::new();
    for (name, field) in fields {
        match definition.config.iter().find(|declared| declared.name == *name) {
            Some(declared) => {
                if let Some(why) = fault(declared, &field.value) {
                    errors.push((field.value_place, format!("{name} of {section} {why}")));
                }
            }
            None => {
                let what = format!("fields of the connector {}", definition.id);
                let message =
                    format!("unknown field {name:?} in {section}{}", hint(name, &known, &what));
                errors.push((field.place, message));
            }
        }
    }
    for declared in definition.config.iter().filter(|declared| declared.required) {
        if !fields.contains_key(&declared.name) {
            let message =
                format!("{section} lacks the field {}: {}", declared.name, declared.title);
            errors.push((start, message));
        }
    }
    errors
}

fn fault(declared: &ConfigField, value: &Value) -> Option<String> {
    let texts = |items: &Vec<Value>| items.iter().all(Value::is_string);
    let fits = match declared.shape {
        ConfigShape::Text => value.is_string(),
        ConfigShape::Texts => value.as_array().is_some_and(texts),
        ConfigShape::Integer => value.is_i64(),
        ConfigShape::Id => value.is_i64() || value.is_string(),
        ConfigShape::Boolean => value.is_boolean(),
        ConfigShape::Secret => match value.as_str().map(Reference::parse) {
            Some(Some(Ok(_))) => true,
            Some(Some(Err(why))) => return Some(format!("is no usable reference: {why}")),
            Some(None) => {
                return Some(format!(
                    "is a secret and stands there in the open; expected a reference ({FORMS}). Whoever read \
                     this file knows it, so replace it at the provider too"
                ));
            }
            None => false,
        },
    };
    (!fits).then(|| format!("is {}; expected {}", what(value), expected(declared.shape)))
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "a date or a decimal number",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// A shape in words.
pub(crate) fn expected(shape: ConfigShape) -> &'static str {
    match shape {
        ConfigShape::Text => "a text",
        ConfigShape::Texts => "a list of texts",
        ConfigShape::Integer => "a whole number",
        ConfigShape::Id => "a whole number or a text",
        ConfigShape::Boolean => "true or false",
        ConfigShape::Secret => "a reference to a secret",
    }
}
