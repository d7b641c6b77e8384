//! `GET /api/v1/complete`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::complete as completions;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::answer::Shows;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The text of the search box so far.
    q: Option<String>,
    /// Where the cursor is, in bytes; the end where it is not said.
    at: Option<usize>,
    /// How many, at most 100.
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Completions {
    shows: Shows,
    /// Best first.
    items: Vec<CompletionView>,
}

#[derive(Serialize, ToSchema)]
struct CompletionView {
    /// The first byte of the text that it takes the place of.
    start: usize,
    /// The byte after the last.
    end: usize,
    /// What to put there.
    text: String,
    /// What it is, for people: a field's meaning, or empty.
    about: &'static str,
}

/// What may stand at the cursor of the search box
#[utoipa::path(get, path = "/api/v1/complete", params(Wanted), security(("token" = [])),
    responses((status = 200, body = Completions), (status = "4XX", body = Problem)))]
pub(crate) async fn complete(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Completions>, Problem> {
    let limit = parameters::bounded(wanted.limit, 10, 100)?;
    app.ask(move |asked| {
        let text = wanted.q.unwrap_or_default();
        let at = wanted.at.unwrap_or(text.len());
        let view = |found: rollcall_graph::Completion| CompletionView {
            start: found.replaces.start,
            end: found.replaces.end,
            text: found.text,
            about: found.about,
        };
        let found = completions(&text, at, Some(&asked.shown.snapshot), limit);
        Ok(Json(Completions {
            shows: asked.shows.clone(),
            items: found.into_iter().map(view).collect(),
        }))
    })
    .await
}
