//! What scopes say about the entities they claim: sources, the last look, gaps, what is only kept.

use rollcall_graph::{
    Delta, EntityRow, Facet, Node, ScopeRow, Snapshot, SnapshotBuilder, SnapshotId, parse,
};
use rollcall_model::{EntityType, ScopeState, Timestamp};

use crate::model::{NOW, key};

fn at(days: i64) -> Option<Timestamp> {
    Some(NOW.plus_seconds(-days * 86_400))
}

fn scope(id: i64, source: &str, state: Option<ScopeState>, days: i64) -> ScopeRow {
    ScopeRow {
        id,
        source: source.into(),
        provider: if id % 2 == 0 { "aws" } else { "github" }.into(),
        stream: "roles".into(),
        realm: format!("realm-{id}"),
        part: String::new(),
        state,
        complete_at: at(days),
        parent: None,
        held: 0,
        lost: false,
        live_entities: 2,
    }
}

fn entity(n: u8, scopes: &[i64]) -> EntityRow {
    EntityRow {
        last_seen: at(40),
        scopes: scopes.to_vec(),
        ..EntityRow::new(key(n), EntityType::Identity, &format!("e{n}"))
    }
}

fn built(scopes: Vec<ScopeRow>, entities: &[EntityRow]) -> Snapshot {
    let mut builder = SnapshotBuilder::new();
    entities.iter().for_each(|entity| builder.entity(entity));
    scopes.into_iter().for_each(|scope| builder.scope(scope));
    builder.finish(SnapshotId::default()).unwrap()
}

fn node(snapshot: &Snapshot, n: u8) -> Node {
    snapshot.node(key(n).node_id()).unwrap()
}

fn seen(snapshot: &Snapshot, n: u8) -> Option<Timestamp> {
    snapshot.entity(node(snapshot, n)).last_seen()
}

fn names(snapshot: &Snapshot, query: &str) -> Vec<String> {
    let matches = snapshot.select(&parse(query).unwrap(), NOW);
    matches.iter().map(|node| snapshot.entity(node).name().to_owned()).collect()
}

const COMPLETE: Option<ScopeState> = Some(ScopeState::Complete);
const FORBIDDEN: Option<ScopeState> = Some(ScopeState::Forbidden);

#[test]
fn a_complete_reading_moves_what_its_scope_claims_and_nothing_else() {
    let gone = EntityRow { gone_at: at(30), ..entity(3, &[1]) };
    let missing = EntityRow { missing: true, missing_in: vec![1], ..entity(4, &[1]) };
    let half = EntityRow { missing_in: vec![1], ..entity(5, &[1, 2]) };
    let newer = EntityRow { last_seen: at(1), ..entity(6, &[9]) };
    let rows = [entity(1, &[1, 2]), entity(2, &[2]), gone, missing, half, newer];
    let scopes = vec![scope(1, "one", COMPLETE, 20), scope(2, "two", COMPLETE, 35)];
    let before = built(scopes, &rows);
    let all = |s: &Snapshot| [1, 2, 3, 4, 5, 6].map(|n| seen(s, n));
    assert_eq!(all(&before), [at(20), at(35), at(40), at(40), at(35), at(1)]);
    let delta = Delta { scopes: vec![scope(1, "one", COMPLETE, 5)], ..Delta::default() };
    let after = before.apply(SnapshotId::default(), &delta);
    assert_eq!(all(&after), [at(5), at(35), at(40), at(40), at(35), at(1)]);
    assert_eq!(names(&after, "last_seen:<6d"), names(&after, "name:e1 OR name:e6"));
    assert_eq!(names(&after, "last_seen:>38d").len(), 2);
    // One without a look of its own is told by its scopes alone, and then by nothing.
    let bare = EntityRow { last_seen: None, ..entity(7, &[2]) };
    let delta = Delta { entities: vec![bare], ..Delta::default() };
    let with = after.apply(SnapshotId::default(), &delta);
    assert_eq!(seen(&with, 7), at(35));
    let delta = Delta { scopes_closed: vec![(2, "two".into())], ..Delta::default() };
    let without = with.apply(SnapshotId::default(), &delta);
    assert_eq!(seen(&without, 7), None);
    assert_eq!(names(&without, "last_seen:none"), ["e7"]);
}

#[test]
fn sources_follow_from_scopes_and_take_another_name_with_them() {
    let rows = [entity(1, &[1, 3]), entity(2, &[2]), entity(3, &[7])];
    let scopes = [(1, "one"), (2, "two"), (3, "one")];
    let before = built(scopes.map(|(id, s)| scope(id, s, COMPLETE, 1)).into(), &rows);
    let sources = |s: &Snapshot, n: u8| -> Vec<String> {
        s.entity(node(s, n)).sources().map(str::to_owned).collect()
    };
    assert_eq!(sources(&before, 1), ["one"]);
    let ids = |s: &Snapshot, n: u8| -> Vec<i64> {
        s.entity(node(s, n)).scopes().map(|scope| scope.id).collect()
    };
    assert_eq!((ids(&before, 1), ids(&before, 3)), (vec![1, 3], vec![]));
    // A scope that comes to be known, one of another name, and one that nobody reads any more.
    let delta = Delta {
        scopes: vec![scope(3, "first", COMPLETE, 1), scope(7, "seven", None, 1)],
        scopes_closed: vec![(2, "two".into())],
        ..Delta::default()
    };
    let after = before.apply(SnapshotId::default(), &delta);
    assert_eq!(sources(&after, 1), ["first", "one"]);
    assert_eq!((sources(&after, 2), ids(&after, 2)), (vec!["two".to_owned()], vec![]));
    assert_eq!(names(&after, "source:seven"), ["e3"]);
    assert_eq!(names(&after, "source:first"), ["e1"]);
    let everything = after.everything();
    let counts = after.facet_counts(&everything, Facet::Source, 9).values;
    let expected = ["first", "one", "seven", "two"].map(|name| (name.to_owned(), 1));
    assert_eq!(counts, expected);
}

#[test]
fn coverage_speaks_of_the_scopes_that_could_matter() {
    let mut scopes: Vec<ScopeRow> = (1..=6)
        .map(|n| scope(n, &format!("source-{}", n % 3), [FORBIDDEN, COMPLETE][n as usize % 2], 1))
        .collect();
    let snapshot = built(scopes.clone(), &[]);
    let all = snapshot.coverage(&parse("owner:none").unwrap(), NOW);
    assert_eq!((all.scopes, all.complete, all.gaps.len()), (6, 3, 3));
    let coverage = |text: &str| snapshot.coverage(&parse(text).unwrap(), NOW);
    let github = coverage("provider:github class:agent");
    assert_eq!((github.scopes, github.complete), (3, 3));
    assert_eq!(coverage("source:source-1").gaps.len(), 1);
    assert_eq!(coverage("source:source-1 OR bot").scopes, 6);
    assert_eq!(coverage("-provider:aws").scopes, 3);
    // To be read to the end is not enough.
    (scopes[0].held, scopes[2].lost) = (3, true);
    let gaps = built(scopes, &[]).coverage(&parse("provider:github").unwrap(), NOW).gaps;
    let told: Vec<_> = gaps.iter().map(|gap| (gap.scope, gap.state, gap.held, gap.lost)).collect();
    assert_eq!(told, [(1, COMPLETE, 3, false), (3, COMPLETE, 0, true)]);
}

#[test]
fn kept_is_what_nobody_could_look_at() {
    let partial = Some(ScopeState::Partial);
    let scopes = vec![
        scope(1, "one", FORBIDDEN, 9),
        scope(2, "two", COMPLETE, 1),
        scope(3, "three", partial, 20),
        scope(4, "two", Some(ScopeState::Skipped), 1),
    ];
    let rows = [
        entity(1, &[1]),
        entity(2, &[1, 2]),
        entity(3, &[1, 3]),
        entity(4, &[4]),
        EntityRow { gone_at: at(3), ..entity(5, &[1]) },
        // The one that could look does not see it: nobody else can say.
        EntityRow { missing_in: vec![2], ..entity(6, &[1, 2]) },
        entity(7, &[1, 99]),
        entity(8, &[]),
    ];
    let snapshot = built(scopes, &rows);
    let kept = snapshot.kept();
    let listed = |kept: &rollcall_graph::Kept, s: &Snapshot| -> Vec<String> {
        kept.entities.iter().map(|node| s.entity(node).name().to_owned()).collect()
    };
    let mut of_all = listed(&kept, &snapshot);
    of_all.sort();
    assert_eq!(of_all, ["e1", "e3", "e6"]);
    let counts = |list: &[(&str, u64)]| -> Vec<(String, u64)> {
        list.iter().map(|(text, n)| ((*text).to_owned(), *n)).collect()
    };
    assert_eq!(kept.types, counts(&[("identity", 3)]));
    assert_eq!(kept.classes, counts(&[("none", 3)]));
    assert_eq!(kept.sources, counts(&[("one", 3), ("three", 1), ("two", 1)]));
    assert_eq!(kept.oldest, at(20));
    let delta = Delta {
        scopes: vec![scope(1, "one", COMPLETE, 0)],
        entities: vec![entity(9, &[3])],
        ..Delta::default()
    };
    let after = snapshot.apply(SnapshotId::default(), &delta);
    assert_eq!(listed(&after.kept(), &after), ["e9"]);
    let delta = Delta { scopes: vec![scope(3, "three", COMPLETE, 0)], ..Delta::default() };
    let none = after.apply(SnapshotId::default(), &delta).kept();
    assert!(none.entities.is_empty() && none.types.is_empty() && none.oldest.is_none());
}
