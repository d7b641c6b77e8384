//! References: who answers to a name, and where the stub that stood for it leads.

use std::sync::Arc;

use rollcall_model::{Endpoint, Relation};
use rollcall_record::{ReferenceRecord, RelationRecord};

use super::Case;
use super::check::{Check, same};
use super::scene::{Fact, Scene, arn, at, facts, names, relate, role_key, roles, scope};
use crate::{ReferenceRow, Store};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a name has none, one or several claimants",
        play: |store| Box::pin(claimants(store)),
    },
    Case { name: "a stub leads where it led first", play: |store| Box::pin(permanent(store)) },
    Case { name: "an ambiguous name leads nowhere yet", play: |store| Box::pin(ambiguous(store)) },
    Case {
        name: "a name that is claimed before it is used",
        play: |store| Box::pin(claimed_first(store)),
    },
    Case { name: "relations are found by every name", play: |store| Box::pin(by_name(store)) },
    Case { name: "a reference named twice at once is one", play: |store| Box::pin(doubled(store)) },
];

/// Somebody names a reference.
async fn refer(scene: &Scene, part: &str, name: &str, when: i64) -> Check {
    let from = role_key("somebody")?;
    let fact = RelationRecord::new(&from, Relation::CanAssume, arn(name)).into();
    scene.read(&scope(part), &[fact], at(when)).await.map(drop)
}

/// A scope says that these entities answer to a name.
async fn answer(scene: &Scene, part: &str, ids: &[&str], name: &str, when: i64) -> Check {
    let mut said: Vec<Fact> = Vec::new();
    for id in ids {
        said.push(super::scene::role(id, id)?.into());
        said.push(ReferenceRecord::new(&role_key(id)?, arn(name)).into());
    }
    scene.read_and_retire(&scope(part), &said, at(when)).await.map(drop)
}

async fn claimants(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (a, b) = (role_key("a")?, role_key("b")?);
    same("nobody", store.claimants(&arn("x")).await?, [])?;
    answer(&scene, "one", &["b"], "x", 1).await?;
    same("one", store.claimants(&arn("x")).await?, [b.clone()])?;
    answer(&scene, "two", &["b"], "x", 2).await?;
    same("the same by two scopes", store.claimants(&arn("x")).await?, [b.clone()])?;
    answer(&scene, "three", &["a"], "x", 3).await?;
    same("several, sorted", store.claimants(&arn("x")).await?, [a.clone(), b.clone()])?;
    answer(&scene, "one", &[], "x", 4).await?;
    same("two scopes less one", store.claimants(&arn("x")).await?, [a.clone(), b])?;
    answer(&scene, "two", &[], "x", 5).await?;
    same("one is left", store.claimants(&arn("x")).await?, [a.clone()])?;
    same("its names", store.references_of(&a).await?, [arn("x")])?;
    same("another name", store.claimants(&arn("X")).await?, [])
}

async fn permanent(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (a, b) = (role_key("a")?, role_key("b")?);
    let stub = arn("x").public_id();
    refer(&scene, "from", "x", 1).await?;
    same("a stub", store.redirect(stub).await?, None)?;
    same("a stub is no entity", store.key_of(stub).await?, None)?;
    let mut reading = scene.begin(&scope("one")).await?;
    reading.say(ReferenceRecord::new(&a, arn("x")))?;
    reading.flush().await?;
    same("before it is published", store.redirect(stub).await?, None)?;
    reading.finish(at(2)).await?;
    same("at its first resolution", store.redirect(stub).await?, Some(a.clone()))?;
    answer(&scene, "two", &["b"], "x", 3).await?;
    same("with a second claimant", store.redirect(stub).await?, Some(a.clone()))?;
    scene.read_and_retire(&scope("one"), &[], at(4)).await?;
    same("the name has passed on", store.claimants(&arn("x")).await?, [b.clone()])?;
    same("what the later one inherits", store.redirect(stub).await?, Some(a.clone()))?;
    answer(&scene, "two", &[], "x", 5).await?;
    same("with nobody left", store.redirect(stub).await?, Some(a))?;
    same("an unknown stub", store.redirect(arn("other").public_id()).await?, None)?;
    same("an entity's id", store.redirect(b.public_id()).await?, None)
}

async fn ambiguous(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let stub = arn("x").public_id();
    refer(&scene, "from", "x", 1).await?;
    answer(&scene, "one", &["a", "b"], "x", 2).await?;
    same("two at once", store.redirect(stub).await?, None)?;
    answer(&scene, "two", &["c"], "x", 3).await?;
    same("three", store.redirect(stub).await?, None)?;
    answer(&scene, "two", &[], "x", 4).await?;
    same("two again", store.redirect(stub).await?, None)?;
    answer(&scene, "one", &["b"], "x", 5).await?;
    same("the first that is alone", store.redirect(stub).await?, Some(role_key("b")?))?;
    answer(&scene, "one", &["a"], "x", 6).await?;
    same("for good", store.redirect(stub).await?, Some(role_key("b")?))
}

async fn claimed_first(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let stub = arn("x").public_id();
    answer(&scene, "one", &["a"], "x", 1).await?;
    same("a name that nobody uses has no stub", store.redirect(stub).await?, None)?;
    refer(&scene, "from", "x", 2).await?;
    same("used", store.redirect(stub).await?, Some(role_key("a")?))?;
    answer(&scene, "one", &["b"], "x", 3).await?;
    same("what the later one inherits", store.redirect(stub).await?, Some(role_key("a")?))?;
    same("who answers", store.claimants(&arn("x")).await?, [role_key("b")?])
}

async fn by_name(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b", "c"])?;
    let keys: Vec<_> = list.iter().map(|role| role.key.clone()).collect();
    let mut said = facts(list.clone());
    said.push(relate(&list[0], Relation::MemberOf, &list[1]));
    said.push(RelationRecord::new(&keys[1], Relation::CanAssume, arn("a")).into());
    said.push(RelationRecord::new(arn("a"), Relation::HasGrant, arn("nobody")).into());
    said.push(relate(&list[1], Relation::MemberOf, &list[2]));
    scene.read(&scope("one"), &said, at(1)).await?;
    let seen = async |key| -> Result<Vec<_>, super::Failure> {
        let relations = store.relations_of(key).await?;
        Ok(relations.into_iter().map(|r| (r.relation, r.from, r.to, r.source)).collect())
    };
    let end = |i: usize| Endpoint::from(&keys[i]);
    let name = |n: &str| Endpoint::from(arn(n));
    let acme = || "acme".to_owned();
    let member = (Relation::MemberOf, end(0), end(1), acme());
    same("before the name is claimed", seen(&keys[0]).await?, [member.clone()])?;
    scene.read(&scope("two"), &[ReferenceRecord::new(&keys[0], arn("a")).into()], at(2)).await?;
    let expected = [
        member,
        (Relation::HasGrant, name("a"), name("nobody"), acme()),
        (Relation::CanAssume, end(1), name("a"), acme()),
    ];
    same("by key and by name", seen(&keys[0]).await?, expected)?;
    for endpoint in [end(0), name("a"), name("nobody")] {
        let id = endpoint.node_id().0;
        same("what an id stands for", store.endpoint(id).await?, Some(endpoint))?;
    }
    for id in [1, -1, i64::MAX] {
        same("what no id stands for", store.endpoint(id).await?, None)?;
    }
    Ok(())
}

async fn doubled(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b"])?;
    let mut reading = scene.begin(&scope("one")).await?;
    reading.say_all(&facts(list.clone()))?;
    for role in &list {
        reading.say(RelationRecord::new(&role.key, Relation::CanAssume, arn("x")))?;
        reading.say(ReferenceRecord::new(&role.key, arn("y")))?;
    }
    let (id, reference) = (arn("x").node_id(), arn("x"));
    reading.writes.references.push(ReferenceRow { id, reference, referred: false });
    reading.finish(at(1)).await?;
    same("live", names(&*store).await?, ["a a", "b b"])?;
    same("who answers", store.claimants(&arn("y")).await?.len(), 2)?;
    // It is known to be used, whichever row came last.
    answer(&scene, "two", &["c"], "x", 2).await?;
    same("its stub", store.redirect(arn("x").public_id()).await?, Some(role_key("c")?))
}
