//! Schemas of other versions.

use rollcall_store::{Store, StoreError};
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::{Folder, Reader, names, open, postgres};

const NEWER: &str = "INSERT INTO _sqlx_migrations \
    (version, description, success, checksum, execution_time) \
    SELECT 999, 'of the future', success, checksum, execution_time FROM _sqlx_migrations LIMIT 1";

fn is_newer(error: &StoreError) -> bool {
    matches!(error, StoreError::NewerSchema { found: 999, supported } if *supported < 999)
}

#[tokio::test]
async fn a_newer_sqlite_file_is_not_touched() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    Reader::new(&store, "acme").await.unwrap().read("one", 20, "x", 0).await.unwrap();
    store.close().await;
    let mut connection = SqliteConnection::connect(&folder.url()).await.unwrap();
    connection.execute(NEWER).await.unwrap();
    connection.close().await.unwrap();
    let bytes = std::fs::read(folder.file("store.db")).unwrap();
    for mode in [OpenMode::Write, OpenMode::Read] {
        let error = SqlStore::open(&folder.url(), mode).await.unwrap_err();
        assert!(is_newer(&error), "{error}");
        assert!(error.to_string().contains("nothing was changed"), "{error}");
        assert!(std::fs::read(folder.file("store.db")).unwrap() == bytes, "{mode:?}");
    }
}

#[tokio::test]
async fn a_newer_postgres_database_is_not_touched() {
    let server = Postgres::shared().unwrap();
    let url = server.database("newer").unwrap();
    open(&url).await.close().await;
    server.sql("newer", NEWER).unwrap();
    for mode in [OpenMode::Write, OpenMode::Read] {
        let error = SqlStore::open(&url, mode).await.unwrap_err();
        assert!(is_newer(&error), "{error}");
    }
    let versions = server.sql("newer", "SELECT COUNT(*) FROM _sqlx_migrations").unwrap();
    let known =
        server.sql("newer", "SELECT MAX(version) FROM _sqlx_migrations WHERE version < 999");
    assert_eq!(versions.parse::<i64>().unwrap(), known.unwrap().parse::<i64>().unwrap() + 1);
}

#[tokio::test]
async fn an_empty_postgres_database_is_no_store_to_read() {
    let server = Postgres::shared().unwrap();
    let url = server.database("empty").unwrap();
    let error = SqlStore::open(&url, OpenMode::Read).await.unwrap_err();
    assert_eq!(error.code(), "store_old_schema", "{error}");
    let tables = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql("empty", tables).unwrap(), "0");
}

#[tokio::test]
async fn opening_again_keeps_everything() {
    let folder = Folder::new();
    for url in [folder.url(), postgres()] {
        for i in 0..3 {
            let store = open(&url).await;
            let reader = Reader::new(&store, "acme").await.unwrap();
            let part = format!("part-{i}");
            reader.read(&part, 3, &part, 0).await.unwrap();
            store.close().await;
        }
        let store = SqlStore::open(&url, OpenMode::Read).await.unwrap();
        assert_eq!(names(&store).await, ["part-0", "part-1", "part-2"]);
        store.close().await;
    }
}
