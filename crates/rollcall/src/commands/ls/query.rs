//! What a query lists.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::{Entity, merge};
use rollcall_graph::{PageRequest, Query, Snapshot, Sort, SortField, parse};
use rollcall_model::NodeId;
use rollcall_store::Store;

use super::LsArgs;
use crate::app::App;
use crate::failure::Failure;
use crate::snapshot;

/// Entities asked of the store at once.
const LOT: usize = 5_000;

/// The first entities that the query of the arguments matches, and how many there are.
pub(super) async fn entities(
    app: &App,
    store: &Arc<dyn Store>,
    now: &Snapshot,
    args: &LsArgs,
    limit: usize,
) -> Result<(Vec<Entity>, usize)> {
    let query = with_defaults(snapshot::query(&args.query)?)?;
    snapshot::warn_of_unknown(app, now, &query);
    let mut request = PageRequest::of(&query, app.now());
    request.limit = limit;
    request.sort = match &args.sort {
        Some(text) => text
            .parse()
            .map_err(|e: rollcall_graph::SortError| Failure::new("bad_sort", e.to_string()))?,
        None => Sort::by(
            &[SortField::Provider, SortField::Realm, SortField::Kind, SortField::Name]
                .map(|field| (field, false)),
        ),
    };
    let page = now.page(&request)?;
    let ids: Vec<NodeId> = page.nodes.iter().map(|node| now.id_of(*node)).collect();
    let mut found = HashMap::with_capacity(ids.len());
    for lot in ids.chunks(LOT) {
        let claims = store.claims_of(lot).await?;
        for about in claims.chunk_by(|a, b| a.key == b.key) {
            if let Some(entity) = merge(about.to_vec()) {
                found.insert(entity.key.node_id(), entity);
            }
        }
    }
    let entities = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok((entities, usize::try_from(page.total).unwrap_or(usize::MAX)))
}

/// Live identities that were read, as far as the query itself says nothing of it.
fn with_defaults(query: Query) -> Result<Query> {
    if query.mentions("collected") {
        let message = "`ls` lists what a source has read; what others only name is shown by \
                       `rollcall show` and on paths. Leave out `collected`";
        return Err(Failure::new("bad_query", message).into());
    }
    let mut text = "collected:true".to_owned();
    // Whoever asks for a kind means that kind, whatever its type.
    if !query.mentions("type") && !query.mentions("kind") {
        text.push_str(" type:identity");
    }
    if !query.mentions("gone") && !query.mentions("gone_at") {
        text.push_str(" gone:false");
    }
    let defaults = parse(&text).map_err(|error| Failure::new("bad_query", error.to_string()))?;
    Ok(query.and(defaults))
}
