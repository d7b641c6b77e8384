//! Who answers, and for whom that is not known.

use rollcall_model::{CandidateSort, OwnerState, Presence, Relation, ScopeState};

use crate::world::{PEOPLE, ROLES, World, ago, fired};

#[test]
fn a_tag_names_somebody_and_a_directory_says_whether_they_are_here() {
    for (tags, state, rule) in [
        (r#"{"Owner":"ada@acme.example"}"#, OwnerState::Suggested, None),
        (r#"{"team":"payments"}"#, OwnerState::Suggested, None),
        (r#"{"owner":"bob@acme.example"}"#, OwnerState::Orphaned, Some("owner-departed")),
        (r#"{"owner":"empty"}"#, OwnerState::Orphaned, Some("owner-team-empty")),
        (r#"{"owner":"nobody-of-that-name"}"#, OwnerState::Unowned, Some("owner-missing")),
        (r#"{"owner":"  "}"#, OwnerState::Unowned, Some("owner-missing")),
        (r#"{"costs":"ada@acme.example"}"#, OwnerState::Unowned, Some("owner-missing")),
        ("{}", OwnerState::Unowned, Some("owner-missing")),
    ] {
        let mut world = World::new();
        let ada = world.person("p1", "ada@acme.example", true);
        let bob = world.person("p2", "bob@acme.example", false);
        world.team("payments", &[ada, bob]);
        world.team("empty", &[bob]);
        let role = world.role("r", 100, tags);
        world.used(role, 1);
        let judged = world.judge(role);
        assert_eq!(judged.owner.state, state, "{tags}: {:#?}", judged.owner);
        assert_eq!(fired(&judged), rule.into_iter().collect::<Vec<_>>(), "{tags}");
    }
}

#[test]
fn without_a_fresh_directory_nobody_has_left() {
    let mut world = World::new();
    world.person("p2", "bob@acme.example", false);
    let role = world.role("r", 100, r#"{"owner":"bob@acme.example"}"#);
    world.read(PEOPLE, ScopeState::Complete, Some(ago(2)));
    let judged = world.judge(role);
    assert_eq!(judged.owner.state, OwnerState::Suggested);
    let best = &judged.owner.candidates[0];
    let why = "no directory connected; one was last read to its end at 2026-11-20T12:00:00Z";
    assert_eq!(best.presence, Presence::Unknown { why: why.to_owned() });
    assert_eq!((best.sort, best.score), (CandidateSort::Person, 750));
    assert!(judged.owner.says.contains("no directory connected"), "{}", judged.owner.says);
}

#[test]
fn two_who_are_named_alike_are_contested() {
    let mut world = World::new();
    world.person("p1", "ada@acme.example", true);
    world.person("p3", "cy@acme.example", true);
    let role = world.role("r", 100, r#"{"owner":"ada@acme.example","contact":"cy@acme.example"}"#);
    assert_eq!(world.judge(role).owner.state, OwnerState::Contested);
    // A team beside a person answers for something else.
    let mut world = World::new();
    let ada = world.person("p1", "ada@acme.example", true);
    world.team("payments", &[ada]);
    let role = world.role("r", 100, r#"{"owner":"ada@acme.example","team":"payments"}"#);
    let judged = world.judge(role);
    assert_eq!(judged.owner.state, OwnerState::Suggested);
    assert_eq!(judged.owner.candidates.len(), 2);
}

#[test]
fn a_credential_is_its_identitys_for_less() {
    let mut world = World::new();
    let role = world.role("r", 100, r#"{"owner":"payments"}"#);
    let key = world.entity(
        "aws.key",
        "k",
        rollcall_model::EntityType::Credential,
        &[crate::world::KEYS],
        |_| {},
    );
    world.relation(key, Relation::AuthenticatesAs, role);
    let judged = world.judge(key);
    assert_eq!(judged.owner.candidates[0].score, 600);
    assert_eq!(judged.owner.candidates[0].ledger[0].factor, 800);
    // Where the identity's tags were not read, nobody knows that nobody is named.
    let mut world = World::new();
    let user = world.user("u", 100, &[("aws.key", "k", 50)]);
    let key = crate::world::key("aws.key", "k").node_id();
    assert_eq!(world.judge(key).owner.state, OwnerState::Unowned);
    world.read(ROLES, ScopeState::Forbidden, None);
    assert_eq!(world.judge(key).owner.state, OwnerState::Undetermined);
    assert_eq!(world.judge(user).owner.state, OwnerState::Undetermined);
}

#[test]
fn what_would_name_an_owner_must_have_been_read() {
    let mut world = World::new();
    let role = world.role("r", 100, "{}");
    world.read(ROLES, ScopeState::Partial, None);
    let judged = world.judge(role);
    assert_eq!(judged.owner.state, OwnerState::Undetermined);
    assert!(!fired(&judged).contains(&"owner-missing"));
    // Something new has its days of grace; something of unknown age has none.
    let mut world = World::new();
    let young = world.role("young", 6, "{}");
    assert!(!fired(&world.judge(young)).contains(&"owner-missing"));
    let old = world.role("old", 8, "{}");
    assert!(fired(&world.judge(old)).contains(&"owner-missing"));
}

#[test]
fn who_uses_it_does_not_stand_in_for_an_owner_who_left() {
    for (owner, state) in [
        ("bob@acme.example", OwnerState::Orphaned),
        ("nobody-of-that-name", OwnerState::Suggested),
        ("", OwnerState::Suggested),
    ] {
        let mut world = World::new();
        let ada = world.person("p1", "ada@acme.example", true);
        world.person("p2", "bob@acme.example", false);
        world.team("payments", &[ada]);
        let role = world.role("r", 100, &format!(r#"{{"owner":"{owner}"}}"#));
        let user = world.role("job", 100, r#"{"owner":"payments"}"#);
        world.relation(user, Relation::RunsAs, role);
        let judged = world.judge(role);
        assert_eq!(judged.owner.state, state, "{owner}: {:#?}", judged.owner);
        let first = if state == OwnerState::Orphaned { "p2" } else { "payments" };
        assert_eq!(judged.owner.candidates[0].name, first);
    }
}
