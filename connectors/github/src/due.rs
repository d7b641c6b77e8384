//! Which scopes of repositories are to be read now, and in which order.

use std::cmp::Reverse;

use rollcall_connector::{Past, PastScope};
use rollcall_model::{ScopeKey, Timestamp};

use crate::definition::Stream;
use crate::shapes::Repo;

/// How urgent a scope is; what comes first in the order is read first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Urgency {
    /// Scopes that were never read come first.
    read_before: bool,
    /// Then those that were read longest ago.
    complete_at: Option<Timestamp>,
    /// Among equals, those of repositories with the latest push.
    pushed_at: Reverse<Option<Timestamp>>,
}

impl Urgency {
    /// That of a scope that was asked for by name.
    pub(crate) const fn wanted() -> Self {
        Self { read_before: false, complete_at: None, pushed_at: Reverse(None) }
    }
}

/// How urgent a repository's scope of a stream is; `None` when it is not due.
pub(crate) fn of_repository(
    stream: &Stream,
    past: &Past,
    key: &ScopeKey,
    now: Timestamp,
    after: i64,
    repository: &Repo,
) -> Option<Urgency> {
    let followed = repository.pushed_at.filter(|_| stream.follows_pushes);
    urgency(past.scope(key), now, after, followed, repository.pushed_at)
}

/// How urgent a scope is: due when it was never read to its end, when that is `after` seconds ago,
/// or when there was a push since. `None` when it is not due.
fn urgency(
    past: Option<&PastScope>,
    now: Timestamp,
    after: i64,
    followed_push: Option<Timestamp>,
    pushed_at: Option<Timestamp>,
) -> Option<Urgency> {
    let pushed_at = Reverse(pushed_at);
    let Some(complete_at) = past.and_then(|past| past.complete_at) else {
        return Some(Urgency { read_before: false, complete_at: None, pushed_at });
    };
    // A last reading that fell short leaves the scope due, after those that were never read.
    let old = past.and_then(|past| past.age(now)).is_none_or(|age| age >= after);
    // A push while the listing was being read may have been missed by it.
    let pushed = followed_push.is_some_and(|push| push.plus_seconds(PUSH_LAG) >= complete_at);
    (old || pushed).then_some(Urgency {
        read_before: true,
        complete_at: Some(complete_at),
        pushed_at,
    })
}

/// How long a push may take to show in what it changes, in seconds.
const PUSH_LAG: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_model::ScopeState;

    fn past(hours_ago: i64) -> PastScope {
        PastScope {
            state: Some(ScopeState::Complete),
            complete_at: Some(now().plus_seconds(-3600 * hours_ago)),
            cursor: None,
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    #[test]
    fn what_was_read_lately_waits_unless_it_was_pushed_to() {
        let day = 24 * 3600;
        assert!(urgency(None, now(), day, None, None).is_some());
        assert!(urgency(Some(&past(1)), now(), day, None, None).is_none());
        assert!(urgency(Some(&past(24)), now(), day, None, None).is_some());
        let push = |hours_ago: i64| Some(now().plus_seconds(-3600 * hours_ago));
        assert!(urgency(Some(&past(2)), now(), day, push(1), None).is_some());
        assert!(urgency(Some(&past(2)), now(), day, push(3), None).is_none());
        let broken = PastScope { state: Some(ScopeState::Partial), ..past(1) };
        assert!(urgency(Some(&broken), now(), day, None, None).is_some());
        let unread = PastScope::default();
        assert!(urgency(Some(&unread), now(), day, None, None).is_some());
    }

    #[test]
    fn never_read_comes_before_old_and_fresh_pushes_before_still_repositories() {
        let of = |past: Option<PastScope>, pushed| {
            urgency(past.as_ref(), now(), 3600, None, pushed).unwrap()
        };
        let pushed = Some(now());
        assert!(of(None, pushed) < of(None, None));
        assert!(of(None, None) < of(Some(past(30)), pushed));
        assert!(of(Some(past(30)), None) < of(Some(past(20)), pushed));
        assert!(Urgency::wanted() < of(Some(past(20)), pushed));
    }
}
