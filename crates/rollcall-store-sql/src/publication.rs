//! The one total order in which things become visible.

use rollcall_model::{RunId, Timestamp};
use rollcall_store::{Position, Publication, PublicationKind, ScopeId};

use crate::db::{Arg, Row, Tx};
use crate::error::{Answer, corrupt};

/// Adds publications, the last thing a transaction does before it commits: from here on the
/// counter's row is locked, so the order of sequences is the order of commits, without gaps. Times
/// never go back, whatever the clock does.
pub(crate) async fn publish(
    tx: &mut Tx,
    kind: PublicationKind,
    scopes: &[(ScopeId, i64)],
    run: Option<&RunId>,
    at: Timestamp,
) -> Answer<Vec<i64>> {
    let Ok(count) = i64::try_from(scopes.len()) else { return Ok(Vec::new()) };
    if count == 0 {
        return Ok(Vec::new());
    }
    let counter = tx
        .one(
            "UPDATE publication_counter SET sequence = sequence + $1, \
             at = CASE WHEN at > $2 THEN at ELSE $2 END WHERE one = 1 RETURNING sequence, at",
            &[Arg::I64(count), Arg::I64(at.micros())],
        )
        .await?;
    let (last, at) = (counter.i64(0)?, counter.i64(1)?);
    let first = last - count + 1;
    let mut sequences = Vec::with_capacity(scopes.len());
    for (sequence, (scope, revision)) in (first..).zip(scopes) {
        tx.execute(
            "INSERT INTO publication (sequence, at, kind, scope_id, revision, run_id, first_number) \
             SELECT $1, $2, $3, id, $5, $6, first_number FROM scope WHERE id = $4",
            &[
                Arg::I64(sequence),
                Arg::I64(at),
                Arg::I64(kind.number()),
                Arg::I64(scope.0),
                Arg::I64(*revision),
                Arg::TextOpt(run.map(|run| run.0.as_str())),
            ],
        )
        .await?;
        sequences.push(sequence);
    }
    Ok(sequences)
}

/// What tells the state at a position from every other state of any store: the store's own id and the
/// publication. A store restored from a copy goes on under the id with other publications. `None` for
/// a position that the store has not reached.
pub(crate) async fn mark(tx: &mut Tx, at: Position) -> Answer<Option<String>> {
    let now = position(tx).await?;
    if at.sequence > now.sequence || at.readings > now.readings {
        return Ok(None);
    }
    let id = tx.one("SELECT id FROM store WHERE one = 1", &[]).await?.text(0)?;
    let sql = "SELECT at, scope_id, revision FROM publication WHERE sequence = $1";
    let publication = match tx.row(sql, &[Arg::I64(at.sequence)]).await? {
        Some(row) => format!("{}-{}-{}", row.i64(0)?, row.i64(1)?, row.i64(2)?),
        None => "none".to_owned(),
    };
    Ok(Some(format!("{id}:{}:{}:{publication}", at.sequence, at.readings)))
}

/// Says that scopes changed in something that snapshots show, be it only a state or a time. Locks the
/// counter's row as publishing does, so that whoever follows sees every count in the order of commits.
/// The scopes' rows are locked by the caller.
pub(crate) async fn tell(tx: &mut Tx, scopes: &[ScopeId]) -> Answer<()> {
    if scopes.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE publication_counter SET readings = readings + 1 WHERE one = 1 \
               RETURNING readings";
    let readings = tx.one(sql, &[]).await?.i64(0)?;
    let ids: Vec<i64> = scopes.iter().map(|scope| scope.0).collect();
    let sql = format!("UPDATE scope SET reading = $2 WHERE id {}", tx.among(1));
    tx.execute(&sql, &[Arg::Ids(&ids), Arg::I64(readings)]).await.map(drop)
}

/// How far the store has come.
pub(crate) async fn position(tx: &mut Tx) -> Answer<Position> {
    let sql = "SELECT sequence, readings FROM publication_counter WHERE one = 1";
    let row = tx.one(sql, &[]).await?;
    Ok(Position { sequence: row.i64(0)?, readings: row.i64(1)? })
}

/// The last sequence.
pub(crate) async fn last(tx: &mut Tx) -> Answer<i64> {
    tx.one("SELECT sequence FROM publication_counter WHERE one = 1", &[]).await?.i64(0)
}

/// The last sequence at a time. Times never go back along sequences.
pub(crate) async fn last_at(tx: &mut Tx, at: Timestamp) -> Answer<i64> {
    let sql = "SELECT COALESCE(MAX(sequence), 0) FROM publication WHERE at <= $1";
    tx.one(sql, &[Arg::I64(at.micros())]).await?.i64(0)
}

/// Publications after a sequence.
pub(crate) async fn after(tx: &mut Tx, after: i64, limit: i64) -> Answer<Vec<Publication>> {
    let sql = "SELECT sequence, at, kind, scope_id, revision, run_id FROM publication \
               WHERE sequence > $1 ORDER BY sequence LIMIT $2";
    tx.rows(sql, &[Arg::I64(after), Arg::I64(limit)]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Answer<Publication> {
    let kind = row.i64(2)?;
    Ok(Publication {
        sequence: row.i64(0)?,
        at: Timestamp::from_micros(row.i64(1)?),
        kind: PublicationKind::from_number(kind)
            .ok_or_else(|| corrupt(format!("publication kind {kind}")))?,
        scope: ScopeId(row.i64(3)?),
        revision: row.i64(4)?,
        run: row.text_opt(5)?.map(RunId),
    })
}
