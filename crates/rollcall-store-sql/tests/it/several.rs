//! Several stores on one database, in this process and in others.

use std::process::{Command, Stdio};

use futures::future::join_all;
use rollcall_store::{EntityFilter, FinishOutcome, Store};

use crate::child::{Job, ROLES, child};
use crate::support::{Reader, check_order, check_scopes, databases, names, open};

#[tokio::test(flavor = "multi_thread")]
async fn two_handles_write_into_one_database() {
    let (urls, _folder) = databases();
    for url in urls {
        let mut tasks = Vec::new();
        for handle in ["one", "two"] {
            let url = url.clone();
            tasks.push(tokio::spawn(async move {
                let store = open(&url).await;
                let reader = Reader::new(&store, handle).await.unwrap();
                for round in 0..15 {
                    let part = format!("{handle}-{}", round % 2);
                    let name = format!("{handle} {round}");
                    let outcome = reader.read(&part, 60, &name, 20).await.unwrap();
                    assert!(matches!(outcome, FinishOutcome::Published(Some(_))));
                }
                store.close().await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let store = open(&url).await;
        assert_eq!(check_order(&store).await, 30);
        for source in store.sources().await.unwrap() {
            check_scopes(&store, source.id, 60).await;
        }
        assert_eq!(names(&store).await, ["one 13", "one 14", "two 13", "two 14"]);
        store.close().await;
    }
}

/// What one handle publishes the other sees, and an older token of the one is refused when the
/// other has a newer one.
#[tokio::test]
async fn two_handles_fence_each_other() {
    let (urls, _folder) = databases();
    for url in urls {
        let (one, two) = (open(&url).await, open(&url).await);
        let first = Reader::new(&one, "acme").await.unwrap();
        let second = Reader::new(&two, "acme").await.unwrap();
        assert_eq!(first.source, second.source);
        let late = first.claim("p").await.unwrap();
        second.read("p", 5, "second", 0).await.unwrap();
        let writes = crate::support::roles_named("p", 5, "late", 0);
        assert!(!one.write(late.id, late.token, writes.clone()).await.unwrap());
        let end = crate::support::end_of(&late, writes);
        assert_eq!(one.finish_scopes(vec![end]).await.unwrap(), [FinishOutcome::Superseded]);
        assert_eq!(names(&one).await, ["second"]);
        one.close().await;
        two.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_that_open_a_new_database_at_once_all_succeed() {
    for _ in 0..4 {
        let (urls, _folder) = databases();
        for url in urls {
            for store in join_all((0..5).map(|_| open(&url))).await {
                assert_eq!(store.last_publication().await.unwrap(), 0);
                store.close().await;
            }
        }
    }
}

#[tokio::test]
async fn processes_that_open_a_new_database_at_once_all_succeed() {
    for _ in 0..3 {
        let (urls, _folder) = databases();
        for url in urls {
            let sources = ["p0", "p1", "p2", "p3"];
            let mut children = Vec::new();
            for source in sources {
                let mut command = child(&url, Job::Open { source }, |exe| Command::new(exe));
                let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
                children.push(child);
            }
            for child in children {
                let output = child.wait_with_output().unwrap();
                assert!(output.status.success(), "{output:?}");
            }
            let store = open(&url).await;
            assert_eq!(check_order(&store).await, 4);
            assert_eq!(names(&store).await, sources);
            let claims = store.entities(&EntityFilter::default()).await.unwrap();
            assert_eq!(claims.len(), 4 * ROLES);
            store.close().await;
        }
    }
}
