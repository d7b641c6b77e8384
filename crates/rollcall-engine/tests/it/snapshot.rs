//! Snapshots: following the store leads to the same as loading it, and so does the cache.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_engine::{LiveSnapshot, Schema, SnapshotCache, SyncOptions, load_snapshot};
use rollcall_graph::{Difference, Snapshot, diff, parse};
use rollcall_model::{NodeId, ProblemClass, Timestamp};
use rollcall_record::Record;
use rollcall_store::Store;

use crate::fixture::{on_both, with_fault};
use crate::world::{Fault, World};

/// When each entity was last seen, and by which scopes: to be seen again is no difference.
fn seen(snapshot: &Snapshot) -> BTreeMap<NodeId, (Option<Timestamp>, Vec<i64>)> {
    let of = |node| {
        let entity = snapshot.entity(node);
        let scopes = entity.scopes().map(|scope| scope.id).collect();
        (entity.id(), (entity.last_seen(), scopes))
    };
    snapshot.nodes().map(of).collect()
}

fn same(a: &Snapshot, b: &Snapshot, what: &str) {
    assert_eq!(diff(a, b), Difference::default(), "{what}");
    assert_eq!(seen(a), seen(b), "{what}");
    assert_eq!(a.missed(), b.missed(), "{what}");
    assert_eq!(a.kept().sources, b.kept().sources, "{what}");
}

async fn fresh(store: &Arc<dyn Store>) -> LiveSnapshot {
    load_snapshot(store, None, &Schema::default()).await.unwrap()
}

async fn caught_up(live: &mut LiveSnapshot, store: &Arc<dyn Store>, after: &str) {
    if let Some(newer) = live.follow(store, &Schema::default()).await.unwrap() {
        *live = newer;
    }
    let fresh = fresh(store).await;
    same(&live.snapshot, &fresh.snapshot, after);
    assert_eq!(live.snapshot.scopes(), fresh.snapshot.scopes(), "{after}");
    assert_eq!((live.position, live.snapshot.id()), (fresh.position, fresh.snapshot.id()));
    assert!(live.follow(store, &Schema::default()).await.unwrap().is_none(), "{after}");
}

/// How many live entities a query matches.
fn count(live: &LiveSnapshot, query: &str) -> u64 {
    all(live, &format!("{query} gone:false"))
}

fn all(live: &LiveSnapshot, query: &str) -> u64 {
    live.snapshot.select(&parse(query).unwrap(), Timestamp::from_seconds(1_790_001_000)).len()
}

#[test]
fn following_leads_to_the_same_as_loading() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let mut live = fresh(&store).await;
        let world = World::new(3, 6);
        fixture.sync(&store, &world).await;
        caught_up(&mut live, &store, "the first reading").await;
        assert_eq!(count(&live, "type:identity"), 18);
        assert_eq!(count(&live, "last_used:any"), 18);
        fixture.sync(&store, &world).await;
        caught_up(&mut live, &store, "an unchanged reading").await;

        let mut changed = world.clone();
        changed.remove_user(0, 1);
        for record in changed.users(1) {
            if let Record::Entity(user) = record {
                user.name = format!("{} of another name", user.name);
            }
        }
        fixture.sync(&store, &changed).await;
        caught_up(&mut live, &store, "a change").await;
        assert_eq!(count(&live, "type:identity"), 17);
        assert_eq!(count(&live, "name:\"of another name\""), 6);
        fixture.sync(&store, &with_fault(&changed, "users", Fault::Empty)).await;
        caught_up(&mut live, &store, "an empty answer that the brake holds").await;
        assert_eq!(count(&live, "type:identity missing:true"), 17);
        fixture.sync(&store, &changed).await;
        caught_up(&mut live, &store, "all of them back").await;
        assert_eq!(count(&live, "missing:true"), 0);
        let failing =
            with_fault(&world, "users", Fault::Fail { at: 9, class: ProblemClass::Permission });
        fixture.sync(&store, &failing).await;
        caught_up(&mut live, &store, "a reading that was denied half-way").await;
        let kept = live.snapshot.kept();
        assert_eq!(kept.classes, [("none".to_owned(), 6)], "{:?}", kept.types);

        let options = SyncOptions::default;
        fixture.sync_as(&store, &world, "second", false, options()).await;
        caught_up(&mut live, &store, "a second source that says the same").await;
        fixture.sync_as(&store, &changed, "second", false, options()).await;
        fixture.sync(&store, &world).await;
        caught_up(&mut live, &store, "two steps at once").await;
        store.rename_source("second", "third").await.unwrap();
        caught_up(&mut live, &store, "another name").await;
        assert_eq!(count(&live, "source:third type:identity"), 17);
        store.forget_source("corp", Timestamp::from_seconds(1_790_000_500)).await.unwrap();
        caught_up(&mut live, &store, "a source forgotten").await;
        assert_eq!(count(&live, "type:identity"), 17);
        assert_eq!(all(&live, "type:identity gone:true"), 1);
        assert_eq!(all(&live, "source:corp"), all(&live, "source:corp gone:true"));
        assert!(all(&live, "source:corp gone:true") > 0);
    });
}

#[test]
fn a_cached_snapshot_is_brought_up_to_date_and_never_trusted_blindly() {
    on_both(async |fixture| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rollcall.snapshot");
        let cache = SnapshotCache::new(Some(file.clone()));
        let schema = Schema::default();
        let check = async |store: &Arc<dyn Store>, what: &str| {
            let live = cache.load(store, &schema).await.unwrap();
            let fresh = fresh(store).await;
            same(&live.snapshot, &fresh.snapshot, what);
            assert_eq!(live.position, fresh.position, "{what}");
        };
        let store = fixture.new_store().await;
        let mut world = World::new(2, 6);
        fixture.sync(&store, &world).await;
        fixture.sync_as(&store, &world, "second", false, SyncOptions::default()).await;
        check(&store, "no file").await;
        let written = std::fs::read(&file).unwrap();
        check(&store, "a file of this state").await;
        world.remove_user(0, 0);
        fixture.sync(&store, &world).await;
        check(&store, "a file of an earlier state").await;
        assert!(std::fs::read(&file).unwrap() == written, "few changes are followed once more");
        fixture.sync(&store, &World::new(2, 250)).await;
        check(&store, "a file of a much smaller state").await;
        assert!(std::fs::read(&file).unwrap() != written, "many changes are worth writing");

        for at in [3, 40, written.len() / 2, written.len() - 1] {
            let mut damaged = written.clone();
            damaged[at] ^= 0x20;
            std::fs::write(&file, damaged).unwrap();
            check(&store, "a damaged file").await;
        }
        std::fs::write(&file, &written[..written.len() / 3]).unwrap();
        check(&store, "half a file").await;
        std::fs::write(&file, &written).unwrap();
        let other = fixture.new_store().await;
        fixture.sync(&other, &World::new(1, 3)).await;
        check(&other, "the file of another store").await;
    });
}

#[test]
fn another_store_under_the_same_snapshot_is_noticed() {
    on_both(async |fixture| {
        let (first, second) = (fixture.new_store().await, fixture.new_store().await);
        fixture.sync(&first, &World::new(2, 6)).await;
        fixture.sync(&second, &World::new(2, 5)).await;
        let mut live = fresh(&first).await;
        caught_up(&mut live, &second, "another store").await;
        assert_eq!(count(&live, "type:identity"), 10);
    });
}

#[test]
fn a_snapshot_is_as_of_a_publication() {
    on_both(async |fixture| {
        let store = fixture.new_store().await;
        let mut world = World::new(2, 6);
        fixture.sync(&store, &world).await;
        let before = store.last_publication().await.unwrap();
        let then = fresh(&store).await;
        world.remove_user(1, 2);
        fixture.sync(&store, &world).await;
        let again = load_snapshot(&store, Some(before), &Schema::default()).await.unwrap();
        assert_eq!(diff(&then.snapshot, &again.snapshot), Difference::default());
        assert_eq!(count(&again, "type:identity"), 12);
        assert_eq!(count(&fresh(&store).await, "type:identity"), 11);
    });
}
