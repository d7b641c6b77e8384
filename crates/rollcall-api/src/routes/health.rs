//! `GET /healthz`, `GET /readyz`, `GET /metrics`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::answer::age;
use crate::problem::Problem;
use crate::{App, metrics as all};

/// The process lives.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
pub(crate) struct Ready {
    ready: bool,
    /// Why not.
    reasons: Vec<Reason>,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    detail: String,
}

/// Whether answers can be had and are as new as they should be.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, Json<Ready>) {
    let state = app.service.published.state();
    let mut reasons = Vec::new();
    if app.service.published.shown().is_none() {
        let detail = "the first snapshot is not there yet".to_owned();
        reasons.push(Reason { code: "no_snapshot", detail });
    }
    if let Some(error) = state.error {
        let detail =
            format!("the store could not be asked {} times in a row: {error}", state.failing);
        reasons.push(Reason { code: "store", detail });
    }
    let lag = state.current_at.map(|at| age(at, app.service.clock.now()));
    let most = i64::try_from(app.settings.most_lag.as_secs()).unwrap_or(i64::MAX);
    if let Some(lag) = lag.filter(|lag| *lag > most) {
        let detail = format!("what is shown was current {lag} seconds ago");
        reasons.push(Reason { code: "lagging", detail });
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready: reasons.is_empty(), reasons }))
}

/// The media type of the text. Source: the OpenMetrics specification, version 1.0.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    match all::text(&app) {
        Ok(text) => ([(header::CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        Err(error) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "bug", error.to_string())
            .into_response(),
    }
}
