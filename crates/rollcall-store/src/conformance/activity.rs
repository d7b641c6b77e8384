//! Use and events: not revisioned, kept once.

use std::sync::Arc;

use rollcall_model::{Endpoint, EntityKey, Timestamp};
use rollcall_record::{ActivityRecord, EventKind, EventRecord, ReferenceRecord};
use serde_json::{Map, json};

use super::Case;
use super::check::{Check, Found, same};
use super::scene::{Scene, arn, at, role, role_key, scope};
use crate::{FinishOutcome, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "use is kept once a day", play: |store| Box::pin(once_a_day(store)) },
    Case {
        name: "use comes back whole, newest first",
        play: |store| Box::pin(newest_first(store)),
    },
    Case {
        name: "use of a name is use of who answers to it alone",
        play: |store| Box::pin(by_name(store)),
    },
    Case { name: "the last use of everything", play: |store| Box::pin(last_uses(store)) },
    Case { name: "old use is forgotten", play: |store| Box::pin(forget(store)) },
    Case { name: "an event is kept once", play: |store| Box::pin(events(store)) },
];

const DAY: i64 = 86_400;

/// A second of a day of the play.
fn on(day: i64, second: i64) -> Timestamp {
    Timestamp::from_seconds((20_000 + day) * DAY + second)
}

fn used(what: impl Into<Endpoint>, evidence: &str, at: Timestamp) -> ActivityRecord {
    ActivityRecord {
        entity: what.into(),
        evidence: evidence.to_owned(),
        first_at: at,
        last_at: at,
        count: None,
        attributes: Map::new(),
    }
}

async fn say(scene: &Scene, part: &str, said: &[ActivityRecord]) -> Check {
    let facts = super::scene::facts(said.iter().cloned());
    let outcome = scene.read(&scope(part), &facts, at(1)).await?;
    same("use makes no publication", outcome, FinishOutcome::Published(None))
}

async fn last_days(scene: &Scene, key: &EntityKey) -> Found<Vec<(String, i64, Option<i64>)>> {
    let list = scene.store.activity_of(key, 100).await?;
    let day = |t: Timestamp| t.day() - 20_000;
    Ok(list.into_iter().map(|a| (a.evidence, day(a.last_at), a.count)).collect())
}

async fn once_a_day(store: Arc<dyn Store>) -> Check {
    let (scene, a) = (Scene::new(store.clone()).await?, role_key("a")?);
    let counted = |day, second, count| {
        let mut record = used(&a, "e", on(day, second));
        record.count = Some(count);
        record
    };
    say(&scene, "one", &[counted(1, 10, 1), counted(2, 20, 2)]).await?;
    say(&scene, "one", &[counted(1, 10, 1), counted(2, 20, 2)]).await?;
    let day = |day, count| ("e".to_owned(), day, Some(count));
    same("read twice", last_days(&scene, &a).await?, [day(2, 2), day(1, 1)])?;
    // A day that is read again is overwritten; within one reading the last word counts.
    say(&scene, "one", &[counted(2, 90, 8), counted(2, 99, 9)]).await?;
    same("read later", last_days(&scene, &a).await?, [day(2, 9), day(1, 1)])?;
    let mut uncounted = counted(2, 99, 0);
    uncounted.count = None;
    say(&scene, "one", &[uncounted]).await?;
    let expected = [("e".to_owned(), 2, None), day(1, 1)];
    same("no longer counted", last_days(&scene, &a).await?, expected)?;
    say(&scene, "one", &[used(&a, "other", on(2, 5))]).await?;
    say(&scene, "two", &[counted(2, 7, 3)]).await?;
    same("other evidence, other scope", last_days(&scene, &a).await?.len(), 4)
}

async fn newest_first(store: Arc<dyn Store>) -> Check {
    let (scene, a) = (Scene::new(store.clone()).await?, role_key("a")?);
    let mut whole = used(&a, "aws.role-last-used", on(3, 60));
    whole.first_at = on(3, 1);
    whole.count = Some(u64::MAX);
    whole.attributes.insert("region".to_owned(), json!("eu-central-1"));
    say(&scene, "one", &[used(&a, "b", on(1, 0)), whole, used(&a, "a", on(5, 0))]).await?;
    say(&scene, "two", &[used(&a, "B", on(1, 0)), used(&role_key("b")?, "x", on(9, 0))]).await?;
    let list = store.activity_of(&a, 100).await?;
    let order: Vec<&str> = list.iter().map(|a| a.evidence.as_str()).collect();
    same("order", order, ["a", "aws.role-last-used", "B", "b"])?;
    let Some(found) = list.get(1) else { return super::scene::fail("no second use") };
    same("times", (found.first_at, found.last_at), (on(3, 1), on(3, 60)))?;
    same("the most that can be counted", found.count, Some(i64::MAX))?;
    same("details", found.body.as_str(), r#"{"attributes":{"region":"eu-central-1"}}"#)?;
    same("source and scope", (found.source.as_str(), &found.scope), ("acme", &scope("one")))?;
    same("no details", list.first().map(|a| a.body.as_str()), Some(""))?;
    same("the newest two", store.activity_of(&a, 2).await?.len(), 2)?;
    same("of something unknown", store.activity_of(&role_key("z")?, 2).await?.len(), 0)
}

async fn by_name(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (a, b) = (role_key("a")?, role_key("b")?);
    say(&scene, "use", &[used(arn("x"), "trail", on(1, 0))]).await?;
    same("of a stub", last_days(&scene, &a).await?.len(), 0)?;
    let claim = |key: &EntityKey| [ReferenceRecord::new(key, arn("x")).into()];
    scene.read(&scope("one"), &claim(&a), at(1)).await?;
    same("of who answers to it", last_days(&scene, &a).await?.len(), 1)?;
    scene.read(&scope("two"), &claim(&b), at(2)).await?;
    for key in [&a, &b] {
        same("of an ambiguous name", last_days(&scene, key).await?.len(), 0)?;
    }
    scene.read_and_retire(&scope("one"), &[], at(3)).await?;
    same("of who is left", last_days(&scene, &b).await?.len(), 1)?;
    same("of who is gone", last_days(&scene, &a).await?.len(), 0)
}

async fn last_uses(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (a, b) = (role_key("a")?, role_key("b")?);
    same("none", store.last_uses().await?, [])?;
    let list = [
        used(&a, "old", on(1, 0)),
        used(&a, "alpha", on(2, 7)),
        used(&a, "Zeta", on(2, 7)),
        used(&b, "b", on(1, 9)),
        used(arn("x"), "c", on(4, 0)),
    ];
    say(&scene, "one", &list).await?;
    say(&scene, "two", &[used(&b, "late", on(3, 0))]).await?;
    let mut found = store.last_uses().await?;
    found.sort();
    let mut expected = vec![
        // Of two at the same time the first by its bytes.
        (a.node_id().0, on(2, 7), "Zeta".to_owned()),
        (b.node_id().0, on(3, 0), "late".to_owned()),
        (arn("x").node_id().0, on(4, 0), "c".to_owned()),
    ];
    expected.sort();
    same("last uses", found, expected)
}

async fn forget(store: Arc<dyn Store>) -> Check {
    let (scene, a) = (Scene::new(store.clone()).await?, role_key("a")?);
    let list: Vec<_> = (-1..4).map(|day| used(&a, "e", on(day, 100))).collect();
    say(&scene, "one", &list).await?;
    same("older than the first", store.forget_activity(on(-1, 0)).await?, 0)?;
    // Whole days: what is kept of a day is kept as long as any of it.
    same("older than the second day", store.forget_activity(on(2, 50)).await?, 3)?;
    let left: Vec<i64> = last_days(&scene, &a).await?.into_iter().map(|(_, day, _)| day).collect();
    same("left", left, [3, 2])?;
    same("again", store.forget_activity(on(2, 50)).await?, 0)?;
    same("all but the newest", store.forget_activity(on(99, 0)).await?, 1)?;
    let left: Vec<i64> = last_days(&scene, &a).await?.into_iter().map(|(_, day, _)| day).collect();
    same("the last use stays", left, [3])
}

async fn events(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let event = |id: &str, kind| -> Found<EventRecord> {
        Ok(EventRecord {
            id: id.to_owned(),
            entity: role_key("a")?.into(),
            kind,
            at: at(3),
            by: Some(arn("somebody").into()),
            attributes: Map::new(),
        })
    };
    // No verb reads events yet: what a store must show here is that it takes them again, in one
    // lot, in another lot, in another reading and in another scope.
    for (round, part) in ["one", "one", "two"].into_iter().enumerate() {
        let mut reading = scene.begin(&scope(part)).await?;
        reading.say(role("a", "a")?)?;
        for kind in [EventKind::Created, EventKind::Changed] {
            reading.say(event("same", kind)?)?;
            reading.say(event(&format!("{round} {kind:?}"), kind)?)?;
            same("written", reading.flush().await?, true)?;
        }
        reading.say(event("same", EventKind::Created)?)?;
        reading.finish(at(round as i64)).await?;
    }
    same("publications", store.last_publication().await?, 2)
}
