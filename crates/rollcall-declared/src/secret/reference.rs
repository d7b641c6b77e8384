//! The ways in which configuration files name a value they do not hold.

use crate::secret::ReferenceSort;

/// A reference found in a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found<'a> {
    /// What is referred to.
    pub sort: ReferenceSort,
    /// Its name.
    pub name: &'a str,
    /// What holds when it is not set: `${X:-default}`.
    pub default: Option<&'a str>,
}

/// Variables of the editor that name places, not values.
const PLACES: &[&str] = &[
    "workspaceFolder",
    "workspaceFolderBasename",
    "userHome",
    "pathSeparator",
    "/",
    "cwd",
    "file",
    "CLAUDE_PLUGIN_ROOT",
    "CLAUDE_PROJECT_DIR",
    "extensionPath",
    "HOME",
    "USER",
    "USERPROFILE",
    "PATH",
    "PWD",
    "TMPDIR",
    "APPDATA",
    "LOCALAPPDATA",
];

/// The references in a value, and what is left of it without them.
#[must_use]
pub fn split(value: &str) -> (Vec<Found<'_>>, String) {
    if let Some(found) = whole(value) {
        return (vec![found], String::new());
    }
    let mut found = Vec::new();
    let mut rest = String::new();
    let mut left = value;
    while let Some(at) = left.find(['$', '{', '%']) {
        rest.push_str(&left[..at]);
        left = &left[at..];
        match one(left) {
            Some((reference, length)) => {
                found.extend(reference);
                left = &left[length..];
            }
            None => {
                let mut chars = left.chars();
                rest.extend(chars.next());
                left = chars.as_str();
            }
        }
    }
    rest.push_str(left);
    (found, rest)
}

/// References that are a whole value.
fn whole(value: &str) -> Option<Found<'_>> {
    let value = value.trim();
    if ["op://", "bw://", "keychain:", "keyring:", "vault:", "aws-sm://", "gcp-sm://"]
        .iter()
        .any(|prefix| value.starts_with(prefix))
    {
        return Some(Found { sort: ReferenceSort::Store, name: value, default: None });
    }
    if let Some(path) = value.strip_prefix("{file:").and_then(|rest| rest.strip_suffix('}')) {
        return Some(Found { sort: ReferenceSort::File, name: path, default: None });
    }
    None
}

/// A reference at the beginning of a text, or none where a place is named, and its length.
fn one(text: &str) -> Option<(Option<Found<'_>>, usize)> {
    let environment = |name| Found { sort: ReferenceSort::Environment, name, default: None };
    if let Some(inner) = text.strip_prefix("${{") {
        let end = inner.find("}}")?;
        let name = inner[..end].trim();
        let sort =
            if name.starts_with("secrets.") { ReferenceSort::Secret } else { ReferenceSort::Input };
        let name = name.split_once('.').map_or(name, |(_, name)| name);
        return Some((Some(Found { sort, name, default: None }), end + 5));
    }
    if let Some(inner) = text.strip_prefix("${") {
        let end = inner.find('}')?;
        let (body, length) = (&inner[..end], end + 3);
        if let Some(name) = body.strip_prefix("env:") {
            return Some((Some(environment(name)), length));
        }
        if let Some(name) = body.strip_prefix("input:") {
            return Some((Some(Found { sort: ReferenceSort::Input, name, default: None }), length));
        }
        if let Some(name) = body.strip_prefix("command:") {
            return Some((
                Some(Found { sort: ReferenceSort::Command, name, default: None }),
                length,
            ));
        }
        let (name, default) = match body.split_once(":-").or_else(|| body.split_once('-')) {
            Some((name, default)) => (name, (!default.is_empty()).then_some(default)),
            None => (body, None),
        };
        let named = !PLACES.contains(&name) && is_name(name);
        return Some((named.then(|| Found { default, ..environment(name) }), length));
    }
    if text.starts_with("$(") {
        let end = text.find(')')?;
        let name = text[2..end].split_whitespace().next().unwrap_or_default();
        return Some((Some(Found { sort: ReferenceSort::Command, name, default: None }), end + 1));
    }
    if let Some(inner) = text.strip_prefix("{env:") {
        let end = inner.find('}')?;
        return Some((Some(environment(&inner[..end])), end + 6));
    }
    if let Some(inner) = text.strip_prefix('$') {
        let length = name_length(inner);
        let name = &inner[..length];
        return (length > 1)
            .then(|| ((!PLACES.contains(&name)).then(|| environment(name)), length + 1));
    }
    if let Some(inner) = text.strip_prefix('%') {
        let length = name_length(inner);
        let closed = inner[length..].starts_with('%');
        let name = &inner[..length];
        return (length > 1 && closed)
            .then(|| ((!PLACES.contains(&name)).then(|| environment(name)), length + 2));
    }
    None
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && name_length(text) == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_references_is_left() {
        let (found, rest) = split("Bearer ${A}-x${workspaceFolder}$5 100% ${ $é");
        assert_eq!(found.iter().map(|f| f.name).collect::<Vec<_>>(), ["A"]);
        assert_eq!(rest, "Bearer -x$5 100% ${ $é");
    }
}
