//! Delta listings: what they say is gone, and where they continue.

use std::sync::Arc;

use rollcall_model::{Listing, Relation};
use rollcall_record::{ReferenceRecord, RelationRecord};
use serde_json::json;

use super::Case;
use super::check::{Check, same};
use super::scene::{
    Fact, Scene, arn, at, facts, finish, names, published, relate, role_key, roles, scope,
};
use crate::{FinishOutcome, MissingReason, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "gone ends an entity with what hangs on it", play: |store| Box::pin(gone(store)) },
    Case { name: "gone takes marks along", play: |store| Box::pin(marked(store)) },
    Case {
        name: "gone says nothing about what was never here",
        play: |store| Box::pin(unknown(store)),
    },
    Case { name: "a cursor is kept", play: |store| Box::pin(cursor(store)) },
];

async fn say_gone(scene: &Scene, ids: &[&str], when: i64) -> Result<FinishOutcome, super::Failure> {
    let mut end = scene.begin(&scope("one")).await?.end(at(when));
    (end.listing, end.missing) = (Listing::Delta, None);
    for id in ids {
        end.writes.gone.push(role_key(id)?.node_id());
    }
    finish(&*scene.store, end).await
}

async fn gone(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b", "c"])?;
    let mut said: Vec<Fact> = facts(list.clone());
    said.push(relate(&list[0], Relation::MemberOf, &list[1]));
    said.push(relate(&list[1], Relation::HasGrant, &list[0]));
    said.push(relate(&list[1], Relation::MemberOf, &list[2]));
    said.push(ReferenceRecord::new(&list[0].key, arn("a")).into());
    said.push(ReferenceRecord::new(&list[1].key, arn("b")).into());
    said.push(RelationRecord::new(arn("a"), Relation::MemberOf, &list[2].key).into());
    for part in ["one", "two"] {
        scene.read(&scope(part), &said, at(1)).await?;
    }
    same("the end", say_gone(&scene, &["a"], 5).await?, published(3))?;
    same("claims", names(&*store).await?, ["a a", "b b", "b b", "c c", "c c"])?;
    let row = scene.row(&scope("one")).await?;
    same("live entities and relations", (row.live_entities, row.live_relations), (2, 2))?;
    same("live facts", scene.shown(&scope("one")).await?.len(), 5)?;
    same("live facts of the other scope", scene.shown(&scope("two")).await?.len(), 9)?;
    for claim in store.claims_about(&list[0].key).await? {
        let expected = (claim.scope.part == "one").then(|| at(5));
        same(&format!("when the claim of {} ended", claim.scope), claim.gone_at, expected)?;
    }
    same("who answers", store.claimants(&arn("a")).await?, [list[0].key.clone()])?;
    // Seen again, it resumes.
    scene.read(&scope("one"), &said, at(9)).await?;
    same("versions", store.history(&list[0].key).await?.len(), 3)?;
    same("live facts in the end", scene.shown(&scope("one")).await?.len(), 9)
}

async fn marked(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let list = roles(["a", "b"])?;
    let mut said = facts(list.clone());
    said.push(relate(&list[0], Relation::MemberOf, &list[1]));
    scene.read(&key, &said, at(1)).await?;
    scene.read(&key, &[], at(2)).await?;
    same("missing", scene.row(&key).await?.missing, 3)?;
    say_gone(&scene, &["a"], 3).await?;
    let row = scene.row(&key).await?;
    same("missing and live", (row.missing, row.live_entities, row.live_relations), (1, 1, 0))?;
    // The same when the reading gives marks of its own.
    let reading = scene.begin(&key).await?;
    let fact = role_key("b")?.node_id();
    let mark = reading.mark(fact.0, MissingReason::Brake);
    let mut end = reading.end(at(4));
    (end.listing, end.writes.gone) = (Listing::Delta, vec![fact]);
    end.missing = Some(vec![mark]);
    finish(&*store, end).await?;
    let row = scene.row(&key).await?;
    same("missing and live in the end", (row.missing, row.live_entities), (0, 0))?;
    same("retired", scene.retire(&[&key], at(5)).await?.total(), 0)?;
    same("live entities", scene.row(&key).await?.live_entities, 0)
}

async fn unknown(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    scene.read(&scope("one"), &facts(roles(["a"])?), at(1)).await?;
    let outcome = say_gone(&scene, &["never", "seen"], 2).await?;
    same("the end", outcome, FinishOutcome::Published(None))?;
    same("live", names(&*store).await?, ["a a"])?;
    let outcome = say_gone(&scene, &["a", "a", "never"], 3).await?;
    same("with one that was", outcome, published(2))?;
    same("live entities", scene.row(&scope("one")).await?.live_entities, 0)?;
    let outcome = say_gone(&scene, &["a"], 4).await?;
    same("said again", outcome, FinishOutcome::Published(None))
}

async fn cursor(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    same("of an unknown scope", scene.cursor(&key).await?, None)?;
    scene.claim(&key, None).await?;
    same("of a new scope", scene.cursor(&key).await?, None)?;
    let token =
        json!({"page": [1, 2, {"b": null}], "at": "2026-05-03T10:00:00Z", "naïve \"x\"": -1});
    for (given, expected) in [
        (Some(token.clone()), token.clone()),
        (None, token),
        (Some(json!("next")), json!("next")),
        (Some(json!(null)), json!(null)),
    ] {
        let mut end = scene.begin(&key).await?.end(at(1));
        end.cursor = given;
        finish(&*store, end).await?;
        same("the cursor", scene.cursor(&key).await?, Some(expected))?;
    }
    same("of another scope", scene.cursor(&scope("two")).await?, None)?;
    let other = Scene::named(store.clone(), "other", 2).await?;
    same("of another source", other.cursor(&key).await?, None)
}
