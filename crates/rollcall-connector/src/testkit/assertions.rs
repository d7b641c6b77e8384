//! Assertions every connector's tests make.

use std::collections::HashSet;
use std::time::Duration;

use rollcall_model::{ProblemClass, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::collect::sorted_lines;
use super::{Collected, collect};
use crate::{Connector, Definition, Message, SyncRequest, channel};
use crate::{definition_violations, record_violation};

/// Asserts that a definition is whole: words well-formed and unique, everything documented,
/// permissions and blind spots named, operations that only read.
///
/// # Panics
/// With everything that is wrong.
#[track_caller]
pub fn assert_contract(definition: &Definition) {
    let found = definition_violations(definition);
    assert!(found.is_empty(), "connector {}:\n{}", definition.id, found.join("\n"));
}

/// Asserts that what was said was declared: streams, kinds with their types, attributes.
///
/// # Panics
/// With the first thing that was not.
#[track_caller]
pub fn assert_declared(definition: &Definition, collected: &Collected) {
    assert!(
        definition.stream(&collected.stream).is_some(),
        "undeclared stream {}",
        collected.stream
    );
    for scope in &collected.scopes {
        let started = &scope.started;
        for record in &scope.records {
            let wrong = record_violation(definition, &started.scope, started.listing, record);
            assert!(wrong.is_none(), "{}: {}", started.scope, wrong.unwrap_or_default());
        }
    }
}

/// Asserts that a planted secret is in nothing that was said, problems included, in any case of
/// letters.
///
/// # Panics
/// With the statement that holds it.
#[track_caller]
pub fn assert_no_canary(collected: &Collected, canary: &str) {
    let canary = canary.to_lowercase();
    for line in sorted_lines(collected) {
        assert!(!line.to_lowercase().contains(&canary), "the secret is in: {line}");
    }
}

/// Asserts that reading the same thing twice says the same thing. `connector` makes a connector for
/// each reading, since one value serves one run.
///
/// # Panics
/// With what only one of the readings said.
pub async fn assert_idempotent<C: Connector>(
    connector: impl Fn() -> C,
    stream: &str,
    now: Timestamp,
) -> Collected {
    let first = collect(&connector(), stream, now).await;
    let second = collect(&connector(), stream, now).await;
    let differing = difference(&first, &second);
    assert!(differing.is_none(), "two readings of {stream} differ, for example in {differing:?}");
    first
}

/// A statement that only one of two readings made, or made more often; `None` when they are equal
/// in any order.
#[must_use]
pub fn difference(first: &Collected, second: &Collected) -> Option<String> {
    let (a, b) = (sorted_lines(first), sorted_lines(second));
    let unequal = a.iter().zip(&b).find(|(a, b)| a != b).map(|(a, b)| a.min(b));
    unequal.or_else(|| a.get(b.len())).or_else(|| b.get(a.len())).cloned()
}

/// Asserts that a reading that is stopped after its first word (or after 50 ms without one) ends
/// within `within` as cancelled, and finishes no further scope.
///
/// # Panics
/// When it goes on.
pub async fn assert_prompt_cancel(
    connector: &dyn Connector,
    stream: &str,
    now: Timestamp,
    within: Duration,
) {
    if let Err(why) = time_to_stop(connector, stream, now, within).await {
        panic!("{stream} {why}");
    }
}

/// How long a reading takes to end when it is stopped after its first word, or after 50 ms without
/// one.
///
/// # Errors
/// When it takes longer than `within`, finishes a scope after that, or ends with another problem
/// than having been stopped.
pub async fn time_to_stop(
    connector: &dyn Connector,
    stream: &str,
    now: Timestamp,
    within: Duration,
) -> Result<Duration, String> {
    let stop = CancellationToken::new();
    // Room for one message, so that a reading with more to say is still under way when stopped.
    let (out, mut inbox) = channel(1, stop.clone(), HashSet::new());
    let request = SyncRequest::new(stream, now);
    let watch = async {
        let _first = tokio::time::timeout(Duration::from_millis(50), inbox.recv()).await;
        stop.cancel();
        let stopped_at = Instant::now();
        let mut finished = 0;
        while let Some(message) = inbox.recv().await {
            finished += usize::from(matches!(message, Message::Finished(..)));
        }
        (stopped_at, finished)
    };
    let reading = async {
        let ended = connector.sync(request, out).await;
        (ended, Instant::now())
    };
    let both = async { tokio::join!(reading, watch) };
    let outcome = tokio::time::timeout(within + Duration::from_secs(1), both).await;
    let Ok(((ended, ended_at), (stopped_at, finished))) = outcome else {
        return Err(format!("goes on more than {within:?} after it was stopped"));
    };
    let took = ended_at.saturating_duration_since(stopped_at);
    // What was on its way when the word to stop came may still arrive: two messages.
    match ended {
        _ if took > within => Err(format!("took {took:?} to stop")),
        _ if finished > 2 => Err(format!("finished {finished} scopes after it was stopped")),
        Err(problem) if problem.class != ProblemClass::Cancelled => {
            Err(format!("ended as {} instead of cancelled: {problem}", problem.class))
        }
        _ => Ok(took),
    }
}
