//! While a source cannot be read, everything stays what it was at its last complete reading.

use proptest::prelude::*;
use rollcall_model::{Judgement, ScopeState};

use crate::world::{KEYS, REPORT, ROLES, SERVICES, TOKENS, World, ago, fired, now};

/// What is concluded, without the hour for which it was.
fn concluded(judged: &Judgement) -> String {
    let rules: Vec<&str> = fired(judged);
    format!("{:?} {:?} {:?} {rules:?}", judged.owner.state, judged.usage.verdict, judged.usage.at)
}

proptest! {
    #[test]
    fn no_verdict_moves_in_a_gap(
        made in 0..600_i64,
        used in prop::option::of(0..600_i64),
        is_owned in any::<bool>(),
        days_later in 0..400_i64,
        failure in prop::sample::select(vec![
            ScopeState::Forbidden, ScopeState::Failed, ScopeState::Partial,
        ]),
    ) {
        let mut world = World::new();
        let tags = if is_owned { r#"{"owner":"payments"}"# } else { "{}" };
        let role = world.role("r", made, tags);
        let user = world.user("u", made, &[("aws.key", "k", made)]);
        for id in [role, crate::world::key("aws.key", "k").node_id()] {
            if let Some(days) = used {
                world.used(id, days.min(made));
            }
        }
        let before = [role, user].map(|id| concluded(&world.judge(id)));
        // Nothing can be read any more, and time passes.
        for scope in [ROLES, KEYS, REPORT, SERVICES, TOKENS] {
            world.read(scope, failure, Some(now()));
        }
        world.now = ago(-days_later);
        let after = [role, user].map(|id| world.judge(id));
        for (before, after) in before.iter().zip(&after) {
            prop_assert_eq!(before, &concluded(after));
        }
        let gap = world.judge(crate::world::key("aws.account", "1").node_id());
        // A source without an interval of its own is read daily, and may miss that once.
        let is_open = failure == ScopeState::Forbidden || days_later > 2;
        prop_assert_eq!(fired(&gap), if is_open { vec!["inventory-gap"] } else { vec![] });
    }
}

#[test]
fn a_gap_is_a_finding_of_its_own() {
    let mut world = World::new();
    let account = crate::world::key("aws.account", "1").node_id();
    assert_eq!(fired(&world.judge(account)), Vec::<&str>::new());
    world.read(KEYS, ScopeState::Skipped, None);
    assert_eq!(fired(&world.judge(account)), Vec::<&str>::new(), "configuration leaves it out");
    world.read(KEYS, ScopeState::Failed, Some(ago(1)));
    assert_eq!(fired(&world.judge(account)), Vec::<&str>::new(), "one miss is no gap yet");
    world.read(KEYS, ScopeState::Failed, Some(ago(3)));
    assert_eq!(fired(&world.judge(account)), ["inventory-gap"]);
    world.read(KEYS, ScopeState::Forbidden, Some(now()));
    assert_eq!(fired(&world.judge(account)), ["inventory-gap"]);
    world.settings.intervals.insert("cloud".to_owned(), 30 * 86_400);
    world.read(KEYS, ScopeState::Failed, Some(ago(20)));
    assert_eq!(fired(&world.judge(account)), Vec::<&str>::new(), "it is read once a month");
}
