//! A store with a little company in it, a service that shows it, and requests to its routes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use rollcall_api::{Settings, router};
use rollcall_engine::{
    Board, Clock, Follower, Published, Queue, Reader, Schema, ServedSource, Service, SnapshotCache,
    Sources, Worker,
};
use rollcall_model::Timestamp;
use rollcall_store_sql::{OpenMode, SqlStore};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::hooks::Toy;

/// A service over a store of its own.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) sources: Arc<Toy>,
    stop: CancellationToken,
    _folder: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{self:?}: {e}"))
    }
}

impl World {
    /// With the toy source read once.
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("r.db").display());
        let store: Arc<dyn rollcall_engine::Store> =
            Arc::new(SqlStore::open(&url, OpenMode::Write).await.unwrap());
        let clock: Arc<dyn Clock> = Arc::new(|| Timestamp::from_seconds(1_790_000_000));
        let service = Service {
            published: Published::new(),
            board: Arc::new(Board::default()),
            queue: Arc::new(Queue::default()),
            clock: Arc::clone(&clock),
        };
        let sources = Arc::new(Toy::new());
        let worker = Worker {
            reader: Reader {
                store: Arc::clone(&store),
                clock: Arc::clone(&clock),
                sources: Arc::clone(&sources) as Arc<dyn Sources>,
                published: Arc::clone(&service.published),
                options: rollcall_engine::SyncOptions::default(),
            },
            board: Arc::clone(&service.board),
            queue: Arc::clone(&service.queue),
        };
        worker.announce();
        let stop = CancellationToken::new();
        let worked = CancellationToken::new();
        let working = tokio::spawn(worker.run(worked.clone()));
        let follower = Follower {
            store,
            schema: Arc::new(Schema::default()),
            cache: SnapshotCache::new(None),
            step: None,
            clock,
            published: Arc::clone(&service.published),
            every: Duration::from_millis(10),
        };
        tokio::spawn(follower.run(stop.clone()));
        let read = || service.board.one("toy").is_some_and(|s| s.readings.contains_key("complete"));
        let shown = || service.published.shown().is_some_and(|s| s.snapshot.node_count() == 4);
        for _ in 0..6_000 {
            if read() && shown() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(read() && shown(), "{:?} {:?}", service.board.all(), service.published.state());
        // What is queued by tests stays in the queue, to be looked at.
        worked.cancel();
        working.await.unwrap();
        Self { service, sources, stop, _folder: folder }
    }

    pub(crate) fn served(&self) -> &[ServedSource] {
        self.sources.list()
    }

    pub(crate) fn settings() -> Settings {
        Settings {
            address: "127.0.0.1:7077".parse().unwrap(),
            hosts: vec!["rollcall.example.com".into()],
            token: None,
            timeout: Duration::from_secs(30),
            most_lag: Duration::from_secs(60),
        }
    }

    pub(crate) fn router(&self) -> Router {
        router(self.service.clone(), None, Self::settings())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        ask(self.router(), request).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        let request = Request::builder().method(Method::POST).uri(path).header("host", "localhost");
        ask(self.router(), request.body(Body::empty()).unwrap()).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) async fn ask(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let kind = parts.headers.get("content-type").map_or("", |v| v.to_str().unwrap()).to_owned();
    let text = String::from_utf8(to_bytes(body, 1 << 24).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status, kind, text }
}
