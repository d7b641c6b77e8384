//! Events are kept once. No verb of the port reads them yet, so this looks into the table.

use rollcall_model::Reference;
use rollcall_record::{EventKind, EventRecord};
use rollcall_store::{FinishOutcome, ScopeWrites, Store, prepare_event};
use rollcall_testing::Postgres;
use sqlx::{Connection, SqliteConnection};

use crate::support::{Folder, Reader, at, end_of, open};

fn events(ids: &[&str]) -> ScopeWrites {
    let event = |id: &&str| {
        let record = EventRecord {
            id: (*id).to_owned(),
            entity: Reference::new("aws.arn", "aws", "arn:x").into(),
            kind: EventKind::Changed,
            at: at(1),
            by: None,
            attributes: Default::default(),
        };
        prepare_event(record).unwrap()
    };
    ScopeWrites { events: ids.iter().map(event).collect(), ..ScopeWrites::default() }
}

/// Says some events several times: within a lot, in two lots, in two readings and in two scopes.
async fn say(url: &str) {
    let store = open(url).await;
    let reader = Reader::new(&store, "acme").await.unwrap();
    for part in ["one", "one", "two"] {
        let claimed = reader.claim(part).await.unwrap();
        let lot = events(&["a", "b", "a"]);
        assert!(store.write(claimed.id, claimed.token, lot).await.unwrap());
        let outcome = store.finish_scopes(vec![end_of(&claimed, events(&["b", "c"]))]).await;
        assert_eq!(outcome.unwrap(), [FinishOutcome::Published(None)]);
    }
    store.close().await;
}

const COUNT: &str = "SELECT COUNT(*) FROM event";
/// Three events in each of two scopes.
const EXPECTED: i64 = 6;

#[tokio::test]
async fn sqlite_keeps_an_event_once() {
    let folder = Folder::new();
    say(&folder.url()).await;
    let mut connection = SqliteConnection::connect(&folder.url()).await.unwrap();
    let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, EXPECTED);
}

#[tokio::test]
async fn postgres_keeps_an_event_once() {
    let server = Postgres::shared().unwrap();
    say(&server.database("events").unwrap()).await;
    assert_eq!(server.sql("events", COUNT).unwrap(), EXPECTED.to_string());
}
