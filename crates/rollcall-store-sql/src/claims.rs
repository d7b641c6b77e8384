//! Writing claims and the dictionary rows they stand on.

use std::collections::HashMap;

use rollcall_store::{ClaimTable, EntityRow, ReferenceRow, ScopeId, ScopeWrites, StoreError};

use crate::OPEN;
use crate::bulk::{Column, insert_many};
use crate::db::{Arg, Tx};
use crate::error::Answer;

pub(crate) const fn table_name(table: ClaimTable) -> &'static str {
    match table {
        ClaimTable::Entity => "entity_claim",
        ClaimTable::Relation => "relation_claim",
        ClaimTable::Reference => "reference_claim",
    }
}

/// Writes rows of one revision. The caller has checked the token inside the same transaction.
pub(crate) async fn write(
    tx: &mut Tx,
    scope: ScopeId,
    token: i64,
    writes: &ScopeWrites,
) -> Answer<()> {
    dictionary(tx, &[writes]).await?;
    revision(tx, scope, token, writes).await
}

/// Writes the rows that claims stand on, for several scopes at once. They go in in the order of
/// their ids: transactions that took them in different orders would wait for each other for ever.
pub(crate) async fn dictionary(tx: &mut Tx, writes: &[&ScopeWrites]) -> Answer<()> {
    let mut rows: Vec<&EntityRow> = writes.iter().flat_map(|writes| &writes.entities).collect();
    rows.sort_unstable_by(|a, b| (a.id, &a.key).cmp(&(b.id, &b.key)));
    rows.dedup_by(|a, b| a.id == b.id && a.key == b.key);
    entities(tx, &rows).await?;
    let mut rows: Vec<&ReferenceRow> =
        writes.iter().flat_map(|writes| &writes.references).collect();
    // Of two rows for one reference the one that is referred to counts.
    rows.sort_unstable_by_key(|row| (row.id, !row.referred));
    rows.dedup_by_key(|row| row.id);
    references(tx, &rows).await
}

/// Writes what belongs to the revision.
pub(crate) async fn revision(
    tx: &mut Tx,
    scope: ScopeId,
    token: i64,
    writes: &ScopeWrites,
) -> Answer<()> {
    for table in ClaimTable::ALL {
        let numbers = &writes.superseded[table.index()];
        end_versions(tx, table, scope, token, numbers).await?;
    }
    entity_claims(tx, scope, token, writes).await?;
    relation_claims(tx, scope, token, writes).await?;
    reference_claims(tx, scope, token, writes).await?;
    activity(tx, scope, writes).await?;
    events(tx, scope, writes).await
}

/// Ends version rows with a revision. Gives the number of those that had one.
pub(crate) async fn end_versions(
    tx: &mut Tx,
    table: ClaimTable,
    scope: ScopeId,
    token: i64,
    numbers: &[i64],
) -> Answer<u64> {
    if numbers.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "UPDATE {} SET to_rev = $2 WHERE scope_id = $1 AND to_rev = {OPEN} AND from_rev < $2 \
         AND number {}",
        table_name(table),
        tx.among(3)
    );
    tx.execute(&sql, &[Arg::I64(scope.0), Arg::I64(token), Arg::Ids(numbers)]).await
}

async fn entities(tx: &mut Tx, rows: &[&EntityRow]) -> Answer<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        Column::I64(rows.iter().map(|row| row.id.0).collect()),
        Column::Text(rows.iter().map(|row| row.key.provider.as_str()).collect()),
        Column::Text(rows.iter().map(|row| row.key.realm.as_str()).collect()),
        Column::Text(rows.iter().map(|row| row.key.kind.as_str()).collect()),
        Column::Text(rows.iter().map(|row| row.key.id.as_str()).collect()),
    ];
    let into = "entity (id, provider, realm, kind, native_id)";
    let inserted = insert_many(tx, into, &columns, "ON CONFLICT (id) DO NOTHING").await?;
    if inserted == rows.len() as u64 {
        return Ok(());
    }
    // Some were known. An id that stands for another key is a forged key or a defect.
    let ids: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
    let sql =
        format!("SELECT id, provider, realm, kind, native_id FROM entity WHERE id {}", tx.among(1));
    let mut stored: HashMap<i64, [String; 4]> = HashMap::with_capacity(rows.len());
    for row in tx.rows(&sql, &[Arg::Ids(&ids)]).await? {
        stored.insert(row.i64(0)?, [row.text(1)?, row.text(2)?, row.text(3)?, row.text(4)?]);
    }
    for row in rows {
        let (id, key) = (row.id.0, &row.key);
        let wanted = [key.provider.as_str(), &key.realm, key.kind.as_str(), &key.id];
        match stored.get(&id) {
            Some(known) if *known != wanted => {
                let (first, second) = (known.join("/"), key.to_string());
                return Err(StoreError::Collision { id, first, second });
            }
            _ => {}
        }
    }
    Ok(())
}

async fn references(tx: &mut Tx, rows: &[&ReferenceRow]) -> Answer<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        Column::I64(rows.iter().map(|row| row.id.0).collect()),
        Column::Text(rows.iter().map(|row| row.reference.namespace.as_str()).collect()),
        Column::Text(rows.iter().map(|row| row.reference.authority.as_str()).collect()),
        Column::Text(rows.iter().map(|row| row.reference.value.as_str()).collect()),
        Column::I64(rows.iter().map(|row| i64::from(row.referred)).collect()),
    ];
    let tail = "ON CONFLICT (id) DO UPDATE SET referred = 1 \
                WHERE excluded.referred = 1 AND reference.referred = 0";
    insert_many(tx, "reference (id, namespace, authority, value, referred)", &columns, tail)
        .await
        .map(drop)
}

async fn entity_claims(
    tx: &mut Tx,
    scope: ScopeId,
    token: i64,
    writes: &ScopeWrites,
) -> Answer<()> {
    let rows = &writes.entity_claims;
    let columns = [
        Column::I64(vec![scope.0; rows.len()]),
        Column::I64(rows.iter().map(|row| row.number).collect()),
        Column::I64(rows.iter().map(|row| row.id.0).collect()),
        Column::I64(vec![token; rows.len()]),
        Column::I64(vec![OPEN; rows.len()]),
        Column::Bytes(rows.iter().map(|row| row.hash.0.as_slice()).collect()),
        Column::I64(rows.iter().map(|row| row.entity_type.number()).collect()),
        Column::I64Opt(rows.iter().map(|row| row.class.map(|class| class.number())).collect()),
        Column::Text(rows.iter().map(|row| row.name.as_str()).collect()),
        Column::Text(rows.iter().map(|row| row.body.as_str()).collect()),
    ];
    let into = "entity_claim (scope_id, number, fact_id, from_rev, to_rev, \
                hash, type, class, name, body)";
    insert_many(tx, into, &columns, "").await.map(drop)
}

async fn relation_claims(
    tx: &mut Tx,
    scope: ScopeId,
    token: i64,
    writes: &ScopeWrites,
) -> Answer<()> {
    let rows = &writes.relation_claims;
    let columns = [
        Column::I64(vec![scope.0; rows.len()]),
        Column::I64(rows.iter().map(|row| row.number).collect()),
        Column::I64(rows.iter().map(|row| row.id.0).collect()),
        Column::I64(vec![token; rows.len()]),
        Column::I64(vec![OPEN; rows.len()]),
        Column::Bytes(rows.iter().map(|row| row.hash.0.as_slice()).collect()),
        Column::I64(rows.iter().map(|row| row.relation.number()).collect()),
        Column::I64(rows.iter().map(|row| row.from.0).collect()),
        Column::I64(rows.iter().map(|row| row.to.0).collect()),
        Column::Text(rows.iter().map(|row| row.body.as_str()).collect()),
    ];
    let into = "relation_claim (scope_id, number, fact_id, from_rev, to_rev, \
                hash, relation, from_id, to_id, body)";
    insert_many(tx, into, &columns, "").await.map(drop)
}

async fn reference_claims(
    tx: &mut Tx,
    scope: ScopeId,
    token: i64,
    writes: &ScopeWrites,
) -> Answer<()> {
    let rows = &writes.reference_claims;
    let columns = [
        Column::I64(vec![scope.0; rows.len()]),
        Column::I64(rows.iter().map(|row| row.number).collect()),
        Column::I64(rows.iter().map(|row| row.id.0).collect()),
        Column::I64(vec![token; rows.len()]),
        Column::I64(vec![OPEN; rows.len()]),
        Column::Bytes(rows.iter().map(|row| row.hash.0.as_slice()).collect()),
        Column::I64(rows.iter().map(|row| row.entity.0).collect()),
        Column::I64(rows.iter().map(|row| row.reference.0).collect()),
    ];
    let into = "reference_claim (scope_id, number, fact_id, from_rev, to_rev, \
                hash, entity_id, reference_id)";
    insert_many(tx, into, &columns, "").await.map(drop)
}

/// Use is not revisioned: a day that is read again is overwritten. Days of one statement are made
/// distinct first, the last word winning, because a statement must not touch a row twice.
async fn activity(tx: &mut Tx, scope: ScopeId, writes: &ScopeWrites) -> Answer<()> {
    let mut distinct = HashMap::with_capacity(writes.activity.len());
    for row in &writes.activity {
        distinct.insert((row.node, row.evidence.as_str(), row.last_at.day()), row);
    }
    let rows: Vec<_> = distinct.into_values().collect();
    let columns = [
        Column::I64(vec![scope.0; rows.len()]),
        Column::I64(rows.iter().map(|row| row.node.0).collect()),
        Column::Text(rows.iter().map(|row| row.evidence.as_str()).collect()),
        Column::I64(rows.iter().map(|row| row.last_at.day()).collect()),
        Column::I64(rows.iter().map(|row| row.first_at.micros()).collect()),
        Column::I64(rows.iter().map(|row| row.last_at.micros()).collect()),
        Column::I64Opt(rows.iter().map(|row| row.count).collect()),
        Column::Text(rows.iter().map(|row| row.body.as_str()).collect()),
    ];
    let into = "activity (scope_id, node_id, evidence, day, first_at, last_at, count, body)";
    let tail = "ON CONFLICT (scope_id, node_id, evidence, day) DO UPDATE SET \
                first_at = excluded.first_at, last_at = excluded.last_at, \
                count = excluded.count, body = excluded.body \
                WHERE activity.first_at <> excluded.first_at \
                OR activity.last_at <> excluded.last_at \
                OR COALESCE(activity.count, -1) <> COALESCE(excluded.count, -1) \
                OR activity.body <> excluded.body";
    insert_many(tx, into, &columns, tail).await.map(drop)
}

async fn events(tx: &mut Tx, scope: ScopeId, writes: &ScopeWrites) -> Answer<()> {
    let rows = &writes.events;
    let columns = [
        Column::I64(vec![scope.0; rows.len()]),
        Column::Text(rows.iter().map(|row| row.id.as_str()).collect()),
        Column::I64(rows.iter().map(|row| row.node.0).collect()),
        Column::I64(rows.iter().map(|row| row.at.micros()).collect()),
        Column::Text(rows.iter().map(|row| row.body.as_str()).collect()),
    ];
    let into = "event (scope_id, event_id, node_id, at, body)";
    insert_many(tx, into, &columns, "ON CONFLICT (scope_id, event_id) DO NOTHING").await.map(drop)
}
