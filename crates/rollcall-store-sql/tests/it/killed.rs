//! A process that is killed while it writes.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use rollcall_store::{FinishOutcome, Store};
use sqlx::{Connection, SqliteConnection};

use crate::child::{Job, ROLES, child};
use crate::support::{Reader, check_order, check_scopes, databases, open};

#[tokio::test]
async fn a_killed_writer_loses_nothing_that_was_published() {
    let (urls, _folder) = databases();
    for url in urls {
        let mut promised = 0;
        // Each time it dies a little later within its work.
        for (lines, delay) in [(1, 0), (2, 3), (4, 7), (1, 12), (3, 18), (2, 25)] {
            promised += kill_after(&url, lines, Duration::from_millis(delay));
            let store = open(&url).await;
            let last = check_order(&store).await;
            assert!(last >= promised, "{last} publications of {promised} that were told");
            promised = last;
            let source = store.sources().await.unwrap().remove(0).id;
            check_scopes(&store, source, ROLES).await;
            // The next reading undoes what was left half-way and goes on.
            let reader = Reader { store: &store, source };
            let outcome = reader.read("part-0", ROLES, &format!("after {lines} {delay}"), 10).await;
            assert_eq!(outcome.unwrap(), FinishOutcome::Published(Some(last + 1)));
            promised += 1;
            check_scopes(&store, source, ROLES).await;
            store.close().await;
        }
        if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            let verdict: String = sqlx::query_scalar("PRAGMA integrity_check")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            assert_eq!(verdict, "ok");
        }
    }
}

/// Kills a writer some time after it told of some publications; gives the number that it told of.
fn kill_after(url: &str, lines: usize, delay: Duration) -> i64 {
    let mut command = child(url, Job::Write, |exe| Command::new(exe));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .filter(|line| line.starts_with("published "));
    let mut count = told.by_ref().take(lines).count();
    assert_eq!(count, lines, "the writer ended by itself");
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died counts as well.
    count += told.count();
    i64::try_from(count).unwrap()
}
