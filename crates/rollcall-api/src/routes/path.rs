//! `GET /api/v1/path`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::{Hop, PathLimits, RelationSet};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entity::node;
use crate::App;
use crate::answer::Shows;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;
use crate::view::{CoverageView, PointView};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The public id of where access starts.
    from: String,
    /// The public id of what it may lead to.
    to: String,
    /// Only along these relations, with commas between; `any` for every one. Those along which
    /// access flows where none is named.
    relation: Option<String>,
    /// How many paths, at most 10.
    limit: Option<usize>,
    /// How many relations a path has at most, at most 32.
    length: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Paths {
    shows: Shows,
    /// The shortest paths, shortest first; none where none is known.
    paths: Vec<PathView>,
    /// What was read, and what could not be: a path may be hidden there.
    coverage: CoverageView,
}

#[derive(Serialize, ToSchema)]
struct PathView {
    /// How many relations.
    length: usize,
    nodes: Vec<PointView>,
    /// For each two nodes in a row, the relations that lead from one to the other.
    hops: Vec<Vec<Step>>,
}

#[derive(Serialize, ToSchema)]
struct Step {
    relation: &'static str,
    level: Option<&'static str>,
}

/// How access leads from one entity to another
#[utoipa::path(get, path = "/api/v1/path", params(Wanted), security(("token" = [])),
    responses((status = 200, body = Paths), (status = "4XX", body = Problem)))]
pub(crate) async fn path(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Paths>, Problem> {
    let limits = PathLimits {
        relations: parameters::relations(wanted.relation.as_deref(), RelationSet::ACCESS)?,
        length: u32::try_from(parameters::bounded(wanted.length, 16, 32)?).unwrap_or(16),
        paths: parameters::bounded(wanted.limit, 3, 10)?,
    };
    app.ask(move |asked| {
        let snapshot = &asked.shown.snapshot;
        let (from, to) = (node(snapshot, &wanted.from)?, node(snapshot, &wanted.to)?);
        let step = |hop: &Hop| Step {
            relation: hop.relation.as_str(),
            level: hop.level.map(|level| level.as_str()),
        };
        let paths = snapshot.paths(from, to, &limits);
        let view = |path: &rollcall_graph::Path| PathView {
            length: path.hops.len(),
            nodes: path.nodes.iter().map(|node| PointView::of(snapshot, *node)).collect(),
            hops: path.hops.iter().map(|hops| hops.iter().map(step).collect()).collect(),
        };
        let everything = rollcall_graph::parse("")?;
        Ok(Json(Paths {
            shows: asked.shows.clone(),
            paths: paths.iter().map(view).collect(),
            coverage: snapshot.coverage(&everything, asked.now).into(),
        }))
    })
    .await
}
