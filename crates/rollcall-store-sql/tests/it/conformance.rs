//! The suite that every store passes whole.

use std::sync::Arc;

use rollcall_store::Store;
use rollcall_store::conformance::{self, Failure};
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;

use crate::support::{Folder, open, url_of};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let folder = Folder::new();
    let number = std::sync::atomic::AtomicUsize::new(0);
    let report = conformance::run(async || {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let store =
            SqlStore::open(&url_of(&folder.file(&format!("{number}.db"))), OpenMode::Write).await?;
        Ok::<Arc<dyn Store>, Failure>(Arc::new(store))
    })
    .await;
    assert!(report.is_whole(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    let server = Postgres::start().unwrap();
    // Migrated once; the others are copies.
    open(&server.database("original").unwrap()).await.close().await;
    let number = std::sync::atomic::AtomicUsize::new(0);
    let report = conformance::run(async || {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let url = server.copy_of("original", &format!("case_{number}"))?;
        let store = SqlStore::open(&url, OpenMode::Write).await?;
        Ok::<Arc<dyn Store>, Failure>(Arc::new(store))
    })
    .await;
    assert!(report.is_whole(), "{report}");
}

#[test]
fn cases_have_names_of_their_own() {
    let mut names: Vec<&str> = conformance::cases().iter().map(|case| case.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
