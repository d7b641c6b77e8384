//! Work that is cut off half-way inside the process: a future that is dropped.

use std::time::Duration;

use rollcall_store::{
    ClaimTable, FinishOutcome, LiveFact, Missing, MissingReason, RetireRequest, Store,
};
use tokio::time::timeout;

use crate::support::{Reader, at, check_order, check_scopes, databases, end_of, open, roles_named};

const ROLES: usize = 2_000;

/// Each try is cut a little later, the last one not at all.
fn cuts() -> impl Iterator<Item = Duration> {
    (0..14).map(|i: u64| Duration::from_micros(i * i * 300)).chain([Duration::from_secs(60)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_dropped_leaves_all_or_nothing() {
    let (urls, _folder) = databases();
    for url in urls {
        let store = open(&url).await;
        let reader = Reader::new(&store, "acme").await.unwrap();
        let (mut cut, mut whole) = (0, 0);
        for (i, limit) in cuts().enumerate() {
            // A scope of its own each time: its unseen rows are seen as its live facts.
            let claimed = reader.claim(&format!("part-{i}")).await.unwrap();
            let writes = roles_named(&format!("part-{i}"), ROLES, "x", 100);
            match timeout(limit, store.write(claimed.id, claimed.token, writes)).await {
                Ok(answer) => {
                    assert!(answer.unwrap());
                    whole += 1;
                }
                Err(_) => cut += 1,
            }
            let live = store.live_facts(&[claimed.id]).await.unwrap().remove(0);
            let rows = live.tables[0].len();
            assert!(rows == 0 || rows == ROLES, "{rows} of {ROLES} rows after {limit:?}");
            assert!(store.export_scope(claimed.id).await.unwrap().is_empty());
        }
        assert!(cut > 0 && whole > 0, "{cut} cut, {whole} whole");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_is_dropped_publishes_all_or_nothing() {
    let (urls, _folder) = databases();
    for url in urls {
        let store = open(&url).await;
        let reader = Reader::new(&store, "acme").await.unwrap();
        let (mut cut, mut whole) = (0, 0);
        for (i, limit) in cuts().enumerate() {
            let part = format!("part-{i}");
            let before = check_order(&store).await;
            let claimed = reader.claim(&part).await.unwrap();
            let end = end_of(&claimed, roles_named(&part, ROLES, "x", 100));
            match timeout(limit, store.finish_scopes(vec![end])).await {
                Ok(outcome) => {
                    whole += 1;
                    let expected = FinishOutcome::Published(Some(before + 1));
                    assert_eq!(outcome.unwrap(), [expected]);
                }
                Err(_) => cut += 1,
            }
            let mut visible = store.export_scope(claimed.id).await.unwrap().len();
            let published = check_order(&store).await - before;
            if published > 0 {
                // The commit may have ended between the two looks.
                visible = store.export_scope(claimed.id).await.unwrap().len();
            }
            assert!(matches!((visible, published), (0, 0) | (ROLES, 1)), "{visible} {published}");
            check_scopes(&store, reader.source, ROLES).await;
        }
        assert!(cut > 0 && whole > 0, "{cut} cut, {whole} whole");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_that_is_dropped_retires_all_or_nothing() {
    // More than one transaction takes.
    const MANY: usize = 5_300;
    let (urls, _folder) = databases();
    for url in urls {
        let store = open(&url).await;
        let reader = Reader::new(&store, "acme").await.unwrap();
        reader.read("one", MANY, "x", 0).await.unwrap();
        let id = store.scopes_of(reader.source).await.unwrap().remove(0).id;
        let (mut cut, mut busy) = (0, 0);
        for millis in [0, 5, 15, 30, 45, 60, 60_000] {
            // A complete reading that sees nothing: everything is pending.
            let claimed = reader.claim("one").await.unwrap();
            let live = store.live_facts(&[claimed.id]).await.unwrap().remove(0);
            assert!(matches!(live.tables[0].len(), 0 | MANY), "{}", live.tables[0].len());
            let reason = MissingReason::Pending;
            let mark = |live: &LiveFact| Missing {
                table: ClaimTable::Entity,
                fact: live.fact,
                number: live.number,
                reason,
            };
            let mut end = end_of(&claimed, Default::default());
            end.missing = Some(live.tables[0].iter().map(mark).collect());
            store.finish_scopes(vec![end]).await.unwrap();

            let (scopes, reasons) = (vec![id], vec![reason]);
            let request = RetireRequest { scopes, reasons, run: None, at: at(2) };
            let retired = timeout(Duration::from_millis(millis), store.retire(request)).await;
            cut += usize::from(retired.is_err());
            let visible = store.export_scope(id).await.unwrap().len();
            assert!(visible == 0 || visible == MANY, "{visible} of {MANY} are left");
            if visible == MANY {
                // Cut between its transactions, it holds the scope until the next claim.
                let row = store.scopes_of(reader.source).await.unwrap().remove(0);
                busy += usize::from(row.claimed > row.published);
                // A commit that was under way when its future was dropped may end between the two looks.
                let is_retired = store.export_scope(id).await.unwrap().is_empty();
                let left = if is_retired { 0 } else { MANY as i64 };
                assert!([left, MANY as i64].contains(&row.live_entities), "{}", row.live_entities);
            }
        }
        assert!(cut > 0, "no retirement was cut ({busy} left the scope claimed)");
        assert_eq!(store.export_scope(id).await.unwrap().len(), 0);
        assert_eq!(check_order(&store).await, 2);
        store.close().await;
    }
}
