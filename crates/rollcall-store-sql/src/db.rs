//! A thin seam over the two databases: pools, transactions, arguments and rows. It translates
//! nothing and copies nothing; both sides see the same SQL text.

use rollcall_store::StoreError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction};

use crate::error::{Answer, translate};

/// How often a write transaction that lost a race with another process is tried again.
pub(crate) const TRIES: usize = 5;

/// Connections. SQLite has one writer and several readers.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// A transaction on either database.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// An argument of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg<'a> {
    I64(i64),
    I64Opt(Option<i64>),
    Text(&'a str),
    TextOpt(Option<&'a str>),
    /// A list of ids for [`Tx::among`].
    Ids(&'a [i64]),
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn i64(&self, i: usize) -> Answer<i64> {
        match self {
            Self::Sqlite(row) => row.try_get(i),
            Self::Postgres(row) => row.try_get(i),
        }
        .map_err(translate)
    }

    pub(crate) fn i64_opt(&self, i: usize) -> Answer<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.try_get(i),
            Self::Postgres(row) => row.try_get(i),
        }
        .map_err(translate)
    }

    pub(crate) fn text(&self, i: usize) -> Answer<String> {
        match self {
            Self::Sqlite(row) => row.try_get(i),
            Self::Postgres(row) => row.try_get(i),
        }
        .map_err(translate)
    }

    pub(crate) fn text_opt(&self, i: usize) -> Answer<Option<String>> {
        match self {
            Self::Sqlite(row) => row.try_get(i),
            Self::Postgres(row) => row.try_get(i),
        }
        .map_err(translate)
    }

    pub(crate) fn bytes(&self, i: usize) -> Answer<&[u8]> {
        match self {
            Self::Sqlite(row) => row.try_get(i),
            Self::Postgres(row) => row.try_get(i),
        }
        .map_err(translate)
    }
}

/// A list of ids as SQLite takes it: a JSON array.
pub(crate) fn ids_json(ids: &[i64]) -> String {
    let mut text = String::with_capacity(2 + ids.len() * 20);
    text.push('[');
    for (i, id) in ids.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}

fn bind_sqlite<'q>(
    mut query: Query<'q, Sqlite, SqliteArguments>,
    args: &[Arg<'_>],
) -> Query<'q, Sqlite, SqliteArguments> {
    for arg in args {
        query = match *arg {
            Arg::I64(value) => query.bind(value),
            Arg::I64Opt(value) => query.bind(value),
            Arg::Text(value) => query.bind(value.to_owned()),
            Arg::TextOpt(value) => query.bind(value.map(str::to_owned)),
            Arg::Ids(ids) => query.bind(ids_json(ids)),
        };
    }
    query
}

fn bind_postgres<'q>(
    mut query: Query<'q, Postgres, PgArguments>,
    args: &[Arg<'_>],
) -> Query<'q, Postgres, PgArguments> {
    for arg in args {
        query = match *arg {
            Arg::I64(value) => query.bind(value),
            Arg::I64Opt(value) => query.bind(value),
            Arg::Text(value) => query.bind(value),
            Arg::TextOpt(value) => query.bind(value),
            Arg::Ids(ids) => query.bind(ids),
        };
    }
    query
}

impl Pool {
    /// Begins a transaction that writes. SQLite takes its write lock at once, so that it cannot
    /// lose a race half-way.
    pub(crate) async fn write(&self) -> Answer<Tx> {
        match self {
            Self::Sqlite { write, .. } => {
                write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite).map_err(translate)
            }
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres).map_err(translate),
        }
    }

    /// Begins a transaction that reads one consistent state.
    pub(crate) async fn read(&self) -> Answer<Tx> {
        match self {
            Self::Sqlite { read, .. } => read.begin().await.map(Tx::Sqlite).map_err(translate),
            Self::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Tx::Postgres)
                .map_err(translate),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Answer<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(translate)
    }

    /// A condition "is among the ids of argument `$n`", in this database's dialect.
    pub(crate) fn among(&self, n: usize) -> String {
        match self {
            Self::Sqlite(_) => format!("IN (SELECT value FROM json_each(${n}))"),
            Self::Postgres(_) => format!("= ANY(${n})"),
        }
    }

    /// After a text column: compared and cased byte by byte, as SQLite does by itself, and not by the
    /// rules of whatever language the database was made for.
    pub(crate) fn by_bytes(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " COLLATE \"C\"",
        }
    }

    /// The database's own clock in microseconds since 1970, which leases are counted in.
    pub(crate) fn database_now(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
            Self::Postgres(_) => "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
        }
    }

    /// A commit that a crash of the machine may take back: what was written unseen is undone by the
    /// next claim anyway, and is not worth a flush of the disk. SQLite decides this for all commits
    /// at once, when the database is opened.
    pub(crate) async fn relax_durability(&mut self) -> Answer<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) => {
                self.execute("SET LOCAL synchronous_commit = off", &[]).await.map(drop)
            }
        }
    }

    /// Runs a statement; gives the number of rows it touched. The text is always one of this
    /// crate's own, with arguments bound.
    pub(crate) async fn execute(&mut self, sql: &str, args: &[Arg<'_>]) -> Answer<u64> {
        let text = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(tx) => bind_sqlite(sqlx::query(text), args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Self::Postgres(tx) => bind_postgres(sqlx::query(text), args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        }
        .map_err(translate)
    }

    /// Runs a query; gives all rows.
    pub(crate) async fn rows(&mut self, sql: &str, args: &[Arg<'_>]) -> Answer<Vec<Row>> {
        let text = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(tx) => bind_sqlite(sqlx::query(text), args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Self::Postgres(tx) => bind_postgres(sqlx::query(text), args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(translate)
    }

    /// Runs a query and hands over each row as it comes, so that no answer is held whole.
    pub(crate) async fn each(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        mut take: impl FnMut(&Row) -> Answer<()> + Send,
    ) -> Answer<()> {
        use futures::TryStreamExt;
        let text = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(tx) => {
                let mut rows = bind_sqlite(sqlx::query(text), args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(translate)? {
                    take(&Row::Sqlite(row))?;
                }
            }
            Self::Postgres(tx) => {
                let mut rows = bind_postgres(sqlx::query(text), args).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(translate)? {
                    take(&Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// Runs a query that gives at most one row.
    pub(crate) async fn row(&mut self, sql: &str, args: &[Arg<'_>]) -> Answer<Option<Row>> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs a query that must give a row.
    pub(crate) async fn one(&mut self, sql: &str, args: &[Arg<'_>]) -> Answer<Row> {
        self.row(sql, args)
            .await?
            .ok_or_else(|| StoreError::Corrupt(format!("no row for: {}", first_words(sql))))
    }
}

fn first_words(sql: &str) -> String {
    sql.split_whitespace().take(6).collect::<Vec<_>>().join(" ")
}
