//! Foreign text that people read: what may be quoted from an answer, and how.
//!
//! Error messages of providers and parsers can repeat what they were given, so nothing foreign is
//! quoted as it stands.

use serde_json::Value;

/// How much of a foreign text is quoted, in characters.
const LONGEST_QUOTE: usize = 300;
/// Runs of this many token characters with digits and letters are taken for secrets.
const TOKEN_LENGTH: usize = 20;

/// A foreign text, fit to be kept: one line, capped, and without anything that looks like a
/// credential (a run of 20 or more letters, digits, `_`, `+`, `=` or `~` with both a letter and a
/// digit in it).
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        let digits = run.bytes().any(|b| b.is_ascii_digit());
        let letters = run.bytes().any(|b| b.is_ascii_alphabetic());
        let looks_secret = run.len() >= TOKEN_LENGTH && digits && letters;
        out.push_str(if looks_secret { "[…]" } else { run });
        run.clear();
    };
    // Some room beyond the cap, so that a run cut by it is still seen whole.
    for c in text.trim().chars().take(LONGEST_QUOTE * 4) {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | '~') {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(if c.is_control() { ' ' } else { c });
        }
    }
    flush(&mut run, &mut out);
    match out.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

/// What a provider's error body says in its own words, redacted: the fields `message`, `error`,
/// `error_description`, `detail`, `title`, or those of the first of `errors`.
pub(crate) fn provider_words(body: &[u8]) -> Option<String> {
    const LARGEST_ERROR_BODY: usize = 1 << 20;
    if body.len() > LARGEST_ERROR_BODY {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    words_in(&value).map(redact).filter(|words| !words.is_empty())
}

fn words_in(value: &Value) -> Option<&str> {
    const FIELDS: [&str; 6] =
        ["message", "error_description", "errorSummary", "detail", "error", "title"];
    for field in FIELDS {
        match value.get(field) {
            Some(Value::String(text)) => return Some(text),
            Some(nested @ Value::Object(_)) if field == "error" => {
                if let Some(words) = words_in(nested) {
                    return Some(words);
                }
            }
            _ => {}
        }
    }
    value.get("errors")?.as_array()?.first().and_then(words_in)
}

/// What a JSON error says without the values it quotes: it names the place and the expectation.
pub(crate) fn json_error(error: &serde_json::Error) -> String {
    without_values(&error.to_string())
}

/// Blanks what serde quotes of the input: everything in double quotes, and what stands in
/// backticks before `expected`, except the names of our own fields.
fn without_values(message: &str) -> String {
    let expected = message.find("expected").unwrap_or(message.len());
    let mut out = String::new();
    let mut rest = message;
    while let Some(start) = rest.find(['"', '`']) {
        let quote = if rest[start..].starts_with('"') { '"' } else { '`' };
        let place = message.len() - rest.len() + start;
        let inside = &rest[start + 1..];
        let Some(end) = closing(inside, quote) else {
            // An unclosed quotation hides everything after it.
            out.push_str(&rest[..start]);
            out.push('…');
            return out;
        };
        let before = &rest[..start];
        let own = quote == '`' && (place > expected || before.ends_with("missing field ")
            || before.ends_with("duplicate field "));
        out.push_str(before);
        out.push_str(if own { &rest[start..start + end + 2] } else { "…" });
        rest = &inside[end + 1..];
    }
    out.push_str(rest);
    redact(&out)
}

fn closing(inside: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in inside.char_indices() {
        match c {
            '\\' if quote == '"' && !escaped => escaped = true,
            c if c == quote && !escaped => return Some(i),
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[test]
    fn what_looks_like_a_credential_is_not_quoted() {
        for (text, kept) in [
            ("Bad credentials for ghp_0123456789abcdefghijABCDEFGHIJ012345", "Bad credentials for […]"),
            ("User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:ListUsers",
             "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:ListUsers"),
            ("request 6b29fc40-ca47-1067-b31d-00dd010662da", "request 6b29fc40-ca47-1067-b31d-00dd010662da"),
            ("a\nb\u{7}c", "a b c"),
            ("GetServiceLastAccessedDetails", "GetServiceLastAccessedDetails"),
        ] {
            assert_eq!(redact(text), kept);
        }
        assert_eq!(redact(&"é".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn only_known_fields_of_an_error_are_quoted() {
        let words = |body: &str| provider_words(body.as_bytes());
        assert_eq!(words(r#"{"message":"Not Found","secret":"x"}"#).as_deref(), Some("Not Found"));
        assert_eq!(words(r#"{"errors":[{"message":"no"}]}"#).as_deref(), Some("no"));
        assert_eq!(words(r#"{"error":{"message":"off"}}"#).as_deref(), Some("off"));
        assert_eq!(words(r#"{"error":"invalid_grant","error_description":"old"}"#).as_deref(), Some("old"));
        for none in ["", "<html>", "[]", "{}", r#"{"message":7}"#, r#"{"errors":[]}"#] {
            assert_eq!(words(none), None, "{none}");
        }
    }

    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Kept {
        id: u64,
        state: State,
    }
    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "snake_case")]
    enum State {
        Active,
        Gone,
    }

    #[test]
    fn a_json_error_does_not_repeat_the_input() {
        for body in [r#"{"id":"canary \" `x`","state":"gone"}"#, r#"{"id":1,"state":"canary"}"#,
            r#"{"id":1,"state":"can`ary"}"#]
        {
            let error = serde_json::from_str::<Kept>(body).unwrap_err();
            let message = json_error(&error);
            assert!(!message.contains("canary") && !message.contains("ary`"), "{message}");
            assert!(message.contains("line 1"), "{message}");
        }
        let missing = serde_json::from_str::<Kept>("{}").unwrap_err();
        assert!(json_error(&missing).contains("missing field `id`"));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,500}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let redacted = redact(&text);
            prop_assert!(redacted.chars().count() <= LONGEST_QUOTE + 3);
            let _ = without_values(&text);
            let _ = provider_words(&bytes);
        }
    }
}
