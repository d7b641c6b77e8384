//! Databases that may be read but not written.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::{Limit, Postgres, SmallDisk};

use crate::support::{Reader, at, names, open, url_of};

#[tokio::test]
async fn a_read_only_postgres_database_says_so() {
    let server = Postgres::shared().unwrap();
    let url = server.database("read_only").unwrap();
    let store = open(&url).await;
    Reader::new(&store, "acme").await.unwrap().read("one", 3, "x", 0).await.unwrap();
    store.close().await;
    server
        .sql("postgres", "ALTER DATABASE read_only SET default_transaction_read_only = on")
        .unwrap();
    let store = open(&url).await;
    assert_eq!(names(&store).await, ["x"]);
    let error = store.source("new", "aws", at(0)).await.unwrap_err();
    assert_eq!(error.code(), "store_read_only", "{error}");
    let reader = store.sources().await.unwrap().remove(0);
    let reader = Reader { store: &store, source: reader.id };
    let error = reader.read("one", 3, "y", 0).await.unwrap_err();
    assert_eq!(error.code(), "store_read_only", "{error}");
    assert_eq!(names(&store).await, ["x"]);
    store.close().await;

    server.database("read_only_empty").unwrap();
    let alter = "ALTER DATABASE read_only_empty SET default_transaction_read_only = on";
    server.sql("postgres", alter).unwrap();
    let error = SqlStore::open(&server.url("read_only_empty"), OpenMode::Write).await.unwrap_err();
    assert_eq!(error.code(), "store_read_only", "{error}");
}

/// Root may write whatever a file's mode says, so for root the whole disk is read-only.
#[tokio::test]
async fn a_read_only_sqlite_file_says_so() {
    let disk = SmallDisk::new(4 << 20).unwrap();
    let file = disk.join("store.db");
    let store = open(&url_of(&file)).await;
    Reader::new(&store, "acme").await.unwrap().read("one", 3, "x", 0).await.unwrap();
    store.close().await;
    match disk.limit() {
        Limit::Disk => {
            let mut mount = Command::new("mount");
            let done = mount.args(["-o", "remount,ro"]).arg(disk.path()).status().unwrap();
            assert!(done.success());
        }
        Limit::FileSize => {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
        }
    }
    let before = std::fs::read(&file).unwrap();
    let error = SqlStore::open(&url_of(&file), OpenMode::Write).await.unwrap_err();
    assert_eq!(error.code(), "store_read_only", "{error}");
    assert!(error.to_string().contains("store.db"), "{error}");
    assert!(std::fs::read(&file).unwrap() == before);
}
