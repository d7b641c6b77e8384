//! The way of a webhook: from its raw bytes through the connector's check to the queue.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use rollcall_api::hooks_router;
use rollcall_engine::connector::{
    AccessDocument, CheckReport, Connector, Definition, Emitter, Problem, Rank, Refreshes,
    RelationRecord, ScopeStarted, StreamDef, SyncRequest, entity,
};
use rollcall_engine::{Hooks, Job, Queue, Schedule, ServedSource, SourceSpec, Sources};
use rollcall_model::{
    EntityKey, EntityType, IdentityClass, Listing, ProblemClass, Relation, ScopeKey, Timestamp,
    Visibility,
};

use crate::world::{Answer, World, ask};

/// Two sources: one whose connector takes webhooks, and one whose does not.
pub(crate) struct Toy {
    served: Vec<ServedSource>,
}

struct ToyConnector {
    definition: Definition,
    takes_hooks: bool,
}

const STREAMS: [&str; 2] = ["users", "keys"];

fn definition() -> Definition {
    let stream = |name: &str| StreamDef {
        name: name.into(),
        title: name.into(),
        listing: Listing::Full,
        rank: Rank::Authoritative,
        part: None,
        permissions: Vec::new(),
        tier: None,
        sees: name.into(),
        blind_spots: Vec::new(),
        shifting: false,
        careful: false,
    };
    Definition {
        id: "toy".into(),
        title: "Toy".into(),
        summary: "A provider of the tests.".into(),
        provider: "toy".into(),
        streams: STREAMS.map(stream).to_vec(),
        kinds: Vec::new(),
        config: Vec::new(),
        operations: Vec::new(),
        access_formats: Vec::new(),
    }
}

impl Toy {
    pub(crate) fn new() -> Self {
        let served = |name: &str| ServedSource {
            spec: SourceSpec { name: name.into(), skip_streams: Vec::new() },
            connector: "toy".into(),
            streams: STREAMS.map(str::to_owned).to_vec(),
            // Of these only the first is read by itself within a test.
            schedule: (name == "toy").then(|| Schedule::parse("1d", None).unwrap()),
        };
        Self { served: vec![served("toy"), served("deaf")] }
    }
}

#[async_trait]
impl Sources for Toy {
    fn list(&self) -> &[ServedSource] {
        &self.served
    }

    async fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, Problem> {
        Ok(Arc::new(ToyConnector { definition: definition(), takes_hooks: name == "toy" }))
    }
}

pub(crate) fn key(kind: &str, id: &str) -> EntityKey {
    EntityKey::new("toy", "r", kind, id).unwrap()
}

#[async_trait]
impl Connector for ToyConnector {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    fn access(&self, _format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Ok(Vec::new())
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let started = ScopeStarted {
            scope: ScopeKey::realm(&request.stream, "r"),
            parent: None,
            listing: Listing::Full,
            visibility: Visibility::default(),
        };
        let mut scope = out.scope(started).await?;
        if request.stream == "users" {
            for (id, class) in [("1", IdentityClass::Agent), ("2", IdentityClass::Service)] {
                let mut user =
                    entity(key("toy.user", id), EntityType::Identity, format!("user-{id}"));
                user.class = Some(class);
                scope.entity(user).await?;
            }
        } else {
            for id in ["1", "2"] {
                let name = format!("key {id}");
                scope.entity(entity(key("toy.key", id), EntityType::Credential, name)).await?;
                let (key, user) = (key("toy.key", id), key("toy.user", id));
                scope.relation(RelationRecord::new(&key, Relation::AuthenticatesAs, &user)).await?;
            }
        }
        scope.finish().await
    }

    async fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Refreshes, Problem> {
        let problem = |class, code| Problem::new(class, code, code);
        if !self.takes_hooks {
            return Err(problem(ProblemClass::Unsupported, "no_webhooks"));
        }
        let signature = headers.get("x-toy-signature").and_then(|v| v.to_str().ok());
        if signature != Some(&format!("sum {}", body.iter().map(|b| u64::from(*b)).sum::<u64>())) {
            return Err(problem(ProblemClass::Permission, "bad_signature"));
        }
        let text = std::str::from_utf8(body);
        let text = text.map_err(|_| problem(ProblemClass::Malformed, "not_text"))?;
        let words = || text.split_whitespace();
        let delivery = headers.get("x-toy-delivery").and_then(|v| v.to_str().ok());
        Ok(Refreshes {
            streams: words().filter(|word| !word.contains('/')).map(str::to_owned).collect(),
            scopes: words()
                .filter_map(|word| word.split_once('/'))
                .map(|(stream, part)| ScopeKey::part(stream, "toy", part))
                .collect(),
            delivery: delivery.map(str::to_owned),
        })
    }
}

async fn deliver(
    hooks: &Arc<Hooks>,
    source: &str,
    body: &[u8],
    sign: bool,
    delivery: &str,
) -> Answer {
    let sum: u64 = body.iter().map(|b| u64::from(*b)).sum();
    let signature = format!("sum {}", if sign { sum } else { sum + 1 });
    let request = Request::post(format!("/hooks/{source}"))
        .header("x-toy-signature", signature)
        .header("x-toy-delivery", delivery)
        .body(Body::from(body.to_vec()))
        .unwrap();
    ask(hooks_router(Arc::clone(hooks)), request).await
}

#[tokio::test]
async fn what_is_signed_is_queued_once_and_nothing_else_is() {
    let world = World::new().await;
    let queue = &world.service.queue;
    let sources = Arc::clone(&world.sources) as Arc<dyn Sources>;
    let clock = Arc::clone(&world.service.clock);
    let refreshes = Arc::new(Queue::default());
    let hooks = Arc::new(Hooks::new(sources, Arc::clone(queue), Arc::clone(&refreshes), clock));
    for (source, body, sign, status, code) in [
        ("toy", &b"users"[..], false, 401, "bad_signature"),
        ("toy", b"\xff", true, 400, "bad_delivery"),
        ("toy", b"no-such-stream", true, 503, "unavailable"),
        ("deaf", b"users", true, 404, "no_webhooks"),
        ("nobody", b"users", true, 404, "unknown_source"),
    ] {
        let answer = deliver(&hooks, source, body, sign, "0").await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        assert_eq!(answer.json()["code"], code);
        assert!(queue.is_empty(), "{source} {code}");
    }
    let large = vec![b' '; (5 << 20) + 1];
    assert_eq!(
        deliver(&hooks, "toy", &large, true, "1").await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert!(queue.is_empty());

    let taken = deliver(&hooks, "toy", b"keys", true, "2").await;
    assert_eq!((taken.status.as_u16(), taken.json()["streams"][0].as_str()), (202, Some("keys")));
    assert_eq!(deliver(&hooks, "toy", b"users", true, "2").await.json()["outcome"], "duplicate");
    assert_eq!(deliver(&hooks, "toy", b"", true, "3").await.json()["outcome"], "nothing");
    assert_eq!(queue.pop(), Some(Job::streams("toy", vec!["keys".into()])));
    assert!(queue.is_empty());

    let one = deliver(&hooks, "toy", b"keys/7 strange/8", true, "4").await;
    assert_eq!(one.status.as_u16(), 503, "a stream that is not there: {one:?}");
    let one = deliver(&hooks, "toy", b"keys/7", true, "5").await;
    assert_eq!(one.json()["scopes"][0]["part"], "7");
    let scopes = vec![ScopeKey::part("keys", "toy", "7")];
    assert_eq!(refreshes.pop(), Some(Job::scopes("toy", scopes)));
    assert!(queue.is_empty() && refreshes.is_empty());
}
