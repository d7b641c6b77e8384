//! What a reading is told of earlier ones, and scopes that are said to be as they were.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, Definition, Emitter, PastScope, Rank, StreamDef,
    SyncRequest,
};
use rollcall_engine::{Observer, RunReport, SourceSpec, Store, SyncOptions, list, read_source};
use rollcall_model::{
    EntityType, Listing, ProblemClass, ScopeKey, ScopeState, Timestamp, Visibility,
};
use rollcall_record::{Problem, ScopeStarted, entity};
use rollcall_store::EntityFilter;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::fixture::{Fixture, on_both};
use crate::world::user;

/// A folder of files: of each its version and what it holds.
type Files = BTreeMap<String, (u64, Vec<usize>)>;

/// Reads files whose version it does not have yet, a scope each.
struct Folder {
    definition: Definition,
    files: Mutex<Files>,
    /// A file that cannot be read to its end.
    broken: Mutex<Option<String>>,
    asked: Mutex<Vec<String>>,
    past: Mutex<Vec<(String, PastScope)>>,
}

fn scope(file: &str) -> ScopeKey {
    ScopeKey::part("files", "folder", file)
}

impl Folder {
    fn new(careful: bool) -> Arc<Self> {
        let stream = StreamDef {
            name: "files".into(),
            title: "Files".into(),
            listing: Listing::Full,
            rank: Rank::Declared,
            part: Some("file".into()),
            permissions: Vec::new(),
            tier: None,
            sees: "files".into(),
            blind_spots: Vec::new(),
            careful,
            shifting: false,
        };
        let definition = Definition {
            id: "folder".into(),
            title: "Folder".into(),
            summary: "Files.".into(),
            provider: "fake".into(),
            streams: vec![stream],
            kinds: Vec::new(),
            config: Vec::new(),
            operations: Vec::new(),
            access_formats: Vec::new(),
        };
        Arc::new(Self {
            definition,
            files: Mutex::default(),
            broken: Mutex::default(),
            asked: Mutex::default(),
            past: Mutex::default(),
        })
    }

    fn put(&self, file: &str, version: u64, holds: impl IntoIterator<Item = usize>) {
        let holds = holds.into_iter().collect();
        self.files.lock().unwrap().insert(file.to_owned(), (version, holds));
    }

    /// The files that were read since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

#[async_trait]
impl Connector for Folder {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    fn access(&self, _format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Ok(Vec::new())
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let mut past: Vec<(String, PastScope)> =
            request.past.iter().map(|(key, scope)| (key.part.clone(), scope.clone())).collect();
        past.sort_by(|a, b| a.0.cmp(&b.0));
        *self.past.lock().unwrap() = past;
        let files = self.files.lock().unwrap().clone();
        let broken = self.broken.lock().unwrap().clone();
        for (file, (version, holds)) in files {
            let key = scope(&file);
            if !request.wants(&key) {
                continue;
            }
            let started = ScopeStarted {
                scope: key.clone(),
                parent: None,
                listing: Listing::Full,
                visibility: Visibility::default(),
            };
            let mut scope = out.scope(started).await?;
            if request.past.scope(&key).is_some_and(|past| past.is_at(&json!(version))) {
                scope.unchanged().await?;
                continue;
            }
            self.asked.lock().unwrap().push(file.clone());
            for n in holds {
                scope.entity(entity(user(0, n), EntityType::Identity, format!("u{n}"))).await?;
            }
            scope.cursor(json!(version)).await?;
            if broken.as_ref() == Some(&file) {
                let problem = Problem::new(ProblemClass::Transient, "cut_off", "cut off");
                scope.fail(problem).await?;
            } else {
                scope.finish().await?;
            }
        }
        Ok(())
    }
}

async fn read(
    fixture: &Fixture,
    store: &Arc<dyn Store>,
    folder: &Arc<Folder>,
    only: &[&str],
) -> RunReport {
    let connector: Arc<dyn Connector> = Arc::clone(folder) as Arc<dyn Connector>;
    let spec = SourceSpec { name: "folder".into(), skip_streams: Vec::new() };
    let only = only.iter().map(|file| scope(file)).collect();
    let options = SyncOptions { only, ..SyncOptions::default() };
    let (clock, observer): (_, Observer) = (fixture.clock(), Arc::new(|_| {}));
    let token = CancellationToken::new();
    read_source(store, &connector, &spec, &clock, &options, &observer, &token).await.unwrap()
}

async fn names(store: &Arc<dyn Store>) -> Vec<String> {
    let entities = list(store, &EntityFilter::default()).await.unwrap();
    entities.into_iter().map(|entity| entity.name).collect()
}

#[test]
fn what_is_as_it_was_is_read_by_its_version_only() {
    on_both(async |fixture| {
        let (store, folder) = (fixture.new_store().await, Folder::new(false));
        folder.put("a", 1, [1, 2]);
        folder.put("b", 1, [3]);
        read(fixture, &store, &folder, &[]).await;
        assert_eq!(folder.asked(), ["a", "b"]);
        assert!(folder.past.lock().unwrap().is_empty());

        folder.put("b", 2, [4]);
        let report = read(fixture, &store, &folder, &[]).await;
        assert_eq!(folder.asked(), ["b"]);
        assert!(report.scopes.iter().all(|s| s.state == ScopeState::Complete), "{report:?}");
        assert_eq!(names(&store).await, ["u1", "u2", "u4"]);
        let before: Vec<_> =
            folder.past.lock().unwrap().iter().map(|(_, past)| past.complete_at).collect();
        assert!(before.iter().all(Option::is_some));

        // It counts as read: both have moved on.
        read(fixture, &store, &folder, &[]).await;
        assert_eq!(folder.asked(), [""; 0]);
        for ((_, past), before) in folder.past.lock().unwrap().iter().zip(before) {
            assert!(past.complete_at > before, "{past:?}");
        }
    });
}

#[test]
fn a_reading_that_fell_short_makes_its_scope_be_read_again() {
    on_both(async |fixture| {
        let (store, folder) = (fixture.new_store().await, Folder::new(false));
        folder.put("a", 1, [1, 2]);
        read(fixture, &store, &folder, &[]).await;
        folder.put("a", 2, [3]);
        *folder.broken.lock().unwrap() = Some("a".into());
        read(fixture, &store, &folder, &[]).await;
        // Back at what was read completely once; by now there is more.
        folder.put("a", 1, [1, 2]);
        *folder.broken.lock().unwrap() = None;
        folder.asked();
        read(fixture, &store, &folder, &[]).await;
        assert_eq!(folder.asked(), ["a"]);
        assert_eq!(names(&store).await, ["u1", "u2"]);
    });
}

#[test]
fn what_is_held_stays_held_while_nothing_changes() {
    on_both(async |fixture| {
        let (store, folder) = (fixture.new_store().await, Folder::new(true));
        folder.put("a", 1, 0..8);
        read(fixture, &store, &folder, &[]).await;
        folder.put("a", 2, 0..4);
        for _ in 0..2 {
            let report = read(fixture, &store, &folder, &[]).await;
            assert_eq!(report.held.len(), 1, "{report:?}");
            assert_eq!((report.held[0].1, report.retired), (4, 0));
            assert_eq!(names(&store).await.len(), 8, "half of them retires nobody");
        }
        assert_eq!(folder.asked(), ["a", "a"], "the second time nothing was new");
        // They are back.
        folder.put("a", 3, 0..8);
        let report = read(fixture, &store, &folder, &[]).await;
        assert!(report.held.is_empty(), "{report:?}");
    });
}

#[test]
fn single_scopes_are_read_by_themselves_and_are_no_reading_of_the_source() {
    on_both(async |fixture| {
        let (store, folder) = (fixture.new_store().await, Folder::new(false));
        folder.put("a", 1, [1]);
        folder.put("b", 1, [2]);
        read(fixture, &store, &folder, &[]).await;
        folder.asked();
        folder.put("a", 2, [5]);
        folder.put("b", 2, [6]);
        let report = read(fixture, &store, &folder, &["b"]).await;
        assert_eq!(folder.asked(), ["b"]);
        assert_eq!(report.scopes.len(), 1);
        assert_eq!(names(&store).await, ["u1", "u6"]);
        let source = store.sources().await.unwrap()[0].id;
        let whole = store.runs(source, rollcall_store::Runs::Whole, 9).await.unwrap();
        assert_eq!(whole.len(), 1);
    });
}
