//! The testkit on a connector that behaves, and on ones that do not.

use std::time::Duration;

use async_trait::async_trait;
use rollcall_model::{Listing, ScopeKey, ScopeState, Timestamp, Visibility};
use rollcall_record::{Problem, ScopeStarted};
use serde_json::json;

use super::*;
use crate::transport::TransportOptions;
use crate::{AccessDocument, CheckReport, Connector, Definition, Emitter, SyncRequest};

const CANARY: &str = "c4n4ry-51b1f2c3d4e5f6";

fn now() -> Timestamp {
    Timestamp::from_seconds(1_000_000_000)
}

async fn server() -> FaultyServer {
    let user =
        |id: u64| json!({"id": id, "login": format!("u{id}"), "title": null, "password": CANARY});
    let first = Reply::json(200, &json!([user(1), user(2)]))
        .with_header("link", "<{url}/orgs/acme/users?per_page=2&page=2>; rel=\"next\"");
    FaultyServer::answering(vec![
        ("GET /orgs/acme/users?per_page=2", first),
        ("GET /orgs/acme/users?per_page=2&page=2", Reply::json(200, &json!([user(3)]))),
    ])
    .await
}

fn sample(server: &FaultyServer) -> Sample {
    let timeout = Duration::from_secs(1);
    Sample::new(
        server.url(),
        &TransportOptions { timeout, max_attempts: 2, ..TransportOptions::hasty() },
    )
}

#[tokio::test]
async fn a_connector_that_behaves_passes_everything() {
    let server = server().await;
    assert_contract(sample(&server).definition());
    let collected = assert_idempotent(|| sample(&server), "users", now()).await;
    collected.assert_complete();
    assert_declared(&sample_definition(), &collected);
    assert_no_canary(&collected, CANARY);
    assert_eq!(collected.entity("3").name, "u3");
    assert!(collected.scope(&ScopeKey::realm("users", "acme")).is_some());
    assert_eq!(server.requests().len(), 4);
    server.inject_always(Fault::Stalled);
    assert_prompt_cancel(&sample(&server), "users", now(), Duration::from_millis(900)).await;
}

/// The matrix that every connector is put through: each fault at each request, once and always.
#[tokio::test]
async fn no_fault_makes_a_scope_complete_that_is_not() {
    let server = server().await;
    for fault in Fault::ALL {
        for n in [Some(0), Some(1), None] {
            server.reset();
            match n {
                Some(n) => server.inject(n, fault),
                None => server.inject_always(fault),
            }
            let collected = collect(&sample(&server), "users", now()).await;
            assert_no_canary(&collected, CANARY);
            let users = collected.entities().count();
            let state = collected.states()[0];
            // A second request repeats the first where the first failed in a way that may pass.
            let passes = n.is_some()
                && matches!(
                    fault,
                    Fault::ServerErrorJson
                        | Fault::Truncated
                        | Fault::Stalled
                        | Fault::HangUp
                        | Fault::TooManyRequests(_)
                );
            let expected = match fault {
                _ if passes => ScopeState::Complete,
                // An empty list is an answer: nobody but the provider can tell that it is wrong.
                Fault::EmptyList => ScopeState::Complete,
                Fault::NullEntry | Fault::PageLoop | Fault::ForeignLink => ScopeState::Partial,
                Fault::Forbidden | Fault::Unauthorized if n != Some(1) => ScopeState::Forbidden,
                Fault::NotFound | Fault::ServerErrorHtml if n != Some(1) => ScopeState::Skipped,
                _ if n == Some(1) => ScopeState::Partial,
                _ => ScopeState::Failed,
            };
            assert_eq!(state, expected, "{fault:?} at {n:?}: {:?}", collected.codes());
            let whole = users == 3 && collected.codes().is_empty();
            assert_eq!(
                state == ScopeState::Complete,
                whole || fault == Fault::EmptyList,
                "{fault:?} at {n:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_secret_in_the_wrong_place_is_not_quoted() {
    let odd = json!([{"id": CANARY, "login": "a"}, {"id": 1, "login": {"password": CANARY}}]);
    let refusal = json!({"message": format!("bad token {CANARY}51b1f2"), "password": CANARY});
    for reply in [
        Reply::json(200, &odd),
        Reply::json(403, &refusal),
        Reply::json(200, &json!({"x": CANARY})),
    ] {
        let server = FaultyServer::answering(vec![("GET /orgs/acme/users", reply)]).await;
        let collected = collect(&sample(&server), "users", now()).await;
        assert!(!collected.codes().is_empty());
        assert_no_canary(&collected, "51b1f2c3d4e5f6");
    }
}

#[tokio::test]
async fn a_server_before_another_server_forwards_and_spoils() {
    let behind = server().await;
    let before = FaultyServer::before(behind.url()).await;
    let client = Sample::new(before.url(), &TransportOptions::hasty());
    before.inject(0, Fault::NullEntry);
    let collected = collect(&client, "users", now()).await;
    // The link of the first page leads to the server behind, which is another port.
    assert_eq!(collected.codes(), ["broken_entries", "foreign_host"]);
    assert_eq!(collected.entities().count(), 2);
    assert_eq!(behind.requests()[0].header("authorization"), Some("Bearer s3cret"));
}

/// Breaks one rule, named by its stream.
struct Rogue(Definition);

fn started(stream: &str) -> ScopeStarted {
    ScopeStarted {
        scope: ScopeKey::realm(stream, "r"),
        parent: None,
        listing: Listing::Full,
        visibility: Visibility::default(),
    }
}

#[async_trait]
impl Connector for Rogue {
    fn definition(&self) -> &Definition {
        &self.0
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        match request.stream.as_str() {
            "twice" => {
                out.scope(started("twice")).await?.finish().await?;
                out.scope(started("twice")).await?.finish().await
            }
            "elsewhere" => out.scope(started("users")).await?.finish().await,
            "stubborn" => {
                tokio::time::sleep(Duration::from_secs(5)).await;
                Ok(())
            }
            _ => {
                drop(out.scope(started(&request.stream)).await?);
                Ok(())
            }
        }
    }

    fn access(&self, _format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Ok(Vec::new())
    }
}

#[tokio::test]
#[should_panic(expected = "began twice")]
async fn a_scope_cannot_begin_twice() {
    collect(&Rogue(sample_definition()), "twice", now()).await;
}

#[tokio::test]
#[should_panic(expected = "began in the stream elsewhere")]
async fn a_scope_belongs_to_its_stream() {
    collect(&Rogue(sample_definition()), "elsewhere", now()).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "after it was stopped")]
async fn a_reading_that_does_not_stop_is_caught() {
    assert_prompt_cancel(&Rogue(sample_definition()), "stubborn", now(), Duration::from_secs(1))
        .await;
}

#[tokio::test]
async fn a_scope_that_is_dropped_is_not_complete() {
    let collected = collect(&Rogue(sample_definition()), "users", now()).await;
    assert_eq!(collected.states(), [ScopeState::Failed]);
}

#[tokio::test]
#[should_panic(expected = "the secret is in")]
async fn a_canary_is_found() {
    let server = server().await;
    assert_no_canary(&collect(&sample(&server), "users", now()).await, "U2");
}
