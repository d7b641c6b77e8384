//! Providers' own descriptions of their interfaces: cut to some operations, so that Prism can play
//! them, and turned into bodies that a client must accept.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::TestError;
use crate::node::run_node;

/// An official description.
#[derive(Clone, Debug)]
pub enum Official {
    /// GitHub's for Enterprise Cloud (`@octokit/openapi`).
    GitHub,
    /// Okta's (`@okta/openapi`): the newest that a registry has, of 2022.
    Okta,
    /// One in a file.
    File(PathBuf),
}

/// What lists say in their `Link` headers.
#[derive(Clone, Copy, Debug)]
pub enum Links<'a> {
    /// What the description says. For GitHub that is a next page on another host, for ever.
    Official,
    /// Nothing: every list is one page.
    None,
    /// This.
    Header(&'a str),
}

/// What operations answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bodies {
    /// The described examples.
    Official,
    /// Every field that the description has.
    Full,
    /// Required fields only.
    Required,
    /// Required fields only, `null` where the description allows it.
    Nulls,
}

/// One way in which a cut description answers.
#[derive(Clone, Copy, Debug)]
pub struct Variant<'a> {
    /// What its paths begin with, such as `/full`; or nothing.
    pub prefix: &'a str,
    /// What lists say in their `Link` headers.
    pub links: Links<'a>,
    /// What is answered.
    pub bodies: Bodies,
}

impl Variant<'_> {
    /// As the description has it.
    pub const OFFICIAL: Self =
        Variant { prefix: "", links: Links::Official, bodies: Bodies::Official };

    fn told(self) -> Value {
        let links = match self.links {
            Links::Official => "official",
            Links::None => "none",
            Links::Header(text) => text,
        };
        let bodies = match self.bodies {
            Bodies::Official => "official",
            Bodies::Full => "full",
            Bodies::Required => "required",
            Bodies::Nulls => "nulls",
        };
        json!({"prefix": self.prefix, "links": links, "bodies": bodies})
    }
}

/// A description cut to some operations, in a file of its own.
#[derive(Debug)]
pub struct Cut {
    folder: TempDir,
    /// The operations that the description does not know.
    pub unknown: Vec<String>,
}

impl Cut {
    /// The file, as long as this value lives.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        cut_file(self.folder.path())
    }
}

/// What a client must do with a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Accept it: the description allows it.
    Accept,
    /// Accept or refuse it, without a panic: something that the description requires is missing.
    Either,
    /// Nothing: the operation answers without JSON.
    None,
}

/// A body as an answer to an operation.
#[derive(Clone, Debug)]
pub struct Case {
    /// As the caller wrote it.
    pub operation: String,
    /// What is particular about the body, such as `null /0/parent`.
    pub name: String,
    /// What a client must do.
    pub expect: Expect,
    /// The body.
    pub body: Value,
}

impl Official {
    fn name(&self) -> String {
        match self {
            Self::GitHub => "github".to_owned(),
            Self::Okta => "okta".to_owned(),
            Self::File(file) => file.display().to_string(),
        }
    }

    /// Cuts the description to operations such as `GET /orgs/{org}/members`, whatever their
    /// placeholders are called. Each variant has all of them, so that one server can play several.
    ///
    /// # Errors
    /// When Node.js or the packages are not installed.
    pub fn cut(&self, operations: &[&str], variants: &[Variant<'_>]) -> Result<Cut, TestError> {
        let folder = tempfile::tempdir().map_err(TestError::io("making a temporary folder"))?;
        let (name, file) = (self.name(), cut_file(folder.path()).display().to_string());
        let variants = Value::Array(variants.iter().map(|v| v.told()).collect()).to_string();
        let mut arguments = vec![name.as_str(), &variants, &file];
        arguments.extend(operations);
        let printed = run_node("cut.mjs", &arguments)?;
        Ok(Cut { folder, unknown: printed.lines().map(str::to_owned).collect() })
    }

    /// Bodies of answers to operations: every official example; one with every field, and one with
    /// required fields only; and the full one with each nullable field null, each optional field
    /// away, each other value of an enumeration, each other alternative, each list empty, a field
    /// more in each object; and each required field away.
    ///
    /// # Errors
    /// When Node.js or the packages are not installed, or an operation is not described.
    pub fn cases(&self, operations: &[&str]) -> Result<Cases, TestError> {
        let name = self.name();
        let mut arguments = vec![name.as_str()];
        arguments.extend(operations);
        let printed = run_node("cases.mjs", &arguments)?;
        let lines: Result<Vec<Line>, _> = printed.lines().map(serde_json::from_str).collect();
        let lines = lines.map_err(|error| TestError::Refused(format!("cases.mjs: {error}")))?;
        Ok(Cases { lines: lines.into_iter(), full: Value::Null })
    }
}

fn cut_file(folder: &Path) -> PathBuf {
    folder.join("description.json")
}

/// A line of cases.mjs.
#[derive(Debug, Deserialize)]
struct Line {
    operation: String,
    case: String,
    expect: Expect,
    #[serde(default)]
    body: Value,
    pointer: Option<String>,
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
}

/// `null` is a value too.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// Cases one by one: together they would fill the memory.
#[derive(Debug)]
pub struct Cases {
    lines: std::vec::IntoIter<Line>,
    full: Value,
}

impl Iterator for Cases {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        let Line { operation, case: name, expect, body, pointer, value } = self.lines.next()?;
        let body = match pointer {
            Some(pointer) => changed(&self.full, &pointer, value),
            None => body,
        };
        if name == "full" {
            self.full = body.clone();
        }
        Some(Case { operation, name, expect, body })
    }
}

/// A body with another value at a pointer, or with nothing there.
fn changed(full: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut body = full.clone();
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return value.unwrap_or_default();
    };
    let last = last.replace("~1", "/").replace("~0", "~");
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(object)), Some(value)) => drop(object.insert(last, value)),
        (Some(Value::Object(object)), None) => drop(object.remove(&last)),
        (Some(Value::Array(list)), Some(value)) => {
            if let Some(at) = last.parse().ok().and_then(|at: usize| list.get_mut(at)) {
                *at = value;
            }
        }
        _ => {}
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_changed_at_a_pointer() {
        let full = json!([{"a": {"b/c": 1}}]);
        assert_eq!(changed(&full, "/0/a/b~1c", None), json!([{"a": {}}]));
        assert_eq!(changed(&full, "/0/a/b~1c", Some(Value::Null)), json!([{"a": {"b/c": null}}]));
        assert_eq!(changed(&full, "/0", Some(json!(2))), json!([2]));
        assert_eq!(changed(&full, "", Some(json!([]))), json!([]));
    }

    #[test]
    fn null_is_told_from_nothing() {
        let line = |text| serde_json::from_str::<Line>(text).unwrap();
        let with = line(r#"{"operation": "o", "case": "c", "expect": "accept", "value": null}"#);
        assert_eq!(with.value, Some(Value::Null));
        let without = line(r#"{"operation": "o", "case": "c", "expect": "either"}"#);
        assert_eq!((without.value, without.expect), (None, Expect::Either));
    }
}
