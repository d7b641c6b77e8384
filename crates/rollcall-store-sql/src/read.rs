//! Reading entities, their versions and their use.

use rollcall_model::{EntityKey, NodeId, PublicId, Timestamp};
use rollcall_store::{
    ClaimedEntity, EntityBody, EntityFilter, EntityVersion, ScopeId, StoredActivity,
};

use crate::db::{Arg, Row, Tx};
use crate::error::{Answer, corrupt};
use crate::query::clause;
use crate::scopes::scope_key;
use crate::snapshot;

/// A row is visible when its scope's published revision lies within it.
pub(crate) const VISIBLE: &str = "c.from_rev <= s.published AND c.to_rev > s.published";

/// The newest version of a claim that ended: the scope says nothing about the fact any more.
const ENDED: &str = "c.from_rev <= s.published AND c.to_rev <= s.published AND NOT EXISTS \
                     (SELECT 1 FROM entity_claim n WHERE n.scope_id = c.scope_id \
                     AND n.fact_id = c.fact_id AND n.from_rev >= c.to_rev \
                     AND n.from_rev <= s.published)";

/// Claims about entities with everything [`claimed`] reads, as scopes from `scopes` show them.
pub(crate) fn select_claim(scopes: &str) -> String {
    format!(
        "SELECT e.provider, e.realm, e.kind, e.native_id, \
     src.name, s.stream, s.realm, s.part, s.rank, c.body, \
     (SELECT MIN(p.at) FROM entity_claim v JOIN publication p \
      ON p.scope_id = v.scope_id AND p.revision = v.from_rev \
      WHERE v.scope_id = c.scope_id AND v.fact_id = c.fact_id), \
     COALESCE((SELECT m.seen_at FROM missing m WHERE m.scope_id = c.scope_id \
      AND m.claim_table = 0 AND m.number = c.number), s.complete_at), \
     (SELECT p.at FROM publication p WHERE p.scope_id = c.scope_id AND p.revision = c.to_rev \
      AND c.to_rev <= s.published), \
     (SELECT COUNT(*) FROM missing m WHERE m.scope_id = c.scope_id AND m.claim_table = 0 \
      AND m.number = c.number), c.scope_id \
     FROM entity_claim c JOIN entity e ON e.id = c.fact_id JOIN {scopes} s ON s.id = c.scope_id \
     JOIN source src ON src.id = s.source_id"
    )
}

/// Whether a claim is visible, or the newest of its scope that has ended.
pub(crate) fn alive() -> String {
    format!("(({VISIBLE}) OR ({ENDED}))")
}

pub(crate) fn entity_key(row: &Row, from: usize) -> Answer<EntityKey> {
    let kind = row.text(from + 2)?;
    Ok(EntityKey {
        provider: row.text(from)?,
        realm: row.text(from + 1)?,
        kind: kind.parse().map_err(|_| corrupt(format!("kind {kind:?}")))?,
        id: row.text(from + 3)?,
    })
}

pub(crate) fn body(text: &str) -> Answer<EntityBody> {
    serde_json::from_str(text).map_err(|e| corrupt(format!("entity body: {e}")))
}

pub(crate) fn claimed(row: &Row) -> Answer<ClaimedEntity> {
    Ok(ClaimedEntity {
        key: entity_key(row, 0)?,
        source: row.text(4)?,
        scope: scope_key(row, 5)?,
        rank: row.i64(8)?,
        body: body(&row.text(9)?)?,
        first_seen: row.i64_opt(10)?.map(Timestamp::from_micros),
        last_seen: row.i64_opt(11)?.map(Timestamp::from_micros),
        gone_at: row.i64_opt(12)?.map(Timestamp::from_micros),
        missing: row.i64(13)? > 0,
        scope_id: ScopeId(row.i64(14)?),
    })
}

/// Claims that pass a filter; those about one entity stand together.
pub(crate) async fn entities(tx: &mut Tx, filter: &EntityFilter) -> Answer<Vec<ClaimedEntity>> {
    let clause = clause(filter, tx.by_bytes());
    let alive = if filter.gone { alive() } else { VISIBLE.to_owned() };
    let select = select_claim("scope");
    let sql = format!("{select} WHERE {alive} AND {} ORDER BY c.fact_id, c.scope_id", clause.sql);
    let args: Vec<Arg<'_>> = clause.texts.iter().map(|text| Arg::Text(text)).collect();
    let mut list = Vec::new();
    tx.each(&sql, &args, |row| {
        list.push(claimed(row)?);
        Ok(())
    })
    .await?;
    Ok(list)
}

pub(crate) async fn claims_about(tx: &mut Tx, key: &EntityKey) -> Answer<Vec<ClaimedEntity>> {
    snapshot::claims_of(tx, &[key.node_id()]).await
}

/// Every version, oldest first.
pub(crate) async fn history(tx: &mut Tx, key: &EntityKey) -> Answer<Vec<EntityVersion>> {
    let sql = "SELECT src.name, s.stream, s.realm, s.part, c.body, \
               (SELECT p.at FROM publication p WHERE p.scope_id = c.scope_id \
                AND p.revision = c.from_rev), \
               (SELECT p.at FROM publication p WHERE p.scope_id = c.scope_id \
                AND p.revision = c.to_rev AND c.to_rev <= s.published) \
               FROM entity_claim c JOIN scope s ON s.id = c.scope_id \
               JOIN source src ON src.id = s.source_id \
               WHERE c.fact_id = $1 AND c.from_rev <= s.published";
    let read = |row: &Row| {
        Ok(EntityVersion {
            source: row.text(0)?,
            scope: scope_key(row, 1)?,
            body: body(&row.text(4)?)?,
            from: row.i64_opt(5)?.map(Timestamp::from_micros),
            to: row.i64_opt(6)?.map(Timestamp::from_micros),
        })
    };
    let rows = tx.rows(sql, &[Arg::I64(key.node_id().0)]).await?;
    let mut versions: Vec<EntityVersion> = rows.iter().map(read).collect::<Answer<_>>()?;
    versions.sort_by(|a, b| {
        (a.from, &a.source, &a.scope, a.to).cmp(&(b.from, &b.source, &b.scope, b.to))
    });
    Ok(versions)
}

/// The key of an entity by its id in this store.
pub(crate) async fn key_by_id(tx: &mut Tx, id: NodeId) -> Answer<Option<EntityKey>> {
    let sql = "SELECT provider, realm, kind, native_id FROM entity WHERE id = $1";
    tx.row(sql, &[Arg::I64(id.0)]).await?.map(|row| entity_key(&row, 0)).transpose()
}

/// The id inside the store is the head of the public id, so no index on public ids is needed.
pub(crate) async fn key_of(tx: &mut Tx, id: PublicId) -> Answer<Option<EntityKey>> {
    let key = key_by_id(tx, NodeId(id.prefix63().max(1))).await?;
    Ok(key.filter(|key| key.public_id() == id))
}

pub(crate) async fn keys_named(tx: &mut Tx, name: &str) -> Answer<Vec<EntityKey>> {
    let sql = format!(
        "SELECT DISTINCT e.provider, e.realm, e.kind, e.native_id FROM entity_claim c \
         JOIN entity e ON e.id = c.fact_id JOIN scope s ON s.id = c.scope_id \
         WHERE {VISIBLE} AND (c.name = $1 OR e.native_id = $1)"
    );
    let rows = tx.rows(&sql, &[Arg::Text(name)]).await?;
    let mut keys: Vec<EntityKey> =
        rows.iter().map(|row| entity_key(row, 0)).collect::<Answer<_>>()?;
    keys.sort();
    Ok(keys)
}

/// The ids under which use of an entity may be kept: its own, and references it alone answers to.
/// Use of an ambiguous name is nobody's.
fn nodes() -> String {
    format!(
        "SELECT $1 UNION SELECT c.reference_id FROM reference_claim c \
         JOIN scope s ON s.id = c.scope_id WHERE c.entity_id = $1 AND {VISIBLE} \
         AND NOT EXISTS (SELECT 1 FROM reference_claim o JOIN scope os ON os.id = o.scope_id \
         WHERE o.reference_id = c.reference_id AND o.entity_id <> $1 \
         AND o.from_rev <= os.published AND o.to_rev > os.published)"
    )
}

pub(crate) async fn activity_of(
    tx: &mut Tx,
    key: &EntityKey,
    limit: i64,
) -> Answer<Vec<StoredActivity>> {
    let sql = format!(
        "SELECT src.name, s.stream, s.realm, s.part, a.evidence, a.first_at, a.last_at, a.count, \
         a.body FROM activity a JOIN scope s ON s.id = a.scope_id \
         JOIN source src ON src.id = s.source_id WHERE a.node_id IN ({}) \
         ORDER BY a.last_at DESC, a.evidence{}, a.scope_id LIMIT $2",
        nodes(),
        tx.by_bytes()
    );
    let read = |row: &Row| {
        Ok(StoredActivity {
            source: row.text(0)?,
            scope: scope_key(row, 1)?,
            evidence: row.text(4)?,
            first_at: Timestamp::from_micros(row.i64(5)?),
            last_at: Timestamp::from_micros(row.i64(6)?),
            count: row.i64_opt(7)?,
            body: row.text(8)?,
        })
    };
    let rows = tx.rows(&sql, &[Arg::I64(key.node_id().0), Arg::I64(limit)]).await?;
    rows.iter().map(read).collect()
}

/// The newest use of every node that has any, the evidence that tells it beside it.
pub(crate) async fn last_uses(tx: &mut Tx) -> Answer<Vec<(i64, Timestamp, String)>> {
    let sql = format!(
        "SELECT node_id, last_at, evidence FROM activity \
         ORDER BY node_id, last_at DESC, evidence{}",
        tx.by_bytes()
    );
    let mut list: Vec<(i64, Timestamp, String)> = Vec::new();
    tx.each(&sql, &[], |row| {
        let node = row.i64(0)?;
        if list.last().is_none_or(|(last, _, _)| *last != node) {
            list.push((node, Timestamp::from_micros(row.i64(1)?), row.text(2)?));
        }
        Ok(())
    })
    .await?;
    Ok(list)
}

pub(crate) async fn forget_activity(tx: &mut Tx, before: Timestamp) -> Answer<u64> {
    let sql = "DELETE FROM activity WHERE day < $1 AND EXISTS (SELECT 1 FROM activity newer \
               WHERE newer.node_id = activity.node_id AND newer.last_at > activity.last_at)";
    tx.execute(sql, &[Arg::I64(before.day())]).await
}
