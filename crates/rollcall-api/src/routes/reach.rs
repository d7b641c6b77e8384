//! `GET /api/v1/reach`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rollcall_graph::{Direction, RelationSet, WalkLimits};
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
    /// The public id of where it starts.
    id: String,
    /// `outward` for what it can get to, `inward` for who can get to it.
    #[serde(default)]
    direction: Way,
    /// How many relations in a row, at most 32.
    depth: Option<usize>,
    /// Only along these relations, with commas between; `any` for every one.
    relation: Option<String>,
    /// How many entities are named at each distance, at most 1000.
    limit: Option<usize>,
}

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    #[default]
    Outward,
    Inward,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Reach {
    shows: Shows,
    /// How many were found within the depth.
    found: usize,
    /// Whether that is all of them; if not, read `found` as "at least".
    complete: bool,
    levels: Vec<Level>,
    /// What was read, and what could not be: more may be hidden there.
    coverage: CoverageView,
}

#[derive(Serialize, ToSchema)]
struct Level {
    /// How many relations away.
    distance: usize,
    /// How many entities are.
    count: usize,
    /// The first of them, by id.
    entities: Vec<PointView>,
}

/// What can be reached from an entity, or from where it can be reached
#[utoipa::path(get, path = "/api/v1/reach", params(Wanted), security(("token" = [])),
    responses((status = 200, body = Reach), (status = "4XX", body = Problem)))]
pub(crate) async fn reach(
    State(app): State<Arc<App>>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Reach>, Problem> {
    let limits = WalkLimits {
        relations: parameters::relations(wanted.relation.as_deref(), RelationSet::ACCESS)?,
        depth: u32::try_from(parameters::bounded(wanted.depth, 6, 32)?).unwrap_or(6),
        ..WalkLimits::default()
    };
    let limit = parameters::bounded(wanted.limit, 100, 1_000)?;
    let direction = match wanted.direction {
        Way::Outward => Direction::Outward,
        Way::Inward => Direction::Inward,
    };
    app.ask(move |asked| {
        let snapshot = &asked.shown.snapshot;
        let reached = snapshot.reach(&[node(snapshot, &wanted.id)?], direction, &limits);
        let level = |(at, nodes): (usize, &Vec<rollcall_graph::Node>)| {
            let mut nodes = nodes.clone();
            nodes.sort_unstable_by_key(|node| snapshot.id_of(*node));
            Level {
                distance: at + 1,
                count: nodes.len(),
                entities: nodes
                    .iter()
                    .take(limit)
                    .map(|node| PointView::of(snapshot, *node))
                    .collect(),
            }
        };
        let everything = rollcall_graph::parse("")?;
        Ok(Json(Reach {
            shows: asked.shows.clone(),
            found: reached.at_least,
            complete: reached.is_complete,
            levels: reached.levels.iter().enumerate().map(level).collect(),
            coverage: snapshot.coverage(&everything, asked.now).into(),
        }))
    })
    .await
}
