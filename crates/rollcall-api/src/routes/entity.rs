//! `GET /api/v1/entities/{id}`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use rollcall_graph::{Node, RelationSet, Snapshot};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::App;
use crate::answer::Shows;
use crate::parameters;
use crate::problem::Problem;
use crate::view::{EntityView, NeighbourView, direction_word};

#[derive(Serialize, ToSchema)]
pub(crate) struct OneEntity {
    shows: Shows,
    entity: EntityView,
    /// The attributes that the analysis looks at; null where there are none. `rollcall show` has
    /// them all, with who says so.
    #[schema(value_type = Option<Object>)]
    attributes: Option<Value>,
    relations: Relations,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Relations {
    /// How many there are, by direction and relation.
    counts: Vec<RelationCount>,
    /// The first of them.
    first: Vec<NeighbourView>,
    /// Whether that is all of them; if not, `neighbours` has the others.
    complete: bool,
}

#[derive(Serialize, ToSchema)]
struct RelationCount {
    direction: &'static str,
    relation: &'static str,
    count: usize,
}

/// Relations that are listed with an entity.
const FIRST: usize = 100;

impl Relations {
    pub(super) fn of(snapshot: &Snapshot, neighbours: &rollcall_graph::Neighbours) -> Self {
        let count = |(direction, relation, count): &(_, rollcall_model::Relation, usize)| {
            let direction = direction_word(*direction);
            RelationCount { direction, relation: relation.as_str(), count: *count }
        };
        Self {
            counts: neighbours.counts.iter().map(count).collect(),
            first: neighbours.first.iter().map(|n| NeighbourView::of(snapshot, n)).collect(),
            complete: neighbours.is_complete,
        }
    }
}

/// The node with a public id.
pub(super) fn node(snapshot: &Snapshot, id: &str) -> Result<Node, Problem> {
    snapshot.find(parameters::public_id(id)?).ok_or_else(|| {
        let detail = format!("nothing has the id {id}, or it is gone for good");
        Problem::new(StatusCode::NOT_FOUND, "unknown_entity", detail)
    })
}

/// One entity with its relations
#[utoipa::path(get, path = "/api/v1/entities/{id}", params(("id" = String, Path, description = "A public id")),
    security(("token" = [])), responses((status = 200, body = OneEntity), (status = "4XX", body = Problem)))]
pub(crate) async fn entity(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<OneEntity>, Problem> {
    app.ask(move |asked| {
        let snapshot = &asked.shown.snapshot;
        let node = node(snapshot, &id)?;
        let entity = snapshot.entity(node);
        let neighbours = snapshot.neighbours(node, RelationSet::ALL, None, FIRST);
        Ok(Json(OneEntity {
            shows: asked.shows.clone(),
            attributes: entity.document().and_then(|text| serde_json::from_str(text).ok()),
            entity: EntityView::of(entity),
            relations: Relations::of(snapshot, &neighbours),
        }))
    })
    .await
}
