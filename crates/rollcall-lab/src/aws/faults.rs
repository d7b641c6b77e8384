//! Faults on demand.

use serde::{Deserialize, Serialize};

use super::request::Call;
use super::xml::Answer;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum FaultKind {
    /// The caller may not do it.
    Deny,
    /// Every n-th call is told to slow down; of 1 all are.
    Throttle {
        /// Which.
        every: u64,
    },
    /// More calls than so many in a second are told to slow down.
    RateLimit {
        /// How many.
        per_second: u32,
    },
    /// The server stumbles.
    ServerError,
    /// The body ends in the middle.
    Truncate,
    /// A session that a role was assumed for ends after so many calls.
    ExpireAfter {
        /// How many.
        calls: u64,
    },
}

/// A fault and where it strikes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// The action; all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The account number; all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// Faults that are on, with what they count.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(Fault, u64, Window)>);

/// The second that calls are counted in.
#[derive(Debug, Default)]
struct Window {
    began: Option<tokio::time::Instant>,
    calls: u32,
}

/// What is to happen to a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Strike {
    /// This answer instead.
    Instead(Answer),
    /// The answer, cut off.
    Cut,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push((fault, 0, Window::default()));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.0.iter().map(|(fault, ..)| fault.clone()).collect()
    }

    /// What strikes a call in an account. `calls` is how often its session was used.
    pub(crate) fn strike(
        &mut self,
        call: &Call,
        account: &str,
        calls: Option<u64>,
    ) -> Option<Strike> {
        for (fault, hits, window) in &mut self.0 {
            let elsewhere =
                |wanted: &Option<String>, is: &str| wanted.as_deref().is_some_and(|w| w != is);
            if elsewhere(&fault.operation, &call.action) || elsewhere(&fault.account, account) {
                continue;
            }
            *hits += 1;
            let struck = match fault.kind {
                FaultKind::Deny => Some(Strike::Instead(denied(call))),
                FaultKind::Throttle { every } if hits.is_multiple_of(every.max(1)) => {
                    Some(throttled(call))
                }
                FaultKind::RateLimit { per_second } if window.is_full(per_second) => {
                    Some(throttled(call))
                }
                FaultKind::ServerError => Some(Strike::Instead(refuse(
                    call,
                    500,
                    "InternalFailure",
                    "An internal error occurred.",
                ))),
                FaultKind::Truncate => Some(Strike::Cut),
                FaultKind::ExpireAfter { calls: most } if calls.is_some_and(|n| n > most) => {
                    let message = "The security token included in the request is expired";
                    Some(Strike::Instead(refuse(call, 403, "ExpiredToken", message)))
                }
                _ => None,
            };
            if struck.is_some() {
                return struck;
            }
        }
        None
    }
}

impl Window {
    /// Counts a call; whether it is one too many.
    fn is_full(&mut self, most: u32) -> bool {
        let now = tokio::time::Instant::now();
        let fresh = self.began.is_none_or(|began| now.duration_since(began).as_secs() >= 1);
        if fresh {
            *self = Self { began: Some(now), calls: 0 };
        }
        self.calls += 1;
        self.calls > most
    }
}

fn throttled(call: &Call) -> Strike {
    // IAM throttles with status 400.
    let code = if call.json { "TooManyRequestsException" } else { "Throttling" };
    Strike::Instead(refuse(call, 400, code, "Rate exceeded"))
}

/// The error in the form of the call's protocol.
pub(crate) fn refuse(call: &Call, status: u16, code: &str, message: &str) -> Answer {
    if call.json {
        Answer::json_error(if status == 403 { 400 } else { status }, code, message)
    } else {
        Answer::error(status, code, message)
    }
}

/// The caller may not do this.
pub(crate) fn denied(call: &Call) -> Answer {
    let message = format!("User is not authorized to perform: {}", call.action);
    let code = if call.json { "AccessDeniedException" } else { "AccessDenied" };
    refuse(call, 403, code, &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(action: &str) -> Call {
        Call { action: action.to_owned(), ..Call::default() }
    }

    fn faults(kind: FaultKind, operation: Option<&str>) -> Faults {
        let mut faults = Faults::default();
        faults.add(Fault { operation: operation.map(str::to_owned), account: None, kind });
        faults
    }

    #[test]
    fn a_fault_strikes_where_it_should() {
        let mut one = faults(FaultKind::Deny, Some("ListUsers"));
        assert!(one.strike(&call("ListRoles"), "1", None).is_none());
        assert!(
            matches!(one.strike(&call("ListUsers"), "1", None), Some(Strike::Instead(a)) if a.status == 403)
        );
        let mut third = faults(FaultKind::Throttle { every: 3 }, None);
        let struck: Vec<bool> =
            (0..6).map(|_| third.strike(&call("X"), "1", None).is_some()).collect();
        assert_eq!(struck, [false, false, true, false, false, true]);
        let mut old = faults(FaultKind::ExpireAfter { calls: 2 }, None);
        assert!(old.strike(&call("X"), "1", None).is_none(), "a base key does not expire");
        assert!(old.strike(&call("X"), "1", Some(2)).is_none());
        assert!(old.strike(&call("X"), "1", Some(3)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_is_by_the_second() {
        let mut two = faults(FaultKind::RateLimit { per_second: 2 }, None);
        let mut struck = || two.strike(&call("X"), "1", None).is_some();
        assert_eq!([struck(), struck(), struck()], [false, false, true]);
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        assert!(!struck());
    }
}
