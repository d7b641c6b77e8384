//! A store of either database, and readings of a world into it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use rollcall_engine::{
    Clock, Observer, RunReport, SourceSpec, SyncOptions, export_lines, read_source,
};
use rollcall_model::Timestamp;
use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::world::{Fake, Fault, World};

/// One of the two databases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// Where a test's stores live.
pub(crate) struct Fixture {
    pub(crate) database: Database,
    folder: TempDir,
    made: AtomicI64,
    pub(crate) time: Arc<AtomicI64>,
}

/// Runs a test on both databases.
pub(crate) fn on_both(test: impl AsyncFn(&Fixture)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for database in [Database::Sqlite, Database::Postgres] {
        let fixture = Fixture {
            database,
            folder: TempDir::new().unwrap(),
            made: AtomicI64::new(0),
            time: Arc::new(AtomicI64::new(1_790_000_000_000_000)),
        };
        runtime.block_on(test(&fixture));
    }
}

impl Fixture {
    /// The address of a new, empty store.
    pub(crate) fn new_url(&self) -> String {
        let n = self.made.fetch_add(1, Ordering::Relaxed);
        match self.database {
            Database::Sqlite => {
                format!("sqlite:{}", self.folder.path().join(format!("{n}.db")).display())
            }
            Database::Postgres => Postgres::shared().unwrap().fresh_database().unwrap(),
        }
    }

    pub(crate) async fn open(&self, url: &str) -> Arc<dyn Store> {
        Arc::new(SqlStore::open(url, OpenMode::Write).await.unwrap())
    }

    pub(crate) async fn new_store(&self) -> Arc<dyn Store> {
        self.open(&self.new_url()).await
    }

    /// A clock that a test moves; it ticks by a millisecond at each look.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        let time = Arc::clone(&self.time);
        Arc::new(move || Timestamp::from_micros(time.fetch_add(1_000, Ordering::Relaxed)))
    }

    pub(crate) async fn sync(&self, store: &Arc<dyn Store>, world: &World) -> RunReport {
        self.sync_as(store, world, "corp", false, SyncOptions::default()).await
    }

    pub(crate) async fn sync_as(
        &self,
        store: &Arc<dyn Store>,
        world: &World,
        name: &str,
        shifting: bool,
        options: SyncOptions,
    ) -> RunReport {
        let connector = Fake::connector(&Arc::new(Mutex::new(world.clone())), shifting);
        let spec = SourceSpec { name: name.into(), skip_streams: Vec::new() };
        let observer: Observer = Arc::new(|_| {});
        let token = CancellationToken::new();
        read_source(store, &connector, &spec, &self.clock(), &options, &observer, &token)
            .await
            .unwrap()
    }

    /// What a store that never saw anything else knows after one clean reading.
    pub(crate) async fn fresh(&self, world: &World) -> String {
        let store = self.new_store().await;
        let world = World { fault: None, ..world.clone() };
        self.sync(&store, &world).await;
        export_lines(&store).await.unwrap()
    }
}

/// Lines of `a` that `b` lacks.
pub(crate) fn lacking(a: &str, b: &str) -> Vec<String> {
    let has: std::collections::HashSet<&str> = b.lines().collect();
    a.lines().filter(|line| !has.contains(line)).map(str::to_owned).collect()
}

/// A world with a fault in one stream.
pub(crate) fn with_fault(world: &World, stream: &str, fault: Fault) -> World {
    World { fault: Some((stream.into(), fault)), ..world.clone() }
}
