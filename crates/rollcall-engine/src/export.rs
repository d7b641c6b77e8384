//! The canonical export: every live claim as one line of canonical JSON, in an order that depends on
//! content only. No run ids, no times of observation, no history and no evidence, so that two stores
//! that know the same give the same bytes.

use std::io::Write;
use std::sync::Arc;

use rollcall_model::canonical_json;
use rollcall_store::{ExportedFact, Store, StoreError};
use serde_json::{Map, Value, json};

use crate::error::EngineError;

/// Writes the canonical export of all sources.
///
/// # Errors
/// When the store fails or the writer does.
pub async fn export_canonical(
    store: &Arc<dyn Store>,
    out: &mut (dyn Write + Send),
) -> Result<u64, EngineError> {
    let mut lines = 0;
    for source in store.sources().await? {
        for scope in store.scopes_of(source.id).await? {
            let mut texts: Vec<String> = store
                .export_scope(scope.id)
                .await?
                .into_iter()
                .map(|fact| line(&source.name, &scope.key, fact))
                .collect::<Result<_, _>>()?;
            texts.sort_unstable();
            for text in texts {
                out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(
                    |error| StoreError::Open(format!("cannot write the export: {error}")),
                )?;
                lines += 1;
            }
        }
    }
    Ok(lines)
}

/// The canonical export as one text; for tests and small stores.
///
/// # Errors
/// As [`export_canonical`].
pub async fn export_lines(store: &Arc<dyn Store>) -> Result<String, EngineError> {
    let mut bytes = Vec::new();
    export_canonical(store, &mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn line(
    source: &str,
    scope: &rollcall_model::ScopeKey,
    fact: ExportedFact,
) -> Result<String, StoreError> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt(format!("claim body: {error}"));
    let mut fields = Map::new();
    if !fact.body.is_empty() {
        let mut body: Map<String, Value> = serde_json::from_str(&fact.body).map_err(corrupt)?;
        body.remove("evidence");
        fields.insert("body".into(), Value::Object(body));
    }
    fields.insert("source".into(), source.into());
    fields.insert("scope".into(), json!(scope));
    let table = match fact.table {
        rollcall_store::ClaimTable::Entity => "entity",
        rollcall_store::ClaimTable::Relation => "relation",
        rollcall_store::ClaimTable::Reference => "reference",
    };
    fields.insert("fact".into(), table.into());
    if let Some(key) = fact.entity {
        fields.insert("entity".into(), json!(key));
    }
    if let Some(relation) = fact.relation {
        fields.insert("relation".into(), json!(relation));
        fields.insert("from".into(), json!(fact.from));
    }
    if let Some(to) = fact.to {
        fields.insert("to".into(), json!(to));
    }
    canonical_json(&Value::Object(fields)).map_err(|error| StoreError::Corrupt(error.to_string()))
}
