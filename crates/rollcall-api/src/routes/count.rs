//! `GET /api/v1/count`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::answer::Shows;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;
use crate::view::CoverageView;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of which entities, in the words of docs/query.md.
    q: Option<String>,
    /// Take the query as it stands, without the usual limits to identities that are live and were
    /// read.
    #[serde(default)]
    all: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Counted {
    shows: Shows,
    /// The query with its defaults.
    query: String,
    /// How many match.
    matched: u64,
    /// Of how many: all with the same `type` and `gone` as the query asks for.
    of: u64,
    /// For how many it is open whether they match.
    undecided: u64,
    /// What was read for it, and what could not be.
    coverage: CoverageView,
    /// Values in the query that nothing has: most likely they are mistyped.
    unknown_values: Vec<Unknown>,
}

#[derive(Serialize, ToSchema)]
struct Unknown {
    field: &'static str,
    value: String,
    suggestions: Vec<String>,
}

/// How many entities match, of how many, and what could not be seen
#[utoipa::path(get, path = "/api/v1/count", params(Wanted), security(("token" = [])),
    responses((status = 200, body = Counted), (status = "4XX", body = Problem)))]
pub(crate) async fn count(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Counted>, Problem> {
    let query = parameters::query(wanted.q.as_deref(), wanted.all)?;
    app.ask(move |asked| {
        let snapshot = &asked.shown.snapshot;
        let count = snapshot.count_with_coverage(&query, asked.now);
        let unknown = |found: rollcall_graph::UnknownValue| Unknown {
            field: found.field,
            value: found.value,
            suggestions: found.suggestions,
        };
        Ok(Json(Counted {
            shows: asked.shows.clone(),
            query: query.to_string(),
            matched: count.matched,
            of: count.of,
            undecided: count.undecided,
            coverage: count.coverage.into(),
            unknown_values: snapshot.unknown_values(&query).into_iter().map(unknown).collect(),
        }))
    })
    .await
}
