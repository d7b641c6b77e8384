//! The files of a SQLite store: who may read them, and files that are none.

use std::os::unix::fs::PermissionsExt;

use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::{Folder, Reader, names, open, url_of};

#[tokio::test]
async fn a_database_is_its_owners_alone() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    let reader = Reader::new(&store, "acme").await.unwrap();
    reader.read("one", 50, "x", 100).await.unwrap();
    assert_eq!(names(&store).await, ["x"]);
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        let mode = std::fs::metadata(folder.file(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{name}");
    }
    store.close().await;
}

#[tokio::test]
async fn a_closed_store_leaves_one_file() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    Reader::new(&store, "acme").await.unwrap().read("one", 5, "x", 0).await.unwrap();
    assert_eq!(names(&store).await, ["x"]);
    store.close().await;
    assert!(!folder.file("store.db-wal").exists());
    assert!(!folder.file("store.db-shm").exists());
    let store = SqlStore::open(&folder.url(), OpenMode::Read).await.unwrap();
    assert_eq!(names(&store).await, ["x"]);
    store.close().await;
}

#[tokio::test]
async fn what_is_missing_is_not_made_by_reading() {
    let folder = Folder::new();
    let error = SqlStore::open(&folder.url(), OpenMode::Read).await.unwrap_err();
    assert_eq!(error.code(), "store_open", "{error}");
    assert!(error.to_string().contains("store.db does not exist"), "{error}");
    assert!(!folder.file("store.db").exists());
    // A file that nobody has migrated is no store yet.
    std::fs::write(folder.file("store.db"), "").unwrap();
    let error = SqlStore::open(&folder.url(), OpenMode::Read).await.unwrap_err();
    assert_eq!(error.code(), "store_old_schema", "{error}");
    assert_eq!(std::fs::read(folder.file("store.db")).unwrap(), b"");
    let file = folder.file("no/such/folder.db");
    let error = SqlStore::open(&url_of(&file), OpenMode::Write).await.unwrap_err();
    assert_eq!(error.code(), "store_open", "{error}");
    assert!(error.to_string().contains("no/such/folder.db"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named_and_left_alone() {
    let folder = Folder::new();
    let mut header_only = b"SQLite format 3\0".to_vec();
    header_only.extend([0xff; 5_000]);
    let samples: [(&str, Vec<u8>); 4] = [
        ("notes.txt", b"not a database".to_vec()),
        ("image.png", (0..20_000).map(|i| (i * 7 % 251) as u8).collect()),
        ("zeros.db", vec![0; 8_192]),
        ("header.db", header_only),
    ];
    for (name, bytes) in samples {
        let file = folder.file(name);
        std::fs::write(&file, &bytes).unwrap();
        for mode in [OpenMode::Read, OpenMode::Write] {
            let error = SqlStore::open(&url_of(&file), mode).await.unwrap_err();
            assert!(error.to_string().contains(name), "{name} {mode:?}: {error}");
            assert_eq!(error.code(), "store_corrupt", "{name} {mode:?}: {error}");
            assert!(std::fs::read(&file).unwrap() == bytes, "{name} was changed ({mode:?})");
        }
    }
    for mode in [OpenMode::Read, OpenMode::Write] {
        let error = SqlStore::open(&url_of(&folder.file("")), mode).await.unwrap_err();
        assert_eq!(error.code(), "store_open", "a folder, {mode:?}: {error}");
    }
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let folder = Folder::new();
    let file = folder.file("bookmarks.db");
    let url = format!("{}?mode=rwc", url_of(&file));
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE bookmark (address TEXT)").await.unwrap();
    connection.close().await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let error = SqlStore::open(&url_of(&file), OpenMode::Write).await.unwrap_err();
    assert_eq!(error.code(), "store_open", "{error}");
    assert!(error.to_string().contains("bookmarks.db"), "{error}");
    assert!(std::fs::read(&file).unwrap() == bytes);
}

#[tokio::test]
async fn a_torn_file_is_an_error_that_names_it() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    let reader = Reader::new(&store, "acme").await.unwrap();
    reader.read("one", 400, "x", 500).await.unwrap();
    store.close().await;
    let bytes = std::fs::read(folder.file("store.db")).unwrap();
    let mut torn = bytes.clone();
    let half = torn.len() / 2;
    torn[4_096..half].fill(0xa5);
    for (name, content) in [("cut.db", &bytes[..bytes.len() / 3]), ("torn.db", &torn[..])] {
        let file = folder.file(name);
        std::fs::write(&file, content).unwrap();
        // Either it is refused at once, or at the first look at what is torn.
        let error = match SqlStore::open(&url_of(&file), OpenMode::Read).await {
            Ok(store) => store.entities(&Default::default()).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.code(), "store_corrupt", "{name}: {error}");
    }
}
