//! What an HTTP answer that is no success means.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use rollcall_model::{ProblemClass, Timestamp};

use super::CallError;
use super::retry_after::asked_wait;
use super::words::provider_words;

/// How long to wait after a limit that does not say how long.
const UNTOLD_WAIT: Duration = Duration::from_mins(1);

/// The error that an HTTP answer other than a success is.
///
/// | answer | class | code |
/// |---|---|---|
/// | 401 | permission | `unauthenticated` |
/// | 403, or 429 | rate limited | `rate_limited` when it is a limit (see below) |
/// | 403 | permission | `forbidden` |
/// | 404, 410 | unsupported | `not_found`, `gone` |
/// | 402, 405, 501 | unsupported | `payment_required`, `not_offered` |
/// | 409 | unsupported | `conflict` |
/// | 408, 425, 5xx | transient | `server_error` |
/// | redirect | malformed | `redirect` |
/// | anything else | malformed | `bad_request` |
/// | an HTML body | as the status; 500 is unsupported | `html_answer` |
///
/// A 403 is a limit when it carries `retry-after`, a limit with nothing remaining, or the words
/// "rate limit". Providers answer 404 both for what does not exist and for what they hide; only the
/// connector can tell which, so a 404 is neither a permission nor an empty list here. An HTML body
/// with 500 is what a server says that does not know the operation.
#[must_use]
pub fn http_error(
    operation: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Option<Timestamp>,
) -> CallError {
    use ProblemClass::{Malformed, Permission, RateLimited, Transient, Unsupported};
    let html = is_html(headers, body);
    let wait = asked_wait(headers, now);
    let words = if html { None } else { provider_words(body) };
    let said_limit =
        words.as_deref().is_some_and(|w| w.to_ascii_lowercase().contains("rate limit"));
    let (class, code) = match status.as_u16() {
        401 => (Permission, "unauthenticated"),
        403 if wait.is_some() || said_limit => (RateLimited, "rate_limited"),
        403 => (Permission, "forbidden"),
        404 => (Unsupported, "not_found"),
        410 => (Unsupported, "gone"),
        402 => (Unsupported, "payment_required"),
        405 | 501 => (Unsupported, "not_offered"),
        409 => (Unsupported, "conflict"),
        429 => (RateLimited, "rate_limited"),
        500 if html => (Unsupported, "server_error"),
        408 | 425 | 500..=599 => (Transient, "server_error"),
        300..=399 => (Malformed, "redirect"),
        _ => (Malformed, "bad_request"),
    };
    let mut message = format!("{operation} answered {}", status.as_u16());
    if html {
        message.push_str(" with an HTML page");
    } else if let Some(words) = &words {
        message.push_str(&format!(": {words}"));
    }
    let retry_after = match class {
        RateLimited if said_limit => Some(wait.unwrap_or(UNTOLD_WAIT)),
        RateLimited | Transient => wait,
        _ => None,
    };
    CallError::new(class, if html { "html_answer" } else { code }, message)
        .with_status(status.as_u16())
        .with_retry_after(retry_after)
}

/// Whether a body is an HTML page, by its content type or its beginning.
pub(crate) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let typed = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/html"));
    typed || looks_like_html(body)
}

pub(crate) fn looks_like_html(body: &[u8]) -> bool {
    let start = body.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(body.len());
    let begins =
        |word: &[u8]| body[start..].get(..word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word));
    begins(b"<!doctype html") || begins(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn answer(status: u16, pairs: &[(&'static str, &str)], body: &str) -> CallError {
        let headers = pairs
            .iter()
            .map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_str(v).unwrap()))
            .collect();
        http_error("GET /x", StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), None)
    }

    #[test]
    fn each_refusal_is_its_own() {
        use ProblemClass::{Malformed, Permission, RateLimited, Transient, Unsupported};
        let html = [("content-type", "text/html; charset=utf-8")];
        let spent = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "30")];
        let left = [("x-ratelimit-remaining", "10"), ("x-ratelimit-reset", "30")];
        for (error, class, code, wait) in [
            (answer(401, &[], "{}"), Permission, "unauthenticated", None),
            (answer(403, &[], r#"{"message":"no"}"#), Permission, "forbidden", None),
            (answer(403, &left, "{}"), Permission, "forbidden", None),
            (answer(403, &spent, "{}"), RateLimited, "rate_limited", Some(30)),
            (answer(403, &[("retry-after", "9")], "{}"), RateLimited, "rate_limited", Some(9)),
            (
                answer(403, &[], r#"{"message":"You have exceeded a secondary rate limit."}"#),
                RateLimited,
                "rate_limited",
                Some(60),
            ),
            (answer(404, &[], "{}"), Unsupported, "not_found", None),
            (answer(409, &[], "{}"), Unsupported, "conflict", None),
            (answer(410, &[], "{}"), Unsupported, "gone", None),
            (answer(422, &[], "{}"), Malformed, "bad_request", None),
            (answer(429, &[], "{}"), RateLimited, "rate_limited", None),
            (answer(429, &[("retry-after", "3")], ""), RateLimited, "rate_limited", Some(3)),
            (answer(500, &[], "{}"), Transient, "server_error", None),
            (answer(503, &[("retry-after", "3")], ""), Transient, "server_error", Some(3)),
            (answer(501, &[], ""), Unsupported, "not_offered", None),
            (answer(500, &html, "x"), Unsupported, "html_answer", None),
            (answer(500, &[], " \n<!DOCTYPE HTML><p>"), Unsupported, "html_answer", None),
            (answer(502, &html, "<html>"), Transient, "html_answer", None),
            (answer(403, &html, "<html>"), Permission, "html_answer", None),
            (answer(302, &[], ""), Malformed, "redirect", None),
        ] {
            let found = (error.class, error.code.as_str(), error.retry_after.map(|w| w.as_secs()));
            assert_eq!(found, (class, code, wait), "{error}");
        }
    }

    #[test]
    fn the_providers_words_are_quoted_and_pages_are_not() {
        let error = answer(403, &[], r#"{"message":"Must have admin rights"}"#);
        assert_eq!(error.message, "GET /x answered 403: Must have admin rights");
        assert_eq!(
            answer(500, &[], "<html>secret").message,
            "GET /x answered 500 with an HTML page"
        );
    }
}
