//! One JSON object a line.

use serde_json::Value;

use super::{Content, Ways, of_people};
use crate::columns::{Field, Plan};
use crate::person::person;
use crate::table::{Row, Wrong};

/// How deep objects inside an object are looked into.
const DEPTH: usize = 4;

/// Reads objects, each a person. Fields inside objects are named with dots, such as `work.email`.
pub(super) fn read(bytes: &[u8], ways: &Ways<'_>) -> Content {
    let (mut people, mut wrong) = (Vec::new(), Vec::new());
    let mut known: Option<(Vec<String>, Plan)> = None;
    for (line, text) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let object = match serde_json::from_slice(text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                wrong.push(Wrong::line(line, "bad_row", "a value that is no object", "an object"));
                continue;
            }
            Err(error) => {
                let found = if error.is_eof() { "an object that breaks off" } else { "no JSON" };
                let at = format!("{found} at column {}", error.column());
                wrong.push(Wrong::line(line, "bad_row", &at, "a JSON object on one line"));
                continue;
            }
        };
        let mut cells = Vec::new();
        for (name, value) in object {
            flatten(name, value, DEPTH, &mut cells);
        }
        let (headers, cells): (Vec<String>, Vec<Vec<String>>) = cells.into_iter().unzip();
        let plan = match &known {
            Some((same, plan)) if *same == headers => plan.clone(),
            _ => {
                let plan = ways.columns.plan_loosely(&headers);
                known = Some((headers.clone(), plan.clone()));
                plan
            }
        };
        if plan.of(&Field::Id).is_none() {
            let expected = "a field such as employee_id, or the one that columns names";
            wrong.push(Wrong::line(line, "no_id", "no field that holds an id", expected));
            continue;
        }
        match person(&Row { line, cells }, &headers, &plan, ways.reading, ways.name) {
            Ok(person) => people.push(person),
            Err(why) => wrong.push(why),
        }
    }
    of_people(people, wrong)
}

fn flatten(name: String, value: Value, depth: usize, cells: &mut Vec<(String, Vec<String>)>) {
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Object(inner) if depth > 0 => {
            for (key, value) in inner {
                flatten(format!("{name}.{key}"), value, depth - 1, cells);
            }
        }
        Value::Array(items) => cells.push((name, items.into_iter().filter_map(text).collect())),
        Value::Null => cells.push((name, Vec::new())),
        value => cells.push((name, text(value).into_iter().collect())),
    }
}
