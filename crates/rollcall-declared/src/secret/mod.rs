//! Telling a credential from any other value, and a reference from a literal.
//!
//! A value is looked at once and never kept: it becomes a [`Credential`], which is the name of what
//! it refers to or a keyed hash, or nothing. Which values count is decided so:
//!
//! 1. What has the shape of a known token (`ghp_…`, `sk-ant-…`, a JWT, a private key) is a literal,
//!    whatever it is called ([`detect`]).
//! 2. Otherwise the name decides ([`names`]): under a name that says secret, a value that is no
//!    placeholder, word of a setting, number, path or plain address is a literal.
//! 3. Under any other name only a long random-looking text is one.
//! 4. A reference (`${X}`, `${env:X}`, `${input:id}`, `{env:X}`, `$X`, `%X%`, `op://…`) counts when
//!    the name it stands under, or the name it refers to, says secret.

pub mod detect;
pub mod names;
pub mod reference;
pub mod url;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The key under which literals are hashed.
#[derive(Clone, Copy)]
pub struct LiteralKey<'k>(pub &'k [u8; 32]);

impl LiteralKey<'_> {
    /// The first 128 bits of the HMAC-SHA-256 of a secret, in hexadecimal.
    #[must_use]
    pub fn hash(&self, secret: &str) -> String {
        // HMAC takes keys of any length, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0) else { return String::new() };
        mac.update(b"rollcall literal\0");
        mac.update(secret.as_bytes());
        let digest = mac.finalize().into_bytes();
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A secret as a literal.
    #[must_use]
    pub fn literal(&self, detector: &str, secret: &str) -> Literal {
        Literal { detector: detector.to_owned(), hash: self.hash(secret) }
    }
}

/// A secret that stands in a file: what it looks like, and a keyed hash by which equal ones are
/// known. Never its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Literal {
    /// What recognised it, such as `github-token` or `named`.
    pub detector: String,
    /// HMAC-SHA-256 under the installation's key, 128 bits in hexadecimal.
    pub hash: String,
}

/// What a reference refers to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceSort {
    /// An environment variable.
    Environment,
    /// A value the editor asks for and keeps.
    Input,
    /// A file.
    File,
    /// The output of a command.
    Command,
    /// A named secret of the client or of the CI system.
    Secret,
    /// An entry of a password manager or key store.
    Store,
}

impl ReferenceSort {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Input => "input",
            Self::File => "file",
            Self::Command => "command",
            Self::Secret => "secret",
            Self::Store => "store",
        }
    }
}

/// A credential that a file names or holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// The file names it and does not hold it.
    Reference {
        /// What sort of thing is named.
        sort: ReferenceSort,
        /// The name.
        name: String,
    },
    /// The file holds it.
    Literal(Literal),
}

impl Credential {
    /// A reference to an environment variable.
    #[must_use]
    pub fn environment(name: &str) -> Self {
        Self::Reference { sort: ReferenceSort::Environment, name: name.to_owned() }
    }
}

/// The credentials in a value that stands under a name. `secret_inputs` are the ids of inputs that
/// the file itself declares as passwords.
#[must_use]
pub fn credentials(
    name: &str,
    value: &str,
    secret_inputs: &[&str],
    key: LiteralKey<'_>,
) -> Vec<Credential> {
    let named = names::is_secret(name);
    let (references, rest) = reference::split(value);
    let mut found = Vec::new();
    for reference in &references {
        let secret_input =
            reference.sort == ReferenceSort::Input && secret_inputs.contains(&reference.name);
        let counts = named
            || secret_input
            || names::is_secret(reference.name)
            || matches!(reference.sort, ReferenceSort::Store | ReferenceSort::Secret);
        if counts {
            found.push(Credential::Reference {
                sort: reference.sort,
                name: reference.name.to_owned(),
            });
        }
        if let Some(default) = reference.default {
            found.extend(literal(name, default, key));
        }
    }
    if references.is_empty() {
        if names::is_file_of_secret(name) && looks_like_path(value) {
            found.push(Credential::Reference { sort: ReferenceSort::File, name: value.to_owned() });
        } else {
            found.extend(literal(name, value, key));
        }
    } else {
        found.extend(shaped(&rest, key));
    }
    found.extend(url::secrets(value, key));
    found.sort();
    found.dedup();
    found
}

/// The literals in a value by shape alone.
#[must_use]
pub fn shaped(value: &str, key: LiteralKey<'_>) -> Vec<Credential> {
    detect::all(value).into_iter().map(|(d, s)| Credential::Literal(key.literal(d, s))).collect()
}

fn literal(name: &str, value: &str, key: LiteralKey<'_>) -> Vec<Credential> {
    let by_shape = shaped(value, key);
    if !by_shape.is_empty() {
        return by_shape;
    }
    let secret = without_scheme(value.trim());
    if names::is_secret(name) {
        if is_setting(secret) || url::host(secret).is_some() || looks_like_path(secret) {
            return Vec::new();
        }
        let detector = if detect::is_random(secret) { "high-entropy" } else { "named" };
        return vec![Credential::Literal(key.literal(detector, secret))];
    }
    if !names::is_identifier(name) && detect::is_random(secret) && !is_placeholder(secret) {
        return vec![Credential::Literal(key.literal("high-entropy", secret))];
    }
    Vec::new()
}

/// The value behind `Bearer`, `Basic` and the like.
fn without_scheme(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, rest))
            if matches!(
                scheme.to_ascii_lowercase().as_str(),
                "bearer" | "basic" | "token" | "apikey" | "api-key" | "key"
            ) =>
        {
            rest.trim()
        }
        _ => value,
    }
}

/// A word of a setting, a small number, or a stand-in for the real value.
fn is_setting(value: &str) -> bool {
    let word = value.to_ascii_lowercase();
    value.is_empty()
        || (value.len() < 8 && value.bytes().all(|b| b.is_ascii_digit()))
        || matches!(
            word.as_str(),
            "true"
                | "false"
                | "yes"
                | "no"
                | "on"
                | "off"
                | "null"
                | "none"
                | "undefined"
                | "auto"
                | "default"
                | "enabled"
                | "disabled"
                | "required"
                | "optional"
                | "oauth"
                | "oauth2"
                | "bearer"
                | "basic"
                | "inherit"
                | "keychain"
                | "keyring"
        )
        || is_placeholder(value)
}

/// A text that stands for a secret to be filled in, such as `<token>` or `your-api-key`.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let word = value.to_ascii_lowercase();
    let framed = |open: char, close: char| word.starts_with(open) && word.ends_with(close);
    let filler = |c: char| word.len() > 2 && word.chars().all(|x| x == c);
    framed('<', '>')
        || framed('[', ']')
        || framed('{', '}')
        || filler('x')
        || filler('*')
        || filler('.')
        || filler('0')
        || filler('…')
        || [
            "your",
            "changeme",
            "change_me",
            "change-me",
            "replace",
            "insert",
            "placeholder",
            "todo",
            "example",
            "dummy",
            "fake",
            "redacted",
            "sample",
            "enter",
            "put-",
            "put_",
            "my-api",
            "my_api",
            "test-key",
            "test_key",
            "api-key-here",
            "xxxx",
            "...",
        ]
        .iter()
        .any(|stand_in| word.contains(stand_in))
}

fn looks_like_path(value: &str) -> bool {
    let drive = value.as_bytes().get(1..3).is_some_and(|b| b == b":\\" || b == b":/");
    (value.starts_with(['/', '~', '.']) && value.contains('/') && !value.contains("://"))
        || drive
        || value.starts_with(".\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn found(name: &str, value: &str) -> Vec<String> {
        credentials(name, value, &["pw"], LiteralKey(&KEY))
            .into_iter()
            .map(|credential| match credential {
                Credential::Reference { sort, name } => format!("{}:{name}", sort.as_str()),
                Credential::Literal(literal) => literal.detector,
            })
            .collect()
    }

    #[test]
    fn settings_are_no_credentials() {
        for (name, value) in [
            ("NODE_ENV", "production"),
            ("LOG_LEVEL", "debug"),
            ("MAX_TOKENS", "4096"),
            ("PORT", "8080"),
            ("AUTH_TYPE", "oauth"),
            ("API_KEY", ""),
            ("API_KEY", "<your key>"),
            ("API_KEY", "YOUR_API_KEY_HERE"),
            ("API_KEY", "xxxxxxxx"),
            ("AUTH_URL", "https://login.example.com/authorize"),
            ("TOKEN_ENDPOINT", "https://login.example.com/token"),
            ("HOME_DIR", "${workspaceFolder}/x"),
            ("LOG_LEVEL", "${LOG_LEVEL}"),
            ("GIT_COMMIT", "0123456789abcdef0123456789abcdef01234567"),
            ("Content-Type", "application/json"),
            ("PATH", "/usr/bin:/bin"),
            ("SSH_KEY_PATH_STYLE", "short"),
            ("PACKAGE", "@modelcontextprotocol/server-filesystem"),
        ] {
            assert_eq!(found(name, value), Vec::<String>::new(), "{name}={value}");
        }
    }

    #[test]
    fn references_are_named() {
        for (name, value, expected) in [
            ("API_KEY", "${MY_KEY}", "environment:MY_KEY"),
            ("API_KEY", "${MY_KEY:-}", "environment:MY_KEY"),
            ("API_KEY", "${env:MY_KEY}", "environment:MY_KEY"),
            ("Authorization", "Bearer ${input:gh}", "input:gh"),
            ("X", "${input:pw}", "input:pw"),
            ("Authorization", "Bearer {env:GH}", "environment:GH"),
            ("TOKEN", "$GH", "environment:GH"),
            ("TOKEN", "%GH%", "environment:GH"),
            ("X", "${{ secrets.NAME }}", "secret:NAME"),
            ("X", "op://vault/item/field", "store:op://vault/item/field"),
            ("SETTING", "${GITHUB_TOKEN}", "environment:GITHUB_TOKEN"),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/home/a/key.json", "file:/home/a/key.json"),
        ] {
            assert_eq!(found(name, value), [expected], "{name}={value}");
        }
    }

    #[test]
    fn literals_are_recognised_by_shape_name_or_chance() {
        let github = format!("ghp_{}", "a1B2".repeat(9));
        assert_eq!(found("LOG_LEVEL", &github), ["github-token"]);
        assert_eq!(found("Authorization", &format!("Bearer {github}")), ["github-token"]);
        assert_eq!(found("DB_PASSWORD", "hunter2"), ["named"]);
        assert_eq!(found("API_KEY", "${X:-hunter2hunter2}"), ["environment:X", "named"]);
        assert_eq!(found("X", "Zk3v9QmB7tXw2LpR8sNc4HdF"), ["high-entropy"]);
        assert_eq!(found("DATABASE_URL", "postgres://u:s3cr3tpass@db/x"), ["url-password"]);
    }

    #[test]
    fn equal_secrets_have_equal_hashes_whatever_surrounds_them() {
        let key = LiteralKey(&KEY);
        let a = credentials("API_KEY", "hunter2hunter2", &[], key);
        let b = credentials("Authorization", "Bearer hunter2hunter2", &[], key);
        assert_eq!(a, b);
        let other = credentials("API_KEY", "hunter2hunter2", &[], LiteralKey(&[8; 32]));
        assert_ne!(a, other);
    }
}
