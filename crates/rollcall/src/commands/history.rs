//! `rollcall history`.

use anyhow::Result;
use clap::Args;
use rollcall_model::{ScopeKey, Timestamp};
use rollcall_store::{EntityBody, EntityVersion};
use rollcall_store_sql::OpenMode;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::lookup;
use crate::output::{Tone, text};

#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    /// A name, a native id, or the id that `rollcall ls --json` gives
    #[arg(value_name = "NAME|ID")]
    entity: String,
}

/// What happened to what one scope says.
#[derive(Serialize, PartialEq, Eq, Debug)]
struct Event {
    at: Option<Timestamp>,
    event: &'static str,
    source: String,
    scope: ScopeKey,
    changes: Vec<Change>,
}

/// A field with its old and new value; null where there is none.
#[derive(Serialize, PartialEq, Eq, Debug)]
struct Change {
    field: String,
    before: Value,
    after: Value,
}

pub(super) async fn run(app: &mut App, args: HistoryArgs) -> Result<u8> {
    let store = app.store(&app.config()?, OpenMode::Read).await?;
    let entity = lookup::entity(&store, &args.entity).await?;
    let versions = store.history(&entity.key).await?;
    store.close().await;
    let events = events(versions);
    if app.out.json() {
        for event in &events {
            app.out.object(event)?;
        }
        return Ok(COMPLETE);
    }
    app.out.say(Tone::Heading, &format!("{} ({})", entity.name, entity.key.kind))?;
    for event in &events {
        let at = event.at.map_or_else(|| "at an unknown time".to_owned(), text::moment);
        let tone = match event.event {
            "appeared" | "back" => Tone::Good,
            "gone" => Tone::Bad,
            _ => Tone::Warn,
        };
        app.out
            .say(tone, &format!("{at}  {}  ({}: {})", event.event, event.source, event.scope))?;
        for Change { field, before, after } in &event.changes {
            app.out.line(&format!("    {field}: {} → {}", told(before), told(after)))?;
        }
    }
    Ok(COMPLETE)
}

fn told(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The events of all scopes in the order of their times. Versions come oldest first.
fn events(versions: Vec<EntityVersion>) -> Vec<Event> {
    let mut scopes: Vec<Vec<EntityVersion>> = Vec::new();
    for version in versions {
        let same = |list: &&mut Vec<EntityVersion>| {
            list.first().is_some_and(|v| v.source == version.source && v.scope == version.scope)
        };
        match scopes.iter_mut().find(same) {
            Some(list) => list.push(version),
            None => scopes.push(vec![version]),
        }
    }
    let mut events: Vec<Event> = scopes.iter().flat_map(|versions| events_of(versions)).collect();
    events.sort_by_key(|event| event.at);
    events
}

fn events_of(versions: &[EntityVersion]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut before: Option<&EntityVersion> = None;
    for version in versions {
        let event = |at, event, changes| Event {
            at,
            event,
            source: version.source.clone(),
            scope: version.scope.clone(),
            changes,
        };
        match before {
            None => events.push(event(version.from, "appeared", Vec::new())),
            // The next version began when the last one ended: it was never away.
            Some(last) if last.to == version.from => {
                events.push(event(version.from, "changed", diff(&last.body, &version.body)));
            }
            Some(last) => {
                events.push(event(last.to, "gone", Vec::new()));
                events.push(event(version.from, "back", diff(&last.body, &version.body)));
            }
        }
        before = Some(version);
    }
    if let Some(last) = before
        && last.to.is_some()
    {
        events.push(Event {
            at: last.to,
            event: "gone",
            source: last.source.clone(),
            scope: last.scope.clone(),
            changes: Vec::new(),
        });
    }
    events
}

/// The fields that differ. Evidence is no part of what is said.
fn diff(before: &EntityBody, after: &EntityBody) -> Vec<Change> {
    let as_json = |body: &EntityBody| {
        let mut value = serde_json::to_value(body).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("evidence");
        }
        value
    };
    let mut changes = Vec::new();
    compare("", &as_json(before), &as_json(after), &mut changes);
    changes
}

fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<Change>) {
    match (before, after) {
        (a, b) if a == b => {}
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or_default()
                };
                compare(&path, &of(a), &of(b), changes);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            let field = format!("{path}[]");
            for gone in missing_in(a, b) {
                changes.push(Change { field: field.clone(), before: gone, after: Value::Null });
            }
            for new in missing_in(b, a) {
                changes.push(Change { field: field.clone(), before: Value::Null, after: new });
            }
            let moved = changes.last().is_none_or(|change| change.field != field);
            if moved {
                changes.push(Change {
                    field: path.to_owned(),
                    before: before.clone(),
                    after: after.clone(),
                });
            }
        }
        _ => changes.push(Change {
            field: path.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

/// The items of one list that the other has not, as often as they are lacking.
fn missing_in(these: &[Value], others: &[Value]) -> Vec<Value> {
    let mut left: Vec<&Value> = others.iter().collect();
    let mut missing = Vec::new();
    for item in these {
        match left.iter().position(|other| *other == item) {
            Some(at) => drop(left.swap_remove(at)),
            None => missing.push(item.clone()),
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_model::EntityType;
    use serde_json::json;

    fn version(from: i64, to: Option<i64>, attributes: Value) -> EntityVersion {
        let Value::Object(attributes) = attributes else { panic!("an object") };
        EntityVersion {
            source: "s".into(),
            scope: ScopeKey::realm("st", "r"),
            from: Some(Timestamp::from_seconds(from)),
            to: to.map(Timestamp::from_seconds),
            body: EntityBody {
                attributes,
                class: None,
                created_at: None,
                disabled: None,
                evidence: Vec::new(),
                expires_at: None,
                name: "n".into(),
                entity_type: EntityType::Identity,
            },
        }
    }

    #[test]
    fn changes_goings_and_returns_are_told_apart() {
        let versions = vec![
            version(1, Some(2), json!({"tags": {"team": "a"}, "list": ["x", "y"]})),
            version(2, Some(3), json!({"tags": {"team": "b"}, "list": ["y", "z"]})),
            version(5, None, json!({"tags": {"team": "b"}, "list": ["y", "z"]})),
        ];
        let events = events(versions);
        let names: Vec<_> = events.iter().map(|event| event.event).collect();
        assert_eq!(names, ["appeared", "changed", "gone", "back"]);
        let changes: Vec<_> = events[1]
            .changes
            .iter()
            .map(|c| (c.field.as_str(), told(&c.before), told(&c.after)))
            .collect();
        let expected = [
            ("attributes.list[]", "x".to_owned(), "–".to_owned()),
            ("attributes.list[]", "–".to_owned(), "z".to_owned()),
            ("attributes.tags.team", "a".to_owned(), "b".to_owned()),
        ];
        assert_eq!(changes, expected);
        assert_eq!(events[3].changes, []);
    }

    #[test]
    fn a_list_in_another_order_is_a_change_too() {
        let before = version(1, None, json!({"l": [1, 2]})).body;
        let after = version(1, None, json!({"l": [2, 1]})).body;
        assert_eq!(diff(&before, &after).len(), 1);
    }
}
