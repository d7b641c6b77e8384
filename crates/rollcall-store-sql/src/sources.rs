//! Sources.

use rollcall_model::Timestamp;
use rollcall_store::{ScopeId, SourceId, SourceRow, StoreError};

use crate::db::{Arg, Row, Tx};
use crate::error::Answer;
use crate::{publication, retire, scopes};

pub(crate) async fn ensure(
    tx: &mut Tx,
    name: &str,
    connector: &str,
    at: Timestamp,
) -> Answer<SourceId> {
    let sql = "INSERT INTO source (name, connector, created_at) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET connector = excluded.connector, \
               abandoned_at = NULL RETURNING id";
    let row = tx.one(sql, &[Arg::Text(name), Arg::Text(connector), Arg::I64(at.micros())]).await?;
    Ok(SourceId(row.i64(0)?))
}

pub(crate) async fn all(tx: &mut Tx) -> Answer<Vec<SourceRow>> {
    let sql = "SELECT id, name, connector, created_at, abandoned_at FROM source";
    let mut rows: Vec<SourceRow> =
        tx.rows(sql, &[]).await?.iter().map(read).collect::<Answer<_>>()?;
    // Sorted here: the databases' collations differ.
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

fn read(row: &Row) -> Answer<SourceRow> {
    Ok(SourceRow {
        id: SourceId(row.i64(0)?),
        name: row.text(1)?,
        connector: row.text(2)?,
        created_at: Timestamp::from_micros(row.i64(3)?),
        abandoned_at: row.i64_opt(4)?.map(Timestamp::from_micros),
    })
}

pub(crate) async fn named(tx: &mut Tx, name: &str) -> Answer<SourceRow> {
    all(tx)
        .await?
        .into_iter()
        .find(|source| source.name == name)
        .ok_or_else(|| StoreError::NotFound { what: "source", name: name.to_owned() })
}

pub(crate) async fn abandon_others(
    tx: &mut Tx,
    configured: &[String],
    at: Timestamp,
) -> Answer<Vec<String>> {
    let mut abandoned = Vec::new();
    for source in all(tx).await? {
        if source.abandoned_at.is_none() && !configured.contains(&source.name) {
            abandon(tx, source.id, at).await?;
            abandoned.push(source.name);
        }
    }
    Ok(abandoned)
}

pub(crate) async fn abandon(tx: &mut Tx, id: SourceId, at: Timestamp) -> Answer<()> {
    tx.execute(
        "UPDATE source SET abandoned_at = $2 WHERE id = $1 AND abandoned_at IS NULL",
        &[Arg::I64(id.0), Arg::I64(at.micros())],
    )
    .await
    .map(drop)
}

pub(crate) async fn rename(tx: &mut Tx, old: &str, new: &str) -> Answer<()> {
    let source = named(tx, old).await?;
    if named(tx, new).await.is_ok() {
        return Err(StoreError::Exists { what: "source", name: new.to_owned() });
    }
    tx.execute(
        "UPDATE source SET name = $2, abandoned_at = NULL WHERE id = $1",
        &[Arg::I64(source.id.0), Arg::Text(new)],
    )
    .await?;
    let scopes: Vec<ScopeId> =
        scopes::of_source(tx, source.id).await?.iter().map(|scope| scope.id).collect();
    retire::lock(tx, &scopes).await?;
    publication::tell(tx, &scopes).await
}
