//! Opening a store and bringing it to this program's schema.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rollcall_store::StoreError;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Postgres, SqlSafeStr, Sqlite};

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
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 8;

/// (version, what it does, SQLite, PostgreSQL). The files stand in pairs.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[(
    1,
    "spine",
    include_str!("../../../migrations/sqlite/0001_spine.sql"),
    include_str!("../../../migrations/postgres/0001_spine.sql"),
)];

impl SqlStore {
    /// Opens the store at an address: `sqlite:FILE` or `postgres://…`.
    ///
    /// # Errors
    /// When the address has no known form, nothing answers there, the schema is newer than this
    /// program, or (for reading) it is older.
    pub async fn open(url: &str, mode: OpenMode) -> Answer<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = Path::new(file.strip_prefix("//").unwrap_or(file));
            return Self::open_sqlite(file, mode).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, mode).await;
        }
        Err(StoreError::Address { url: without_password(url) })
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
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("cache_size", "-65536")
            .pragma("mmap_size", "1073741824")
            .pragma("temp_store", "memory");
        let pool = |connections: u32, options: SqliteConnectOptions| {
            PoolOptions::<Sqlite>::new()
                .max_connections(connections)
                .acquire_timeout(BUSY)
                .connect_lazy_with(options)
        };
        let write = pool(1, options.clone());
        let read = pool(READERS, options.pragma("query_only", "on"));
        let pool = if mode == OpenMode::Write { &write } else { &read };
        let mut connection = pool.acquire().await.map_err(translate)?;
        let ready = is_up_to_date(&mut *connection).await?;
        drop(connection);
        if !ready {
            if mode == OpenMode::Read {
                return Err(old_schema());
            }
            if let Err(error) = migrations(|m| m.2).run(&write).await {
                // Another process may have brought it up to date in the meantime.
                let mut connection = write.acquire().await.map_err(translate)?;
                if !is_up_to_date(&mut *connection).await? {
                    return Err(migration_error(error));
                }
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
        let pool = PoolOptions::<Postgres>::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await
            .map_err(|error| match translate(error) {
                StoreError::Database(text) => StoreError::Open(text),
                other => other,
            })?;
        let mut connection = pool.acquire().await.map_err(translate)?;
        let ready = is_up_to_date(&mut *connection).await?;
        drop(connection);
        if !ready && mode == OpenMode::Read {
            return Err(old_schema());
        }
        if !ready {
            migrations(|m| m.3).run(&pool).await.map_err(migration_error)?;
        }
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

/// Makes the database file readable by its owner only, before SQLite does; its log and index take
/// over the mode.
pub(crate) fn create_private(file: &Path) -> Answer<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && file.exists() => {
            Err(StoreError::ReadOnly(format!("{}: {error}", file.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem => {
            Err(StoreError::ReadOnly(format!("{}: {error}", file.display())))
        }
        Err(error) => Err(StoreError::Open(format!("{}: {error}", file.display()))),
    }
}

/// An address without what stands between the user's name and the host.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => {
            let user = rest[..at].split(':').next().unwrap_or_default();
            format!("{scheme}://{user}{}", strip_query(&rest[at..]))
        }
        None => format!("{scheme}://{}", strip_query(rest)),
    }
}

/// Query parameters can hold a password too.
fn strip_query(text: &str) -> &str {
    text.split('?').next().unwrap_or_default()
}

fn migrations(text: fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
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
    // A database without the table of migrations is a new one.
    let Ok(applied) = connection.list_applied_migrations(TABLE).await else { return Ok(false) };
    match applied.iter().map(|m| m.version).max() {
        Some(found) if found > supported => Err(StoreError::NewerSchema { found, supported }),
        newest => Ok(newest == Some(supported)),
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
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
