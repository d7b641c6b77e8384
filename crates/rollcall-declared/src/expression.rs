//! GitHub's `${{ … }}` expressions: which secrets, variables and other contexts a text names.
//!
//! Nothing is evaluated. Literals inside expressions are skipped, so what is kept of an expression
//! can hold no secret.

use serde::{Deserialize, Serialize};

/// What a path in an expression names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// A secret by its name, in uppercase as GitHub stores it.
    Secret(String),
    /// The secrets as a whole, as `toJSON(secrets)` has it.
    AllSecrets,
    /// A secret whose name is computed.
    SomeSecret,
    /// The token GitHub makes for every job.
    Token,
    /// A configuration variable by its name, in uppercase.
    Variable(String),
    /// Anything else: `inputs.role`, `github.head_ref`.
    Other(String),
}

/// A path and the byte at which it begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// What is named.
    pub named: Named,
    /// Where, in bytes from the beginning of the scanned text.
    pub at: usize,
}

/// What the expressions of a text name.
#[must_use]
pub fn uses(text: &str) -> Vec<Use> {
    let mut found = Vec::new();
    for (start, end) in blocks(text) {
        scan(&text[start..end], start, &mut found);
    }
    found
}

/// What a text names that is an expression without `${{ }}`, as `if:` has it.
#[must_use]
pub fn uses_of_condition(text: &str) -> Vec<Use> {
    if text.contains("${{") {
        return uses(text);
    }
    let mut found = Vec::new();
    scan(text, 0, &mut found);
    found
}

/// Whether a text holds an expression.
#[must_use]
pub fn is_dynamic(text: &str) -> bool {
    text.contains("${{")
}

/// The path of a text that is exactly one expression naming one path, such as `matrix.os`.
#[must_use]
pub fn sole_path(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    if inner.contains("${{") || inner.contains(['\'', '|', '&', '(', '=', '!']) {
        return None;
    }
    let mut found = Vec::new();
    scan(inner, 0, &mut found);
    match found.as_slice() {
        [only] => Some(path_text(&only.named)),
        _ => None,
    }
}

/// A text with every expression replaced by the paths it names: `arn:aws:iam::{vars.ACCOUNT}:role/x`.
/// Literals of expressions are gone.
#[must_use]
pub fn template(text: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (start, end) in blocks(text) {
        out.push_str(&text[from..start.saturating_sub(3)]);
        let mut found = Vec::new();
        scan(&text[start..end], 0, &mut found);
        let paths: Vec<String> = found.iter().map(|u| path_text(&u.named)).collect();
        out.push('{');
        out.push_str(&paths.join("|"));
        out.push('}');
        from = (end + 2).min(text.len());
    }
    out.push_str(&text[from..]);
    out
}

fn path_text(named: &Named) -> String {
    match named {
        Named::Secret(name) => format!("secrets.{name}"),
        Named::AllSecrets => "secrets".to_owned(),
        Named::SomeSecret => "secrets[]".to_owned(),
        Named::Token => "github.token".to_owned(),
        Named::Variable(name) => format!("vars.{name}"),
        Named::Other(path) => path.clone(),
    }
}

/// The insides of `${{ … }}`, as byte ranges. Quotes hide braces; an open end closes nothing.
fn blocks(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("${{") {
        let start = from + at + 3;
        let mut i = start;
        let mut quoted = false;
        let end = loop {
            match bytes.get(i) {
                None => break None,
                Some(b'\'') => quoted = !quoted,
                Some(b'}') if !quoted && bytes.get(i + 1) == Some(&b'}') => break Some(i),
                Some(_) => {}
            }
            i += 1;
        };
        // A stray quote must not hide the rest of the file: the first braces count then.
        let end = end.or_else(|| text[start..].find("}}").map(|at| start + at));
        let Some(end) = end else { break };
        found.push((start, end));
        from = end + 2;
    }
    found
}

fn scan(text: &str, base: usize, found: &mut Vec<Use>) {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'\'' => i = after_quote(bytes, i),
            b if b.is_ascii_alphabetic() || b == b'_' => {
                let (path, end) = path(text, i, base, found);
                if !matches!(bytes.get(end), Some(b'(')) {
                    found.extend(name(&path).map(|named| Use { named, at: base + i }));
                }
                i = end;
            }
            // A number may hold letters (0xff, 1e3), which are no path.
            b if b.is_ascii_digit() => {
                while bytes.get(i).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.') {
                    i += 1;
                }
            }
            _ => i += 1,
        }
    }
}

fn after_quote(bytes: &[u8], at: usize) -> usize {
    let mut i = at + 1;
    while let Some(b) = bytes.get(i) {
        i += 1;
        if *b == b'\'' {
            if bytes.get(i) != Some(&b'\'') {
                break;
            }
            i += 1;
        }
    }
    i
}

/// One step of a path: a name, or an index that is computed.
#[derive(PartialEq, Eq)]
enum Step<'a> {
    Name(&'a str),
    Star,
    Computed,
}

fn path<'a>(text: &'a str, at: usize, base: usize, found: &mut Vec<Use>) -> (Vec<Step<'a>>, usize) {
    let bytes = text.as_bytes();
    let word = |from: usize| {
        let length = bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            .count();
        from + length
    };
    let space = |mut from: usize| {
        while bytes.get(from).is_some_and(u8::is_ascii_whitespace) {
            from += 1;
        }
        from
    };
    let mut end = word(at);
    let mut steps = vec![Step::Name(&text[at..end])];
    loop {
        let next = space(end);
        match bytes.get(next) {
            Some(b'.') => {
                let from = space(next + 1);
                if bytes.get(from) == Some(&b'*') {
                    steps.push(Step::Star);
                    end = from + 1;
                } else if word(from) > from {
                    steps.push(Step::Name(&text[from..word(from)]));
                    end = word(from);
                } else {
                    return (steps, end);
                }
            }
            Some(b'[') => {
                // Inside a double-quoted YAML text the quote is escaped.
                let from = space(next + 1);
                let close = closing(bytes, next);
                let inner = text[from..close.max(from)].trim().trim_matches('\\');
                let quoted = inner
                    .strip_prefix('\'')
                    .or_else(|| inner.strip_prefix("\\'"))
                    .or_else(|| inner.strip_prefix('"'))
                    .and_then(|rest| rest.strip_suffix(['\'', '"']));
                match quoted {
                    Some(quoted) if !quoted.contains('\'') => {
                        steps.push(Step::Name(quoted.trim_end_matches('\\')));
                    }
                    _ if inner == "*" => steps.push(Step::Star),
                    _ => {
                        scan(inner, base + from, found);
                        steps.push(Step::Computed);
                    }
                }
                end = (close + 1).min(text.len());
            }
            _ => return (steps, end),
        }
    }
}

/// The bracket that closes the one at `open`, or the end.
fn closing(bytes: &[u8], open: usize) -> usize {
    let (mut depth, mut i) = (0_usize, open);
    while let Some(b) = bytes.get(i) {
        match b {
            b'\'' => {
                i = after_quote(bytes, i);
                continue;
            }
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
        i += 1;
    }
    bytes.len()
}

fn name(path: &[Step<'_>]) -> Option<Named> {
    let Some(Step::Name(first)) = path.first() else { return None };
    let first = first.to_ascii_lowercase();
    Some(match (first.as_str(), path.get(1)) {
        ("secrets", None | Some(Step::Star)) => Named::AllSecrets,
        ("secrets", Some(Step::Computed)) => Named::SomeSecret,
        ("secrets", Some(Step::Name(name))) => match name.to_ascii_uppercase() {
            token if token == "GITHUB_TOKEN" => Named::Token,
            name => Named::Secret(name),
        },
        ("github", Some(Step::Name(name))) if name.eq_ignore_ascii_case("token") => Named::Token,
        ("vars", Some(Step::Name(name))) => Named::Variable(name.to_ascii_uppercase()),
        ("true" | "false" | "null", None) => return None,
        _ => {
            let steps = path.iter().map(|step| match step {
                Step::Name(name) => *name,
                Step::Star => "*",
                Step::Computed => "[]",
            });
            Named::Other(steps.collect::<Vec<_>>().join("."))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        uses(text).iter().map(|u| path_text(&u.named)).collect()
    }

    #[test]
    fn every_way_to_name_a_secret_is_seen() {
        assert_eq!(named("${{ secrets.A }} ${{secrets['b']}}"), ["secrets.A", "secrets.B"]);
        assert_eq!(named("${{ Secrets.a_b || 'secrets.NO' }}"), ["secrets.A_B"]);
        assert_eq!(named("${{ toJSON(secrets) }}"), ["secrets"]);
        assert_eq!(named("${{ secrets.* }}"), ["secrets"]);
        assert_eq!(
            named("${{ secrets[format('X_{0}', matrix.env)] }}"),
            ["matrix.env", "secrets[]"]
        );
        assert_eq!(
            named("${{ secrets.GITHUB_TOKEN || github.token }}"),
            ["github.token", "github.token"]
        );
        assert_eq!(named("${{ vars.role }}"), ["vars.ROLE"]);
        assert_eq!(named("\"${{ secrets[\\\"X\\\"] }}\""), ["secrets.X"]);
    }

    #[test]
    fn what_is_no_expression_names_nothing() {
        assert_eq!(named("echo secrets.A $secrets.B {{ secrets.C }}"), Vec::<String>::new());
        assert_eq!(named("${{ 'it''s secrets.A' }}"), Vec::<String>::new());
        assert_eq!(named("${{ secrets.A"), Vec::<String>::new());
        assert_eq!(named("${{ mysecrets.A }}"), ["mysecrets.A"]);
    }

    #[test]
    fn a_template_keeps_paths_and_drops_literals() {
        assert_eq!(
            template("arn:aws:iam::${{ vars.ACC }}:role/x"),
            "arn:aws:iam::{vars.ACC}:role/x"
        );
        assert_eq!(template("${{ secrets.A || 'hunter2' }}"), "{secrets.A}");
        assert_eq!(sole_path("${{ matrix.os }}").as_deref(), Some("matrix.os"));
        assert_eq!(sole_path("x-${{ matrix.os }}"), None);
    }

    #[test]
    fn a_condition_needs_no_braces() {
        let uses = uses_of_condition("github.event.label.name == 'x' && vars.ON");
        assert_eq!(uses.len(), 2);
    }
}
