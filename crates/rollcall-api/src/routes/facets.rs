//! `GET /api/v1/facets`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::{Facet, PageRequest};
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
    /// Of which entities, in the words of docs/query.md.
    q: Option<String>,
    /// Take the query as it stands, without the usual limits to identities that are live and were
    /// read.
    #[serde(default)]
    all: bool,
    /// How many values of each facet, the most frequent ones; at most 1000.
    values: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Facets {
    shows: Shows,
    /// The query with its defaults.
    query: String,
    /// How many entities match.
    total: u64,
    /// Each facet by its name in the query language.
    facets: BTreeMap<&'static str, FacetView>,
}

#[derive(Serialize, ToSchema)]
struct FacetView {
    /// Values with counts above zero, most first. The empty value is *none*.
    values: Vec<ValueCount>,
    /// How many values have a count above zero, named or not.
    distinct: usize,
}

#[derive(Serialize, ToSchema)]
struct ValueCount {
    value: String,
    count: u64,
}

/// How many of the matching entities have which value, for every facet
#[utoipa::path(get, path = "/api/v1/facets", params(Wanted), security(("token" = [])),
    responses((status = 200, body = Facets), (status = "4XX", body = Problem)))]
pub(crate) async fn facets(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Facets>, Problem> {
    let query = parameters::query(wanted.q.as_deref(), wanted.all)?;
    let values = parameters::bounded(wanted.values, 50, 1_000)?;
    app.ask(move |asked| {
        let mut request = PageRequest::of(&query, asked.now);
        request.limit = 0;
        request.facets = &Facet::ALL;
        request.values = values;
        let page = asked.shown.snapshot.page(&request);
        let page = page.map_err(|e| Problem::bad("bad_cursor", e.to_string()))?;
        let facet = |counts: rollcall_graph::FacetCounts| {
            let value = |(value, count)| ValueCount { value, count };
            let values = counts.values.into_iter().map(value).collect();
            (counts.facet.as_str(), FacetView { values, distinct: counts.distinct })
        };
        Ok(Json(Facets {
            shows: asked.shows.clone(),
            query: query.to_string(),
            total: page.total,
            facets: page.facets.into_iter().map(facet).collect(),
        }))
    })
    .await
}
