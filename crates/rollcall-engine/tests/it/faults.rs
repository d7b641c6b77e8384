//! After every fault: nothing retired that still exists, and the next clean run equals a fresh one.

use rollcall_engine::export_lines;
use rollcall_model::{ProblemClass, ScopeState, Visibility};

use crate::fixture::{Fixture, lacking, on_both, with_fault};
use crate::world::{Fault, STREAMS, World};

/// Reads a world, then a changed world with a fault, then the changed world cleanly.
async fn survives(fixture: &Fixture, stream: &str, fault: Fault) {
    let before = World::new(2, 6);
    let mut after = before.clone();
    after.remove_user(1, 3);
    let store = fixture.new_store().await;
    fixture.sync(&store, &before).await;
    let known = export_lines(&store).await.unwrap();
    let truth = fixture.fresh(&after).await;
    let still: String = known
        .lines()
        .filter(|l| truth.lines().any(|t| t == *l))
        .map(|l| format!("{l}\n"))
        .collect();

    fixture.sync(&store, &with_fault(&after, stream, fault.clone())).await;
    let during = export_lines(&store).await.unwrap();
    let lost = lacking(&still, &during);
    assert!(lost.is_empty(), "{:?} {stream} {fault:?} retired {lost:#?}", fixture.database);

    fixture.sync(&store, &after).await;
    let healed = export_lines(&store).await.unwrap();
    assert_eq!(healed, truth, "{:?} {stream} {fault:?}", fixture.database);
}

#[test]
fn a_scope_that_fails_at_every_record_in_turn() {
    on_both(async |fixture| {
        let world = World::new(2, 6);
        for stream in STREAMS {
            let step = if fixture.database == crate::fixture::Database::Sqlite { 3 } else { 7 };
            for at in (0..world.length(stream)).step_by(step) {
                let class = ProblemClass::ALL[at % ProblemClass::ALL.len()];
                survives(fixture, stream, Fault::Fail { at, class }).await;
            }
        }
    });
}

#[test]
fn a_stream_that_aborts_or_panics() {
    on_both(async |fixture| {
        for stream in STREAMS {
            for at in [0, 1, 5] {
                let class = ProblemClass::Transient;
                survives(fixture, stream, Fault::Abort { at, class }).await;
                survives(fixture, stream, Fault::Panic { at }).await;
            }
        }
    });
}

#[test]
fn null_entries_duplicates_and_conflicts() {
    on_both(async |fixture| {
        for stream in STREAMS {
            survives(fixture, stream, Fault::Null { at: 2 }).await;
            survives(fixture, stream, Fault::Twice).await;
            survives(fixture, stream, Fault::Conflict { at: 0 }).await;
        }
    });
}

#[test]
fn a_null_entry_leaves_the_scope_partial_and_retires_nothing_in_it() {
    on_both(async |fixture| {
        let world = World::new(1, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        let report =
            fixture.sync(&store, &with_fault(&world, "users", Fault::Null { at: 0 })).await;
        let users = report.scopes.iter().find(|o| o.scope.stream == "users").unwrap();
        assert_eq!(users.state, ScopeState::Partial);
        assert_eq!(report.exit_code() as i64, 2);
        assert_eq!(export_lines(&store).await.unwrap(), known);
    });
}

#[test]
fn a_forbidden_scope_is_not_an_empty_one() {
    on_both(async |fixture| {
        let world = World::new(1, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        let class = ProblemClass::Permission;
        let faulty = with_fault(&world, "users", Fault::Fail { at: 0, class });
        let report = fixture.sync(&store, &faulty).await;
        let users = report.scopes.iter().find(|o| o.scope.stream == "users").unwrap();
        assert_eq!(users.state, ScopeState::Forbidden);
        assert_eq!(export_lines(&store).await.unwrap(), known);
    });
}

#[test]
fn an_empty_answer_is_held_until_a_reading_disagrees() {
    on_both(async |fixture| {
        let world = World::new(2, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        for stream in ["users", "keys"] {
            let report = fixture.sync(&store, &with_fault(&world, stream, Fault::Empty)).await;
            assert!(!report.held.is_empty(), "{stream}");
            assert_eq!(report.retired, 0, "{stream}");
            assert_eq!(export_lines(&store).await.unwrap(), known, "{stream}");
        }
        let report = fixture.sync(&store, &world).await;
        assert!(report.held.is_empty());
        assert_eq!(export_lines(&store).await.unwrap(), known);
    });
}

#[test]
fn a_narrowed_credential_retires_nothing() {
    on_both(async |fixture| {
        let world = World::new(1, 40);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        let mut narrowed = world.clone();
        narrowed.remove_user(0, 7);
        for content in narrowed.scopes.values_mut() {
            content.visibility = Visibility::of(["list"]);
        }
        for _ in 0..2 {
            let report = fixture.sync(&store, &narrowed).await;
            assert_eq!(report.retired, 0);
            assert!(report.held.iter().any(|(_, _, why)| why.contains("read")), "{report:?}");
            assert_eq!(export_lines(&store).await.unwrap(), known);
        }
        // The same list from a credential that sees everything again is believed.
        let mut wide = world.clone();
        wide.remove_user(0, 7);
        let report = fixture.sync(&store, &wide).await;
        assert!(report.held.is_empty());
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&wide).await);
    });
}

#[test]
fn a_clock_that_goes_back_changes_nothing() {
    on_both(async |fixture| {
        let world = World::new(2, 6);
        let mut after = world.clone();
        after.remove_user(0, 1);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        fixture.time.fetch_sub(86_400_000_000 * 30, std::sync::atomic::Ordering::Relaxed);
        fixture.sync(&store, &after).await;
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&after).await);
        let publications = store.publications(0, 10_000).await.unwrap();
        assert!(publications.windows(2).all(|w| w[0].at <= w[1].at));
        let sequences: Vec<i64> = publications.iter().map(|p| p.sequence).collect();
        assert_eq!(sequences, (1..=sequences.len() as i64).collect::<Vec<_>>());
    });
}
