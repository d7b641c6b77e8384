//! Policy documents: percent-encoded JSON in, normalised statements out.
//!
//! A statement comes out as `{sid?, effect, principals?, not_principals?, actions?, not_actions?,
//! resources?, not_resources?, conditions?}` with `effect` `allow` or `deny`, every scalar a list,
//! every list sorted without doubles (AWS gives the principals of one and the same policy in
//! changing order), principals as `{"AWS": […], "Service": […], "Federated": […]}` and conditions
//! as `{operator: {key: […]}}`. `"Principal": "*"` comes out as `{"AWS": ["*"]}`, which AWS calls
//! the same. Deleted principals stay visible as the unique id that AWS shows for them.
//!
//! Source: IAM user guide, grammar of the IAM JSON policy language.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Parses a document into its statements. Documents are encoded per RFC 3986: `%xx` is decoded and
/// `+` stays. One that begins with a brace is not encoded.
///
/// # Errors
/// With the place and the reason, in a few words, when it does not follow the grammar; what it
/// grants is then unknown.
pub(crate) fn statements(document: &str) -> Result<Vec<Value>, String> {
    let text = if document.trim_start().starts_with('{') {
        Cow::Borrowed(document)
    } else {
        percent_decode_str(document).decode_utf8().map_err(|e| e.to_string())?
    };
    let Value::Object(mut document) = serde_json::from_str(&text).map_err(|e| e.to_string())?
    else {
        return Err("it is no object".to_owned());
    };
    match take(&mut document, "statement") {
        Some(Value::Array(list)) => {
            list.into_iter().enumerate().map(|(i, s)| numbered(i, statement(s))).collect()
        }
        Some(single @ Value::Object(_)) => Ok(vec![numbered(0, statement(single))?]),
        Some(_) => Err("Statement is no object and no list".to_owned()),
        None => Err("it has no Statement".to_owned()),
    }
}

fn numbered(index: usize, result: Result<Value, String>) -> Result<Value, String> {
    result.map_err(|why| format!("statement {}: {why}", index + 1))
}

/// Element names are compared without regard to case, as IAM does.
fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = object.keys().find(|k| k.eq_ignore_ascii_case(name))?.clone();
    object.remove(&key)
}

fn statement(value: Value) -> Result<Value, String> {
    let Value::Object(given) = value else { return Err("it is no object".to_owned()) };
    let mut out = Map::new();
    for (element, value) in given {
        let (name, value) = match element.to_ascii_lowercase().as_str() {
            "sid" => match value {
                Value::String(sid) if sid.is_empty() => continue,
                Value::String(_) => ("sid", value),
                _ => return Err("Sid is no text".to_owned()),
            },
            "effect" => ("effect", effect(&value)?),
            "principal" => ("principals", principals(value)?),
            "notprincipal" => ("not_principals", principals(value)?),
            "action" => ("actions", list(value, "Action")?),
            "notaction" => ("not_actions", list(value, "NotAction")?),
            "resource" => ("resources", list(value, "Resource")?),
            "notresource" => ("not_resources", list(value, "NotResource")?),
            "condition" => ("conditions", conditions(value)?),
            _ => {
                let name: String = element.chars().take(40).collect();
                return Err(format!("unknown element {name:?}"));
            }
        };
        out.insert(name.to_owned(), value);
    }
    if !out.contains_key("effect") {
        return Err("it has no Effect".to_owned());
    }
    if !out.contains_key("actions") && !out.contains_key("not_actions") {
        return Err("it has no Action and no NotAction".to_owned());
    }
    Ok(Value::Object(out))
}

fn effect(value: &Value) -> Result<Value, String> {
    match value.as_str() {
        Some("Allow") => Ok("allow".into()),
        Some("Deny") => Ok("deny".into()),
        _ => Err("Effect is neither Allow nor Deny".to_owned()),
    }
}

fn principals(value: Value) -> Result<Value, String> {
    match value {
        Value::String(all) if all == "*" => {
            Ok(Value::Object(Map::from_iter([("AWS".to_owned(), Value::Array(vec!["*".into()]))])))
        }
        Value::Object(kinds) => kinds
            .into_iter()
            .map(|(kind, who)| Ok((kind, list(who, "Principal")?)))
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object),
        _ => Err("Principal is neither \"*\" nor an object".to_owned()),
    }
}

fn conditions(value: Value) -> Result<Value, String> {
    let Value::Object(operators) = value else { return Err("Condition is no object".to_owned()) };
    let mut out = Map::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else {
            return Err("an operator of Condition holds no object".to_owned());
        };
        let keys = keys
            .into_iter()
            .map(|(key, values)| Ok((key, list(values, "Condition")?)))
            .collect::<Result<Map<_, _>, String>>()?;
        out.insert(operator, Value::Object(keys));
    }
    Ok(Value::Object(out))
}

/// A scalar or a list of scalars as a sorted list of texts.
fn list(value: Value, element: &str) -> Result<Value, String> {
    let text = |value: Value| match value {
        Value::String(_) => Ok(value),
        Value::Number(n) => Ok(Value::String(n.to_string())),
        Value::Bool(b) => Ok(Value::String(b.to_string())),
        _ => Err(format!("{element} holds something that is no text")),
    };
    let mut items = match value {
        Value::Array(items) => items.into_iter().map(text).collect::<Result<Vec<_>, _>>()?,
        single => vec![text(single)?],
    };
    items.sort_unstable_by(|a, b| a.as_str().cmp(&b.as_str()));
    items.dedup();
    Ok(Value::Array(items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn scalars_become_lists_and_lists_are_sorted() {
        let document = json!({"Version": "2012-10-17", "Statement": {
            "Sid": "T", "Effect": "Allow",
            "Principal": {"AWS": ["b", "a", "b"], "Federated": "arn:aws:iam::1:oidc-provider/x"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {"x:sub": "repo:o/*"}, "Bool": {"aws:MultiFactorAuthPresent": true}},
        }});
        let expected = json!([{
            "sid": "T", "effect": "allow",
            "principals": {"AWS": ["a", "b"], "Federated": ["arn:aws:iam::1:oidc-provider/x"]},
            "actions": ["sts:AssumeRoleWithWebIdentity"],
            "conditions": {"StringLike": {"x:sub": ["repo:o/*"]}, "Bool": {"aws:MultiFactorAuthPresent": ["true"]}},
        }]);
        assert_eq!(json!(statements(&document.to_string()).unwrap()), expected);
        let encoded = utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string();
        assert_eq!(json!(statements(&encoded).unwrap()), expected);
    }

    #[test]
    fn plus_stays_and_an_unencoded_percent_too() {
        let encoded = r#"%7B%22Statement%22:%5B%7B%22Effect%22:%22Deny%22,%22NotAction%22:%22s3:Get+x%22,%22NotResource%22:%22a%2520b%22%7D%5D%7D"#;
        assert_eq!(
            json!(statements(encoded).unwrap()),
            json!([{"effect": "deny", "not_actions": ["s3:Get+x"], "not_resources": ["a%20b"]}])
        );
        let plain = r#" {"Statement":[{"Effect":"Allow","Action":"*","Resource":"a%20b"}]}"#;
        assert_eq!(statements(plain).unwrap()[0]["resources"], json!(["a%20b"]));
    }

    #[test]
    fn everyone_and_the_deleted_stay_visible() {
        let document = r#"{"Statement":[
            {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
            {"Effect":"Allow","Principal":{"AWS":"AROAEXAMPLEGONE"},"Action":"sts:AssumeRole"},
            {"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::1:root"},"Action":"*"}]}"#;
        let parsed = statements(document).unwrap();
        assert_eq!(parsed[0]["principals"], json!({"AWS": ["*"]}));
        assert_eq!(parsed[1]["principals"], json!({"AWS": ["AROAEXAMPLEGONE"]}));
        assert_eq!(parsed[2]["not_principals"], json!({"AWS": ["arn:aws:iam::1:root"]}));
    }

    #[test]
    fn what_does_not_follow_the_grammar_says_where() {
        for (document, word) in [
            ("", "EOF"),
            ("[]", "no object"),
            ("{}", "no Statement"),
            ("%ff", "utf-8"),
            (r#"{"Statement":1}"#, "no list"),
            (r#"{"Statement":[null]}"#, "statement 1"),
            (r#"{"Statement":[{"Effect":"Maybe","Action":"*"}]}"#, "Effect"),
            (r#"{"Statement":[{"Effect":"Allow"}]}"#, "Action"),
            (r#"{"Statement":[{"Action":"*"}]}"#, "Effect"),
            (r#"{"Statement":[{"Effect":"Allow","Action":{"a":1}}]}"#, "Action"),
            (r#"{"Statement":[{"Effect":"Allow","Action":"*","Unless":1}]}"#, "Unless"),
            (r#"{"Statement":[{"Effect":"Allow","Action":"*","Principal":"x"}]}"#, "Principal"),
            (
                r#"{"Statement":[{"Effect":"Allow","Action":"*","Condition":{"a":"b"}}]}"#,
                "Condition",
            ),
        ] {
            let why = statements(document).unwrap_err();
            assert!(why.contains(word), "{document}: {why}");
        }
        assert_eq!(statements(r#"{"Statement":[]}"#).unwrap(), Vec::<Value>::new());
    }

    #[test]
    fn a_deep_document_is_refused_and_nothing_overflows() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(statements(&format!(r#"{{"Statement":{deep}}}"#)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = statements(&text);
            let _ = statements(&format!(r#"{{"Statement":{{"Effect":"Allow","Action":{text}}}}}"#));
        }

        #[test]
        fn order_within_lists_does_not_matter(mut actions in proptest::collection::vec("[a-z]{1,4}:[A-Z][a-z]{1,6}", 1..8)) {
            let parse = |a: &[String]| {
                statements(&json!({"Statement": [{"Effect": "Allow", "Action": a}]}).to_string()).unwrap()
            };
            let before = parse(&actions);
            actions.reverse();
            prop_assert_eq!(before, parse(&actions));
        }
    }
}
