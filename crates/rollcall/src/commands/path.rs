//! `rollcall path`.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use rollcall_engine::coverage;
use rollcall_graph::{Node, Path, PathLimits, RelationSet, Snapshot};
use rollcall_model::{AccessLevel, EntityKey, EntityType, NodeId, PublicId, Relation};
use rollcall_store::Store;
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::failure::Failure;
use crate::lookup::{Found, lookup};
use crate::output::{Tone, text};
use crate::snapshot;

#[derive(Args, Debug)]
pub(crate) struct PathArgs {
    /// Where access starts: a name, a native id, or the id that `rollcall ls --json` gives
    #[arg(value_name = "FROM")]
    from: String,
    /// What it may lead to
    #[arg(value_name = "TO")]
    to: String,
    /// Only along these relations [default: those along which access flows]
    #[arg(long, value_name = "RELATION", value_delimiter = ',')]
    relation: Vec<Relation>,
    /// Along every relation, also those that give no access
    #[arg(long, conflicts_with = "relation")]
    any_relation: bool,
    /// At most so many paths
    #[arg(long, value_name = "N", default_value_t = 3)]
    limit: usize,
    /// At most so many relations in a row
    #[arg(long, value_name = "N", default_value_t = 16)]
    length: u32,
}

/// One path, as programs get it.
#[derive(Serialize)]
struct View<'s> {
    /// How many relations.
    length: usize,
    nodes: Vec<Point<'s>>,
    /// For each two nodes in a row, the relations that lead from one to the other.
    hops: Vec<Vec<Step>>,
}

#[derive(Serialize)]
struct Point<'s> {
    id: Option<PublicId>,
    key: Option<EntityKey>,
    #[serde(rename = "type")]
    entity_type: Option<EntityType>,
    name: &'s str,
    /// Some source has read it; otherwise others only name it.
    collected: bool,
}

#[derive(Serialize)]
struct Step {
    relation: Relation,
    level: Option<AccessLevel>,
}

pub(super) async fn run(app: &mut App, args: PathArgs) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let live = snapshot::load(app, &config, &store).await?;
    let snapshot = &live.snapshot;
    let from = end(&store, snapshot, &args.from).await?;
    let to = end(&store, snapshot, &args.to).await?;
    let relations = match (args.any_relation, args.relation.as_slice()) {
        (true, _) => RelationSet::ALL,
        (false, []) => RelationSet::ACCESS,
        (false, relations) => RelationSet::of(relations),
    };
    let limits = PathLimits { relations, length: args.length, paths: args.limit };
    let paths = snapshot.paths(from, to, &limits);
    if app.out.json() {
        for path in &paths {
            app.out.object(&view(snapshot, path))?;
        }
    } else {
        for path in &paths {
            print(app, &view(snapshot, path))?;
        }
        let told = match paths.len() {
            0 => "no path is known".to_owned(),
            shown => text::count(shown as u64, "path"),
        };
        let told = format!("{told}; {}", certainty(&store).await?);
        app.out.say(Tone::Quiet, &told)?;
    }
    store.close().await;
    Ok(COMPLETE)
}

/// The node that a text names.
async fn end(store: &Arc<dyn Store>, snapshot: &Snapshot, text: &str) -> Result<Node> {
    let id: NodeId = match lookup(store, text).await? {
        Found::Entity(entity) => entity.key.node_id(),
        Found::Stub(reference) => reference.node_id(),
    };
    snapshot.node(id).ok_or_else(|| {
        let message = format!("{text} is gone: no path starts or ends at it any more");
        Failure::new("gone", message).into()
    })
}

/// What a path that was not found may be hidden by.
async fn certainty(store: &Arc<dyn Store>) -> Result<String> {
    let sources = coverage(store).await?;
    let scopes = || sources.iter().flat_map(|source| &source.scopes);
    let gaps = scopes().filter(|scope| scope.gap).count();
    let all = text::count(scopes().count() as u64, "scope");
    Ok(match gaps {
        0 => format!("{all}, all current"),
        gaps => format!("{gaps} of {all} not current: rollcall coverage --gaps"),
    })
}

fn view<'s>(snapshot: &'s Snapshot, path: &Path) -> View<'s> {
    let point = |node: &Node| {
        let entity = snapshot.entity(*node);
        Point {
            id: entity.public_id(),
            key: entity.key(),
            entity_type: entity.entity_type(),
            name: entity.name(),
            collected: entity.is_collected(),
        }
    };
    let step = |hop: &rollcall_graph::Hop| Step { relation: hop.relation, level: hop.level };
    View {
        length: path.hops.len(),
        nodes: path.nodes.iter().map(point).collect(),
        hops: path.hops.iter().map(|hops| hops.iter().map(step).collect()).collect(),
    }
}

fn print(app: &mut App, view: &View<'_>) -> Result<()> {
    for (at, point) in view.nodes.iter().enumerate() {
        if let Some(hops) = at.checked_sub(1).and_then(|before| view.hops.get(before)) {
            let words: Vec<String> = hops
                .iter()
                .map(|step| match step.level {
                    Some(level) => format!("{} ({level})", step.relation),
                    None => step.relation.to_string(),
                })
                .collect();
            app.out.line(&format!("  └ {}", words.join(", ")))?;
        }
        let kind = point.key.as_ref().map_or("named, not read", |key| key.kind.as_str());
        let name = if point.name.is_empty() { "(no name)" } else { point.name };
        app.out.say(Tone::Heading, &format!("{} ({kind})", text::clean(name)))?;
    }
    app.out.line("")
}
