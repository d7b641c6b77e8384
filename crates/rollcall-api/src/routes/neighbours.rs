//! `GET /api/v1/entities/{id}/neighbours`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use rollcall_graph::{Direction, RelationSet};
use rollcall_model::{NodeId, Relation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::{Relations, node};
use crate::App;
use crate::answer::Shows;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;
use crate::view::direction_word;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only these relations, with commas between; every one where none is named.
    relation: Option<String>,
    /// How many, at most 1000.
    limit: Option<usize>,
    /// Where to go on: `next` of the answer before.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NeighboursPage {
    shows: Shows,
    relations: Relations,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

type Place = (Direction, Relation, NodeId);

fn place(text: &str) -> Option<Place> {
    let mut parts = text.splitn(3, '.');
    let direction = match parts.next()? {
        "outward" => Direction::Outward,
        "inward" => Direction::Inward,
        _ => return None,
    };
    Some((direction, parts.next()?.parse().ok()?, NodeId(parts.next()?.parse().ok()?)))
}

/// What is one relation away from an entity, in both directions
#[utoipa::path(get, path = "/api/v1/entities/{id}/neighbours",
    params(("id" = String, Path, description = "A public id"), Wanted), security(("token" = [])),
    responses((status = 200, body = NeighboursPage), (status = "4XX", body = Problem)))]
pub(crate) async fn neighbours(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<NeighboursPage>, Problem> {
    let relations = parameters::relations(wanted.relation.as_deref(), RelationSet::ALL)?;
    let limit = parameters::bounded(wanted.limit, 100, 1_000)?;
    let bad = || Problem::bad("bad_cursor", rollcall_graph::CursorError.to_string());
    let after = wanted.cursor.map(|text| place(&text).ok_or_else(bad)).transpose()?;
    app.ask(move |asked| {
        let snapshot = &asked.shown.snapshot;
        let found = snapshot.neighbours(node(snapshot, &id)?, relations, after, limit);
        let last = found.first.last().filter(|_| !found.is_complete).map(|last| {
            let id = snapshot.id_of(last.node).0;
            format!("{}.{}.{id}", direction_word(last.direction), last.relation)
        });
        Ok(Json(NeighboursPage {
            shows: asked.shows.clone(),
            relations: Relations::of(snapshot, &found),
            next: last,
        }))
    })
    .await
}
