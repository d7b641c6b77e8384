//! The brake, shifting pages, and what a human confirms.

use rollcall_engine::{EngineError, SyncOptions, confirm, export_lines, find, held_set};
use rollcall_model::Timestamp;

use crate::fixture::{on_both, with_fault};
use crate::world::{Fault, World, user};

#[test]
fn two_thousand_small_scopes_emptied_at_once_wait() {
    on_both(async |fixture| {
        let world = World::new(4, 500);
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        let report = fixture.sync(&store, &with_fault(&world, "keys", Fault::Empty)).await;
        assert_eq!(report.held.len(), 2_000);
        assert_eq!(report.retired, 0);
        assert_eq!(export_lines(&store).await.unwrap(), known);
        let report = fixture.sync(&store, &world).await;
        assert_eq!((report.held.len(), report.retired), (0, 0));
    });
}

#[test]
fn a_human_confirms_exactly_the_set_that_was_seen() {
    on_both(async |fixture| {
        let world = World::new(1, 50);
        let mut after = world.clone();
        for u in 0..25 {
            after.remove_user(0, u);
        }
        let store = fixture.new_store().await;
        fixture.sync(&store, &world).await;
        let known = export_lines(&store).await.unwrap();
        let report = fixture.sync(&store, &after).await;
        assert!(report.held.iter().any(|(_, _, why)| why.contains("of 50 entities")), "{report:?}");
        assert_eq!(export_lines(&store).await.unwrap(), known);
        let set = held_set(&store, "corp").await.unwrap();
        assert_eq!(set.facts.len(), 50, "25 users and 25 relations");
        // What the reading missed was last seen by the reading before; the rest by this one.
        let seen = async |u| find(&store, &user(0, u).public_id().to_string()).await.unwrap();
        let (missing, there) = (seen(3).await, seen(40).await);
        assert!(missing.missing && !there.missing);
        assert!(missing.last_seen < there.last_seen, "{missing:?} {there:?}");

        // One more goes before the human answers: the answer was for another set.
        after.remove_user(0, 30);
        fixture.sync(&store, &after).await;
        let now = Timestamp::from_seconds(1_790_000_100);
        let stale = confirm(&store, "corp", &set.id, now).await;
        assert!(matches!(stale, Err(EngineError::SetChanged { .. })), "{stale:?}");
        assert_eq!(export_lines(&store).await.unwrap(), known);

        let set = held_set(&store, "corp").await.unwrap();
        let outcome = confirm(&store, "corp", &set.id, now).await.unwrap();
        assert_eq!(outcome.closed.len(), 26, "the scopes of the users' keys");
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&after).await);
    });
}

#[test]
fn a_shifting_stream_retires_only_what_two_readings_miss() {
    on_both(async |fixture| {
        let world = World::new(1, 40);
        let store = fixture.new_store().await;
        let options = SyncOptions::default;
        fixture.sync_as(&store, &world, "corp", true, options()).await;
        let known = export_lines(&store).await.unwrap();
        // A page shifted: one user is missed once, another one the next time.
        for at in [0, 4] {
            let faulty = with_fault(&world, "users", Fault::Skip { at });
            let report = fixture.sync_as(&store, &faulty, "corp", true, options()).await;
            assert_eq!(report.retired, 0);
            assert_eq!(export_lines(&store).await.unwrap(), known);
        }
        let mut after = world.clone();
        after.remove_user(0, 9);
        let first = fixture.sync_as(&store, &after, "corp", true, options()).await;
        assert_eq!(first.retired, 0);
        let second = fixture.sync_as(&store, &after, "corp", true, options()).await;
        assert!(second.retired > 0);
        assert_eq!(export_lines(&store).await.unwrap(), fixture.fresh(&after).await);
    });
}
