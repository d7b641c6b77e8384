//! The end of a reading: what it wrote becomes visible at once, or never.

use std::collections::HashMap;

use rollcall_model::ScopeState;
use rollcall_store::{
    ClaimTable, FinishOutcome, FinishScope, Missing, PublicationKind, ScopeId, ScopeWrites,
};

use crate::OPEN;
use crate::bulk::{Column, insert_many};
use crate::claims;
use crate::db::{Arg, Tx};
use crate::error::Answer;
use crate::publication::{publish, tell};
use crate::scopes::to_json;

/// Ends readings in one transaction. Each is published whole or, if its token is no longer the
/// newest, not at all.
pub(crate) async fn finish(tx: &mut Tx, ends: &[FinishScope]) -> Answer<Vec<FinishOutcome>> {
    let mut outcomes = Vec::with_capacity(ends.len());
    let mut seen_before = Vec::with_capacity(ends.len());
    for end in ends {
        seen_before.push(last_complete(tx, end).await?);
        let ours = take_over(tx, end).await?;
        outcomes.push(if ours {
            FinishOutcome::Published(None)
        } else {
            FinishOutcome::Superseded
        });
    }
    let accepted: Vec<&ScopeWrites> = ends
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome != FinishOutcome::Superseded)
        .map(|(end, _)| &end.writes)
        .collect();
    claims::dictionary(tx, &accepted).await?;
    let mut changed = Vec::new();
    for (place, end) in ends.iter().enumerate() {
        if outcomes[place] == FinishOutcome::Superseded {
            record(tx, end, ScopeState::Superseded).await?;
            continue;
        }
        claims::revision(tx, end.id, end.token, &end.writes).await?;
        let gone = end_gone(tx, end).await?;
        if let Some(missing) = &end.missing {
            replace_missing(tx, end.id, missing, seen_before[place]).await?;
        }
        if gone > 0 {
            unmark_ended(tx, end.id, end.token).await?;
        }
        record(tx, end, end.state).await?;
        if end.added + end.changed + gone > 0 {
            settle_stubs(tx, end.id, end.token).await?;
            changed.push((place, (end.id, end.token)));
        }
    }
    let told: Vec<ScopeId> = ends
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome != FinishOutcome::Superseded)
        .map(|(end, _)| end.id)
        .collect();
    tell(tx, &told).await?;
    // One run writes one lot of ends, so all of them carry the same run and time.
    if let Some(first) = ends.first() {
        let scopes: Vec<(ScopeId, i64)> = changed.iter().map(|(_, scope)| *scope).collect();
        let sequences =
            publish(tx, PublicationKind::Reading, &scopes, Some(&first.run), first.at).await?;
        for ((place, _), sequence) in changed.iter().zip(sequences) {
            outcomes[*place] = FinishOutcome::Published(Some(sequence));
        }
    }
    Ok(outcomes)
}

/// When the scope was last read completely, before this reading; asked for only where marks need it.
async fn last_complete(tx: &mut Tx, end: &FinishScope) -> Answer<Option<i64>> {
    if end.missing.as_ref().is_none_or(Vec::is_empty) {
        return Ok(None);
    }
    let sql = "SELECT complete_at FROM scope WHERE id = $1";
    tx.one(sql, &[Arg::I64(end.id.0)]).await?.i64_opt(0)
}

/// Moves the scope to the revision if its token is still the newest and was not published before.
async fn take_over(tx: &mut Tx, end: &FinishScope) -> Answer<bool> {
    let sql = "UPDATE scope SET published = $2, state = $3, read_at = $4, \
               complete_at = CASE WHEN $3 = 0 THEN $4 ELSE complete_at END, \
               visibility = COALESCE($5, visibility), lost = $6, \
               cursor = COALESCE($7, cursor), \
               live_entities = live_entities + $8, live_relations = live_relations + $9, \
               first_number = next_number, next_number = $10 \
               WHERE id = $1 AND claimed = $2 AND published < $2";
    let visibility = end.visibility.as_ref().map(to_json).transpose()?;
    let lost = to_json(&end.lost)?;
    let cursor = end.cursor.as_ref().map(to_json).transpose()?;
    let args = [
        Arg::I64(end.id.0),
        Arg::I64(end.token),
        Arg::I64(end.state.number()),
        Arg::I64(end.at.micros()),
        Arg::TextOpt(visibility.as_deref()),
        Arg::Text(&lost),
        Arg::TextOpt(cursor.as_deref()),
        Arg::I64(end.grown.0),
        Arg::I64(end.grown.1),
        Arg::I64(end.next),
    ];
    Ok(tx.execute(sql, &args).await? == 1)
}

/// Ends the claims about entities that a delta listing says are gone, with what hangs on them in
/// this scope.
async fn end_gone(tx: &mut Tx, end: &FinishScope) -> Answer<u64> {
    if end.writes.gone.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = end.writes.gone.iter().map(|id| id.0).collect();
    let among = tx.among(3);
    let mut ended = [0_u64; 3];
    for (table, condition) in [
        (ClaimTable::Entity, format!("fact_id {among}")),
        (ClaimTable::Relation, format!("(from_id {among} OR to_id {among})")),
        (ClaimTable::Reference, format!("entity_id {among}")),
    ] {
        let sql = format!(
            "UPDATE {} SET to_rev = $2 \
             WHERE scope_id = $1 AND to_rev = {OPEN} AND from_rev < $2 AND {condition}",
            claims::table_name(table)
        );
        let args = [Arg::I64(end.id.0), Arg::I64(end.token), Arg::Ids(&ids)];
        ended[table.index()] = tx.execute(&sql, &args).await?;
        // What this reading itself said before it learned that the entity is gone was never seen.
        let sql = format!(
            "DELETE FROM {} WHERE scope_id = $1 AND from_rev = $2 AND {condition}",
            claims::table_name(table)
        );
        ended[table.index()] += tx.execute(&sql, &args).await?;
    }
    shrink(tx, end.id, ended[0], ended[1]).await?;
    Ok(ended.iter().sum())
}

/// Takes retired entities and relations off a scope's counts.
pub(crate) async fn shrink(
    tx: &mut Tx,
    scope: ScopeId,
    entities: u64,
    relations: u64,
) -> Answer<()> {
    let number = |n: u64| Arg::I64(i64::try_from(n).unwrap_or(i64::MAX));
    tx.execute(
        "UPDATE scope SET live_entities = live_entities - $2, \
         live_relations = live_relations - $3 WHERE id = $1",
        &[Arg::I64(scope.0), number(entities), number(relations)],
    )
    .await
    .map(drop)
}

/// Takes the marks off facts that ended with this revision: they are missing no more, but gone.
async fn unmark_ended(tx: &mut Tx, scope: ScopeId, token: i64) -> Answer<()> {
    for table in ClaimTable::ALL {
        let sql = format!(
            "DELETE FROM missing WHERE scope_id = $1 AND claim_table = $3 AND number IN \
             (SELECT number FROM {} WHERE scope_id = $1 AND to_rev = $2)",
            claims::table_name(table)
        );
        let args = [Arg::I64(scope.0), Arg::I64(token), Arg::I64(table.number())];
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

async fn replace_missing(
    tx: &mut Tx,
    scope: ScopeId,
    missing: &[Missing],
    seen_before: Option<i64>,
) -> Answer<()> {
    let scope_id = Arg::I64(scope.0);
    // A fact that was missing before keeps the time at which it was last seen.
    let mut seen_at = HashMap::new();
    let sql = "SELECT claim_table, number, seen_at FROM missing WHERE scope_id = $1";
    tx.each(sql, &[scope_id], |row| {
        seen_at.insert((row.i64(0)?, row.i64(1)?), row.i64_opt(2)?);
        Ok(())
    })
    .await?;
    tx.execute("DELETE FROM missing WHERE scope_id = $1", &[scope_id]).await?;
    let seen =
        |m: &Missing| seen_at.get(&(m.table.number(), m.number)).copied().unwrap_or(seen_before);
    let columns = [
        Column::I64(vec![scope.0; missing.len()]),
        Column::I64(missing.iter().map(|m| m.table.number()).collect()),
        Column::I64(missing.iter().map(|m| m.fact).collect()),
        Column::I64(missing.iter().map(|m| m.number).collect()),
        Column::I64(missing.iter().map(|m| m.reason.number()).collect()),
        Column::I64Opt(missing.iter().map(seen).collect()),
    ];
    let into = "missing (scope_id, claim_table, fact_id, number, reason, seen_at)";
    insert_many(tx, into, &columns, "").await.map(drop)
}

/// Keeps how the scope fared with the run. A scope read twice in one run keeps its last reading.
async fn record(tx: &mut Tx, end: &FinishScope, state: ScopeState) -> Answer<()> {
    let number = |n: u64| Arg::I64(i64::try_from(n).unwrap_or(i64::MAX));
    let held = if state == ScopeState::Superseded {
        0
    } else {
        tx.one(
            "SELECT COUNT(*) FROM missing \
             WHERE scope_id = $1 AND reason >= 2 AND claim_table < 2",
            &[Arg::I64(end.id.0)],
        )
        .await?
        .i64(0)?
    };
    let sql = "INSERT INTO run_scope (run_id, scope_id, state, revision, seen, added, changed, \
               retired, held, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9) \
               ON CONFLICT (run_id, scope_id) DO UPDATE SET state = excluded.state, \
               revision = excluded.revision, seen = excluded.seen, added = excluded.added, \
               changed = excluded.changed, held = excluded.held, \
               finished_at = excluded.finished_at";
    let args = [
        Arg::Text(&end.run.0),
        Arg::I64(end.id.0),
        Arg::I64(state.number()),
        Arg::I64(end.token),
        number(end.seen),
        number(end.added),
        number(end.changed),
        Arg::I64(held),
        Arg::I64(end.at.micros()),
    ];
    tx.execute(sql, &args).await.map(drop)
}

/// A stub leads for good to the entity that is the first to answer to its reference alone. Whoever
/// claims the reference later inherits nothing.
///
/// To be called when a revision is visible in its transaction: it may have claimed a reference,
/// given up one of several claims, or be the first to name a reference that is claimed already.
pub(crate) async fn settle_stubs(tx: &mut Tx, scope: ScopeId, token: i64) -> Answer<()> {
    let sql = "INSERT INTO redirect (reference_id, entity_id) \
               SELECT c.reference_id, MIN(c.entity_id) FROM reference_claim c \
               JOIN reference r ON r.id = c.reference_id AND r.referred = 1 \
               JOIN scope s ON s.id = c.scope_id \
               WHERE c.from_rev <= s.published AND c.to_rev > s.published \
               AND c.reference_id IN ( \
               SELECT reference_id FROM reference_claim \
               WHERE scope_id = $1 AND (from_rev = $2 OR to_rev = $2) \
               UNION SELECT from_id FROM relation_claim \
               WHERE scope_id = $1 AND from_rev = $2 AND from_id < 0 \
               UNION SELECT to_id FROM relation_claim \
               WHERE scope_id = $1 AND from_rev = $2 AND to_id < 0) \
               GROUP BY c.reference_id HAVING COUNT(DISTINCT c.entity_id) = 1 \
               ON CONFLICT (reference_id) DO NOTHING";
    tx.execute(sql, &[Arg::I64(scope.0), Arg::I64(token)]).await.map(drop)
}
