//! Retirement: ending the claims that complete readings no longer see.

use rollcall_model::Visibility;
use rollcall_store::{
    Candidate, ClaimTable, MissingReason, PublicationKind, RetireOutcome, RetireRequest, ScopeId,
    SourceId, StoreError,
};

use crate::OPEN;
use crate::claims::end_versions;
use crate::close::{Closed, close_children, publish_closings};
use crate::db::{Arg, Pool, TRIES, Tx};
use crate::error::Answer;
use crate::finish::{settle_stubs, shrink};
use crate::publication::{publish, tell};
use crate::scopes::{scope_key, to_json};

/// Rows of one transaction; readers and other writers get their turn in between.
const LOT: usize = 5_000;

fn reasons_list(reasons: &[MissingReason]) -> String {
    reasons.iter().map(|r| r.number().to_string()).collect::<Vec<_>>().join(",")
}

/// What would retire in a stream's scopes: pending entities, and loose relations. A relation is not
/// loose when an end of it is pending in this source too, or retired a moment ago.
pub(crate) async fn candidates(
    tx: &mut Tx,
    source: SourceId,
    stream: &str,
) -> Answer<Vec<Candidate>> {
    let sql = "SELECT s.id, s.stream, s.realm, s.part, \
               SUM(CASE WHEN m.claim_table = 0 THEN 1 ELSE 0 END)::bigint, COUNT(*) \
               FROM missing m JOIN scope s ON s.id = m.scope_id \
               WHERE s.source_id = $1 AND s.stream = $2 AND m.reason = 0 \
               GROUP BY s.id, s.stream, s.realm, s.part";
    let sql = match tx {
        Tx::Sqlite(_) => sql.replace("::bigint", ""),
        Tx::Postgres(_) => sql.to_owned(),
    };
    let args = [Arg::I64(source.0), Arg::Text(stream)];
    let mut candidates = Vec::new();
    for row in tx.rows(&sql, &args).await? {
        candidates.push(Candidate {
            id: ScopeId(row.i64(0)?),
            key: scope_key(&row, 1)?,
            entities: row.i64(4)?,
            loose_relations: 0,
            facts: row.i64(5)?,
        });
    }
    let sql = format!(
        "SELECT m.scope_id, COUNT(*) FROM missing m JOIN scope s ON s.id = m.scope_id \
         JOIN relation_claim r ON r.scope_id = m.scope_id AND r.number = m.number \
         AND r.to_rev = {OPEN} \
         WHERE s.source_id = $1 AND s.stream = $2 AND m.reason = 0 AND m.claim_table = 1 \
         AND NOT EXISTS (SELECT 1 FROM missing e JOIN scope es ON es.id = e.scope_id \
         WHERE e.claim_table = 0 AND e.fact_id IN (r.from_id, r.to_id) \
         AND e.reason = 0 AND es.source_id = $1) \
         AND NOT EXISTS (SELECT 1 FROM entity_claim g WHERE g.fact_id IN (r.from_id, r.to_id) \
         AND g.to_rev < {OPEN} AND NOT EXISTS (SELECT 1 FROM entity_claim c \
         JOIN scope cs ON cs.id = c.scope_id WHERE c.fact_id = g.fact_id \
         AND c.from_rev <= cs.published AND c.to_rev > cs.published)) \
         GROUP BY m.scope_id"
    );
    for row in tx.rows(&sql, &args).await? {
        let id = ScopeId(row.i64(0)?);
        if let Some(candidate) = candidates.iter_mut().find(|candidate| candidate.id == id) {
            candidate.loose_relations = row.i64(1)?;
        }
    }
    candidates.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(candidates)
}

/// Marks what is pending in scopes as held by the brake.
pub(crate) async fn hold(tx: &mut Tx, scopes: &[ScopeId], run: &str) -> Answer<()> {
    lock(tx, scopes).await?;
    for scope in scopes {
        let args = [Arg::I64(scope.0)];
        let sql = "UPDATE missing SET reason = 2 WHERE scope_id = $1 AND reason = 0";
        tx.execute(sql, &args).await?;
        let sql = "UPDATE run_scope SET held = (SELECT COUNT(*) FROM missing m \
                   WHERE m.scope_id = $1 AND m.reason >= 2 AND m.claim_table < 2) \
                   WHERE run_id = $2 AND scope_id = $1";
        tx.execute(sql, &[Arg::I64(scope.0), Arg::Text(run)]).await?;
    }
    tell(tx, scopes).await
}

/// Locks the rows of scopes, in the order of their ids as everybody does.
pub(crate) async fn lock(tx: &mut Tx, scopes: &[ScopeId]) -> Answer<()> {
    let mut ids: Vec<i64> = scopes.iter().map(|scope| scope.0).collect();
    ids.sort_unstable();
    for id in ids {
        tx.execute("UPDATE scope SET reading = reading WHERE id = $1", &[Arg::I64(id)]).await?;
    }
    Ok(())
}

/// Retires marked facts, scope by scope, each together with closing the scopes of parents that are
/// gone with it.
pub(crate) async fn retire(pool: &Pool, request: &RetireRequest) -> Answer<RetireOutcome> {
    let mut outcome = RetireOutcome::default();
    if request.reasons.is_empty() {
        return Ok(outcome);
    }
    for scope in &request.scopes {
        let mut tries = 0;
        let retired = loop {
            tries += 1;
            match retire_scope(pool, *scope, request).await {
                Err(StoreError::Busy(_)) if tries < TRIES => {}
                other => break other?,
            }
        };
        match retired {
            Some((retired, closed)) => {
                outcome.retired.push((*scope, retired));
                closed.into_iter().for_each(|closed| closed.tell(&mut outcome));
            }
            None => outcome.busy.push(*scope),
        }
    }
    Ok(outcome)
}

/// Gives the number of retired claims and the closed scopes, or `None` when somebody is reading the
/// scope: that reading will judge for itself.
async fn retire_scope(
    pool: &Pool,
    scope: ScopeId,
    request: &RetireRequest,
) -> Answer<Option<(i64, Vec<Closed>)>> {
    let mut tx = pool.write().await?;
    let sql = "UPDATE scope SET claimed = claimed + 1 WHERE id = $1 AND claimed = published \
               RETURNING claimed";
    let Some(row) = tx.row(sql, &[Arg::I64(scope.0)]).await? else { return Ok(None) };
    let token = row.i64(0)?;
    let reasons = reasons_list(&request.reasons);
    let mut ended = [0_u64; 3];
    let mut in_transaction = 0;
    let mut entities = Vec::new();
    for table in ClaimTable::ALL {
        let (facts, numbers) = marked(&mut tx, scope, table, &reasons).await?;
        for lot in numbers.chunks(LOT) {
            if in_transaction + lot.len() > LOT {
                // What was ended so far is unseen until the token is published.
                tx.commit().await?;
                tx = pool.write().await?;
                in_transaction = 0;
                let sql = "UPDATE scope SET claimed = $2 WHERE id = $1 AND claimed = $2";
                if tx.execute(sql, &[Arg::I64(scope.0), Arg::I64(token)]).await? == 0 {
                    return Ok(None);
                }
            }
            ended[table.index()] += end_versions(&mut tx, table, scope, token, lot).await?;
            in_transaction += lot.len();
        }
        if table == ClaimTable::Entity {
            entities = facts;
        }
    }
    let total = i64::try_from(ended.iter().sum::<u64>()).unwrap_or(i64::MAX);
    let sql = format!("DELETE FROM missing WHERE scope_id = $1 AND reason IN ({reasons})");
    tx.execute(&sql, &[Arg::I64(scope.0)]).await?;
    shrink(&mut tx, scope, ended[0], ended[1]).await?;
    let sql = "UPDATE scope SET published = $2 WHERE id = $1";
    tx.execute(sql, &[Arg::I64(scope.0), Arg::I64(token)]).await?;
    if request.reasons.contains(&MissingReason::Visibility) {
        accept_visibility(&mut tx, scope).await?;
    }
    if let Some(run) = &request.run {
        let sql = "UPDATE run_scope SET retired = retired + $3 WHERE run_id = $1 AND scope_id = $2";
        tx.execute(sql, &[Arg::Text(&run.0), Arg::I64(scope.0), Arg::I64(total)]).await?;
    }
    settle_stubs(&mut tx, scope, token).await?;
    let closed = close_children(&mut tx, entities, request.at).await?;
    tell(&mut tx, &[scope]).await?;
    if total > 0 {
        let scopes = [(scope, token)];
        publish(&mut tx, PublicationKind::Retirement, &scopes, request.run.as_ref(), request.at)
            .await?;
    }
    publish_closings(&mut tx, &closed, request.at).await?;
    tx.commit().await?;
    Ok(Some((total, closed)))
}

/// The facts of a scope that carry one of the reasons, and the numbers of their version rows.
async fn marked(
    tx: &mut Tx,
    scope: ScopeId,
    table: ClaimTable,
    reasons: &str,
) -> Answer<(Vec<i64>, Vec<i64>)> {
    let sql = format!(
        "SELECT fact_id, number FROM missing \
         WHERE scope_id = $1 AND claim_table = $2 AND reason IN ({reasons})"
    );
    let (mut facts, mut numbers) = (Vec::new(), Vec::new());
    tx.each(&sql, &[Arg::I64(scope.0), Arg::I64(table.number())], |row| {
        facts.push(row.i64(0)?);
        numbers.push(row.i64(1)?);
        Ok(())
    })
    .await?;
    Ok((facts, numbers))
}

/// Forgets that the credential once saw more.
pub(crate) async fn accept_visibility(tx: &mut Tx, scope: ScopeId) -> Answer<()> {
    let row =
        tx.one("SELECT visibility, lost FROM scope WHERE id = $1", &[Arg::I64(scope.0)]).await?;
    let parse = |text: String| serde_json::from_str::<Visibility>(&text).unwrap_or_default();
    let (mut left, lost) = (parse(row.text(0)?), parse(row.text(1)?));
    left.0.retain(|capability| !lost.0.contains(capability));
    let text = to_json(&left)?;
    tx.execute(
        "UPDATE scope SET visibility = $2, lost = '[]' WHERE id = $1",
        &[Arg::I64(scope.0), Arg::Text(&text)],
    )
    .await
    .map(drop)
}

/// Facts marked missing for one of the reasons, by scope; entities and relations only.
pub(crate) async fn missing_counts(
    tx: &mut Tx,
    source: SourceId,
    reasons: &[MissingReason],
) -> Answer<Vec<(ScopeId, i64)>> {
    if reasons.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT m.scope_id, COUNT(*) FROM missing m JOIN scope s ON s.id = m.scope_id \
         WHERE s.source_id = $1 AND m.claim_table < 2 AND m.reason IN ({}) GROUP BY m.scope_id",
        reasons_list(reasons)
    );
    let rows = tx.rows(&sql, &[Arg::I64(source.0)]).await?;
    rows.iter().map(|row| Ok((ScopeId(row.i64(0)?), row.i64(1)?))).collect()
}
