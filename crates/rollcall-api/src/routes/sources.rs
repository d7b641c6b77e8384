//! `POST /api/v1/sources/{name}/sync`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use rollcall_engine::{Job, Queued};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::parameters::Parameters;
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only these streams, with commas between; all where none is named.
    streams: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Accepted {
    source: String,
    /// `new`, or `merged` where the source waited already.
    queued: &'static str,
}

/// Ask for a source to be read as soon as possible
#[utoipa::path(post, path = "/api/v1/sources/{name}/sync",
    params(("name" = String, Path, description = "The source's name"), Wanted), security(("token" = [])),
    responses((status = 202, body = Accepted), (status = "4XX", body = Problem)))]
pub(crate) async fn sync(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let Some(source) = app.service.board.one(&name) else {
        let detail = format!("no source is called {name:?}; /api/v1/status lists them");
        return Err(Problem::new(StatusCode::NOT_FOUND, "unknown_source", detail));
    };
    if source.schedule.is_none() {
        let detail = format!("{name} is pushed by `rollcall collect` and cannot be read from here");
        return Err(Problem::new(StatusCode::CONFLICT, "pushed_source", detail));
    }
    let streams: Vec<String> = wanted
        .streams
        .iter()
        .flat_map(|text| text.split(','))
        .map(|stream| stream.trim().to_owned())
        .filter(|stream| !stream.is_empty())
        .collect();
    if let Some(unknown) = streams.iter().find(|stream| !source.streams.contains(stream)) {
        let detail =
            format!("{name} has no stream {unknown:?}; its streams: {}", source.streams.join(", "));
        return Err(Problem::bad("unknown_stream", detail));
    }
    let queued = app.service.queue.push(Job::streams(&name, streams));
    let queued = queued.map_err(|full| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "queue_full", full.to_string())
    })?;
    let queued = match queued {
        Queued::New => "new",
        Queued::Merged => "merged",
    };
    Ok((StatusCode::ACCEPTED, Json(Accepted { source: name, queued })))
}
