//! `GET /api/v1/status`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::Snapshot;
use rollcall_model::{EntityType, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::answer::Shows;
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    version: &'static str,
    /// Null before the first snapshot is there.
    shows: Option<Shows>,
    /// How many entities and stubs there are.
    entities: Option<usize>,
    relations: Option<usize>,
    /// What is only known from before, because it could not be read again.
    kept: Option<KeptView>,
    /// How many readings were asked for and wait.
    waiting: usize,
    sources: BTreeMap<String, SourceView>,
}

/// What would look gone if an answer that did not come were believed.
#[derive(Serialize, ToSchema)]
struct KeptView {
    /// How many entities.
    entities: u64,
    /// How many of them are identities.
    identities: u64,
    /// When the oldest of them was last known to be so.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest: Option<Timestamp>,
}

impl KeptView {
    fn of(snapshot: &Snapshot) -> Self {
        let kept = snapshot.kept();
        let identity = EntityType::Identity.as_str();
        let identities = kept.types.iter().find(|(word, _)| word == identity);
        Self {
            entities: kept.entities.len(),
            identities: identities.map_or(0, |(_, count)| *count),
            oldest: kept.oldest,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct SourceView {
    connector: String,
    /// Null where it is pushed from elsewhere.
    schedule: Option<String>,
    last_run: Option<RunView>,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run: Option<Timestamp>,
    /// Since when this process reads it; null where it does not.
    #[schema(value_type = Option<String>, format = DateTime)]
    running_since: Option<Timestamp>,
    /// It was asked for and waits.
    queued: bool,
    /// Why it could not be begun the last time.
    error: Option<ErrorView>,
}

#[derive(Serialize, ToSchema)]
struct RunView {
    run: String,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// Null while it goes on, or when it was killed.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// 0 everything was read; 2 some of it was not; 1 nothing could be read.
    exit_code: Option<i64>,
}

#[derive(Serialize, ToSchema)]
struct ErrorView {
    code: String,
    message: String,
}

/// How the service is: what it shows, and its sources with their schedules
#[utoipa::path(get, path = "/api/v1/status", security(("token" = [])),
    responses((status = 200, body = Status), (status = "4XX", body = Problem)))]
pub(crate) async fn status(State(app): State<Arc<App>>) -> Json<Status> {
    let shown = app.service.published.shown();
    let sources = app.service.board.all().into_iter().map(|(name, state)| {
        let queued = app.service.queue.holds(&name);
        let view = SourceView {
            connector: state.connector,
            schedule: state.schedule,
            last_run: state.last_run.map(|run| RunView {
                run: run.run.to_string(),
                started_at: run.started_at,
                finished_at: run.finished_at,
                exit_code: run.exit_code,
            }),
            next_run: state.next_run,
            running_since: state.running_since,
            queued,
            error: state.error.map(|(code, message)| ErrorView { code, message }),
        };
        (name, view)
    });
    Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        entities: shown.as_ref().map(|shown| shown.snapshot.node_count()),
        relations: shown.as_ref().map(|shown| shown.snapshot.relation_count()),
        shows: shown.as_ref().map(|shown| Shows::of(&app, shown)),
        kept: shown.as_ref().map(|shown| KeptView::of(&shown.snapshot)),
        waiting: app.service.queue.len(),
        sources: sources.collect(),
    })
}
