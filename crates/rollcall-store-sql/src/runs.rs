//! Runs, how scopes fared in them, and problems.

use rollcall_model::{RunId, Timestamp};
use rollcall_record::Problem;
use rollcall_store::{RunProblem, RunRow, RunScope, RunStart, Runs, ScopeId, SourceId};

use crate::bulk::{Column, insert_many};
use crate::db::{Arg, Row, Tx};
use crate::error::{Answer, corrupt};
use crate::scopes::{scope_key, scope_state};

pub(crate) async fn begin(tx: &mut Tx, start: &RunStart) -> Answer<()> {
    tx.execute(
        "INSERT INTO run (id, source_id, started_at, version, part) VALUES ($1, $2, $3, $4, $5)",
        &[
            Arg::Text(&start.id.0),
            Arg::I64(start.source.0),
            Arg::I64(start.at.micros()),
            Arg::Text(&start.version),
            Arg::I64(i64::from(start.part)),
        ],
    )
    .await
    .map(drop)
}

pub(crate) async fn finish(tx: &mut Tx, run: &RunId, exit: i64, at: Timestamp) -> Answer<()> {
    tx.execute(
        "UPDATE run SET finished_at = $2, exit_code = $3 WHERE id = $1",
        &[Arg::Text(&run.0), Arg::I64(at.micros()), Arg::I64(exit)],
    )
    .await
    .map(drop)
}

pub(crate) async fn add_problems(
    tx: &mut Tx,
    run: &RunId,
    problems: &[(Problem, bool)],
) -> Answer<()> {
    // Locks the run, so that nobody else counts on from the same number.
    tx.execute("UPDATE run SET version = version WHERE id = $1", &[Arg::Text(&run.0)]).await?;
    let row = tx
        .one(
            "SELECT COALESCE(MAX(number), 0) FROM run_problem WHERE run_id = $1",
            &[Arg::Text(&run.0)],
        )
        .await?;
    let first = row.i64(0)? + 1;
    let bodies: Vec<String> = problems
        .iter()
        .map(|(problem, _)| serde_json::to_string(problem).map_err(|e| corrupt(e.to_string())))
        .collect::<Answer<_>>()?;
    let columns = [
        Column::Text(vec![run.0.as_str(); problems.len()]),
        Column::I64((first..).take(problems.len()).collect()),
        Column::I64(problems.iter().map(|(_, note)| i64::from(*note)).collect()),
        Column::Text(bodies.iter().map(String::as_str).collect()),
    ];
    insert_many(tx, "run_problem (run_id, number, note, body)", &columns, "").await.map(drop)
}

pub(crate) async fn newest(
    tx: &mut Tx,
    source: SourceId,
    which: Runs,
    limit: i64,
) -> Answer<Vec<RunRow>> {
    let most = i64::from(which == Runs::All);
    let sql = "SELECT id, source_id, started_at, finished_at, exit_code, part FROM run \
               WHERE source_id = $1 AND part <= $3 ORDER BY started_at DESC, id DESC LIMIT $2";
    let read = |row: &Row| {
        Ok(RunRow {
            id: RunId(row.text(0)?),
            source: SourceId(row.i64(1)?),
            started_at: Timestamp::from_micros(row.i64(2)?),
            finished_at: row.i64_opt(3)?.map(Timestamp::from_micros),
            exit_code: row.i64_opt(4)?,
            part: row.i64(5)? != 0,
        })
    };
    tx.rows(sql, &[Arg::I64(source.0), Arg::I64(limit), Arg::I64(most)])
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(crate) async fn scopes(tx: &mut Tx, run: &RunId) -> Answer<Vec<RunScope>> {
    let sql = "SELECT s.stream, s.realm, s.part, r.scope_id, r.state, r.revision, r.seen, r.added, \
               r.changed, r.retired, r.held, r.finished_at \
               FROM run_scope r JOIN scope s ON s.id = r.scope_id WHERE r.run_id = $1";
    let read = |row: &Row| {
        Ok(RunScope {
            key: scope_key(row, 0)?,
            id: ScopeId(row.i64(3)?),
            state: scope_state(row.i64(4)?)?,
            revision: row.i64(5)?,
            seen: row.i64(6)?,
            added: row.i64(7)?,
            changed: row.i64(8)?,
            retired: row.i64(9)?,
            held: row.i64(10)?,
            finished_at: Timestamp::from_micros(row.i64(11)?),
        })
    };
    let mut list: Vec<RunScope> =
        tx.rows(sql, &[Arg::Text(&run.0)]).await?.iter().map(read).collect::<Answer<_>>()?;
    list.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(list)
}

pub(crate) async fn problems(tx: &mut Tx, run: &RunId) -> Answer<Vec<RunProblem>> {
    let sql = "SELECT number, note, body FROM run_problem WHERE run_id = $1 ORDER BY number";
    let read = |row: &Row| {
        let body = row.text(2)?;
        Ok(RunProblem {
            run: run.clone(),
            number: row.i64(0)?,
            note: row.i64(1)? != 0,
            problem: serde_json::from_str(&body).map_err(|e| corrupt(format!("problem: {e}")))?,
        })
    };
    tx.rows(sql, &[Arg::Text(&run.0)]).await?.iter().map(read).collect()
}
