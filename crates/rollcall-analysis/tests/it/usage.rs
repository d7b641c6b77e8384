//! The five verdicts, and what none of them is concluded from.

use rollcall_model::{ScopeState, UsageVerdict};

use crate::world::{KEYS, ROLES, SERVICES, TOKENS, World, ago, fired};

#[test]
fn a_role_in_its_window() {
    for (made, used, verdict, rule) in [
        (500, Some(3), UsageVerdict::Used, None),
        (500, Some(90), UsageVerdict::Used, None),
        (500, Some(91), UsageVerdict::Unused, Some("stale-unused")),
        // What the provider no longer tells of is not "never".
        (500, None, UsageVerdict::Unused, Some("stale-unused")),
        (100, None, UsageVerdict::NeverUsed, Some("stale-never-used")),
        (29, None, UsageVerdict::TooYoung, None),
    ] {
        let mut world = World::new();
        let role = world.role("r", made, r#"{"owner":"payments"}"#);
        if let Some(days) = used {
            world.used(role, days);
        }
        let judged = world.judge(role);
        assert_eq!(judged.usage.verdict, verdict, "{made} {used:?}");
        assert_eq!(fired(&judged), rule.into_iter().collect::<Vec<_>>(), "{made} {used:?}");
        assert_eq!(judged.usage.to, Some(crate::world::now()));
    }
}

#[test]
fn without_a_complete_reading_nothing_is_unused() {
    for state in [ScopeState::Forbidden, ScopeState::Failed, ScopeState::Partial] {
        let mut world = World::new();
        let role = world.role("r", 500, r#"{"owner":"payments"}"#);
        world.read(ROLES, state, None);
        let judged = world.judge(role);
        assert_eq!(judged.usage.verdict, UsageVerdict::Unobservable, "{state:?}");
        assert_eq!(fired(&judged), ["activity-unknown"], "{state:?}");
        // A use that is known is a use all the same.
        world.used(role, 5);
        assert_eq!(world.judge(role).usage.verdict, UsageVerdict::Used);
    }
}

#[test]
fn a_user_is_used_through_any_credential() {
    let mut world = World::new();
    let user = world.user("u", 800, &[("aws.key", "old", 800), ("aws.key", "new", 10)]);
    world.used(crate::world::key("aws.key", "new").node_id(), 2);
    let judged = world.judge(user);
    assert_eq!(judged.usage.verdict, UsageVerdict::Used);
    assert_eq!(judged.usage.uses[0].name, "new");
    // Each credential has a verdict of its own.
    let old = world.judge(crate::world::key("aws.key", "old").node_id());
    assert_eq!(old.usage.verdict, UsageVerdict::NeverUsed);
}

#[test]
fn a_credential_whose_use_nothing_tells_leaves_it_open() {
    // The token is older than what the view of the whole user reaches back.
    let mut world = World::new();
    let user = world.user("u", 800, &[("aws.key", "k", 700), ("aws.token", "t", 600)]);
    let judged = world.judge(user);
    assert_eq!(judged.usage.verdict, UsageVerdict::Unused, "only as far back as services tell");
    world.read(SERVICES, ScopeState::Forbidden, None);
    let judged = world.judge(user);
    assert_eq!(judged.usage.verdict, UsageVerdict::Unobservable);
    assert!(judged.usage.says.contains("aws.token"), "{}", judged.usage.says);
    // Without the token the key tells all there is.
    let mut world = World::new();
    let user = world.user("u", 800, &[("aws.key", "k", 700)]);
    world.read(SERVICES, ScopeState::Forbidden, None);
    assert_eq!(world.judge(user).usage.verdict, UsageVerdict::NeverUsed);
}

#[test]
fn what_nobody_can_act_as_is_not_stale() {
    let mut world = World::new();
    let user = world.user("u", 800, &[]);
    assert!(fired(&world.judge(user)).iter().all(|rule| !rule.starts_with("stale")));
    // But where its credentials were not read nobody knows that.
    world.read(KEYS, ScopeState::Forbidden, None);
    world.read(TOKENS, ScopeState::Forbidden, None);
    assert_eq!(fired(&world.judge(user)), Vec::<&str>::new());
    let mut world = World::new();
    let role = world.role("r", 500, r#"{"owner":"payments","purpose":"break-glass"}"#);
    assert_eq!(fired(&world.judge(role)), Vec::<&str>::new());
    let mut world = World::new();
    let role =
        world.entity("aws.role", "off", rollcall_model::EntityType::Identity, &[ROLES], |row| {
            row.disabled = Some(true);
            row.created_at = Some(ago(500));
        });
    assert_eq!(fired(&world.judge(role)), Vec::<&str>::new());
}
