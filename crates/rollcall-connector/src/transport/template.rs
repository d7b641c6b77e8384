//! Filling path templates.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rollcall_model::ProblemClass;

use super::CallError;

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Takes `METHOD /path/{x}` apart.
pub(crate) fn method_and_path(operation: &str) -> Result<(&str, &str), CallError> {
    operation
        .split_once(' ')
        .filter(|(_, path)| path.starts_with('/'))
        .ok_or_else(|| bug("bad_operation", format!("{operation:?} is not METHOD /path")))
}

/// Fills the placeholders of a path template, each with one percent-encoded segment.
///
/// # Errors
/// When a placeholder has no value or a value no placeholder (a mistake in the connector), or a
/// value is empty or consists of dots, which would name another path (`bad_path_value`).
pub fn fill_path(template: &str, values: &[(&str, &str)]) -> Result<String, CallError> {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut used = 0;
    for (index, segment) in template.split('/').enumerate() {
        if index > 0 {
            filled.push('/');
        }
        let Some(name) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) else {
            filled.push_str(segment);
            continue;
        };
        let Some((_, value)) = values.iter().find(|(n, _)| *n == name) else {
            return Err(bug("bad_template", format!("{template}: no value for {{{name}}}")));
        };
        if matches!(*value, "" | "." | "..") {
            return Err(CallError::new(
                ProblemClass::Malformed,
                "bad_path_value",
                format!("{template}: {value:?} cannot stand for {{{name}}}"),
            ));
        }
        filled.extend(utf8_percent_encode(value, SEGMENT));
        used += 1;
    }
    if used < values.len() {
        return Err(bug("bad_template", format!("{template}: a value has no placeholder")));
    }
    Ok(filled)
}

/// A query as text, percent-encoded, without the question mark.
#[must_use]
pub fn query_text(query: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in query {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, SEGMENT));
        text.push('=');
        text.extend(utf8_percent_encode(value, SEGMENT));
    }
    text
}

fn bug(code: &str, message: String) -> CallError {
    CallError::new(ProblemClass::Bug, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_become_single_segments() {
        let path = fill_path("/repos/{owner}/{repo}/x", &[("owner", "a/b"), ("repo", "c d?#é")]);
        assert_eq!(path.as_deref(), Ok("/repos/a%2Fb/c%20d%3F%23%C3%A9/x"));
        assert_eq!(fill_path("/x", &[]).as_deref(), Ok("/x"));
        assert_eq!(query_text(&[("per_page", "100"), ("q", "a&b=c")]), "per_page=100&q=a%26b%3Dc");
    }

    #[test]
    fn what_would_name_another_path_is_refused() {
        for value in ["", ".", ".."] {
            let error = fill_path("/a/{x}", &[("x", value)]).unwrap_err();
            assert_eq!(error.code, "bad_path_value");
        }
        assert_eq!(fill_path("/a/{x}", &[]).unwrap_err().code, "bad_template");
        assert_eq!(fill_path("/a", &[("x", "1")]).unwrap_err().code, "bad_template");
    }

    proptest! {
        #[test]
        fn a_filled_path_stays_within_its_template(value in "\\PC{1,30}") {
            let Ok(path) = fill_path("/a/{x}/c", &[("x", &value)]) else {
                prop_assert!(value == "." || value == "..");
                return Ok(());
            };
            let base = url::Url::parse("https://h.example").unwrap();
            let joined = base.join(&path).unwrap();
            let segments: Vec<_> = joined.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            let back = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
            prop_assert_eq!(back, value);
            prop_assert_eq!(joined.query(), None);
        }

        #[test]
        fn a_query_reads_back(pairs in proptest::collection::vec(("\\PC{1,8}", "\\PC{0,12}"), 0..5)) {
            let borrowed: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let text = query_text(&borrowed);
            let back: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            prop_assert_eq!(back, pairs);
        }
    }
}
