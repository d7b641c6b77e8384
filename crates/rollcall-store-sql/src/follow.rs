//! What changed since a position, for those who follow a store.

use rollcall_model::{NodeId, Timestamp};
use rollcall_store::{Changes, ClaimTable, LastUse, Position, RelationFact};

use crate::OPEN;
use crate::claims::table_name;
use crate::db::{Arg, Tx};
use crate::error::Answer;
use crate::publication;
use crate::snapshot::{fact, relation_columns, views};

/// What changed since a position, in one transaction.
pub(crate) async fn changes(tx: &mut Tx, since: Position) -> Answer<Changes> {
    let mut changes = Changes { to: publication::position(tx).await?, ..Changes::default() };
    let sql = "SELECT scope_id, revision, first_number FROM publication WHERE sequence > $1 \
               ORDER BY sequence";
    for row in tx.rows(sql, &[Arg::I64(since.sequence)]).await? {
        let (scope, revision, first) = (row.i64(0)?, row.i64(1)?, row.i64(2)?);
        let begun = [Arg::I64(scope), Arg::I64(revision), Arg::I64(first)];
        published(tx, &begun, &mut changes).await?;
    }
    let condition = "s.reading > $1";
    let args = [Arg::I64(since.readings)];
    changes.scopes = views(tx, "scope", condition, &args).await?;
    if !changes.scopes.is_empty() {
        moved(tx, &mut changes).await?;
    }
    changes.entities.sort_unstable();
    changes.entities.dedup();
    Ok(changes)
}

/// The rows that a publication began and ended. `begun` are its scope, revision and first number.
async fn published(tx: &mut Tx, begun: &[Arg<'_>; 3], changes: &mut Changes) -> Answer<()> {
    let ended = &begun[..2];
    let is_begun = "c.scope_id = $1 AND c.from_rev = $2 AND c.number >= $3";
    // The second condition lets the partial index of ended rows be used.
    let is_ended = format!("c.scope_id = $1 AND c.to_rev = $2 AND c.to_rev < {OPEN}");
    for (table, column) in [(ClaimTable::Entity, "fact_id"), (ClaimTable::Reference, "entity_id")] {
        for (condition, args) in [(is_begun, &begun[..]), (is_ended.as_str(), ended)] {
            let sql = format!("SELECT c.{column} FROM {} c WHERE {condition}", table_name(table));
            tx.each(&sql, args, |row| {
                changes.entities.push(NodeId(row.i64(0)?));
                Ok(())
            })
            .await?;
        }
    }
    let columns = relation_columns();
    for (condition, args, list) in [
        (is_begun, &begun[..], &mut changes.relations),
        (is_ended.as_str(), ended, &mut changes.relations_ended),
    ] {
        let sql = format!("SELECT {columns} FROM relation_claim c WHERE {condition}");
        let mut found: Vec<RelationFact> = Vec::new();
        tx.each(&sql, args, |row| {
            found.push(fact(row, 0)?);
            Ok(())
        })
        .await?;
        list.append(&mut found);
    }
    Ok(())
}

/// What moves without being published: marks of missing entities, and use.
async fn moved(tx: &mut Tx, changes: &mut Changes) -> Answer<()> {
    let ids: Vec<i64> = changes.scopes.iter().map(|scope| scope.id.0).collect();
    let among = tx.among(1);
    let sql = format!("SELECT fact_id FROM missing WHERE claim_table = 0 AND scope_id {among}");
    tx.each(&sql, &[Arg::Ids(&ids)], |row| {
        changes.entities.push(NodeId(row.i64(0)?));
        Ok(())
    })
    .await?;
    let sql = format!(
        "SELECT node_id, last_at, evidence FROM activity WHERE node_id IN \
         (SELECT node_id FROM activity WHERE scope_id {among}) ORDER BY node_id, last_at DESC, evidence{}",
        tx.by_bytes()
    );
    tx.each(&sql, &[Arg::Ids(&ids)], |row| {
        let node = NodeId(row.i64(0)?);
        if changes.uses.last().is_none_or(|last| last.node != node) {
            let at = Timestamp::from_micros(row.i64(1)?);
            changes.uses.push(LastUse { node, at, evidence: row.text(2)? });
        }
        Ok(())
    })
    .await
}
