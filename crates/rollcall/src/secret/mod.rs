//! References to secrets: `env:NAME`, `file:PATH`, `exec:COMMAND`, `vault:MOUNT/PATH#FIELD`. The
//! values are fetched when a source is read, go to its connector, and are never printed.

mod exec;
mod resolve;
mod vault;

pub(crate) use resolve::Context;

/// The forms, for errors and pages.
pub(crate) const FORMS: &str =
    "env:NAME, file:PATH, exec:COMMAND ARGUMENTS or vault:MOUNT/PATH#FIELD";

/// Where a secret is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Reference {
    /// An environment variable.
    Env(String),
    /// A file; its last line end is no part of the secret.
    File(String),
    /// What a program prints, started without a shell; its last line end is no part of the secret.
    Exec(Vec<String>),
    /// A field of a secret in the KV store (version 2) of a Vault server.
    Vault {
        /// Where the store is mounted.
        mount: String,
        /// The secret's path below it.
        path: Vec<String>,
        /// The field.
        field: String,
    },
}

impl Reference {
    /// Reads a reference. `None`: the text is none. An error: it begins like one and is malformed.
    pub(crate) fn parse(text: &str) -> Option<Result<Self, String>> {
        let (scheme, rest) = text.split_once(':')?;
        let parsed = match scheme {
            "env" => env(rest),
            "file" if rest.is_empty() => Err("file: names no file".to_owned()),
            "file" => Ok(Self::File(rest.to_owned())),
            "exec" => exec::words(rest).map(Self::Exec),
            "vault" => vault(rest),
            _ => return None,
        };
        Some(parsed)
    }
}

fn env(name: &str) -> Result<Reference, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(fits) {
        return Err("env: is followed by no variable's name".to_owned());
    }
    Ok(Reference::Env(name.to_owned()))
}

fn vault(rest: &str) -> Result<Reference, String> {
    let malformed = || "expected vault:MOUNT/PATH#FIELD".to_owned();
    let (place, field) = rest.split_once('#').ok_or_else(malformed)?;
    let mut parts = place.split('/').map(str::to_owned);
    let mount = parts.next().filter(|mount| !mount.is_empty()).ok_or_else(malformed)?;
    let path: Vec<String> = parts.collect();
    let empty = path.is_empty() || path.iter().any(|p| matches!(p.as_str(), "" | "." | ".."));
    if empty || field.is_empty() {
        return Err(malformed());
    }
    Ok(Reference::Vault { mount, path, field: field.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_from_literals() {
        let parse = |text: &str| Reference::parse(text);
        assert_eq!(parse("env:A_1"), Some(Ok(Reference::Env("A_1".into()))));
        assert_eq!(parse("file:/a b"), Some(Ok(Reference::File("/a b".into()))));
        assert_eq!(
            parse("exec:pass show 'a b'"),
            Some(Ok(Reference::Exec(vec!["pass".into(), "show".into(), "a b".into()])))
        );
        let path = vec!["a".into(), "b".into()];
        let found = Reference::Vault { mount: "secret".into(), path, field: "token".into() };
        assert_eq!(parse("vault:secret/a/b#token"), Some(Ok(found)));
        for literal in ["", "hunter2", "ghp_abc", "https://x", "-----BEGIN", "envy:X"] {
            assert_eq!(parse(literal), None, "{literal}");
        }
        for malformed in [
            "env:",
            "env:A B",
            "file:",
            "exec:",
            "exec:'a",
            "vault:a",
            "vault:a/../b#c",
            "vault:a#b",
        ] {
            assert!(matches!(parse(malformed), Some(Err(_))), "{malformed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(env|file|exec|vault)?:?\\PC{0,40}") {
            drop(Reference::parse(&text));
        }
    }
}
