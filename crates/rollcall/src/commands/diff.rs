//! `rollcall diff`.

use anyhow::Result;
use clap::Args;
use rollcall_graph::{Snapshot, diff};
use rollcall_model::{AccessLevel, EntityType, NodeId, PublicId, Relation};
use rollcall_store_sql::OpenMode;
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::output::{Tone, text};
use crate::snapshot;

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// What is known now beside what was known then: 7d, 12h, 2026-05-03, 2026-05-03T10:00:00Z
    #[arg(long, value_name = "TIME")]
    since: String,
    /// Instead of now
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only entities that match this query before or after, and relations between such
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
}

/// One difference, as programs get it.
#[derive(Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum View<'s> {
    Added { entity: Point<'s> },
    Gone { entity: Point<'s> },
    Changed { entity: Point<'s>, fields: Vec<&'static str> },
    RelationAdded { from: Point<'s>, relation: Relation, to: Point<'s>, level: Option<AccessLevel> },
    RelationGone { from: Point<'s>, relation: Relation, to: Point<'s>, level: Option<AccessLevel> },
}

#[derive(Serialize)]
struct Point<'s> {
    id: Option<PublicId>,
    #[serde(rename = "type")]
    entity_type: Option<EntityType>,
    kind: &'s str,
    name: &'s str,
}

pub(super) async fn run(app: &mut App, args: DiffArgs) -> Result<u8> {
    let config = app.config()?;
    let store = app.store(&config, OpenMode::Read).await?;
    let now = app.now();
    let query = snapshot::query(&args.query)?;
    let (before, _) = snapshot::as_of(&store, &args.since, now).await?;
    let after = match &args.until {
        Some(until) => snapshot::as_of(&store, until, now).await?.0,
        None => snapshot::load(app, &config, &store).await?.snapshot,
    };
    store.close().await;
    let mut views = views(&before, &after);
    if !args.query.is_empty() {
        snapshot::warn_of_unknown(app, &after, &query);
        let matches = [&before, &after].map(|of| (of, of.select(&query, now)));
        let is_wanted = |id: &NodeId| {
            let mut either = matches.iter();
            either.any(|(of, found)| of.node(*id).is_some_and(|node| found.contains(node)))
        };
        views.retain(|(ids, _)| ids.iter().all(is_wanted));
    }
    if app.out.json() {
        for (_, view) in &views {
            app.out.object(view)?;
        }
        return Ok(COMPLETE);
    }
    for (_, view) in &views {
        let (tone, line) = told(view);
        app.out.say(tone, &line)?;
    }
    let told = match views.len() {
        0 => "nothing is different".to_owned(),
        count => text::count(count as u64, "difference"),
    };
    app.out.say(Tone::Quiet, &told)?;
    Ok(COMPLETE)
}

/// All differences with the entities they are about.
fn views<'s>(before: &'s Snapshot, after: &'s Snapshot) -> Vec<(Vec<NodeId>, View<'s>)> {
    let difference = diff(before, after);
    let point = |id: NodeId| {
        let of = if after.node(id).is_some() { after } else { before };
        of.node(id).map(|node| {
            let entity = of.entity(node);
            Point {
                id: entity.public_id(),
                entity_type: entity.entity_type(),
                kind: entity.kind(),
                name: entity.name(),
            }
        })
    };
    let mut views = Vec::new();
    for id in difference.added {
        views.extend(point(id).map(|entity| (vec![id], View::Added { entity })));
    }
    for id in difference.gone {
        views.extend(point(id).map(|entity| (vec![id], View::Gone { entity })));
    }
    for (id, fields) in difference.changed {
        views.extend(point(id).map(|entity| (vec![id], View::Changed { entity, fields })));
    }
    for (ends, is_new) in difference
        .relations_added
        .into_iter()
        .map(|ends| (ends, true))
        .chain(difference.relations_gone.into_iter().map(|ends| (ends, false)))
    {
        let (Some(from), Some(to)) = (point(ends.from), point(ends.to)) else { continue };
        let (relation, level) = (ends.relation, ends.level);
        let view = if is_new {
            View::RelationAdded { from, relation, to, level }
        } else {
            View::RelationGone { from, relation, to, level }
        };
        views.push((vec![ends.from, ends.to], view));
    }
    views
}

fn told(view: &View<'_>) -> (Tone, String) {
    let named = |point: &Point<'_>| {
        let kind = if point.kind.is_empty() { "named, not read" } else { point.kind };
        format!("{} ({kind})", text::clean(point.name))
    };
    let joined =
        |from: &Point<'_>, relation: &Relation, to: &Point<'_>, level: &Option<AccessLevel>| {
            let level = level.map(|level| format!(" ({level})")).unwrap_or_default();
            format!("{} {relation}{level} {}", named(from), named(to))
        };
    match view {
        View::Added { entity } => (Tone::Good, format!("+ {}", named(entity))),
        View::Gone { entity } => (Tone::Bad, format!("- {}", named(entity))),
        View::Changed { entity, fields } => {
            (Tone::Warn, format!("~ {}: {}", named(entity), fields.join(", ")))
        }
        View::RelationAdded { from, relation, to, level } => {
            (Tone::Good, format!("+ {}", joined(from, relation, to, level)))
        }
        View::RelationGone { from, relation, to, level } => {
            (Tone::Bad, format!("- {}", joined(from, relation, to, level)))
        }
    }
}
