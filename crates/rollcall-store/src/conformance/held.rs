//! What waits for a human: the brake, lost visibility, and what would retire.

use std::sync::Arc;

use rollcall_model::{Relation, ScopeKey, Visibility};
use rollcall_record::{ReferenceRecord, RelationRecord};

use super::Case;
use super::check::{Check, Found, present, same};
use super::scene::{Fact, Scene, arn, at, facts, finish, names, relate, role_key, roles, scope};
use crate::{ClaimTable, Missing, MissingReason, RetireRequest, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "the brake holds and tells what", play: |store| Box::pin(brake(store)) },
    Case {
        name: "a narrowed view waits until it is accepted",
        play: |store| Box::pin(narrowed(store)),
    },
    Case {
        name: "a confirmed narrowed view is the new one",
        play: |store| Box::pin(confirmed(store)),
    },
    Case { name: "marks are replaced or kept", play: |store| Box::pin(marks(store)) },
    Case { name: "candidates count what would retire", play: |store| Box::pin(candidates(store)) },
    Case {
        name: "a relation with a retiring end is not loose",
        play: |store| Box::pin(loose(store)),
    },
    Case {
        name: "a relation with an end that is gone is not loose",
        play: |store| Box::pin(ends_gone(store)),
    },
];

async fn brake(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b"])?;
    let (a, b) = (&list[0], &list[1]);
    let said = [
        b.clone().into(),
        a.clone().into(),
        relate(a, Relation::MemberOf, b),
        RelationRecord::new(&a.key, Relation::CanAssume, arn("x")).into(),
        ReferenceRecord::new(&a.key, arn("a")).into(),
    ];
    let keys = [scope("two"), scope("one")];
    for key in &keys {
        scene.read(key, &said, at(1)).await?;
        scene.read(key, &[], at(2)).await?;
    }
    same("held before", store.held(scene.source).await?, [])?;
    let scopes = [scene.id(&keys[0]).await?, scene.id(&keys[1]).await?];
    store.hold(&scopes, &scene.run).await?;
    let held = store.held(scene.source).await?;
    let told: Vec<_> =
        held.iter().map(|h| (h.scope.part.as_str(), h.table, h.name.as_str())).collect();
    let (e, r) = (ClaimTable::Entity, ClaimTable::Relation);
    let (a, b) = ("aws/1/aws.iam-role/a", "aws/1/aws.iam-role/b");
    let member = format!("{a} member_of {b}");
    let assume = format!("{a} can_assume {}", arn("x"));
    let mut expected = Vec::new();
    for part in ["one", "two"] {
        expected.extend([(part, e, a), (part, e, b), (part, r, &assume), (part, r, &member)]);
    }
    same("what is held", told, expected)?;
    for fact in &held {
        same(&fact.name, fact.reason, MissingReason::Brake)?;
    }
    for key in &keys {
        let row = scene.row(key).await?;
        same("missing and held", (row.missing, row.held), (4, 4))?;
    }
    for scope in store.run_scopes(&scene.run).await? {
        same("held in the run", scope.held, 4)?;
    }
    same("candidates", store.candidates(scene.source, "roles").await?.len(), 0)?;
    same("a retirement of what is pending", scene.retire(&[&keys[0]], at(3)).await?.total(), 0)?;
    same("live", names(&*store).await?.len(), 4)?;
    // A later reading sees one of them again.
    scene.read(&keys[0], &said[..1], at(4)).await?;
    let row = scene.row(&keys[0]).await?;
    same("missing and held after another reading", (row.missing, row.held), (3, 0))?;
    let other = Scene::named(store.clone(), "other", 9).await?;
    same("held of another source", store.held(other.source).await?, [])
}

/// A scope read twice, the second time with less to see.
async fn narrow(scene: &Scene, key: &ScopeKey) -> Check {
    let store = &*scene.store;
    let said = facts(roles(["a", "b"])?);
    let mut reading = scene.begin(key).await?;
    reading.say_all(&said)?;
    let mut end = reading.end(at(1));
    end.visibility = Some(Visibility::of(["read", "secrets"]));
    finish(store, end).await?;
    let mut reading = scene.begin(key).await?;
    same("remembered", reading.claimed.visibility.clone(), Visibility::of(["read", "secrets"]))?;
    reading.say(said[0].clone())?;
    let mut end = reading.end(at(2));
    end.lost = vec!["secrets".to_owned()];
    end.visibility = Some(Visibility::of(["read", "secrets"]));
    for mark in end.missing.iter_mut().flatten() {
        mark.reason = MissingReason::Visibility;
    }
    finish(store, end).await?;
    let row = scene.row(key).await?;
    same(
        "lost, missing, held",
        (row.lost, row.missing, row.held),
        (vec!["secrets".to_owned()], 1, 1),
    )
}

async fn narrowed(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    narrow(&scene, &key).await?;
    let held = present("what is held", store.held(scene.source).await?.pop())?;
    same("why", held.reason, MissingReason::Visibility)?;
    same("what", held.fact, role_key("b")?.node_id().0)?;
    let in_run = present("the scope in its run", store.run_scopes(&scene.run).await?.pop())?;
    same("held in the run", in_run.held, 1)?;
    same("retired by a run", scene.retire(&[&key], at(3)).await?.total(), 0)?;
    store.accept_visibility(&[scene.id(&key).await?]).await?;
    same("lost when accepted", scene.row(&key).await?.lost, Vec::<String>::new())?;
    same("live", names(&*store).await?, ["a a", "b b"])?;
    let next = scene.begin(&key).await?;
    same("expected from now on", next.claimed.visibility, Visibility::of(["read"]))
}

async fn confirmed(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    narrow(&scene, &key).await?;
    let id = scene.id(&key).await?;
    let reasons = vec![MissingReason::Brake, MissingReason::Visibility];
    let request = RetireRequest { scopes: vec![id], reasons, run: None, at: at(3) };
    same("retired", store.retire(request).await?.retired, [(id, 1)])?;
    let row = scene.row(&key).await?;
    same("lost and missing", (row.lost, row.missing), (Vec::new(), 0))?;
    same("live", names(&*store).await?, ["a a"])?;
    let next = scene.begin(&key).await?;
    same("expected from now on", next.claimed.visibility, Visibility::of(["read"]))
}

async fn marks(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    scene.read(&key, &facts(roles(["a", "b"])?), at(1)).await?;
    let reading = scene.begin(&key).await?;
    let mark = |id: &str, reason| -> Found<Missing> {
        Ok(reading.mark(role_key(id)?.node_id().0, reason))
    };
    let a = mark("a", MissingReason::SecondReading)?;
    let b = mark("b", MissingReason::Visibility)?;
    let mut both = vec![a, b];
    both.sort();
    let steps = [
        (Some(vec![a]), vec![a]),
        (None, vec![a]),
        (Some(both.iter().rev().copied().collect()), both.clone()),
        (None, both.clone()),
        (Some(vec![b]), vec![b]),
        (Some(vec![]), vec![]),
    ];
    for (i, (given, expected)) in steps.into_iter().enumerate() {
        let mut end = scene.begin(&key).await?.end(at(2 + i as i64));
        end.missing = given;
        finish(&*store, end).await?;
        let live = scene.begin(&key).await?.live;
        same(&format!("marks after step {i}"), live.missing, expected)?;
    }
    Ok(())
}

async fn candidates(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b", "c", "d"])?;
    let mut said: Vec<Fact> = facts(list.clone());
    said.push(relate(&list[2], Relation::MemberOf, &list[3]));
    said.push(relate(&list[0], Relation::MemberOf, &list[3]));
    said.push(ReferenceRecord::new(&list[0].key, arn("a")).into());
    let other_stream = ScopeKey::realm("users", "1");
    let keys = [scope("two"), scope("one"), scope("full"), other_stream];
    for key in &keys {
        scene.read(key, &said, at(1)).await?;
    }
    let other = Scene::named(store.clone(), "other", 2).await?;
    other.read(&keys[0], &said, at(1)).await?;
    other.read(&keys[0], &[], at(2)).await?;
    same("none yet", store.candidates(scene.source, "roles").await?.len(), 0)?;
    scene.read(&keys[0], &said[1..4], at(2)).await?;
    scene.read(&keys[1], &said[..5], at(2)).await?;
    let found: Vec<_> = store
        .candidates(scene.source, "roles")
        .await?
        .into_iter()
        .map(|c| (c.key.part, c.entities, c.loose_relations, c.facts))
        .collect();
    // In `two`: a, its relation, its reference, and the relation between c and d, which both stay.
    // In `one`: the relation of a, which retires in `two`, and the reference.
    let expected = [("one".to_owned(), 0, 0, 2), ("two".to_owned(), 1, 1, 4)];
    same("candidates: scope, entities, loose relations, facts", found, expected)?;
    same("of another stream", store.candidates(scene.source, "users").await?.len(), 0)?;
    same("of an unknown stream", store.candidates(scene.source, "none").await?.len(), 0)
}

async fn ends_gone(store: Arc<dyn Store>) -> Check {
    let (scene, users) = (Scene::new(store.clone()).await?, ScopeKey::realm("users", "1"));
    let list = roles(["a", "b", "never collected"])?;
    let links = [
        relate(&list[0], Relation::MemberOf, &list[1]),
        relate(&list[0], Relation::MemberOf, &list[2]),
        relate(&list[1], Relation::MemberOf, &list[2]),
    ];
    scene.read(&users, &facts(list[..2].to_vec()), at(1)).await?;
    scene.read(&scope("one"), &links, at(1)).await?;
    scene.read(&scope("one"), &[], at(2)).await?;
    for expected in [3, 1] {
        let found = present("a candidate", store.candidates(scene.source, "roles").await?.pop())?;
        let counts = (found.entities, found.loose_relations, found.facts);
        same("entities, loose relations, facts", counts, (0, expected, 3))?;
        // The stream of users ends first, and one of them goes.
        scene.read_and_retire(&users, &facts(list[1..2].to_vec()), at(3)).await?;
    }
    same("live", names(&*store).await?, ["b b"])
}

async fn loose(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let list = roles(["a", "b", "c", "d"])?;
    let mut said = facts(list.clone());
    said.push(relate(&list[0], Relation::MemberOf, &list[1]));
    said.push(relate(&list[2], Relation::MemberOf, &list[3]));
    said.push(RelationRecord::new(arn("x"), Relation::MemberOf, &list[3].key).into());
    scene.read(&key, &said, at(1)).await?;
    for (reason, entities, expected) in [
        // The relations of what waits for a second reading, or for a human, go without their ends.
        (MissingReason::SecondReading, 0, 3),
        (MissingReason::Brake, 0, 3),
        (MissingReason::Pending, 2, 1),
    ] {
        let mut reading = scene.begin(&key).await?;
        reading.say_all(&facts([list[1].clone(), list[3].clone()]))?;
        let mut end = reading.end(at(2));
        for mark in end.missing.iter_mut().flatten() {
            if mark.table == ClaimTable::Entity {
                mark.reason = reason;
            }
        }
        finish(&*store, end).await?;
        let found = present("a candidate", store.candidates(scene.source, "roles").await?.pop())?;
        let what = format!("entities and loose relations, ends marked {}", reason.as_str());
        same(&what, (found.entities, found.loose_relations), (entities, expected))?;
    }
    Ok(())
}
