//! Parents, sources, history.

use rollcall_engine::{export_lines, find, list};
use rollcall_model::{ScopeKey, Timestamp};
use rollcall_store::EntityFilter;

use crate::fixture::on_both;
use crate::world::{World, user};

#[test]
fn a_vanished_parent_closes_its_scopes_all_the_way_down() {
    on_both(async |fixture| {
        let world = World::new(3, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let mut after = world.clone();
        let accounts = after.scopes.get_mut(&ScopeKey::realm("accounts", "org")).unwrap();
        accounts.records.pop();
        after.scopes.retain(|key, _| key.realm != "account-2");
        let report = fixture.sync(&store, &after).await;
        assert_eq!(report.closed, 7, "one scope of users and six of keys");
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&after).await);
        // It comes back: the same ids, with their history.
        fixture.sync(&store, &world).await;
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&world).await);
        assert_eq!(store.history(&user(2, 0)).await.unwrap().len(), 2);
    });
}

#[test]
fn an_unchanged_reading_writes_no_version_and_no_publication() {
    on_both(async |fixture| {
        let world = World::new(2, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let last = store.last_publication().await.unwrap();
        let report = fixture.sync(&store, &world).await;
        assert!(report.scopes.iter().all(|o| o.added == 0 && o.changed == 0 && o.seen > 0));
        assert_eq!(store.last_publication().await.unwrap(), last);
        let entity = find(&store, &user(0, 0).public_id().to_string()).await.unwrap();
        assert!(entity.last_seen > entity.first_seen, "{entity:?}");
    });
}

#[test]
fn a_renamed_source_keeps_everything_and_a_removed_one_is_a_gap() {
    on_both(async |fixture| {
        let world = World::new(1, 6);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        let now = Timestamp::from_seconds(1_790_000_100);
        let abandoned = store.abandon_others(&["other".into()], now).await.unwrap();
        assert_eq!(abandoned, ["corp"]);
        assert_eq!(export_lines(&store).await.unwrap(), known, "nothing retired");

        store.rename_source("corp", "acme").await.unwrap();
        let options = rollcall_engine::SyncOptions::default();
        let report = fixture.sync_as(&store, &world, "acme", false, options).await;
        assert!(report.scopes.iter().all(|o| o.added == 0));
        assert_eq!(export_lines(&store).await.unwrap(), known.replace("\"corp\"", "\"acme\""));

        let outcome = store.forget_source("acme", now).await.unwrap();
        assert_eq!(outcome.closed.len(), 8);
        assert_eq!(export_lines(&store).await.unwrap(), "");
        let gone = EntityFilter { gone: true, ..EntityFilter::default() };
        assert_eq!(list(&store, &gone).await.unwrap().len(), 19, "history stays");
        assert_eq!(list(&store, &EntityFilter::default()).await.unwrap().len(), 0);
    });
}

#[test]
fn two_sources_each_retire_only_their_own_claims() {
    on_both(async |fixture| {
        let world = World::new(1, 6);
        let store = fixture.new_store().await;
        let options = rollcall_engine::SyncOptions::default;
        fixture.sync_as(&store, &world, "one", false, options()).await;
        fixture.sync_as(&store, &world, "two", false, options()).await;
        let mut after = world.clone();
        after.remove_user(0, 0);
        fixture.sync_as(&store, &after, "one", false, options()).await;
        let still = find(&store, &user(0, 0).public_id().to_string()).await.unwrap();
        assert!(still.gone_at.is_none());
        assert_eq!(still.seen.iter().map(|s| s.source.as_str()).collect::<Vec<_>>(), ["two"]);
        fixture.sync_as(&store, &after, "two", false, options()).await;
        let gone = find(&store, &user(0, 0).public_id().to_string()).await.unwrap();
        assert!(gone.gone_at.is_some());
    });
}
