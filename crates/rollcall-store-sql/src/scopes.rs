//! Scopes: claiming them and undoing what an abandoned reading left.

use rollcall_model::{ContentHash, ScopeKey, ScopeState, Timestamp, Visibility};
use rollcall_store::{
    ClaimScope, ClaimTable, ClaimedScope, Missing, MissingReason, ScopeId, ScopePast, ScopeRow,
    SourceId, StoreError,
};

use crate::OPEN;
use crate::claims::table_name;
use crate::db::{Arg, Row, Tx};
use crate::error::{Answer, corrupt};

pub(crate) fn scope_key(row: &Row, from: usize) -> Answer<ScopeKey> {
    Ok(ScopeKey { stream: row.text(from)?, realm: row.text(from + 1)?, part: row.text(from + 2)? })
}

pub(crate) fn scope_state(number: i64) -> Answer<ScopeState> {
    ScopeState::from_number(number).ok_or_else(|| corrupt(format!("scope state {number}")))
}

pub(crate) fn hash(row: &Row, column: usize) -> Answer<ContentHash> {
    let bytes = row.bytes(column)?;
    bytes
        .try_into()
        .map(ContentHash)
        .map_err(|_| corrupt(format!("a hash of {} bytes", bytes.len())))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Answer<T> {
    serde_json::from_str(text).map_err(|e| corrupt(format!("{what}: {e}")))
}

pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Answer<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Database(e.to_string()))
}

/// Takes the next revision of each scope. From here on a former reader is refused; what it left
/// unseen is undone before anything is written under the new token.
///
/// This commit is as durable as any: a token that a crash of the database took back would be given
/// out twice, to two writers.
pub(crate) async fn claim(tx: &mut Tx, requests: &[ClaimScope]) -> Answer<Vec<ClaimedScope>> {
    let sql = "INSERT INTO scope (source_id, stream, realm, part, rank, parent_id, claimed, \
               published, visibility, lost, live_entities, live_relations, next_number) \
               VALUES ($1, $2, $3, $4, $5, $6, 1, 0, '[]', '[]', 0, 0, 1) \
               ON CONFLICT (source_id, stream, realm, part) DO UPDATE \
               SET claimed = scope.claimed + 1, rank = excluded.rank, \
               parent_id = excluded.parent_id, closed_at = NULL \
               RETURNING id, claimed, published, visibility, live_entities + live_relations, \
               next_number";
    let mut claimed = Vec::with_capacity(requests.len());
    for request in requests {
        let key = &request.key;
        let parent = request.parent.as_ref().map(|parent| parent.node_id().0);
        let args = [
            Arg::I64(request.source.0),
            Arg::Text(&key.stream),
            Arg::Text(&key.realm),
            Arg::Text(&key.part),
            Arg::I64(request.rank),
            Arg::I64Opt(parent),
        ];
        let row = tx.one(sql, &args).await?;
        let scope = ClaimedScope {
            id: ScopeId(row.i64(0)?),
            token: row.i64(1)?,
            published: row.i64(2)?,
            visibility: from_json::<Visibility>(&row.text(3)?, "visibility")?,
            live: u64::try_from(row.i64(4)?).unwrap_or_default(),
            next: row.i64(5)?,
        };
        if scope.token - 1 > scope.published {
            undo(tx, scope.id, scope.published).await?;
        }
        claimed.push(scope);
    }
    Ok(claimed)
}

/// Removes everything written under revisions that were never published.
pub(crate) async fn undo(tx: &mut Tx, scope: ScopeId, published: i64) -> Answer<()> {
    for table in ClaimTable::ALL {
        let table = table_name(table);
        let args = [Arg::I64(scope.0), Arg::I64(published)];
        tx.execute(&format!("DELETE FROM {table} WHERE scope_id = $1 AND from_rev > $2"), &args)
            .await?;
        tx.execute(
            &format!(
                "UPDATE {table} SET to_rev = {OPEN} \
                 WHERE scope_id = $1 AND to_rev > $2 AND to_rev < {OPEN}"
            ),
            &args,
        )
        .await?;
    }
    Ok(())
}

pub(crate) fn missing(row: &Row, from: usize) -> Answer<Missing> {
    let (table, reason) = (row.i64(from)?, row.i64(from + 3)?);
    Ok(Missing {
        table: ClaimTable::from_number(table)
            .ok_or_else(|| corrupt(format!("claim table {table}")))?,
        fact: row.i64(from + 1)?,
        number: row.i64(from + 2)?,
        reason: MissingReason::from_number(reason)
            .ok_or_else(|| corrupt(format!("missing reason {reason}")))?,
    })
}

/// All scopes of a source, by key.
pub(crate) async fn of_source(tx: &mut Tx, source: SourceId) -> Answer<Vec<ScopeRow>> {
    let sql = "SELECT stream, realm, part, id, source_id, parent_id, claimed, published, state, \
               read_at, complete_at, closed_at, live_entities, live_relations, lost, \
               (SELECT COUNT(*) FROM missing m WHERE m.scope_id = scope.id AND m.claim_table < 2), \
               (SELECT COUNT(*) FROM missing m WHERE m.scope_id = scope.id AND m.claim_table < 2 \
                AND m.reason >= 2) \
               FROM scope WHERE source_id = $1";
    let read = |row: &Row| {
        Ok(ScopeRow {
            key: scope_key(row, 0)?,
            id: ScopeId(row.i64(3)?),
            source: SourceId(row.i64(4)?),
            parent: row.i64_opt(5)?,
            claimed: row.i64(6)?,
            published: row.i64(7)?,
            state: row.i64_opt(8)?.map(scope_state).transpose()?,
            read_at: row.i64_opt(9)?.map(Timestamp::from_micros),
            complete_at: row.i64_opt(10)?.map(Timestamp::from_micros),
            closed_at: row.i64_opt(11)?.map(Timestamp::from_micros),
            live_entities: row.i64(12)?,
            live_relations: row.i64(13)?,
            lost: from_json(&row.text(14)?, "lost visibility")?,
            missing: row.i64(15)?,
            held: row.i64(16)?,
        })
    };
    let mut list: Vec<ScopeRow> =
        tx.rows(sql, &[Arg::I64(source.0)]).await?.iter().map(read).collect::<Answer<_>>()?;
    list.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(list)
}

/// What readings of a stream left behind in its open scopes.
pub(crate) async fn past(tx: &mut Tx, source: SourceId, stream: &str) -> Answer<Vec<ScopePast>> {
    let sql = "SELECT stream, realm, part, state, complete_at, cursor FROM scope \
               WHERE source_id = $1 AND stream = $2 AND closed_at IS NULL";
    let read = |row: &Row| {
        Ok(ScopePast {
            key: scope_key(row, 0)?,
            state: row.i64_opt(3)?.map(scope_state).transpose()?,
            complete_at: row.i64_opt(4)?.map(Timestamp::from_micros),
            cursor: row.text_opt(5)?.map(|text| from_json(&text, "cursor")).transpose()?,
        })
    };
    tx.rows(sql, &[Arg::I64(source.0), Arg::Text(stream)]).await?.iter().map(read).collect()
}
