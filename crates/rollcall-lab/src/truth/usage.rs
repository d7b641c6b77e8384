//! Whether something is used, by the definitions of the five verdicts.

use rollcall_model::Timestamp;
use serde_json::{Value, json};

use crate::plan::DAY;

/// Not used for so many days is unused.
const UNUSED_DAYS: i64 = 90;
/// Younger than so many days and never used is too young to tell.
const YOUNG_DAYS: i64 = 30;
/// So far back providers tell.
const WINDOW_DAYS: i64 = 400;

/// A verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Used lately.
    Used(Timestamp),
    /// Used once, and not since; or made before the window, and not used in it.
    Unused(Timestamp),
    /// Never used in a life that is known whole.
    NeverUsed,
    /// Not used yet.
    TooYoung,
    /// Nobody can see.
    Unobservable(&'static str),
}

impl Verdict {
    /// The verdict on something that was made and used last at such times, where all use of the
    /// window is seen.
    pub(super) fn new(created: Timestamp, used: Option<Timestamp>, now: Timestamp) -> Self {
        let days = |n: i64| now.plus_seconds(-n * DAY);
        match used.filter(|at| *at >= days(WINDOW_DAYS)) {
            Some(at) if at >= days(UNUSED_DAYS) => Self::Used(at),
            Some(at) => Self::Unused(at),
            None if created < days(WINDOW_DAYS) => Self::Unused(days(WINDOW_DAYS)),
            None if created > days(YOUNG_DAYS) => Self::TooYoung,
            None => Self::NeverUsed,
        }
    }

    /// The verdict where use is told however long ago it was.
    pub(super) fn without_window(
        created: Timestamp,
        used: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        match used {
            Some(at) if at < now.plus_seconds(-UNUSED_DAYS * DAY) => Self::Unused(at),
            Some(at) => Self::Used(at),
            None if created > now.plus_seconds(-YOUNG_DAYS * DAY) => Self::TooYoung,
            None => Self::NeverUsed,
        }
    }

    pub(super) fn json(self) -> Value {
        match self {
            Self::Used(at) => json!({"verdict": "used", "at": at}),
            Self::Unused(since) => json!({"verdict": "unused", "since": since}),
            Self::NeverUsed => json!({"verdict": "never_used"}),
            Self::TooYoung => json!({"verdict": "too_young"}),
            Self::Unobservable(reason) => json!({"verdict": "unobservable", "reason": reason}),
        }
    }

    /// The rule that reports it, if any.
    pub(super) const fn rule(self) -> Option<&'static str> {
        match self {
            Self::Unused(_) => Some("stale-unused"),
            Self::NeverUsed => Some("stale-never-used"),
            Self::Unobservable(_) => Some("activity-unknown"),
            Self::Used(_) | Self::TooYoung => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_verdicts() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let ago = |n: i64| now.plus_seconds(-n * DAY);
        let verdict = |made, used: Option<i64>| Verdict::new(ago(made), used.map(ago), now);
        assert_eq!(verdict(500, Some(3)), Verdict::Used(ago(3)));
        assert_eq!(verdict(500, Some(90)), Verdict::Used(ago(90)));
        assert_eq!(verdict(500, Some(91)), Verdict::Unused(ago(91)));
        assert_eq!(verdict(500, Some(410)), Verdict::Unused(ago(400)));
        assert_eq!(verdict(500, None), Verdict::Unused(ago(400)));
        assert_eq!(verdict(100, None), Verdict::NeverUsed);
        assert_eq!(verdict(29, None), Verdict::TooYoung);
        assert_eq!(Verdict::without_window(ago(500), None, now), Verdict::NeverUsed);
        assert_eq!(
            Verdict::without_window(ago(500), Some(ago(410)), now),
            Verdict::Unused(ago(410))
        );
    }
}
