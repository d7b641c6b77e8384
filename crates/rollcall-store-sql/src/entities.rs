//! All claims about entities at once. What [`crate::read::select_claim`] looks up for each row is looked
//! up here once for all of them, and what it joins for people is put together here.

use std::collections::HashMap;

use rollcall_model::{ScopeKey, Timestamp};
use rollcall_store::{ClaimTable, ClaimedEntity, ScopeId};

use crate::db::{Row, Tx};
use crate::error::{Answer, corrupt};
use crate::read::{self, alive};
use crate::scopes::scope_key;

/// A scope as its claims need it.
struct Scope {
    source: String,
    key: ScopeKey,
    rank: i64,
    complete_at: Option<i64>,
}

/// What is looked up for claims.
struct Known {
    scopes: HashMap<i64, Scope>,
    /// Marked claims, by scope and number: when they were last seen, where that is known.
    missing: HashMap<(i64, i64), Option<i64>>,
    /// The first publication of facts with several versions, by scope and fact.
    first: HashMap<(i64, i64), Option<i64>>,
}

/// Hands over every claim that is visible, and the newest of each scope that has ended. `scopes` is
/// where scopes are read from; see [`crate::snapshot::scopes_at`].
pub(crate) async fn all(
    tx: &mut Tx,
    scopes: &str,
    mut take: impl FnMut(ClaimedEntity) + Send,
) -> Answer<()> {
    let known = Known::load(tx, scopes).await?;
    let sql = format!(
        "SELECT e.provider, e.realm, e.kind, e.native_id, c.body, c.scope_id, c.number, c.fact_id, \
         (SELECT p.at FROM publication p WHERE p.scope_id = c.scope_id AND p.revision = c.from_rev), \
         CASE WHEN c.to_rev <= s.published THEN (SELECT p.at FROM publication p \
         WHERE p.scope_id = c.scope_id AND p.revision = c.to_rev) END \
         FROM entity_claim c JOIN entity e ON e.id = c.fact_id JOIN {scopes} s ON s.id = c.scope_id \
         WHERE {}",
        alive()
    );
    tx.each(&sql, &[], |row| {
        take(known.claim(row)?);
        Ok(())
    })
    .await
}

impl Known {
    async fn load(tx: &mut Tx, scopes: &str) -> Answer<Self> {
        let mut known =
            Self { scopes: HashMap::new(), missing: HashMap::new(), first: HashMap::new() };
        let sql = format!(
            "SELECT s.stream, s.realm, s.part, s.id, src.name, s.rank, s.complete_at \
             FROM {scopes} s JOIN source src ON src.id = s.source_id"
        );
        tx.each(&sql, &[], |row| {
            let (source, key) = (row.text(4)?, scope_key(row, 0)?);
            let scope = Scope { source, key, rank: row.i64(5)?, complete_at: row.i64_opt(6)? };
            known.scopes.insert(row.i64(3)?, scope);
            Ok(())
        })
        .await?;
        let sql = format!(
            "SELECT scope_id, number, seen_at FROM missing WHERE claim_table = {}",
            ClaimTable::Entity.number()
        );
        tx.each(&sql, &[], |row| {
            known.missing.insert((row.i64(0)?, row.i64(1)?), row.i64_opt(2)?);
            Ok(())
        })
        .await?;
        // Most facts have one version, and the publication of that one is the first.
        let sql = "SELECT v.scope_id, v.fact_id, MIN(p.at) FROM entity_claim v JOIN publication p \
                   ON p.scope_id = v.scope_id AND p.revision = v.from_rev WHERE v.fact_id IN \
                   (SELECT fact_id FROM entity_claim GROUP BY fact_id HAVING COUNT(*) > 1) \
                   GROUP BY v.scope_id, v.fact_id";
        tx.each(sql, &[], |row| {
            known.first.insert((row.i64(0)?, row.i64(1)?), row.i64_opt(2)?);
            Ok(())
        })
        .await?;
        Ok(known)
    }

    fn claim(&self, row: &Row) -> Answer<ClaimedEntity> {
        let (scope_id, number, fact) = (row.i64(5)?, row.i64(6)?, row.i64(7)?);
        let scope = self.scopes.get(&scope_id);
        let scope = scope.ok_or_else(|| corrupt(format!("a claim of the scope {scope_id}")))?;
        let first_seen = match self.first.get(&(scope_id, fact)) {
            Some(first) => *first,
            None => row.i64_opt(8)?,
        };
        let missing = self.missing.get(&(scope_id, number));
        let last_seen = missing.copied().flatten().or(scope.complete_at);
        Ok(ClaimedEntity {
            key: read::entity_key(row, 0)?,
            source: scope.source.clone(),
            scope: scope.key.clone(),
            scope_id: ScopeId(scope_id),
            rank: scope.rank,
            body: read::body(&row.text(4)?)?,
            first_seen: first_seen.map(Timestamp::from_micros),
            last_seen: last_seen.map(Timestamp::from_micros),
            gone_at: row.i64_opt(9)?.map(Timestamp::from_micros),
            missing: missing.is_some(),
        })
    }
}
