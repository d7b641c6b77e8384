//! Several readers at once, cancelled and interrupted runs.

use std::sync::{Arc, Mutex};

use rollcall_engine::{
    Observer, Process, SourceSpec, SyncEvent, SyncOptions, export_lines, read_source,
};
use rollcall_model::{ProblemClass, ScopeState};
use rollcall_store::{RunStart, Runs};
use tokio_util::sync::CancellationToken;

use crate::fixture::on_both;
use crate::world::{Fake, World};

#[test]
fn two_processes_on_one_source_do_each_stream_once() {
    on_both(async |fixture| {
        let world = World::new(2, 20);
        let url = fixture.new_url();
        let (one, two) = (fixture.open(&url).await, fixture.open(&url).await);
        let (a, b) = tokio::join!(fixture.sync(&one, &world), fixture.sync(&two, &world));
        let refused = |r: &rollcall_engine::RunReport| {
            r.problems.iter().filter(|(p, _)| p.code == "leased_elsewhere").count()
        };
        let read = a.scopes.len() + b.scopes.len();
        assert!(refused(&a) + refused(&b) > 0 || read == 2 * world.scopes.len(), "{a:?} {b:?}");
        assert!(a.problems.iter().chain(&b.problems).all(|(p, _)| p.class != ProblemClass::Bug));
        fixture.sync(&one, &world).await;
        assert_eq!(export_lines(&one).await.unwrap(), fixture.fresh(&world).await);
    });
}

#[test]
fn a_cancelled_run_leaves_what_was_published_and_the_next_converges() {
    on_both(async |fixture| {
        let world = World::new(2, 40);
        for stop_after in [1, 2, 3, 60] {
            let store = fixture.new_store().await;
            let token = CancellationToken::new();
            let seen = Arc::new(Mutex::new(0));
            let observer: Observer = Arc::new({
                let token = token.clone();
                move |event| {
                    if matches!(event, SyncEvent::ScopeEnded { .. }) {
                        let mut seen = seen.lock().unwrap();
                        *seen += 1;
                        if *seen == stop_after {
                            token.cancel();
                        }
                    }
                }
            });
            let connector = Fake::connector(&Arc::new(Mutex::new(world.clone())), false);
            let spec = SourceSpec { name: "corp".into(), skip_streams: Vec::new() };
            let options = SyncOptions::default();
            let clock = fixture.clock();
            let report =
                read_source(&store, &connector, &spec, &clock, &options, &observer, &token)
                    .await
                    .unwrap();
            let all_read = report.scopes.len() == world.scopes.len();
            assert_eq!(report.exit_code() as i64, if all_read { 0 } else { 2 });
            fixture.sync(&store, &world).await;
            assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&world).await);
        }
    });
}

#[test]
fn a_killed_run_can_be_taken_up_again() {
    on_both(async |fixture| {
        let world = World::new(2, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        // A run that read the accounts and the users, lost one user, and was killed before the end
        // of the stream could judge it.
        let mut after = world.clone();
        after.remove_user(1, 2);
        let streams = SyncOptions { streams: vec!["accounts".into()], ..Default::default() };
        let killed = fixture.sync_as(&store, &after, "corp", false, streams).await;
        let source = store.sources().await.unwrap()[0].id;
        let run = rollcall_model::RunId("00000000-0000-7000-8000-000000000001".into());
        let at = fixture.clock().now();
        store
            .begin_run(RunStart {
                id: run.clone(),
                source,
                at,
                version: String::new(),
                part: false,
            })
            .await
            .unwrap();
        for outcome in &killed.scopes {
            assert_eq!(outcome.state, ScopeState::Complete);
        }
        let resume = SyncOptions { resume: true, ..Default::default() };
        let report = fixture.sync_as(&store, &after, "corp", false, resume).await;
        assert_eq!(report.exit_code() as i64, 0);
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&after).await);
        let runs = store.runs(source, Runs::All, 10).await.unwrap();
        assert!(runs.iter().all(|run| run.finished_at.is_some()), "{runs:?}");
    });
}

#[test]
fn the_lease_of_a_process_that_has_ended_is_taken_over_at_once() {
    on_both(async |fixture| {
        let world = World::new(1, 2);
        let store = fixture.new_store().await;
        let source = store.source("corp", "fake", fixture.clock().now()).await.unwrap();
        for (holder, taken_over) in [("killed run-1", true), ("alive run-2", false)] {
            let lease = store.lease(source, "users", holder, 60).await.unwrap();
            let process = Process { has_ended: |holder| holder.starts_with("killed ") };
            let options = SyncOptions { process: Some(process), ..SyncOptions::default() };
            let report = fixture.sync_as(&store, &world, "corp", false, options).await;
            let refused = report.problems.iter().any(|(p, _)| p.code == "leased_elsewhere");
            assert_eq!(refused, !taken_over, "{holder}");
            if !taken_over {
                store.release(&lease.unwrap()).await.unwrap();
            }
        }
    });
}
