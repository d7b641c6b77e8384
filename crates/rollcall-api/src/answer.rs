//! Questions to the published snapshot, computed where that disturbs nobody.

use std::sync::Arc;

use axum::http::StatusCode;
use rollcall_engine::Shown;
use rollcall_model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::problem::Problem;

/// Which state of the store an answer shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Shows {
    /// The last publication that is in it.
    sequence: i64,
    /// When the store was last found to say no more than this.
    #[schema(value_type = Option<String>, format = DateTime)]
    current_at: Option<Timestamp>,
    /// How long ago that is. An answer of any age is whole; it only may lack what is newer.
    age_seconds: Option<i64>,
}

impl Shows {
    pub(crate) fn of(app: &App, shown: &Shown) -> Self {
        let current_at = app.service.published.state().current_at;
        let now = app.service.clock.now();
        Self {
            sequence: shown.position.sequence,
            current_at,
            age_seconds: current_at.map(|at| age(at, now)),
        }
    }
}

/// Whole seconds from one time to a later one.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> i64 {
    now.seconds().saturating_sub(at.seconds()).max(0)
}

/// What a question is put to.
pub(crate) struct Asked {
    pub(crate) shown: Arc<Shown>,
    pub(crate) shows: Shows,
    pub(crate) now: Timestamp,
}

impl App {
    /// Puts a question to the snapshot that is shown now.
    pub(crate) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Asked) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let broken = || {
            let detail = "the answer could not be computed; the log has more";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "bug", detail)
        };
        let place = Arc::clone(&self.asking).acquire_owned().await.map_err(|_| broken())?;
        let shown = self.service.published.shown().ok_or_else(Problem::not_ready)?;
        let asked = Asked { shows: Shows::of(self, &shown), shown, now: self.service.clock.now() };
        let work = tokio::task::spawn_blocking(move || {
            let answer = question(&asked);
            drop(place);
            answer
        });
        work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a question broke off");
            Err(broken())
        })
    }
}
