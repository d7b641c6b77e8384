//! `GET /api/v1/entities`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::{Cursor, PageRequest, Sort, SortError, SortField};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::answer::Shows;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;
use crate::view::EntityView;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Which, in the words of docs/query.md; live identities that were read, unless it says
    /// otherwise.
    q: Option<String>,
    /// Take the query as it stands, without the usual limits to identities that are live and were
    /// read.
    #[serde(default)]
    all: bool,
    /// In which order: fields with commas between, a `-` before those downwards.
    sort: Option<String>,
    /// How many, at most 500.
    limit: Option<usize>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct EntitiesPage {
    shows: Shows,
    /// The query with its defaults.
    query: String,
    /// How many match on all pages.
    total: u64,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    items: Vec<EntityView>,
}

const USUAL_LIMIT: usize = 50;
const MOST: usize = 500;

/// Entities that a query matches, page by page
#[utoipa::path(get, path = "/api/v1/entities", params(Wanted), security(("token" = [])),
    responses((status = 200, body = EntitiesPage), (status = "4XX", body = Problem)))]
pub(crate) async fn entities(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<EntitiesPage>, Problem> {
    let query = parameters::query(wanted.q.as_deref(), wanted.all)?;
    let limit = parameters::bounded(wanted.limit, USUAL_LIMIT, MOST)?;
    let sort = match wanted.sort.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => {
            text.parse().map_err(|e: SortError| Problem::bad("bad_sort", e.to_string()))?
        }
        None => Sort::by(
            &[SortField::Provider, SortField::Realm, SortField::Kind, SortField::Name]
                .map(|field| (field, false)),
        ),
    };
    let after: Option<Cursor> = wanted
        .cursor
        .map(|text| text.parse())
        .transpose()
        .map_err(|e: rollcall_graph::CursorError| Problem::bad("bad_cursor", e.to_string()))?;
    app.ask(move |asked| {
        let snapshot = &asked.shown.snapshot;
        let mut request = PageRequest::of(&query, asked.now);
        request.sort = sort;
        request.after = after.as_ref();
        request.limit = limit;
        let page =
            snapshot.page(&request).map_err(|e| Problem::bad("bad_cursor", e.to_string()))?;
        let view = |node: &_| EntityView::of(snapshot.entity(*node));
        Ok(Json(EntitiesPage {
            shows: asked.shows.clone(),
            query: query.to_string(),
            total: page.total,
            next: page.next.map(|cursor| cursor.to_string()),
            items: page.nodes.iter().map(view).collect(),
        }))
    })
    .await
}
