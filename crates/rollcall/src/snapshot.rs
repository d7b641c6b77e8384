//! The snapshot that commands ask, from the file beside the database where there is one.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::{Judge, LiveSnapshot, Schema, SnapshotCache, Step, load_snapshot};
use rollcall_graph::{Moment, Query, Snapshot, parse};
use rollcall_model::Timestamp;
use rollcall_store::Store;

use crate::app::App;
use crate::config::{Config, StoreAddress};
use crate::failure::Failure;
use crate::output::text;
use crate::registry::CONNECTORS;

/// The analysed attributes of every connector's kinds.
pub(crate) fn schema() -> Schema {
    let definitions: Vec<_> = CONNECTORS.iter().map(|known| (known.definition)()).collect();
    Schema::of(&definitions)
}

/// What snapshots are judged with.
pub(crate) fn judge(config: &Config) -> Judge {
    let definitions: Vec<_> = CONNECTORS.iter().map(|known| (known.definition)()).collect();
    Judge::new(&definitions, config.analysis.clone())
}

/// What a service computes of each new snapshot: everything judged.
pub(crate) fn step(config: &Config) -> Step {
    let judge = judge(config);
    Arc::new(move |known, now| judge.apply(known, now))
}

/// The snapshot of the store as it was at a time, and that time.
///
/// # Errors
/// When the text is no time, or the store fails.
pub(crate) async fn as_of(
    store: &Arc<dyn Store>,
    text: &str,
    now: Timestamp,
) -> Result<(Snapshot, Timestamp)> {
    let moment = Moment::parse(text).and_then(|moment| moment.instant(now)).ok_or_else(|| {
        let message = format!(
            "{text:?} is no time; expected one such as 7d, 12h, 2026-05-03 or 2026-05-03T10:00:00Z"
        );
        Failure::new("bad_time", message)
    })?;
    let sequence = store.sequence_at(moment).await?;
    let live = load_snapshot(store, Some(sequence), &schema()).await?;
    Ok((live.snapshot, moment))
}

/// The snapshot of the store as it is now.
///
/// # Errors
/// When the store fails.
pub(crate) async fn load(
    app: &App,
    config: &Config,
    store: &Arc<dyn Store>,
) -> Result<LiveSnapshot> {
    let cache = cache(&app.store_address(config).await?);
    Ok(cache.load(store, &schema()).await?)
}

/// Where the snapshot of a store is kept: beside an SQLite file.
pub(crate) fn cache(address: &StoreAddress) -> SnapshotCache {
    SnapshotCache::new(match address {
        StoreAddress::Sqlite(database) => Some(beside(database.clone())),
        StoreAddress::Postgres(_) => None,
    })
}

/// `rollcall.db` has `rollcall.db.snapshot` beside it.
fn beside(database: PathBuf) -> PathBuf {
    let mut name = database.into_os_string();
    name.push(".snapshot");
    name.into()
}

/// Reads a query; what is wrong with it is shown under its text.
///
/// # Errors
/// When it is none.
pub(crate) fn query(words: &[String]) -> Result<Query> {
    let text = words.join(" ");
    parse(&text).map_err(|error| Failure::new("bad_query", error.render(&text)).into())
}

/// Says which names of a query nothing has: most likely they are mistyped.
pub(crate) fn warn_of_unknown(app: &App, snapshot: &Snapshot, query: &Query) {
    for unknown in snapshot.unknown_values(query) {
        let near = match unknown.suggestions.as_slice() {
            [] => String::new(),
            near => format!("; did you mean {}?", near.join(" or ")),
        };
        app.screen.warn(&format!("nothing has {}:{}{near}", unknown.field, unknown.value));
    }
}

/// What would look gone if an answer that did not come were believed; nothing where nothing would.
pub(crate) fn kept(known: &Snapshot, now: Timestamp) -> Option<String> {
    let kept = known.kept();
    let since = kept.oldest.map(|at| text::age(at, now))?;
    (!kept.entities.is_empty()).then(|| {
        format!(
            "{} could not be read again and would look gone; they are kept as they were {since}",
            text::count(kept.entities.len(), "entity")
        )
    })
}
