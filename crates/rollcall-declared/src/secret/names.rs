//! What a name says about its value.

/// Words that make a name say secret, wherever they stand in it.
const SECRET: &[&str] = &[
    "token",
    "secret",
    "secrets",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pat",
    "credential",
    "credentials",
    "creds",
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "dsn",
    "jwt",
    "accesskey",
    "secretkey",
    "privatekey",
    "authtoken",
    "accesstoken",
];

/// Pairs of words that do.
const SECRET_PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("auth", "key"),
    ("service", "key"),
    ("account", "key"),
    ("signing", "key"),
    ("encryption", "key"),
    ("ssh", "key"),
    ("license", "key"),
    ("connection", "string"),
    ("connection", "uri"),
    ("webhook", "url"),
    ("database", "url"),
    ("db", "url"),
    ("redis", "url"),
    ("mongo", "uri"),
    ("mongodb", "uri"),
    ("postgres", "url"),
    ("postgresql", "url"),
    ("mysql", "url"),
    ("x", "key"),
];

/// Words that make a name speak about a secret rather than hold one.
const ABOUT: &[&str] = &[
    "id",
    "ids",
    "name",
    "type",
    "url",
    "uri",
    "endpoint",
    "host",
    "header",
    "prefix",
    "limit",
    "max",
    "count",
    "length",
    "size",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "timeout",
    "budget",
    "public",
    "style",
    "enabled",
    "required",
    "mode",
    "method",
    "scope",
    "scopes",
    "audience",
    "issuer",
    "algorithm",
    "version",
    "usage",
];

/// Words that make a name hold the path of a secret.
const FILE: &[&str] = &["file", "path", "dir", "directory", "filename"];

/// Words of names whose values look random and are none.
const IDENTIFIER: &[&str] = &[
    "id",
    "ids",
    "uuid",
    "guid",
    "sha",
    "sha1",
    "sha256",
    "hash",
    "digest",
    "checksum",
    "commit",
    "revision",
    "version",
    "integrity",
    "fingerprint",
    "image",
    "schema",
    "url",
    "uri",
    "path",
    "description",
    "title",
    "model",
    "command",
    "args",
    "rev",
];

/// The lowercase words of a name in any casing: `X-Api-Key`, `apiKey`, `API_KEY`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut lower = false;
    for c in name.chars().take(128) {
        if !c.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && lower {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        word.push(c.to_ascii_lowercase());
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

fn has_pair(words: &[String], pairs: &[(&str, &str)]) -> bool {
    words.windows(2).any(|w| matches!(w, [a, b] if pairs.contains(&(a.as_str(), b.as_str()))))
}

/// Whether a value under this name is expected to be a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has_pair(&words, SECRET_PAIRS) && !has(&["public", "id"]) && !has(FILE) {
        return true;
    }
    if has(ABOUT) || has(FILE) {
        return false;
    }
    has(SECRET) || matches!(words.last().map(String::as_str), Some("key" | "auth"))
}

/// Whether a value under this name is expected to be the path of a file that holds a secret.
#[must_use]
pub fn is_file_of_secret(name: &str) -> bool {
    let words = words(name);
    let secret = words.iter().any(|word| SECRET.contains(&word.as_str()) || word == "key");
    let file = words.iter().any(|word| FILE.contains(&word.as_str()));
    secret && (file || words.last().is_some_and(|word| word == "credentials"))
}

/// Whether a random-looking value under this name is an identifier and no secret.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    words(name).iter().any(|word| IDENTIFIER.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_casing() {
        for name in [
            "API_KEY",
            "apiKey",
            "X-API-Key",
            "GITHUB_PERSONAL_ACCESS_TOKEN",
            "password",
            "OPENAI_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "Authorization",
            "DATABASE_URL",
            "client_secret",
            "SLACK_WEBHOOK_URL",
            "--api-key",
            "auth",
            "SENTRY_DSN",
            "MONGODB_URI",
            "connectionString",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "NODE_ENV",
            "MAX_TOKENS",
            "TOKEN_URL",
            "AWS_ACCESS_KEY_ID",
            "PUBLIC_KEY",
            "KEYCLOAK_HOST",
            "monkey",
            "AUTH_TYPE",
            "SECRET_NAME",
            "PATH",
            "author",
            "SSH_KEY_FILE",
            "tokens",
            "KEYBOARD",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(
            is_file_of_secret("SSH_KEY_FILE")
                && is_file_of_secret("GOOGLE_APPLICATION_CREDENTIALS")
        );
    }
}
