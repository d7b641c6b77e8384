//! A process that stays: it follows the store, and reads sources when they are due.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use rollcall_connector::Connector;
use rollcall_engine::{
    Board, Follower, Job, Published, Queue, Reader, Schedule, Schema, ServedSource, SnapshotCache,
    SourceSpec, Sources, Step, SyncOptions, Worker,
};
use rollcall_model::Timestamp;
use rollcall_record::Problem;
use rollcall_store::{Runs, Store};
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, on_both};
use crate::world::{Fake, STREAMS, World};

/// Waits for something that is about to be so.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting)
        .await
        .unwrap_or_else(|_| panic!("{what}"));
}

fn follower(fixture: &Fixture, store: &Arc<dyn Store>, step: Option<Step>) -> Follower {
    Follower {
        store: Arc::clone(store),
        schema: Arc::new(Schema::default()),
        cache: SnapshotCache::new(None),
        step,
        clock: fixture.clock(),
        published: Published::new(),
        every: Duration::from_millis(10),
    }
}

#[test]
fn what_others_publish_is_shown_and_an_outage_leaves_the_last_snapshot() {
    on_both(async |fixture| {
        let url = fixture.new_url();
        let store = fixture.open(&url).await;
        let follower = follower(fixture, &store, None);
        let (published, stop) = (Arc::clone(&follower.published), CancellationToken::new());
        assert!(published.shown().is_none());
        let running = tokio::spawn(follower.run(stop.clone()));
        let nodes = || published.shown().map_or(0, |shown| shown.snapshot.node_count());
        until("the empty store is shown", || published.shown().is_some()).await;
        // Another process: nobody tells the follower.
        let other = fixture.open(&url).await;
        let world = World::new(2, 3);
        fixture.sync(&other, &world).await;
        let whole = 2 + 2 * 3 + 2 * 3 * 2;
        until("the other's reading is shown", || nodes() == whole).await;
        let sequence = published.shown().unwrap().position.sequence;
        assert_eq!(sequence, other.last_publication().await.unwrap());
        assert_eq!(published.state().failures, 0);

        store.close().await;
        until("the outage is noticed", || published.state().failing > 1).await;
        assert!(published.state().error.is_some());
        assert_eq!(nodes(), whole, "the last snapshot stays");
        stop.cancel();
        running.await.unwrap();
        other.close().await;
    });
}

#[test]
fn the_step_is_taken_for_every_new_snapshot_and_at_each_full_hour() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let hours: Arc<Mutex<Vec<Timestamp>>> = Arc::default();
        let step: Step = {
            let hours = Arc::clone(&hours);
            Arc::new(move |snapshot, hour| {
                hours.lock().unwrap().push(hour);
                snapshot.clone()
            })
        };
        let follower = follower(fixture, &store, Some(step));
        let (published, stop) = (Arc::clone(&follower.published), CancellationToken::new());
        let running = tokio::spawn(follower.run(stop.clone()));
        let taken = || hours.lock().unwrap().len();
        until("the first", || taken() == 1).await;
        let swaps = published.state().swaps;
        let asked = published.state().current_at;
        until("it is asked again", || published.state().current_at > asked).await;
        assert_eq!((taken(), published.state().swaps), (1, swaps), "nothing new: nothing computed");
        fixture.time.fetch_add(3_600_000_000, Ordering::Relaxed);
        until("the next hour", || taken() == 2).await;
        let both = hours.lock().unwrap().clone();
        assert_eq!(both[1].micros() - both[0].micros(), 3_600_000_000);
        assert_eq!(both[0].micros() % 3_600_000_000, 0);
        fixture.sync(&store, &World::new(1, 1)).await;
        until("a new snapshot", || taken() > 2).await;
        stop.cancel();
        running.await.unwrap();
        store.close().await;
    });
}

#[test]
fn a_step_that_panics_ends_nothing() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let calls = Arc::new(AtomicU64::new(0));
        let step: Step = {
            let calls = Arc::clone(&calls);
            Arc::new(move |snapshot, _| {
                assert!(calls.fetch_add(1, Ordering::Relaxed) > 0, "the first time, as told");
                snapshot.clone()
            })
        };
        let follower = follower(fixture, &store, Some(step));
        let (published, stop) = (Arc::clone(&follower.published), CancellationToken::new());
        let running = tokio::spawn(follower.run(stop.clone()));
        until("the second time", || published.shown().is_some()).await;
        until("it is well again", || published.state().failing == 0).await;
        assert_eq!(published.state().failures, 1);
        stop.cancel();
        running.await.unwrap();
        store.close().await;
    });
}

/// One source of the tests' provider.
struct One {
    served: Vec<ServedSource>,
    world: Arc<Mutex<World>>,
    /// Secrets cannot be had so many times.
    refusals: AtomicU64,
}

impl One {
    fn new(schedule: &str, world: World) -> Arc<Self> {
        let served = ServedSource {
            spec: SourceSpec { name: "corp".into(), skip_streams: Vec::new() },
            connector: "fake".into(),
            streams: STREAMS.map(str::to_owned).to_vec(),
            schedule: Some(Schedule::parse(schedule, None).unwrap()),
        };
        let world = Arc::new(Mutex::new(world));
        Arc::new(Self { served: vec![served], world, refusals: AtomicU64::new(0) })
    }
}

#[async_trait]
impl Sources for One {
    fn list(&self) -> &[ServedSource] {
        &self.served
    }

    async fn connector(&self, _name: &str) -> Result<Arc<dyn Connector>, Problem> {
        let left = self.refusals.load(Ordering::Relaxed);
        if left > 0 {
            self.refusals.store(left - 1, Ordering::Relaxed);
            let class = rollcall_model::ProblemClass::Config;
            return Err(Problem::new(class, "secret_unavailable", "as told"));
        }
        Ok(Fake::connector(&self.world, false))
    }
}

fn worker(fixture: &Fixture, store: &Arc<dyn Store>, sources: &Arc<One>) -> Worker {
    let worker = Worker {
        reader: Reader {
            store: Arc::clone(store),
            clock: fixture.clock(),
            sources: Arc::clone(sources) as Arc<dyn Sources>,
            published: Published::new(),
            options: SyncOptions { holder: "worker".into(), ..SyncOptions::default() },
        },
        board: Arc::default(),
        queue: Arc::default(),
    };
    worker.announce();
    worker
}

fn readings(board: &Board) -> u64 {
    board.one("corp").map_or(0, |state| state.readings.values().sum())
}

async fn runs(store: &Arc<dyn Store>) -> usize {
    let source = store.sources().await.unwrap().into_iter().next().unwrap();
    store.runs(source.id, Runs::All, 100).await.unwrap().len()
}

#[test]
fn a_source_is_read_when_it_is_due_and_caught_up_once() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let sources = One::new("1h", World::new(1, 2));
        for run in 1..=2 {
            let worker = worker(fixture, &store, &sources);
            let (board, stop) = (Arc::clone(&worker.board), CancellationToken::new());
            let running = tokio::spawn(worker.run(stop.clone()));
            // After it was read, the next time is known and lies ahead.
            let is_ahead = |at: Option<Timestamp>| at.is_some_and(|at| at > fixture.clock().now());
            until("it is read", || {
                readings(&board) == 1 && is_ahead(board.one("corp").unwrap().next_run)
            })
            .await;
            stop.cancel();
            running.await.unwrap();
            assert_eq!(runs(&store).await, run);
            assert_eq!(board.one("corp").unwrap().readings["complete"], 1);
            // Seven hours of downtime.
            fixture.time.fetch_add(7 * 3_600_000_000, Ordering::Relaxed);
        }
        store.close().await;
    });
}

#[test]
fn what_was_asked_for_is_read_at_once_and_only_that() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let sources = One::new("1d", World::new(1, 2));
        let worker = worker(fixture, &store, &sources);
        let (board, queue) = (Arc::clone(&worker.board), Arc::clone(&worker.queue));
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker.run(stop.clone()));
        until("it is read", || readings(&board) == 1).await;
        queue.push(Job::streams("corp", vec!["users".into()])).unwrap();
        until("it is read again", || readings(&board) == 2).await;
        stop.cancel();
        running.await.unwrap();
        let source = store.sources().await.unwrap()[0].id;
        let last = store.runs(source, Runs::All, 1).await.unwrap().remove(0);
        let scopes = store.run_scopes(&last.id).await.unwrap();
        assert!(!scopes.is_empty() && scopes.iter().all(|scope| scope.key.stream == "users"));
        store.close().await;
    });
}

#[test]
fn a_source_that_cannot_be_begun_is_tried_again_later() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let sources = One::new("1d", World::new(1, 1));
        sources.refusals.store(1, Ordering::Relaxed);
        let worker = worker(fixture, &store, &sources);
        let (board, queue): (_, Arc<Queue>) =
            (Arc::clone(&worker.board), Arc::clone(&worker.queue));
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker.run(stop.clone()));
        let error = || board.one("corp").unwrap().error.map(|(code, _)| code);
        until("it says why", || error().as_deref() == Some("secret_unavailable")).await;
        until("it waits", || {
            board.one("corp").unwrap().next_run.is_some_and(|at| at > fixture.clock().now())
        })
        .await;
        assert_eq!(readings(&board), 1, "it was not tried again at once");
        // Whoever asks need not wait.
        queue.push(Job::whole("corp")).unwrap();
        until("it is read", || board.one("corp").unwrap().readings.contains_key("complete")).await;
        assert_eq!(error(), None);
        stop.cancel();
        running.await.unwrap();
        store.close().await;
    });
}
