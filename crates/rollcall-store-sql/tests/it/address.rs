//! Addresses, and that no password shows.

use std::net::TcpListener;

use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;

use crate::support::{Folder, open};

const SECRET: &str = "s3cret";

#[tokio::test]
async fn what_is_no_address_is_refused() {
    for url in [
        "",
        "store.db",
        "mysql://h/db",
        "sqlite:",
        "sqlite://",
        "postgres://h:port/db",
        "postgres:",
    ] {
        let error = SqlStore::open(url, OpenMode::Write).await.unwrap_err();
        assert_eq!(error.code(), "store_address", "{url:?}: {error}");
    }
}

#[tokio::test]
async fn an_address_is_shown_without_its_password() {
    let server = Postgres::shared().unwrap();
    let url =
        server.database("secrets").unwrap().replace("postgres@", &format!("postgres:{SECRET}@"));
    assert!(url.contains(SECRET));
    let store = open(&url).await;
    let shown = Store::address(&store);
    assert!(shown.starts_with("postgres://postgres@localhost"), "{shown}");
    assert!(shown.ends_with("/secrets"), "{shown}");
    assert!(!format!("{store:?}").contains(SECRET));
    store.close().await;
    let folder = Folder::new();
    let store = open(&folder.url()).await;
    assert_eq!(Store::address(&store), folder.url());
    store.close().await;
}

#[tokio::test]
async fn no_error_shows_a_password() {
    let server = Postgres::shared().unwrap();
    let known = server.url("no_such_database").replace("postgres@", &format!("postgres:{SECRET}@"));
    let nobody = server.url("postgres").replace("postgres@", &format!("nobody_here:{SECRET}@"));
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let urls = [
        (known, "store_open"),
        (nobody, "store_open"),
        (format!("postgres://u:{SECRET}@127.0.0.1:{port}/db"), "store_open"),
        (format!("postgres://u:{SECRET}@127.0.0.1:{port}/db?sslmode=verify-full"), "store_open"),
        (format!("postgres://u:{SECRET}@127.0.0.1:{port}/db?sslmode={SECRET}"), "store_address"),
        (format!("postgres://u:{SECRET}@host:port/db"), "store_address"),
        (format!("postgres://u:{SECRET}/x@host/db"), "store_address"),
        (format!("postgres://host:x/db?password={SECRET}"), "store_address"),
        (format!("mysql://u:{SECRET}@host/db"), "store_address"),
    ];
    for (url, code) in urls {
        let error = SqlStore::open(&url, OpenMode::Write).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        assert_eq!(error.code(), code, "{error}");
    }
}
