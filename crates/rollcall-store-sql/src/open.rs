//! Opening a store and bringing it to this program's schema.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rollcall_store::StoreError;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Postgres, SqlSafeStr, Sqlite, SqliteConnection};

use crate::db::Pool;
use crate::error::{Answer, translate};

/// What a store is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenMode {
    /// Reading and writing; the schema is brought up to date, and the file made if need be.
    Write,
    /// Reading only; nothing is made or migrated.
    Read,
}

/// A store in SQLite or PostgreSQL.
#[derive(Clone, Debug)]
pub struct SqlStore {
    pub(crate) pool: Pool,
    address: String,
    file: Option<PathBuf>,
}

/// How long a process waits for another's write transaction. Transactions are short; this is long
/// enough for a loaded disk and short enough to be told.
const BUSY: Duration = Duration::from_secs(60);
/// How long to wait before a file that is locked is tried again.
const LOCKED_PAUSE: Duration = Duration::from_millis(25);
/// How long a PostgreSQL server may take to answer when a store is opened.
const CONNECT: Duration = Duration::from_secs(30);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 8;

/// (version, what it does, SQLite, PostgreSQL). The files stand in pairs.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "spine",
        include_str!("../../../migrations/sqlite/0001_spine.sql"),
        include_str!("../../../migrations/postgres/0001_spine.sql"),
    ),
    (
        2,
        "following",
        include_str!("../../../migrations/sqlite/0002_following.sql"),
        include_str!("../../../migrations/postgres/0002_following.sql"),
    ),
    (
        3,
        "parts",
        include_str!("../../../migrations/sqlite/0003_parts.sql"),
        include_str!("../../../migrations/postgres/0003_parts.sql"),
    ),
];

impl SqlStore {
    /// Opens the store at an address: `sqlite:FILE` or `postgres://…`.
    ///
    /// # Errors
    /// When the address has no known form, nothing answers there, the schema is newer than this
    /// program, or (for reading) it is older.
    pub async fn open(url: &str, mode: OpenMode) -> Answer<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = Path::new(file.strip_prefix("//").unwrap_or(file));
            let opened = tokio::time::timeout(BUSY, Self::open_when_free(file, mode)).await;
            let busy = |_| Err(StoreError::Busy(format!("{}: it stays locked", file.display())));
            return opened.unwrap_or_else(busy);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, mode).await;
        }
        Err(StoreError::Address { url: without_password(url) })
    }

    /// Waits for another process that makes or migrates the file: for the switch to the write-ahead log
    /// SQLite says that it is locked without waiting.
    async fn open_when_free(file: &Path, mode: OpenMode) -> Answer<Self> {
        loop {
            match Self::open_sqlite(file, mode).await {
                Err(StoreError::Busy(_)) => tokio::time::sleep(LOCKED_PAUSE).await,
                other => return other,
            }
        }
    }

    async fn open_sqlite(file: &Path, mode: OpenMode) -> Answer<Self> {
        let address = format!("sqlite:{}", file.display());
        if file.as_os_str().is_empty() {
            return Err(StoreError::Address { url: address });
        }
        if mode == OpenMode::Write {
            create_private(file)?;
        } else if !file.exists() {
            return Err(StoreError::Open(format!(
                "{} does not exist; run `rollcall sync` first",
                file.display()
            )));
        }
        let named = |error| with_file(error, file);
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("cache_size", "-65536")
            .pragma("mmap_size", "1073741824")
            .pragma("temp_store", "memory");
        let ready = look_into(&options).await.map_err(named)?;
        if !ready && mode == OpenMode::Read {
            return Err(old_schema());
        }
        let pool = |connections: u32, options: SqliteConnectOptions| {
            PoolOptions::<Sqlite>::new()
                .max_connections(connections)
                .acquire_timeout(BUSY)
                // When a disk is full SQLite ends the transaction by itself, and sqlx goes on
                // believing in it: such a connection could never begin another one.
                .before_acquire(|connection, _| {
                    let usable = !connection.is_in_transaction();
                    Box::pin(async move { Ok(usable) })
                })
                .connect_lazy_with(options)
        };
        let write = pool(1, options.clone().journal_mode(SqliteJournalMode::Wal));
        let read = pool(READERS, options.pragma("query_only", "on"));
        if mode == OpenMode::Write {
            // The first connection switches the file to its write-ahead log, which readers need.
            let mut connection = write.acquire().await.map_err(translate).map_err(named)?;
            if !ready {
                migrate_sqlite(&mut connection).await.map_err(named)?;
            }
        }
        let pool = Pool::Sqlite { read, write };
        Ok(Self { pool, address, file: Some(file.to_owned()) })
    }

    async fn open_postgres(url: &str, mode: OpenMode) -> Answer<Self> {
        let address = without_password(url);
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address { url: address.clone() })?
            .application_name("rollcall");
        // Not by the pool, which takes a refused connection for a server that is starting up.
        let mut connection = tokio::time::timeout(CONNECT, options.connect())
            .await
            .map_err(|_| StoreError::Open(format!("{address} does not answer")))?
            .map_err(|error| match translate(error) {
                StoreError::Database(text) => StoreError::Open(text),
                other => other,
            })?;
        if !is_up_to_date(&mut connection).await? {
            if mode == OpenMode::Read {
                return Err(old_schema());
            }
            migrations(|m| m.3)
                .run_direct(None, &mut connection, false)
                .await
                .map_err(migration_error)?;
        }
        connection.close().await.map_err(translate)?;
        let pool = PoolOptions::<Postgres>::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(BUSY)
            .connect_lazy_with(options);
        Ok(Self { pool: Pool::Postgres(pool), address, file: None })
    }

    /// Where it is, without a password.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

/// Whether a file is this program's and up to date. Changes nothing: a file that is not ours is left
/// as it is.
async fn look_into(options: &SqliteConnectOptions) -> Answer<bool> {
    let mut connection = options.connect().await.map_err(translate)?;
    let ready = is_up_to_date(&mut connection).await?;
    if !ready {
        let sql = "SELECT (SELECT COUNT(*) FROM sqlite_master), \
                   (SELECT COUNT(*) FROM sqlite_master WHERE name = $1)";
        let (things, ours): (i64, i64) =
            sqlx::query_as(sql).bind(TABLE).fetch_one(&mut connection).await.map_err(translate)?;
        if things > 0 && ours == 0 {
            return Err(StoreError::Open("it is another program's database".to_owned()));
        }
    }
    connection.close().await.map_err(translate)?;
    Ok(ready)
}

/// Migrates in one transaction that takes the write lock at once: of several processes that find
/// the same new file one migrates it, and the others wait and find it done.
async fn migrate_sqlite(connection: &mut SqliteConnection) -> Answer<()> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.map_err(translate)?;
    if is_up_to_date(&mut *tx).await? {
        return Ok(());
    }
    migrations(|m| m.2).run_direct(None, &mut *tx, false).await.map_err(migration_error)?;
    tx.commit().await.map_err(translate)
}

/// SQLite's own words never name the file.
pub(crate) fn with_file(error: StoreError, file: &Path) -> StoreError {
    let name = |text: String| format!("{}: {text}", file.display());
    match error {
        StoreError::Open(text) => StoreError::Open(name(text)),
        StoreError::Corrupt(text) => StoreError::Corrupt(name(text)),
        StoreError::ReadOnly(text) => StoreError::ReadOnly(name(text)),
        StoreError::Full(text) => StoreError::Full(name(text)),
        StoreError::Busy(text) => StoreError::Busy(name(text)),
        StoreError::Database(text) => StoreError::Database(name(text)),
        other => other,
    }
}

/// Makes the database file readable by its owner only, before SQLite does; its log and index take
/// over the mode.
fn create_private(file: &Path) -> Answer<()> {
    create(file, std::fs::OpenOptions::new().create(true))
}

/// The same, where there must be no file yet.
pub(crate) fn create_new(file: &Path) -> Answer<()> {
    create(file, std::fs::OpenOptions::new().create_new(true))
}

fn create(file: &Path, options: &mut std::fs::OpenOptions) -> Answer<()> {
    options.read(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let named = |error: &std::io::Error| format!("{}: {error}", file.display());
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                StoreError::Exists { what: "file", name: file.display().to_string() }
            }
            std::io::ErrorKind::PermissionDenied if file.exists() => {
                StoreError::ReadOnly(named(&error))
            }
            std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(named(&error)),
            std::io::ErrorKind::StorageFull => StoreError::Full(named(&error)),
            _ => StoreError::Open(named(&error)),
        }),
    }
}

/// An address without what stands between the user's name and the host, and without parameters:
/// they can hold a password too. Where a sign in the password leaves open what is what, nothing but
/// the scheme is shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return match url.split_once(':') {
            Some((scheme, rest)) if rest.contains('@') => format!("{scheme}:…"),
            _ => url.to_owned(),
        };
    };
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if rest.contains('@') {
        return format!("{scheme}://…");
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}{path}")
        }
        None => format!("{scheme}://{authority}{path}"),
    }
}

fn migrations(
    text: fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str,
) -> Migrator {
    let list = MIGRATIONS
        .iter()
        .map(|m| {
            Migration::new(m.0, m.1.into(), MigrationType::Simple, text(m).into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(list)
}

/// Whether the schema is this program's own; refuses a newer one.
async fn is_up_to_date<C: Migrate>(connection: &mut C) -> Answer<bool> {
    let supported = MIGRATIONS.last().map_or(0, |m| m.0);
    let applied = match connection.list_applied_migrations(TABLE).await {
        Ok(applied) => applied,
        Err(error) if lacks_the_table(&error) => return Ok(false),
        Err(error) => return Err(migration_error(error)),
    };
    match applied.iter().map(|m| m.version).max() {
        Some(found) if found > supported => Err(StoreError::NewerSchema { found, supported }),
        newest => Ok(newest == Some(supported)),
    }
}

/// A database without the table of migrations is a new one; any other error is just that.
fn lacks_the_table(error: &MigrateError) -> bool {
    let MigrateError::Execute(sqlx::Error::Database(error)) = error else { return false };
    match error.code().as_deref() {
        // SQLite's plain "SQL logic error", and PostgreSQL's "undefined table".
        Some("1") => error.message().contains("no such table"),
        code => code == Some("42P01"),
    }
}

/// sqlx's own name for its table of migrations.
const TABLE: &str = "_sqlx_migrations";

fn old_schema() -> StoreError {
    let supported = MIGRATIONS.last().map_or(0, |m| m.0);
    StoreError::OldSchema(format!("it lacks schema version {supported}"))
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => translate(error),
        other => StoreError::Database(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_do_not_show() {
        for (url, shown) in [
            ("postgres://u:s3cret@h:5/db", "postgres://u@h:5/db"),
            ("postgres://u:p@ss@h/db?password=x", "postgres://u@h/db"),
            ("postgres://h/db", "postgres://h/db"),
            ("mysql:thing", "mysql:thing"),
            ("postgres:u:s3cret@h/db", "postgres:…"),
            ("postgres://u:s3/cret@h/db", "postgres://…"),
            ("postgres://u:s3?cret@h/db", "postgres://…"),
            ("postgres://h/db?password=s3@cret", "postgres://…"),
            ("postgres://u:s3cret@h?password=x", "postgres://u@h"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
