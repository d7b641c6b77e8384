//! Publishing: unseen until the end, then visible at once.

use std::sync::Arc;

use rollcall_model::{Relation, ScopeState};
use rollcall_record::{EntityRecord, ReferenceRecord, RelationRecord};

use super::Case;
use super::check::{Check, Found, holds, same};
use super::scene::{Fact, Scene, arn, at, finish, names, published, relate, role, roles, scope};
use crate::{EntityFilter, FinishOutcome, PublicationKind, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "nothing is visible before the end", play: |store| Box::pin(unseen(store)) },
    Case { name: "a change is visible at once", play: |store| Box::pin(change(store)) },
    Case {
        name: "an unchanged reading publishes nothing",
        play: |store| Box::pin(same_again(store)),
    },
    Case { name: "an incomplete reading proves nothing", play: |store| Box::pin(partial(store)) },
    Case { name: "several readings end together", play: |store| Box::pin(together(store)) },
    Case { name: "readers see before or after", play: |store| Box::pin(before_or_after(store)) },
];

async fn unseen(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let list = roles(["a", "b"])?;
    let a = &list[0].key;
    let mut reading = scene.begin(&key).await?;
    reading.say_all(&[
        list[0].clone().into(),
        list[1].clone().into(),
        relate(&list[0], Relation::MemberOf, &list[1]),
        ReferenceRecord::new(a, arn("a")).into(),
    ])?;
    holds("the reader may write", reading.flush().await?)?;
    let counts = async |store: &dyn Store| -> Found<[usize; 9]> {
        Ok([
            names(store).await?.len(),
            store.entities(&EntityFilter { gone: true, ..Default::default() }).await?.len(),
            store.claims_about(a).await?.len(),
            store.history(a).await?.len(),
            store.keys_named("a").await?.len(),
            store.relations_of(a).await?.len(),
            store.references_of(a).await?.len(),
            store.claimants(&arn("a")).await?.len(),
            scene.shown(&key).await?.len(),
        ])
    };
    same("what is visible before the end", counts(&*store).await?, [0; 9])?;
    same("publications before the end", store.publications(0, 10).await?.len(), 0)?;
    let (id, token) = (reading.claimed.id, reading.claimed.token);
    same("the end", reading.finish(at(7)).await?, published(1))?;
    same("what is visible after", counts(&*store).await?, [2, 2, 1, 1, 1, 1, 1, 1, 4])?;
    let publications = store.publications(0, 10).await?;
    same("publications after", publications.len(), 1)?;
    for p in publications {
        same("its sequence and time", (p.sequence, p.at), (1, at(7)))?;
        same("what it made visible", (p.scope, p.revision), (id, token))?;
        same("its kind and run", (p.kind, p.run), (PublicationKind::Reading, Some(run(&scene))))?;
    }
    Ok(())
}

fn run(scene: &Scene) -> rollcall_model::RunId {
    scene.run.clone()
}

async fn change(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let [old, new] = ["old", "new"].map(|name| role("a", name));
    let (old, new) = (old?, new?);
    let b = role("b", "b")?;
    let link = |level: &str| -> Fact {
        RelationRecord::new(&old.key, Relation::CanAccess, &b.key).attribute("level", level).into()
    };
    scene.read(&key, &[old.clone().into(), b.clone().into(), link("read")], at(1)).await?;
    let mut reading = scene.begin(&key).await?;
    reading.say_all(&[new.clone().into(), b.clone().into(), link("admin")])?;
    holds("the reader may write", reading.flush().await?)?;
    same("names before the end", names(&*store).await?, ["a old", "b b"])?;
    same("level before the end", level(&*store, &old).await?, ["read"])?;
    same("the end", reading.finish(at(2)).await?, published(2))?;
    same("names after the end", names(&*store).await?, ["a new", "b b"])?;
    same("level after the end", level(&*store, &old).await?, ["admin"])?;
    same("by its new name", store.keys_named("new").await?, [old.key.clone()])?;
    same("by its old name", store.keys_named("old").await?, [])?;
    let row = scene.row(&key).await?;
    same("live entities and relations", (row.live_entities, row.live_relations), (2, 1))
}

async fn level(store: &dyn Store, of: &EntityRecord) -> Found<Vec<String>> {
    let relations = store.relations_of(&of.key).await?;
    let level = |attributes: &serde_json::Map<_, serde_json::Value>| {
        attributes.get("level").and_then(|level| level.as_str()).unwrap_or_default().to_owned()
    };
    Ok(relations.iter().map(|relation| level(&relation.body.attributes)).collect())
}

async fn same_again(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let said = [role("a", "a")?.into()];
    same("the first reading", scene.read(&key, &said, at(10)).await?, published(1))?;
    let again = scene.in_run(2).await?.read(&key, &said, at(20)).await?;
    same("the second reading", again, FinishOutcome::Published(None))?;
    same("publications", store.last_publication().await?, 1)?;
    let row = scene.row(&key).await?;
    same("last complete reading", row.complete_at, Some(at(20)))?;
    same("the last reading", (row.read_at, row.state), (Some(at(20)), Some(ScopeState::Complete)))?;
    for claim in store.claims_about(&role("a", "")?.key).await? {
        same("first seen", claim.first_seen, Some(at(10)))?;
        same("last seen", claim.last_seen, Some(at(20)))?;
    }
    let empty = scene.read(&scope("empty"), &[], at(30)).await?;
    same("a first reading that finds nothing", empty, FinishOutcome::Published(None))
}

async fn partial(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    scene.read(&key, &[role("a", "a")?.into()], at(10)).await?;
    for (i, state) in
        [ScopeState::Partial, ScopeState::Failed, ScopeState::Forbidden].into_iter().enumerate()
    {
        let when = at(20 + i as i64);
        let mut reading = scene.begin(&key).await?;
        reading.say(role(state.as_str(), "new")?)?;
        let mut end = reading.end(when);
        (end.state, end.missing) = (state, None);
        same(state.as_str(), finish(&*store, end).await?, published(i as i64 + 2))?;
        let row = scene.row(&key).await?;
        same("its last reading", (row.read_at, row.state), (Some(when), Some(state)))?;
        same("last complete reading", row.complete_at, Some(at(10)))?;
        same("missing facts", row.missing, 0)?;
    }
    let expected = ["a a", "failed new", "forbidden new", "partial new"];
    same("what is visible", names(&*store).await?, expected)
}

async fn together(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let keys = ["one", "two", "three", "four"].map(scope);
    let (mut ends, mut scopes) = (Vec::new(), Vec::new());
    for key in &keys {
        let mut reading = scene.begin(key).await?;
        if key.part != "three" {
            reading.say(role(&key.part, "new")?)?;
        }
        scopes.push(reading.claimed.id);
        ends.push(reading.end(at(1)));
    }
    scene.claim(&keys[1], None).await?;
    let outcomes = store.finish_scopes(ends).await?;
    let expected =
        [published(1), FinishOutcome::Superseded, FinishOutcome::Published(None), published(2)];
    same("outcomes", outcomes, expected)?;
    same("what is visible", names(&*store).await?, ["four new", "one new"])?;
    let order: Vec<_> = store.publications(0, 9).await?.iter().map(|p| p.scope).collect();
    same("order of publications", order, [scopes[0], scopes[3]])
}

/// A scope whose roles all change their names together, again and again, while somebody looks.
async fn before_or_after(store: Arc<dyn Store>) -> Check {
    const ROLES: usize = 120;
    const ROUNDS: i64 = 12;
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let write = async {
        for round in 0..ROUNDS {
            let mut reading = scene.begin(&key).await?;
            for i in 0..ROLES {
                reading.say(role(&format!("r{i}"), &format!("round {round}"))?)?;
                if i % 40 == 0 {
                    holds("the reader may write", reading.flush().await?)?;
                }
            }
            same("the end", reading.finish(at(round)).await?, published(round + 1))?;
        }
        Check::Ok(())
    };
    let look = async {
        let mut last = -1;
        while last < ROUNDS - 1 {
            let claims = store.entities(&EntityFilter::default()).await?;
            let Some(first) = claims.first() else { continue };
            same("roles", claims.len(), ROLES)?;
            let torn = claims.iter().find(|claim| claim.body.name != first.body.name);
            same("two names at once", torn.map(|claim| &claim.body.name), None)?;
            let round = first.body.name.trim_start_matches("round ").parse()?;
            holds("time goes forward", round >= last)?;
            last = round;
        }
        Check::Ok(())
    };
    futures::future::try_join(write, look).await.map(drop)
}
