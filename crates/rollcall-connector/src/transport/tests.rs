//! Tests of the call as a whole, in paused time.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rollcall_model::ProblemClass;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::Definition;

pub(crate) fn definition(operations: &[&str]) -> Definition {
    Definition {
        id: "test".to_owned(),
        title: "Test".to_owned(),
        summary: "A test.".to_owned(),
        provider: "test".to_owned(),
        streams: Vec::new(),
        kinds: Vec::new(),
        config: Vec::new(),
        operations: operations.iter().map(|&o| o.to_owned()).collect(),
        access_formats: Vec::new(),
    }
}

fn transport(options: &TransportOptions) -> Transport {
    Transport::new(&definition(&["GET /a", "GET /b"]), options).unwrap()
}

fn transient() -> CallError {
    CallError::new(ProblemClass::Transient, "server_error", "500")
}

#[tokio::test]
async fn what_is_not_declared_never_leaves() {
    let transport = transport(&TransportOptions::default());
    let left = AtomicU32::new(0);
    let error = transport
        .call::<u32, _, _>("DELETE /a", "", || async {
            left.fetch_add(1, Ordering::Relaxed);
            Ok(1)
        })
        .await
        .unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (ProblemClass::Bug, "operation_not_allowed"));
    assert_eq!(left.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn faults_that_pass_are_tried_again_with_growing_pauses() {
    let transport = transport(&TransportOptions::default());
    let tries = AtomicU32::new(0);
    let start = Instant::now();
    let value = transport
        .call("GET /a", "", || async {
            match tries.fetch_add(1, Ordering::Relaxed) {
                0..=2 => Err(transient()),
                n => Ok(n),
            }
        })
        .await;
    assert_eq!(value, Ok(3));
    // Pauses of 0.5, 1 and 2 s, each between half and whole.
    let spent = start.elapsed();
    assert!((1750..3550).contains(&spent.as_millis()), "{spent:?}");
}

#[tokio::test(start_paused = true)]
async fn attempts_end_with_the_last_error_and_refusals_are_not_tried_again() {
    let transport = transport(&TransportOptions::default());
    for (class, expected) in [
        (ProblemClass::Transient, 5),
        (ProblemClass::Permission, 1),
        (ProblemClass::Malformed, 1),
        (ProblemClass::Unsupported, 1),
    ] {
        let tries = AtomicU32::new(0);
        let error = transport
            .call::<(), _, _>("GET /a", "", || async {
                let n = tries.fetch_add(1, Ordering::Relaxed) + 1;
                Err(CallError::new(class, "x", n.to_string()))
            })
            .await
            .unwrap_err();
        assert_eq!(error.message, expected.to_string(), "{class}");
    }
}

#[tokio::test(start_paused = true)]
async fn being_told_to_wait_is_obeyed_by_every_call_of_the_credential() {
    let transport = transport(&TransportOptions::default());
    let start = Instant::now();
    let tries = AtomicU32::new(0);
    let told = transport.call("GET /a", "", || async {
        match tries.fetch_add(1, Ordering::Relaxed) {
            0 => Err(CallError::new(ProblemClass::RateLimited, "rate_limited", "429")
                .with_retry_after(Some(Duration::from_secs(60)))),
            _ => Ok(start.elapsed().as_secs()),
        }
    });
    let other = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        transport.call("GET /b", "", || async { Ok(start.elapsed().as_secs()) }).await
    };
    let elsewhere = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let separate = transport.for_another_credential();
        separate.call("GET /b", "", || async { Ok(start.elapsed().as_secs()) }).await
    };
    let (told, other, elsewhere) = tokio::join!(told, other, elsewhere);
    assert_eq!((told, other, elsewhere), (Ok(60), Ok(60), Ok(1)));
}

#[tokio::test(start_paused = true)]
async fn waiting_longer_than_allowed_gives_up_at_once() {
    let transport = transport(&TransportOptions::default());
    let start = Instant::now();
    let error = transport
        .call::<(), _, _>("GET /a", "", || async {
            Err(CallError::new(ProblemClass::RateLimited, "rate_limited", "429")
                .with_retry_after(Some(Duration::from_hours(1))))
        })
        .await
        .unwrap_err();
    assert_eq!(error.code, "rate_limited");
    assert_eq!(start.elapsed(), Duration::ZERO);

    let spent =
        LimitSeen { resource: String::new(), remaining: 0, resets_in: Duration::from_hours(1) };
    transport.saw_limit("GET /b", spent);
    let error = transport.call::<(), _, _>("GET /b", "", || async { Ok(()) }).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (ProblemClass::RateLimited, "out_of_budget"));
    assert_eq!(error.retry_after, Some(Duration::from_hours(1)));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_attempt_is_a_transient_fault() {
    let options = TransportOptions { max_attempts: 2, ..TransportOptions::default() };
    let transport = transport(&options);
    let start = Instant::now();
    let error = transport
        .call::<(), _, _>("GET /a", "", std::future::pending::<Result<(), CallError>>)
        .await
        .unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (ProblemClass::Transient, "timed_out"));
    assert!(start.elapsed() >= options.timeout * 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_at_once_than_allowed() {
    let options = TransportOptions { concurrency: 3, ..TransportOptions::default() };
    let transport = transport(&options);
    let (under_way, most) = (AtomicU32::new(0), AtomicU32::new(0));
    let calls = (0..12).map(|_| {
        transport.call("GET /a", "", || async {
            most.fetch_max(under_way.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            under_way.fetch_sub(1, Ordering::Relaxed);
            Ok(())
        })
    });
    futures::future::join_all(calls).await;
    assert_eq!(most.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_pause_at_once() {
    let token = CancellationToken::new();
    let transport = transport(&TransportOptions::default()).cancelled_by(&token);
    let start = Instant::now();
    let call = transport.call::<(), _, _>("GET /a", "", || async {
        Err(transient().with_retry_after(Some(Duration::from_secs(300))))
    });
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        token.cancel();
    };
    let (outcome, ()) = tokio::join!(call, cancel);
    assert_eq!(outcome.unwrap_err().class, ProblemClass::Cancelled);
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn a_recording_replays_in_order_without_calling() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.jsonl");
    let recording = TransportOptions {
        recording: Recording::Record(path.clone()),
        max_attempts: 1,
        ..TransportOptions::default()
    };
    let live = transport(&recording);
    for n in 1..=2 {
        assert_eq!(live.call("GET /a", "page=1", || async move { Ok(n) }).await, Ok(n));
    }
    let gone = CallError::new(ProblemClass::Unsupported, "not_found", "404").with_status(404);
    let failed = live.call::<u32, _, _>("GET /b", "", || async { Err(gone.clone()) }).await;
    live.call("GET /b", "nothing", || async { Ok(()) }).await.unwrap();
    drop(live);

    let replay = TransportOptions { recording: Recording::Replay(path.clone()), ..recording };
    let replay = transport(&replay);
    assert!(replay.is_replay());
    for n in 1..=2 {
        let value = replay.call("GET /a", "page=1", || async { Ok(0) }).await;
        assert_eq!(value, Ok(n));
    }
    assert_eq!(replay.call::<u32, _, _>("GET /b", "", || async { Ok(0) }).await, failed);
    assert_eq!(replay.call("GET /b", "nothing", || async { Ok(()) }).await, Ok(()));
    for (operation, params) in [("GET /a", "page=1"), ("GET /b", "else")] {
        let error = replay.call("GET /a", params, || async { Ok(0) }).await.unwrap_err();
        assert_eq!(error.code, "not_recorded", "{operation}: {error}");
    }

    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with(r#"{"connector":"test","operation":"GET /a","params":"page=1","ok":1}"#)
    );
}

#[test]
fn a_recording_that_is_none_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.jsonl");
    std::fs::write(
        &path,
        "{\"connector\":\"test\",\"operation\":\"o\",\"params\":\"\",\"ok\":1}\nnot json\n",
    )
    .unwrap();
    let options =
        TransportOptions { recording: Recording::Replay(path), ..TransportOptions::default() };
    let problem = Transport::new(&definition(&[]), &options).unwrap_err();
    assert_eq!(problem.code, "bad_recording");
    assert!(problem.message.contains("line 2"), "{problem}");
}
