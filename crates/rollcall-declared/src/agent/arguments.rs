//! Credentials in command line arguments.

use crate::agent::server::{CredentialUse, Holder};
use crate::secret::{self, Credential, LiteralKey, detect, names};
use crate::tree::Node;

/// The credentials in the arguments of a command.
pub(crate) fn credentials(
    args: &[&Node<'_>],
    inputs: &[&str],
    key: LiteralKey<'_>,
    into: &mut Vec<CredentialUse>,
) {
    let mut i = 0;
    while let Some(node) = args.get(i) {
        i += 1;
        let Some(text) = node.text() else { continue };
        let mut push = |name: &str, found: Vec<Credential>, node: &Node<'_>| {
            into.extend(found.into_iter().map(|value| CredentialUse {
                name: name.to_owned(),
                holder: Holder::Argument,
                value,
                at: node.at,
            }));
        };
        let next = args.get(i).copied().filter(|n| n.text().is_some());
        let value = next.and_then(Node::text).unwrap_or_default();
        match text {
            "-e" | "--env" if next.is_some() => {
                i += 1;
                let (name, found) = assignment(value, inputs, key);
                push(name, found, node);
            }
            "-H" | "--header" | "--headers" if next.is_some() => {
                i += 1;
                let (name, found) = header(value, inputs, key);
                push(name, found, node);
            }
            _ if text.starts_with('-') && text.contains('=') => {
                let (flag, value) = text.split_once('=').unwrap_or((text, ""));
                let flag = flag.trim_start_matches('-');
                match flag {
                    "env" | "e" => {
                        let (name, found) = assignment(value, inputs, key);
                        push(name, found, node);
                    }
                    "header" | "H" => {
                        let (name, found) = header(value, inputs, key);
                        push(name, found, node);
                    }
                    _ => push(flag, secret::credentials(flag, value, inputs, key), node),
                }
            }
            _ if text.starts_with('-') && next.is_some() && !value.starts_with('-') => {
                let flag = text.trim_start_matches('-');
                if names::is_secret(flag) || names::is_file_of_secret(flag) {
                    i += 1;
                    push(flag, secret::credentials(flag, value, inputs, key), node);
                }
            }
            _ if text.contains('=') && is_variable(text.split('=').next().unwrap_or_default()) => {
                let (name, found) = assignment(text, inputs, key);
                push(name, found, node);
            }
            _ => {
                let mut found = secret::credentials("argument", text, inputs, key);
                // A package and its version may look like chance.
                if text.contains('@') && detect::all(text).is_empty() {
                    found.retain(
                        |c| !matches!(c, Credential::Literal(l) if l.detector == "high-entropy"),
                    );
                }
                push("argument", found, node);
            }
        }
    }
}

fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `NAME=value`, or `NAME` alone, which hands the variable through.
fn assignment<'a>(
    text: &'a str,
    inputs: &[&str],
    key: LiteralKey<'_>,
) -> (&'a str, Vec<Credential>) {
    match text.split_once('=') {
        Some((name, value)) => (name, secret::credentials(name, value, inputs, key)),
        None if names::is_secret(text) => (text, vec![Credential::environment(text)]),
        None => (text, Vec::new()),
    }
}

/// `Name: value`.
fn header<'a>(text: &'a str, inputs: &[&str], key: LiteralKey<'_>) -> (&'a str, Vec<Credential>) {
    match text.split_once(':') {
        Some((name, value)) => {
            (name.trim(), secret::credentials(name.trim(), value.trim(), inputs, key))
        }
        None => ("header", secret::credentials("header", text, inputs, key)),
    }
}
