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

/// What a JSON error says without the values it quotes: the place and the expectation.
pub(crate) fn json_error(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let place = if line > 0 { format!(" at line {line} column {column}") } else { String::new() };
    let message = error.to_string();
    // Only errors of data quote the input; those of syntax are fixed words.
    let what = match error.classify() {
        serde_json::error::Category::Data => without_values(&message),
        _ => message.strip_suffix(&place).unwrap_or(&message).to_owned(),
    };
    what + &place
}

/// serde says `invalid type: string "…", expected …`, ``unknown variant `…`, expected …`` and the
/// like. What stands before the last `, expected` is foreign, what follows is ours, and so are the
/// names of missing fields. Any other message may quote anything and is left out.
fn without_values(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    if message.starts_with("missing field ") || message.starts_with("duplicate field ") {
        return message.to_owned();
    }
    let expected = message.rfind(", expected ").map_or("", |start| &message[start..]);
    let sorts =
        ["invalid type", "invalid value", "invalid length", "unknown variant", "unknown field"];
    let Some(sort) = sorts.into_iter().find(|sort| message.starts_with(sort)) else {
        return "it is not of the expected form".to_owned();
    };
    // The word after `invalid type: ` is serde's own name of what was found.
    let found = message[sort.len()..].strip_prefix(": ").and_then(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        (end > 0).then(|| format!(": {}", &rest[..end]))
    });
    format!("{sort}{}{expected}", found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[test]
    fn what_looks_like_a_credential_is_not_quoted() {
        for (text, kept) in [
            (
                "Bad credentials for ghp_0123456789abcdefghijABCDEFGHIJ012345",
                "Bad credentials for […]",
            ),
            (
                "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:ListUsers",
                "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: iam:ListUsers",
            ),
            (
                "request 6b29fc40-ca47-1067-b31d-00dd010662da",
                "request 6b29fc40-ca47-1067-b31d-00dd010662da",
            ),
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
        assert_eq!(
            words(r#"{"error":"invalid_grant","error_description":"old"}"#).as_deref(),
            Some("old")
        );
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
        for (body, said) in [
            (
                r#"{"id":"canary, expected \" `x` at line 9","state":"gone"}"#,
                "invalid type: string, expected u64 at line 1 column 41",
            ),
            (
                r#"{"id":1,"state":"can`ary"}"#,
                "unknown variant, expected `active` or `gone` at line 1 column 25",
            ),
            (
                r#"{"id":-7,"state":"gone"}"#,
                "invalid value: integer, expected u64 at line 1 column 8",
            ),
            (r#"{"id":1,"state":"gone""#, "EOF while parsing an object at line 1 column 22"),
        ] {
            assert_eq!(json_error(&serde_json::from_str::<Kept>(body).unwrap_err()), said);
        }
        let custom = serde_json::from_str::<rollcall_model::Timestamp>(r#""canary""#).unwrap_err();
        assert_eq!(json_error(&custom), "it is not of the expected form");
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
