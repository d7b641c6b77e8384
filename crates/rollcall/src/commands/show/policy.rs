//! Policies and other structured facts as lines that a person can read.

use serde_json::{Map, Value};

/// A value as lines: statements one by one, everything else flat.
pub(super) fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) if items.iter().any(is_structured) => {
            items.iter().flat_map(lines).collect()
        }
        Value::Object(fields) if fields.contains_key("statements") => policy(fields),
        Value::Object(fields) if is_statement(fields) => vec![statement(fields)],
        other => vec![flat(other)],
    }
}

fn is_structured(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.contains_key("statements") || is_statement(fields))
}

fn is_statement(fields: &Map<String, Value>) -> bool {
    fields.contains_key("effect")
}

/// A policy: its role and name, then its statements.
fn policy(fields: &Map<String, Value>) -> Vec<String> {
    let title: Vec<String> = fields
        .iter()
        .filter(|(name, _)| *name != "statements")
        .map(|(name, value)| match name.as_str() {
            "role" | "name" => flat(value),
            _ => format!("{name} {}", flat(value)),
        })
        .collect();
    let mut lines = vec![format!("{}:", title.join(", "))];
    let statements = fields.get("statements").and_then(Value::as_array);
    lines.extend(statements.into_iter().flatten().map(|item| match item {
        Value::Object(fields) => format!("  {}", statement(fields)),
        other => format!("  {}", flat(other)),
    }));
    lines
}

/// A statement: `allow s3:GetObject on arn:… to AWS … if …`.
fn statement(fields: &Map<String, Value>) -> String {
    let text = |name: &str| fields.get(name).map(flat);
    let mut line = text("effect").unwrap_or_default();
    for (name, before) in [
        ("actions", ""),
        ("not_actions", "all but "),
        ("resources", "on "),
        ("not_resources", "on all but "),
        ("principals", "to "),
        ("not_principals", "to all but "),
        ("conditions", "if "),
    ] {
        if let Some(text) = text(name) {
            line.push_str(&format!(" {before}{text}"));
        }
    }
    // Whatever else it says is not left out.
    const TOLD: [&str; 8] = [
        "effect",
        "actions",
        "not_actions",
        "resources",
        "not_resources",
        "principals",
        "not_principals",
        "conditions",
    ];
    let rest = fields.iter().filter(|(name, _)| !TOLD.contains(&name.as_str()));
    let rest: Vec<String> = rest.map(|(name, value)| format!("{name} {}", flat(value))).collect();
    if rest.is_empty() { line } else { format!("{line} ({})", rest.join(", ")) }
}

/// A value in one line.
pub(super) fn flat(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let pairs: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} {}", nested(value))).collect();
            pairs.join("; ")
        }
    }
}

fn nested(value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.len() > 1 => format!("({})", flat(value)),
        other => flat(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn statements_are_lines() {
        let policies = json!([
            {"role": "trust", "statements": [
                {"effect": "allow", "actions": ["sts:AssumeRole"], "principals": {"AWS": ["arn:a", "arn:b"]},
                 "conditions": {"StringEquals": {"sts:ExternalId": ["x"]}}, "sid": "T"},
                {"effect": "deny", "not_actions": ["iam:*"], "resources": ["*"]},
            ]},
            {"role": "boundary", "name": "B", "statements": []},
        ]);
        assert_eq!(
            lines(&policies),
            [
                "trust:",
                "  allow sts:AssumeRole to AWS arn:a, arn:b if StringEquals sts:ExternalId x (sid T)",
                "  deny all but iam:* on *",
                "B, boundary:",
            ]
        );
    }

    #[test]
    fn other_facts_are_one_line() {
        assert_eq!(
            lines(&json!({"team": "a", "cost": {"x": 1, "y": [true, null]}})),
            ["cost (x 1; y yes, –); team a"]
        );
        assert_eq!(lines(&json!(["a", "b"])), ["a, b"]);
    }
}
