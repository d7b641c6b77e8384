//! What headers say about waiting and about what is left of a limit.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use rollcall_model::Timestamp;

use super::LimitSeen;

/// Whole numbers from here on are points in time, not lengths of time.
const EARLIEST_EPOCH_SECONDS: f64 = 1e9;
/// Whole numbers from here on are points in time in milliseconds.
const EARLIEST_EPOCH_MILLIS: f64 = 1e12;

/// How long a header asks us to wait: a number of seconds, an HTTP date, or seconds (or
/// milliseconds) since the Unix epoch, as `retry-after` and the `…-reset` headers carry them.
/// Points in time need `now` and are nothing without it; those that have passed are zero.
#[must_use]
pub fn parse_wait(text: &str, now: Option<Timestamp>) -> Option<Duration> {
    let text = text.trim();
    let numeric = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !numeric {
        let at = http_date(text)?;
        return Some(until(at.micros(), now?));
    }
    let number: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
    if number < EARLIEST_EPOCH_SECONDS {
        return Some(Duration::from_secs_f64(number));
    }
    let scale = if number >= EARLIEST_EPOCH_MILLIS { 1e3 } else { 1e6 };
    // `as` saturates at the ends of the range.
    Some(until((number * scale) as i64, now?))
}

/// When an answer says it was sent: its `date` header. Waiting times that are points in time are
/// measured against it, so our own clock need not be right.
#[must_use]
pub fn answer_date(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(http::header::DATE)?.to_str().ok()?)
}

/// How long an answer asks us to wait: `retry-after`, or the reset of a limit that is spent.
#[must_use]
pub fn asked_wait(headers: &HeaderMap, now: Option<Timestamp>) -> Option<Duration> {
    let now = now.or_else(|| answer_date(headers));
    let told = headers.get(http::header::RETRY_AFTER).and_then(|v| v.to_str().ok());
    told.and_then(|text| parse_wait(text, now)).or_else(|| {
        limit_seen(headers, now).filter(|limit| limit.remaining == 0).map(|limit| limit.resets_in)
    })
}

/// What is left of the limit that an answer counts against, from the headers `x-ratelimit-*`,
/// `x-rate-limit-*` or `ratelimit-*`.
#[must_use]
pub fn limit_seen(headers: &HeaderMap, now: Option<Timestamp>) -> Option<LimitSeen> {
    let now = now.or_else(|| answer_date(headers));
    ["x-ratelimit", "x-rate-limit", "ratelimit"].into_iter().find_map(|prefix| {
        let text = |name: &str| headers.get(format!("{prefix}-{name}"))?.to_str().ok();
        Some(LimitSeen {
            resource: text("resource").unwrap_or_default().to_owned(),
            remaining: text("remaining")?.trim().parse().ok()?,
            resets_in: parse_wait(text("reset")?, now)?,
        })
    })
}

fn until(micros: i64, now: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(micros.saturating_sub(now.micros())).unwrap_or(0))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(text).ok()?;
    let since = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn now() -> Option<Timestamp> {
        "2015-10-21T07:28:00Z".parse().ok()
    }

    #[test]
    fn seconds_dates_and_epochs_are_understood() {
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(parse_wait("120", None), seconds(120));
        assert_eq!(parse_wait(" 1.5 ", None), Some(Duration::from_millis(1500)));
        assert_eq!(parse_wait("Wed, 21 Oct 2015 07:30:00 GMT", now()), seconds(120));
        assert_eq!(parse_wait("Wed, 21 Oct 2015 07:00:00 GMT", now()), seconds(0));
        assert_eq!(parse_wait("1445412540", now()), seconds(60));
        assert_eq!(parse_wait("1445412540000", now()), seconds(60));
        assert_eq!(parse_wait("1445412540", None), None);
        for bad in ["", "-1", "soon", "1e9", "inf", "NaN", "1.2.3"] {
            assert_eq!(parse_wait(bad, now()), None, "{bad}");
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn limits_are_measured_against_the_answers_own_date() {
        let headers = headers(&[
            ("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1445412540"),
            ("x-ratelimit-resource", "core"),
        ]);
        let limit = limit_seen(&headers, None).unwrap();
        assert_eq!((limit.resource.as_str(), limit.remaining), ("core", 0));
        assert_eq!(limit.resets_in, Duration::from_secs(60));
        assert_eq!(asked_wait(&headers, None), Some(Duration::from_secs(60)));
    }

    #[test]
    fn retry_after_goes_before_a_limit_and_a_limit_with_something_left_asks_nothing() {
        let both = headers(&[
            ("retry-after", "7"),
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", "50"),
        ]);
        assert_eq!(asked_wait(&both, None), Some(Duration::from_secs(7)));
        let left = headers(&[("x-rate-limit-remaining", "3"), ("x-rate-limit-reset", "50")]);
        assert_eq!(asked_wait(&left, None), None);
        assert_eq!(limit_seen(&left, None).unwrap().remaining, 3);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,40}", number in "[0-9.]{1,40}", micros in any::<i64>()) {
            for now in [None, Some(Timestamp::from_micros(micros))] {
                let _ = parse_wait(&text, now);
                let _ = parse_wait(&number, now);
            }
        }

        #[test]
        fn whole_seconds_mean_what_they_say(n in 0_u64..1_000_000_000) {
            prop_assert_eq!(parse_wait(&n.to_string(), None), Some(Duration::from_secs(n)));
        }
    }
}
