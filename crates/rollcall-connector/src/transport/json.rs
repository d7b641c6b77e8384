//! Reading an answer's JSON.

use rollcall_model::ProblemClass;
use serde::de::DeserializeOwned;

use super::CallError;
use super::status::looks_like_html;
use super::words::{json_error, redact};

/// Reads a body as JSON. An empty body reads as `null`, so a type that may be absent accepts it.
///
/// # Errors
/// Malformed: `html_answer`, `truncated_body` when the text ends too early, `bad_json` otherwise,
/// with the place and without the values found there.
pub fn parse_json<T: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<T, CallError> {
    let text: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"null" } else { body };
    let error = match serde_json::from_slice(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let malformed =
        |code: &str, message: String| CallError::new(ProblemClass::Malformed, code, message);
    if looks_like_html(body) {
        return Err(malformed("html_answer", format!("{operation} answered with an HTML page")));
    }
    if error.is_eof() {
        return Err(malformed(
            "truncated_body",
            format!("the answer to {operation} ends too early"),
        ));
    }
    // Only a failure pays for knowing its place.
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let place = serde_path_to_error::deserialize::<_, T>(&mut deserializer)
        .err()
        .map(|error| error.path().to_string())
        .filter(|path| path != ".")
        .map_or_else(String::new, |path| format!(" at {}", redact(&path)));
    Err(malformed(
        "bad_json",
        format!("the answer to {operation} cannot be read{place}: {}", json_error(&error)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Page {
        keys: Vec<Key>,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Key {
        id: u64,
    }

    #[test]
    fn each_fault_has_its_code_and_place() {
        let read = |body: &str| parse_json::<Page>("GET /x", body.as_bytes());
        assert_eq!(read(r#"{"keys":[{"id":1}]}"#), Ok(Page { keys: vec![Key { id: 1 }] }));
        for (body, code) in [
            ("<!DOCTYPE html>", "html_answer"),
            (r#"{"keys":[{"id":1}"#, "truncated_body"),
            ("nonsense", "bad_json"),
            ("", "bad_json"),
            (r#"{"keys":[{}]}"#, "bad_json"),
            ("\u{1}\u{2}", "bad_json"),
        ] {
            let error = read(body).unwrap_err();
            assert_eq!(
                (error.class, error.code.as_str()),
                (ProblemClass::Malformed, code),
                "{body}"
            );
        }
        let error = read(r#"{"keys":[{"id":1},{"id":"canary"}]}"#).unwrap_err();
        assert!(
            error.message.contains("at keys[1].id") && !error.message.contains("canary"),
            "{error}"
        );
        assert_eq!(parse_json::<Option<u8>>("GET /x", b" "), Ok(None));
    }

    proptest! {
        #[test]
        fn nothing_panics(body in proptest::collection::vec(any::<u8>(), 0..100), text in "[\\[{\"}\\]:,a0]{0,40}") {
            let _ = parse_json::<Page>("o", &body);
            let _ = parse_json::<serde_json::Value>("o", text.as_bytes());
        }
    }
}
