//! What Okta's `search` and `filter` say: comparisons with `and`, `or` and parentheses.

use serde_json::Value;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Compare { attribute: String, operator: String, value: String },
    Present(String),
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let words = words(text)?;
    let mut rest = words.as_slice();
    let found = any(&mut rest, 0)?;
    rest.is_empty().then_some(found)
}

/// Splits at blanks and parentheses; what stands between quotation marks is one word, with the first
/// mark kept.
fn words(text: &str) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' | ')' => 1,
            '"' => {
                let end = rest[1..].find('"')? + 1;
                found.push(rest[..end].to_owned());
                rest = rest[end + 1..].trim_start();
                continue;
            }
            _ => rest.find([' ', '(', ')']).unwrap_or(rest.len()),
        };
        found.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    Some(found)
}

/// Deeper than anybody writes by hand.
const DEEPEST: usize = 16;

fn any(rest: &mut &[String], depth: usize) -> Option<Expression> {
    several(rest, "or", depth, all)
        .map(|mut parts| if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
}

fn all(rest: &mut &[String], depth: usize) -> Option<Expression> {
    several(rest, "and", depth, one)
        .map(|mut parts| if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
}

fn several(
    rest: &mut &[String],
    between: &str,
    depth: usize,
    read: fn(&mut &[String], usize) -> Option<Expression>,
) -> Option<Vec<Expression>> {
    let mut parts = vec![read(rest, depth)?];
    while rest.first().is_some_and(|w| w.eq_ignore_ascii_case(between)) {
        *rest = &rest[1..];
        parts.push(read(rest, depth)?);
    }
    Some(parts)
}

fn one(rest: &mut &[String], depth: usize) -> Option<Expression> {
    if depth > DEEPEST {
        return None;
    }
    let first = rest.first()?.clone();
    *rest = &rest[1..];
    if first == "(" {
        let inside = any(rest, depth + 1)?;
        let closed = rest.first().is_some_and(|w| w == ")");
        *rest = rest.get(1..)?;
        return closed.then_some(inside);
    }
    let operator = rest.first()?.to_lowercase();
    *rest = &rest[1..];
    if operator == "pr" {
        return Some(Expression::Present(first));
    }
    let value = rest.first()?.trim_start_matches('"').to_owned();
    *rest = &rest[1..];
    ["eq", "ne", "gt", "ge", "lt", "le", "sw", "co"]
        .contains(&operator.as_str())
        .then_some(Expression::Compare { attribute: first, operator, value })
}

impl Expression {
    /// Whether something fits; attributes are paths into it.
    pub(super) fn fits(&self, of: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|p| p.fits(of)),
            Self::Any(parts) => parts.iter().any(|p| p.fits(of)),
            Self::Present(attribute) => !at(of, attribute).is_null(),
            Self::Compare { attribute, operator, value } => {
                let Some(is) = at(of, attribute).as_str() else { return operator == "ne" };
                match operator.as_str() {
                    "eq" => is == value,
                    "ne" => is != value,
                    "gt" => is > value.as_str(),
                    "ge" => is >= value.as_str(),
                    "lt" => is < value.as_str(),
                    "le" => is <= value.as_str(),
                    "sw" => is.starts_with(value.as_str()),
                    _ => is.contains(value.as_str()),
                }
            }
        }
    }
}

fn at<'a>(of: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(of, |value, part| &value[part])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn expressions_are_read_and_judged() {
        let person = json!({"status": "ACTIVE", "profile": {"login": "ada@x.example"}});
        let fits = |text: &str| parse(text).map(|e| e.fits(&person));
        assert_eq!(fits(r#"status eq "ACTIVE""#), Some(true));
        assert_eq!(fits(r#"status eq "ACTIVE" or status eq "DEPROVISIONED""#), Some(true));
        assert_eq!(fits(r#"(status ne "ACTIVE") and profile.login pr"#), Some(false));
        assert_eq!(fits(r#"profile.login sw "ada" and not.there pr"#), Some(false));
        assert_eq!(fits("status eq"), None);
        assert_eq!(fits(r#"status like "A""#), None);
        assert_eq!(fits("(status pr"), None);
    }

    proptest! {
        #[test]
        fn no_expression_panics(text in "[a-z.\" ()]{0,60}|.{0,40}") {
            let _ = parse(&text).map(|e| e.fits(&Value::Null));
        }
    }
}
