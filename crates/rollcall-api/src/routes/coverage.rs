//! `GET /api/v1/coverage`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::ScopeRow;
use rollcall_model::{ScopeState, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::answer::{Shows, age};
use crate::parameters::{self, Parameters};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only the scopes of this source.
    source: Option<String>,
    /// Only those that were not read to their end at the last attempt.
    #[serde(default)]
    gaps: bool,
    /// How many, at most 10000.
    limit: Option<usize>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Coverage {
    shows: Shows,
    /// How many scopes there are, of the source that was asked for.
    scopes: usize,
    /// How many of them were read to their end at the last attempt.
    complete: usize,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    items: Vec<ScopeView>,
}

#[derive(Serialize, ToSchema)]
struct ScopeView {
    source: String,
    provider: String,
    stream: String,
    realm: String,
    /// What is listed within the realm; empty for all of it.
    part: String,
    /// How the last attempt ended; null before the first.
    #[schema(value_type = Option<String>)]
    state: Option<ScopeState>,
    /// When it was last read to its end; null for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    complete_at: Option<Timestamp>,
    /// How long ago that is.
    age_seconds: Option<i64>,
}

/// What was read, when, and what could not be
#[utoipa::path(get, path = "/api/v1/coverage", params(Wanted), security(("token" = [])),
    responses((status = 200, body = Coverage), (status = "4XX", body = Problem)))]
pub(crate) async fn coverage(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Coverage>, Problem> {
    let limit = parameters::bounded(wanted.limit, 1_000, 10_000)?;
    let bad = |_| Problem::bad("bad_cursor", rollcall_graph::CursorError.to_string());
    let after: Option<i64> = wanted.cursor.map(|text| text.parse().map_err(bad)).transpose()?;
    app.ask(move |asked| {
        let is_complete = |scope: &&ScopeRow| scope.state == Some(ScopeState::Complete);
        let is_of = |scope: &&ScopeRow| wanted.source.as_ref().is_none_or(|s| *s == scope.source);
        let scopes = || asked.shown.snapshot.scopes().iter().filter(is_of);
        // Scopes are in the order of their ids.
        let mut left = scopes()
            .filter(|scope| !(wanted.gaps && is_complete(scope)))
            .filter(|scope| after.is_none_or(|after| scope.id > after))
            .peekable();
        let mut items = Vec::new();
        let mut last = None;
        for scope in left.by_ref().take(limit) {
            last = Some(scope.id.to_string());
            items.push(ScopeView {
                source: scope.source.clone(),
                provider: scope.provider.clone(),
                stream: scope.stream.clone(),
                realm: scope.realm.clone(),
                part: scope.part.clone(),
                state: scope.state,
                complete_at: scope.complete_at,
                age_seconds: scope.complete_at.map(|at| age(at, asked.now)),
            });
        }
        Ok(Json(Coverage {
            shows: asked.shows.clone(),
            scopes: scopes().count(),
            complete: scopes().filter(is_complete).count(),
            next: last.filter(|_| left.peek().is_some()),
            items,
        }))
    })
    .await
}
