//! Many rows in one statement. SQLite takes `VALUES` lists, PostgreSQL arrays.

use sqlx::AssertSqlSafe;

use crate::db::Tx;
use crate::error::{Answer, translate};

/// One column of the rows to insert.
pub(crate) enum Column<'a> {
    I64(Vec<i64>),
    I64Opt(Vec<Option<i64>>),
    Text(Vec<&'a str>),
    Bytes(Vec<&'a [u8]>),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::I64(values) => values.len(),
            Self::I64Opt(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    const fn array_type(&self) -> &'static str {
        match self {
            Self::I64(_) | Self::I64Opt(_) => "bigint[]",
            Self::Text(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// Rows of one SQLite statement. Statements of full lots are prepared once and reused; larger lots
/// gain nothing measurable and cost memory for each cached statement.
const SQLITE_LOT: usize = 200;
/// Rows of one PostgreSQL statement.
const POSTGRES_LOT: usize = 5_000;

/// Inserts rows given by columns: `INSERT INTO {into} … {tail}`. Gives the number of rows inserted.
pub(crate) async fn insert_many(
    tx: &mut Tx,
    into: &str,
    columns: &[Column<'_>],
    tail: &str,
) -> Answer<u64> {
    let rows = columns.first().map_or(0, Column::len);
    debug_assert!(columns.iter().all(|column| column.len() == rows));
    let lot = if matches!(tx, Tx::Sqlite(_)) { SQLITE_LOT } else { POSTGRES_LOT };
    let mut inserted = 0;
    let mut from = 0;
    while from < rows {
        let to = rows.min(from + lot);
        inserted += match tx {
            Tx::Sqlite(_) => sqlite(tx, into, columns, from..to, tail).await?,
            Tx::Postgres(_) => postgres(tx, into, columns, from..to, tail).await?,
        };
        from = to;
    }
    Ok(inserted)
}

async fn sqlite(
    tx: &mut Tx,
    into: &str,
    columns: &[Column<'_>],
    rows: std::ops::Range<usize>,
    tail: &str,
) -> Answer<u64> {
    let Tx::Sqlite(tx) = tx else { return Ok(0) };
    let row = format!("({})", vec!["?"; columns.len()].join(","));
    let values = vec![row.as_str(); rows.len()].join(",");
    let sql = format!("INSERT INTO {into} VALUES {values} {tail}");
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == SQLITE_LOT);
    for i in rows {
        for column in columns {
            query = match column {
                Column::I64(values) => query.bind(values[i]),
                Column::I64Opt(values) => query.bind(values[i]),
                Column::Text(values) => query.bind(values[i].to_owned()),
                Column::Bytes(values) => query.bind(values[i].to_vec()),
            };
        }
    }
    query.execute(&mut **tx).await.map(|done| done.rows_affected()).map_err(translate)
}

async fn postgres(
    tx: &mut Tx,
    into: &str,
    columns: &[Column<'_>],
    rows: std::ops::Range<usize>,
    tail: &str,
) -> Answer<u64> {
    let Tx::Postgres(tx) = tx else { return Ok(0) };
    let arrays: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(i, column)| format!("${}::{}", i + 1, column.array_type()))
        .collect();
    let sql = format!("INSERT INTO {into} SELECT * FROM UNNEST({}) {tail}", arrays.join(","));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for column in columns {
        query = match column {
            Column::I64(values) => query.bind(&values[rows.clone()]),
            Column::I64Opt(values) => query.bind(&values[rows.clone()]),
            Column::Text(values) => query.bind(&values[rows.clone()]),
            Column::Bytes(values) => query.bind(&values[rows.clone()]),
        };
    }
    query.execute(&mut **tx).await.map(|done| done.rows_affected()).map_err(translate)
}
