//! Tokens: the newest reader of a scope writes, everybody else is refused and leaves no trace.

use std::sync::Arc;

use rollcall_model::{Relation, ScopeState, Visibility};
use rollcall_record::{ReferenceRecord, RelationRecord};
use serde_json::json;

use super::Case;
use super::check::{Check, holds, same};
use super::scene::{Fact, Scene, arn, at, finish, names, published, relate, role, roles, scope};
use crate::{FinishOutcome, MissingReason, ScopeWrites, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "tokens grow with every claim", play: |store| Box::pin(tokens_grow(store)) },
    Case { name: "a late writer is refused", play: |store| Box::pin(late_writer(store)) },
    Case { name: "a late end changes nothing", play: |store| Box::pin(late_end(store)) },
    Case { name: "a reading ends once", play: |store| Box::pin(ends_once(store)) },
    Case { name: "an abandoned reading is undone", play: |store| Box::pin(abandoned(store)) },
    Case { name: "what is abandoned twice is undone", play: |store| Box::pin(twice(store)) },
];

async fn tokens_grow(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store).await?;
    let (one, two) = (scope("one"), scope("two"));
    let first = scene.claim(&one, None).await?;
    same("the first token", first.token, 1)?;
    same("what is visible in a new scope", first.published, 0)?;
    same("what a new scope holds", first.live, 0)?;
    let other = scene.claim(&two, None).await?;
    same("the token of another scope", other.token, 1)?;
    holds("two scopes have two ids", first.id != other.id)?;
    let second = scene.claim(&one, None).await?;
    same("the same scope", second.id, first.id)?;
    same("the second token", second.token, 2)?;
    let [a, b] = ["a", "b"].map(|id| role(id, id));
    let (a, b) = (a?, b?);
    let said = [a.clone().into(), b.clone().into(), relate(&a, Relation::MemberOf, &b)];
    scene.read(&one, &said, at(1)).await?;
    let next = scene.claim(&one, None).await?;
    same("the token after a reading", next.token, 4)?;
    same("what that reading published", next.published, 3)?;
    same("live entities and relations", next.live, 3)
}

async fn late_writer(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (old_run, key) = (scene.in_run(2).await?, scope("one"));
    let list = roles(["a", "b", "c"])?;
    let mut late = old_run.begin(&key).await?;
    late.say(list[0].clone())?;
    late.say(ReferenceRecord::new(&list[0].key, arn("a")))?;
    late.say(relate(&list[0], Relation::MemberOf, &list[0]))?;
    holds("the only reader may write", late.flush().await?)?;
    let mut newer = scene.begin(&key).await?;
    late.say(list[1].clone())?;
    holds("the older reader may write no more", !late.flush().await?)?;
    late.say(list[1].clone())?;
    same("the older reader's end", late.finish(at(5)).await?, FinishOutcome::Superseded)?;
    same("publications", store.last_publication().await?, 0)?;
    newer.say(list[2].clone())?;
    holds("the newer reader may write", newer.flush().await?)?;
    same("the newer reader's end", newer.finish(at(6)).await?, published(1))?;

    same("what is visible", names(&*store).await?, ["c c"])?;
    same("live facts of the scope", scene.shown(&key).await?.len(), 1)?;
    for role in &list[..2] {
        let what = role.key.to_string();
        same(&format!("history of {what}"), store.history(&role.key).await?.len(), 0)?;
        same(&format!("claims about {what}"), store.claims_about(&role.key).await?.len(), 0)?;
    }
    same("references", store.references_of(&list[0].key).await?, [])?;
    same("relations", store.relations_of(&list[0].key).await?.len(), 0)?;
    for (run, state) in [(&old_run.run, ScopeState::Superseded), (&scene.run, ScopeState::Complete)]
    {
        let states: Vec<ScopeState> =
            store.run_scopes(run).await?.iter().map(|scope| scope.state).collect();
        same(&format!("how the scope fared in run {run}"), states, [state])?;
    }
    Ok(())
}

async fn late_end(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    scene.read(&key, &[role("a", "a")?.into()], at(1)).await?;
    let late = scene.in_run(2).await?.begin(&key).await?;
    let fact = late.live.tables[0].first().map_or(0, |live| live.fact);
    let mark = late.mark(fact, MissingReason::Brake);
    let newer = scene.in_run(3).await?.begin(&key).await?;
    let before = scene.row(&key).await?;
    let mut end = late.end(at(9));
    end.missing = Some(vec![mark]);
    end.visibility = Some(Visibility::of(["everything"]));
    end.lost = vec!["something".to_owned()];
    end.cursor = Some(json!("far"));
    end.writes.gone = vec![rollcall_model::NodeId(fact)];
    end.grown = (7, 7);
    same("the end", finish(&*store, end).await?, FinishOutcome::Superseded)?;
    let after = scene.row(&key).await?;
    same("the scope", format!("{after:?}"), format!("{before:?}"))?;
    same("the cursor", scene.cursor(&key).await?, None)?;
    same("what is visible", names(&*store).await?, ["a a"])?;
    same("what the credential saw", newer.claimed.visibility.clone(), Visibility::default())?;
    same("the newer reading", newer.finish(at(10)).await?, FinishOutcome::Published(None))
}

async fn ends_once(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let mut reading = scene.begin(&key).await?;
    reading.say(role("a", "a")?)?;
    let (id, token) = (reading.claimed.id, reading.claimed.token);
    let end = reading.end(at(1));
    let mut again = end.clone();
    again.writes = ScopeWrites::default();
    same("the end", finish(&*store, end).await?, published(1))?;
    let before = scene.row(&key).await?;
    same("a second end", finish(&*store, again).await?, FinishOutcome::Superseded)?;
    let mut other = scene.begin(&scope("two")).await?;
    other.say(role("b", "b")?)?;
    holds("a reading that ended may not write", !store.write(id, token, other.writes).await?)?;
    same("what is visible", names(&*store).await?, ["a a"])?;
    same("the scope", format!("{:?}", scene.row(&key).await?), format!("{before:?}"))?;
    same("publications", store.last_publication().await?, 1)
}

/// What the abandoned readings of these cases start from.
async fn start(scene: &Scene) -> Result<Vec<Fact>, super::Failure> {
    let list = roles(["a", "b", "c"])?;
    let mut said: Vec<Fact> = list.iter().cloned().map(Fact::from).collect();
    said.push(relate(&list[0], Relation::MemberOf, &list[1]));
    said.push(relate(&list[1], Relation::MemberOf, &list[2]));
    said.push(ReferenceRecord::new(&list[0].key, arn("a")).into());
    scene.read(&scope("one"), &said, at(1)).await?;
    Ok(said)
}

async fn leave_unfinished(scene: &Scene) -> Check {
    let list = roles(["a", "b", "c"])?;
    let mut reading = scene.begin(&scope("one")).await?;
    // Changed, new and ended facts of all three sorts.
    reading.say(role("a", "renamed")?)?;
    reading.say(role("d", "d")?)?;
    reading.say(
        RelationRecord::new(&list[0].key, Relation::MemberOf, &list[1].key).attribute("how", 1),
    )?;
    reading.say(relate(&list[0], Relation::MemberOf, &list[2]))?;
    reading.say(ReferenceRecord::new(&list[0].key, arn("other")))?;
    for t in 0..3 {
        let ended: Vec<i64> = reading.live.tables[t].iter().map(|live| live.number).collect();
        reading.writes.superseded[t] = ended;
    }
    holds("the reader may write", reading.flush().await?)
}

async fn abandoned(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let said = start(&scene).await?;
    let before = scene.shown(&key).await?;
    same("facts before", before.len(), 6)?;
    let live_before = scene.begin(&key).await?.live.tables;
    leave_unfinished(&scene).await?;
    same("what is visible beside an unfinished reading", scene.shown(&key).await?, before.clone())?;
    let mut next = scene.begin(&key).await?;
    same("live facts at the next claim", next.live.tables.clone(), live_before)?;
    same("what is visible at the next claim", scene.shown(&key).await?, before.clone())?;
    next.say_all(&said)?;
    holds("nothing is to be written", next.writes.claims() == 0)?;
    same("the next reading", next.finish(at(9)).await?, FinishOutcome::Published(None))?;
    same("what is visible in the end", scene.shown(&key).await?, before)?;
    for id in ["a", "d"] {
        let versions = store.history(&role(id, "")?.key).await?.len();
        same(&format!("versions of {id}"), versions, usize::from(id == "a"))?;
    }
    let row = scene.row(&key).await?;
    same("live entities and relations", (row.live_entities, row.live_relations), (3, 2))
}

async fn twice(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let said = start(&scene).await?;
    let before = scene.shown(&key).await?;
    leave_unfinished(&scene).await?;
    leave_unfinished(&scene).await?;
    let mut next = scene.begin(&key).await?;
    next.say_all(&said[..5])?;
    next.say(ReferenceRecord::new(&role("a", "")?.key, arn("a")))?;
    next.say(role("e", "e")?)?;
    same("the next reading", next.finish(at(9)).await?, published(2))?;
    let mut after = scene.shown(&key).await?;
    same("facts in the end", after.len(), before.len() + 1)?;
    after.retain(|fact| before.contains(fact));
    same("facts that stayed", after, before)
}
