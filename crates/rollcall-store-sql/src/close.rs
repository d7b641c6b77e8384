//! Closing scopes: nothing that they said is live any more, and nobody reads them until they are
//! claimed again.

use rollcall_model::Timestamp;
use rollcall_store::{ClaimTable, PublicationKind, RetireOutcome, ScopeId, StoreError};

use crate::OPEN;
use crate::claims::table_name;
use crate::db::{Arg, Pool, TRIES, Tx};
use crate::error::Answer;
use crate::finish::settle_stubs;
use crate::publication::{publish, tell};
use crate::scopes::undo;

/// A scope that was closed in a transaction.
pub(crate) struct Closed {
    scope: ScopeId,
    token: i64,
    retired: i64,
}

impl Closed {
    pub(crate) fn tell(&self, outcome: &mut RetireOutcome) {
        outcome.retired.push((self.scope, self.retired));
        outcome.closed.push(self.scope);
    }
}

/// Closes every scope of a source.
pub(crate) async fn close_source(
    pool: &Pool,
    scopes: Vec<ScopeId>,
    at: Timestamp,
) -> Answer<RetireOutcome> {
    let mut outcome = RetireOutcome::default();
    for scope in scopes {
        let mut tries = 0;
        let closed = loop {
            tries += 1;
            match close_with_children(pool, scope, at).await {
                Err(StoreError::Busy(_)) if tries < TRIES => {}
                other => break other?,
            }
        };
        closed.into_iter().for_each(|closed| closed.tell(&mut outcome));
    }
    Ok(outcome)
}

async fn close_with_children(pool: &Pool, scope: ScopeId, at: Timestamp) -> Answer<Vec<Closed>> {
    let mut tx = pool.write().await?;
    // It may have been closed meanwhile, as the child of another one.
    let Some((first, entities)) = close(&mut tx, scope, at).await? else { return Ok(Vec::new()) };
    let mut closed = vec![first];
    closed.extend(close_children(&mut tx, entities, at).await?);
    publish_closings(&mut tx, &closed, at).await?;
    tx.commit().await?;
    Ok(closed)
}

/// Closes the scopes whose parent is among these entities and no longer claimed by anyone, and so
/// on downwards. This stands in the transaction that ended the parents' claims: a process that died
/// between the two would leave scopes that nobody reads and nobody closes.
pub(crate) async fn close_children(
    tx: &mut Tx,
    mut gone: Vec<i64>,
    at: Timestamp,
) -> Answer<Vec<Closed>> {
    let mut all = Vec::new();
    // A claim that is written but not visible yet keeps its entity, and so does one whose end is
    // not visible yet: either may still be undone, and whoever publishes it looks here again. A scope
    // that lists what is in an entity, and says more of the entity itself, does not keep it: it is
    // there because the entity is.
    let sql = format!(
        "SELECT s.id FROM scope s WHERE s.closed_at IS NULL AND s.parent_id {} \
         AND NOT EXISTS (SELECT 1 FROM entity_claim c JOIN scope cs ON cs.id = c.scope_id \
         WHERE c.fact_id = s.parent_id \
         AND (cs.parent_id IS NULL OR cs.parent_id <> s.parent_id) AND (c.to_rev = {OPEN} \
         OR (c.from_rev <= cs.published AND c.to_rev > cs.published))) ORDER BY s.id",
        tx.among(1)
    );
    while !gone.is_empty() {
        let rows = tx.rows(&sql, &[Arg::Ids(&gone)]).await?;
        gone.clear();
        for row in rows {
            if let Some((closed, entities)) = close(tx, ScopeId(row.i64(0)?), at).await? {
                all.push(closed);
                gone.extend(entities);
            }
        }
    }
    Ok(all)
}

/// Ends every live claim of a scope and marks it closed; gives the entities it claimed. A reading
/// under way is superseded. `None`: it is closed already.
async fn close(tx: &mut Tx, scope: ScopeId, at: Timestamp) -> Answer<Option<(Closed, Vec<i64>)>> {
    let sql = "UPDATE scope SET claimed = claimed + 1 WHERE id = $1 AND closed_at IS NULL \
               RETURNING claimed, published";
    let Some(row) = tx.row(sql, &[Arg::I64(scope.0)]).await? else { return Ok(None) };
    let (token, published) = (row.i64(0)?, row.i64(1)?);
    undo(tx, scope, published).await?;
    let sql = format!("SELECT fact_id FROM entity_claim WHERE scope_id = $1 AND to_rev = {OPEN}");
    let rows = tx.rows(&sql, &[Arg::I64(scope.0)]).await?;
    let entities: Vec<i64> = rows.iter().map(|row| row.i64(0)).collect::<Answer<_>>()?;
    let mut ended = 0;
    for table in ClaimTable::ALL {
        let sql = format!(
            "UPDATE {} SET to_rev = $2 WHERE scope_id = $1 AND to_rev = {OPEN}",
            table_name(table)
        );
        ended += tx.execute(&sql, &[Arg::I64(scope.0), Arg::I64(token)]).await?;
    }
    tx.execute("DELETE FROM missing WHERE scope_id = $1", &[Arg::I64(scope.0)]).await?;
    tx.execute(
        "UPDATE scope SET published = $2, closed_at = $3, live_entities = 0, live_relations = 0, \
         lost = '[]' WHERE id = $1",
        &[Arg::I64(scope.0), Arg::I64(token), Arg::I64(at.micros())],
    )
    .await?;
    settle_stubs(tx, scope, token).await?;
    let retired = i64::try_from(ended).unwrap_or(i64::MAX);
    Ok(Some((Closed { scope, token, retired }, entities)))
}

/// Publishes what was closed: the last thing before the transaction commits.
pub(crate) async fn publish_closings(tx: &mut Tx, closed: &[Closed], at: Timestamp) -> Answer<()> {
    let scopes: Vec<(ScopeId, i64)> =
        closed.iter().map(|closed| (closed.scope, closed.token)).collect();
    tell(tx, &closed.iter().map(|closed| closed.scope).collect::<Vec<_>>()).await?;
    publish(tx, PublicationKind::Closing, &scopes, None, at).await.map(drop)
}
