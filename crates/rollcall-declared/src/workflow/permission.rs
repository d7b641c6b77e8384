//! What the token of a job may do.

use std::collections::BTreeMap;

use crate::text::Issue;
use crate::tree::{Node, Value};

/// A level of access to one scope of the token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Access {
    /// None.
    None,
    /// Look.
    Read,
    /// Change.
    Write,
}

impl Access {
    /// The word used in workflows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A `permissions` key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Permissions {
    /// There is none: the default of the repository or organisation holds.
    #[default]
    Absent,
    /// `read-all` or `write-all`.
    All(Access),
    /// Each named scope; all others are none. Empty for `{}`.
    Map(BTreeMap<String, Access>),
}

impl Permissions {
    /// The access to a scope; nothing where the default decides. `id-token` is never granted by
    /// default nor by `read-all`.
    #[must_use]
    pub fn access(&self, scope: &str) -> Option<Access> {
        match self {
            Self::Absent if scope == "id-token" => Some(Access::None),
            Self::Absent => None,
            Self::All(Access::Read) if scope == "id-token" => Some(Access::None),
            Self::All(access) => Some(*access),
            Self::Map(map) => Some(map.get(scope).copied().unwrap_or(Access::None)),
        }
    }

    /// Whether any scope but `id-token` can be written; nothing where the default decides.
    #[must_use]
    pub fn can_write(&self) -> Option<bool> {
        match self {
            Self::Absent => None,
            Self::All(access) => Some(*access == Access::Write),
            Self::Map(map) => Some(
                map.iter().any(|(scope, access)| scope != "id-token" && *access == Access::Write),
            ),
        }
    }

    /// How it is written, for attributes: `default`, `read-all`, or the scopes.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        match self {
            Self::Absent => vec!["default".to_owned()],
            Self::All(access) => vec![format!("{}-all", access.as_str())],
            Self::Map(map) if map.is_empty() => vec!["none".to_owned()],
            Self::Map(map) => {
                map.iter().map(|(scope, access)| format!("{scope}:{}", access.as_str())).collect()
            }
        }
    }
}

pub(crate) fn read(node: Option<&Node<'_>>, issues: &mut Vec<Issue>) -> Permissions {
    let Some(node) = node else { return Permissions::Absent };
    let mut unknown = |what: &str, node: &Node<'_>| {
        issues.push(Issue::hides(
            "workflow_permissions",
            format!("{what} is not understood"),
            node.at,
        ));
    };
    match &node.value {
        Value::Scalar { text, .. } => match &**text {
            "read-all" => Permissions::All(Access::Read),
            "write-all" => Permissions::All(Access::Write),
            // `permissions:` with nothing after it is an empty map.
            _ if node.is_null() => Permissions::Map(BTreeMap::new()),
            _ => {
                unknown("this value of `permissions`", node);
                Permissions::Absent
            }
        },
        Value::List(_) => {
            unknown("a list as `permissions`", node);
            Permissions::Absent
        }
        Value::Map(entries) => {
            let mut map = BTreeMap::new();
            for entry in entries {
                let access = match entry.value.text() {
                    Some("read") => Access::Read,
                    Some("write" | "admin") => Access::Write,
                    Some("none") => Access::None,
                    _ => {
                        unknown("this level of access", &entry.value);
                        continue;
                    }
                };
                map.insert(entry.key.to_string(), access);
            }
            Permissions::Map(map)
        }
    }
}
