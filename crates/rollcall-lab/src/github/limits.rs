//! Limits: the primary ones of a window, the secondary ones of a minute and of requests at once.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rollcall_model::Timestamp;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::ask::Reply;
use super::options::Limits;

/// What is counted by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Resource {
    Core,
    Graphql,
    AuditLog,
}

impl Resource {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Graphql => "graphql",
            Self::AuditLog => "audit_log",
        }
    }

    const fn limit(self, limits: &Limits) -> u64 {
        match self {
            Self::Core => limits.core,
            Self::Graphql => limits.graphql,
            Self::AuditLog => limits.audit_log,
        }
    }
}

/// What was used of a window.
#[derive(Debug)]
struct Window {
    began: Instant,
    used: u64,
}

/// How a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    pub(crate) reset: Timestamp,
}

impl Standing {
    pub(crate) const fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    pub(crate) fn as_json(&self) -> Value {
        json!({
            "limit": self.limit,
            "used": self.used.min(self.limit),
            "remaining": self.remaining(),
            "reset": self.reset.seconds(),
        })
    }
}

/// What everybody used.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    windows: HashMap<(String, Resource), Window>,
    minutes: HashMap<(String, bool), Window>,
}

impl Meter {
    /// How a caller stands; `now` is the lab's.
    pub(crate) fn standing(
        &mut self,
        caller: &str,
        resource: Resource,
        limits: &Limits,
        now: Timestamp,
    ) -> Standing {
        let at = Instant::now();
        let window = self
            .windows
            .entry((caller.to_owned(), resource))
            .or_insert(Window { began: at, used: 0 });
        if at.duration_since(window.began) >= limits.window {
            *window = Window { began: at, used: 0 };
        }
        let left = limits.window.saturating_sub(at.duration_since(window.began));
        // Rounded up, so that who waits until then has waited long enough.
        let seconds = left.as_secs().cast_signed() + i64::from(left.subsec_nanos() > 0);
        Standing {
            limit: resource.limit(limits),
            used: window.used,
            reset: now.plus_seconds(seconds),
        }
    }

    /// Takes from the window; how the caller stands then.
    pub(crate) fn spend(
        &mut self,
        caller: &str,
        resource: Resource,
        cost: u64,
        limits: &Limits,
        now: Timestamp,
    ) -> Standing {
        self.standing(caller, resource, limits, now);
        if let Some(window) = self.windows.get_mut(&(caller.to_owned(), resource)) {
            window.used += cost;
        }
        self.standing(caller, resource, limits, now)
    }

    /// Takes points of the minute; seconds to wait where there are none left.
    pub(crate) fn minute(
        &mut self,
        caller: &str,
        graphql: bool,
        points: u64,
        limits: &Limits,
    ) -> Option<u64> {
        let at = Instant::now();
        let most = if graphql { limits.graphql_points } else { limits.rest_points };
        let window = self
            .minutes
            .entry((caller.to_owned(), graphql))
            .or_insert(Window { began: at, used: 0 });
        let minute = Duration::from_secs(60);
        if at.duration_since(window.began) >= minute {
            *window = Window { began: at, used: 0 };
        }
        if window.used.saturating_add(points) > most {
            return Some(minute.saturating_sub(at.duration_since(window.began)).as_secs() + 1);
        }
        window.used += points;
        None
    }

    /// The body of `GET /rate_limit`.
    pub(crate) fn report(
        &mut self,
        caller: &str,
        limits: &Limits,
        now: Timestamp,
        version: &str,
    ) -> Value {
        let mut resources = Map::new();
        for resource in [Resource::Core, Resource::Graphql, Resource::AuditLog] {
            let standing = self.standing(caller, resource, limits, now).as_json();
            resources.insert(resource.as_str().to_owned(), standing);
        }
        let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": now.seconds() + 60});
        resources.insert("search".to_owned(), search);
        let mut body = json!({"resources": resources});
        if version < "2026-03-10" {
            body["rate"] = body["resources"]["core"].clone();
        }
        body
    }
}

/// The headers of every answer.
pub(crate) fn headers(
    standing: &Standing,
    resource: Resource,
    out: &mut BTreeMap<&'static str, String>,
) {
    out.insert("x-ratelimit-limit", standing.limit.to_string());
    out.insert("x-ratelimit-remaining", standing.remaining().to_string());
    out.insert("x-ratelimit-used", standing.used.min(standing.limit).to_string());
    out.insert("x-ratelimit-reset", standing.reset.seconds().to_string());
    out.insert("x-ratelimit-resource", resource.as_str().to_owned());
}

/// What is said when the window is used up.
pub(crate) fn primary(caller: &str) -> Reply {
    Reply::error(403, &format!("API rate limit exceeded for {caller}."))
}

/// What is said by the secondary limits.
pub(crate) fn secondary(retry_after: u64) -> Reply {
    let message =
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    Reply::error(403, message).with("retry-after", retry_after.to_string())
}
