//! The snapshot that commands ask, from the file beside the database where there is one.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::{LiveSnapshot, Schema, SnapshotCache};
use rollcall_graph::{Query, Snapshot, parse};
use rollcall_store::Store;

use crate::app::App;
use crate::config::{Config, StoreAddress};
use crate::failure::Failure;
use crate::registry::CONNECTORS;

/// The analysed attributes of every connector's kinds.
pub(crate) fn schema() -> Schema {
    let definitions: Vec<_> = CONNECTORS.iter().map(|known| (known.definition)()).collect();
    Schema::of(&definitions)
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
