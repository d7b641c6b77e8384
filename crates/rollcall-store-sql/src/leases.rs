//! Leases, counted in database time so that processes need not agree on theirs.

use rollcall_store::{Lease, SourceId};

use crate::db::{Arg, Tx};
use crate::error::Answer;

pub(crate) async fn take(
    tx: &mut Tx,
    source: SourceId,
    stream: &str,
    holder: &str,
    seconds: i64,
) -> Answer<Option<Lease>> {
    let now = tx.database_now();
    let sql = format!(
        "INSERT INTO lease (source_id, stream, holder, expires_at) \
         VALUES ($1, $2, $3, {now} + $4) \
         ON CONFLICT (source_id, stream) DO UPDATE \
         SET holder = excluded.holder, expires_at = excluded.expires_at \
         WHERE lease.expires_at < {now} OR lease.holder = excluded.holder"
    );
    let args =
        [Arg::I64(source.0), Arg::Text(stream), Arg::Text(holder), Arg::I64(seconds * 1_000_000)];
    let taken = tx.execute(&sql, &args).await?;
    let (stream, holder) = (stream.to_owned(), holder.to_owned());
    Ok((taken == 1).then_some(Lease { source, stream, holder }))
}

pub(crate) async fn holder(tx: &mut Tx, source: SourceId, stream: &str) -> Answer<Option<String>> {
    let now = tx.database_now();
    let sql = format!(
        "SELECT holder FROM lease WHERE source_id = $1 AND stream = $2 AND expires_at >= {now}"
    );
    let row = tx.row(&sql, &[Arg::I64(source.0), Arg::Text(stream)]).await?;
    row.map(|row| row.text(0)).transpose()
}

pub(crate) async fn renew(tx: &mut Tx, lease: &Lease, seconds: i64) -> Answer<bool> {
    let now = tx.database_now();
    let sql = format!(
        "UPDATE lease SET expires_at = {now} + $4 \
         WHERE source_id = $1 AND stream = $2 AND holder = $3"
    );
    let args = [
        Arg::I64(lease.source.0),
        Arg::Text(&lease.stream),
        Arg::Text(&lease.holder),
        Arg::I64(seconds * 1_000_000),
    ];
    Ok(tx.execute(&sql, &args).await? == 1)
}

pub(crate) async fn release(tx: &mut Tx, lease: &Lease) -> Answer<()> {
    let sql = "DELETE FROM lease WHERE source_id = $1 AND stream = $2 AND holder = $3";
    let args = [Arg::I64(lease.source.0), Arg::Text(&lease.stream), Arg::Text(&lease.holder)];
    tx.execute(sql, &args).await.map(drop)
}
