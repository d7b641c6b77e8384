//! Copies of a store.

use std::os::unix::fs::PermissionsExt;

use rollcall_store::{EntityFilter, Store};
use rollcall_store_sql::{OpenMode, SqlStore};

use crate::support::{Folder, Reader, check_order, end_of, open, postgres, roles_named, url_of};

/// All that a store shows, as text.
async fn content(store: &dyn Store) -> Vec<String> {
    let mut lines = vec![format!("{:?}", store.publications(0, i64::MAX).await.unwrap())];
    for source in store.sources().await.unwrap() {
        lines.push(format!("{source:?}"));
        for row in store.scopes_of(source.id).await.unwrap() {
            lines.push(format!("{row:?}"));
            let facts = store.export_scope(row.id).await.unwrap();
            let mut facts: Vec<String> = facts.iter().map(|fact| format!("{fact:?}")).collect();
            facts.sort();
            lines.extend(facts);
        }
    }
    let all = EntityFilter { gone: true, ..EntityFilter::default() };
    lines.extend(store.entities(&all).await.unwrap().iter().map(|claim| format!("{claim:?}")));
    lines
}

#[tokio::test]
async fn a_backup_is_a_store_with_the_same_content() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    let reader = Reader::new(&store, "acme").await.unwrap();
    for (part, name) in [("one", "x"), ("two", "y"), ("one", "z")] {
        reader.read(part, 300, name, 50).await.unwrap();
    }
    // A reading that is under way goes along, unseen.
    let claimed = reader.claim("three").await.unwrap();
    let writes = roles_named("three", 30, "unseen", 0);
    assert!(store.write(claimed.id, claimed.token, writes.clone()).await.unwrap());
    let file = folder.file("copy.db");
    store.backup(&file).await.unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    let copy = SqlStore::open(&url_of(&file), OpenMode::Read).await.unwrap();
    assert_eq!(content(&copy).await, content(&store).await);
    copy.close().await;

    // Both go on by themselves.
    let copy = open(&url_of(&file)).await;
    let before = content(&store).await;
    let other = Reader::new(&copy, "acme").await.unwrap();
    other.read("one", 300, "later", 50).await.unwrap();
    assert_eq!(check_order(&copy).await, 4);
    assert_eq!(content(&store).await, before);
    let outcome = store.finish_scopes(vec![end_of(&claimed, Default::default())]).await.unwrap();
    assert_eq!(outcome, [rollcall_store::FinishOutcome::Published(None)]);
    copy.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    let file = folder.file("taken");
    std::fs::write(&file, "something else").unwrap();
    let error = store.backup(&file).await.unwrap_err();
    assert!(error.to_string().contains("taken"), "{error}");
    assert_eq!(error.code(), "exists", "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"something else");
    let error = store.backup(&folder.file("store.db")).await.unwrap_err();
    assert_eq!(error.code(), "exists", "{error}");
    let error = store.backup(&folder.file("no/folder/copy.db")).await.unwrap_err();
    assert!(error.to_string().contains("copy.db"), "{error}");
    assert_eq!(store.last_publication().await.unwrap(), 0);
    store.close().await;
}

#[tokio::test]
async fn a_postgres_store_names_its_own_tools() {
    let store = open(&postgres()).await;
    let folder = Folder::new();
    let error = store.backup(&folder.file("copy")).await.unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
    assert!(!folder.file("copy").exists());
    store.close().await;
}
