//! Retirement: marked facts end, the others do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rollcall_model::{Relation, RunId};
use rollcall_record::ReferenceRecord;

use super::Case;
use super::check::{Check, Found, holds, same};
use super::scene::{
    Fact, Scene, arn, at, fail, finish, names, published, relate, role, roles, scope,
};
use crate::{EntityFilter, MissingReason, PublicationKind, RetireRequest, ScopeId, Store};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "only what is marked for these reasons retires",
        play: |store| Box::pin(reasons(store)),
    },
    Case {
        name: "relations and references retire as well",
        play: |store| Box::pin(all_tables(store)),
    },
    Case { name: "a scope that is being read is left alone", play: |store| Box::pin(busy(store)) },
    Case { name: "many facts retire at once", play: |store| Box::pin(many(store)) },
    Case { name: "retiring nothing publishes nothing", play: |store| Box::pin(nothing(store)) },
    Case {
        name: "a mark on what is not live counts for nothing",
        play: |store| Box::pin(stale(store)),
    },
    Case { name: "what is seen again does not retire", play: |store| Box::pin(seen_again(store)) },
];

/// Reads a scope of the entities so that each carries the mark beside it.
async fn mark(scene: &Scene, marks: &[(&str, Option<MissingReason>)], when: i64) -> Found<ScopeId> {
    let mut said = Vec::new();
    for (id, _) in marks {
        said.push(Fact::from(role(id, id)?));
    }
    scene.read(&scope("one"), &said, at(when)).await?;
    let reading = scene.begin(&scope("one")).await?;
    let id = reading.claimed.id;
    let mut missing = Vec::new();
    for (id, reason) in marks {
        let fact = role(id, "")?.key.node_id().0;
        missing.extend(reason.map(|reason| reading.mark(fact, reason)));
    }
    let mut end = reading.end(at(when + 1));
    end.missing = Some(missing);
    finish(&*scene.store, end).await?;
    Ok(id)
}

async fn reasons(store: Arc<dyn Store>) -> Check {
    use MissingReason::{Brake, Pending, SecondReading, Visibility};
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let marks = [
        ("brake", Some(Brake)),
        ("none", None),
        ("pending", Some(Pending)),
        ("pending2", Some(Pending)),
        ("second", Some(SecondReading)),
        ("visibility", Some(Visibility)),
    ];
    let id = mark(&scene, &marks, 1).await?;
    let row = scene.row(&key).await?;
    same("missing and held", (row.missing, row.held), (5, 2))?;
    for (wanted, count) in
        [(vec![Pending], 2), (vec![Brake, Visibility], 2), (vec![SecondReading, Pending], 3)]
    {
        let counts = store.missing_counts(scene.source, &wanted).await?;
        same(&format!("marked {wanted:?}"), counts, [(id, count)])?;
    }
    same("marked for no reason", store.missing_counts(scene.source, &[]).await?, [])?;
    for claim in store.entities(&EntityFilter::default()).await? {
        same(&claim.key.id, claim.missing, claim.key.id != "none")?;
    }

    let retire = async |reasons: Vec<MissingReason>, run: Option<RunId>, when| {
        let request = RetireRequest { scopes: vec![id], reasons, run, at: at(when) };
        Ok::<_, super::Failure>(store.retire(request).await?.retired)
    };
    same("pending", retire(vec![Pending], Some(scene.run.clone()), 9).await?, [(id, 2)])?;
    let left = ["brake brake", "none none", "second second", "visibility visibility"];
    same("left", names(&*store).await?, left)?;
    let row = scene.row(&key).await?;
    same("missing, held, live", (row.missing, row.held, row.live_entities), (3, 2, 4))?;
    let in_run: Vec<i64> =
        store.run_scopes(&scene.run).await?.iter().map(|scope| scope.retired).collect();
    same("retired in the run", in_run, [2])?;

    same("held", retire(vec![Brake, Visibility], None, 10).await?, [(id, 2)])?;
    same("left", names(&*store).await?, ["none none", "second second"])?;
    let told: Vec<_> = store
        .publications(1, 9)
        .await?
        .into_iter()
        .map(|p| (p.sequence, p.at, p.kind, p.run))
        .collect();
    let expected = [
        (2, at(9), PublicationKind::Retirement, Some(scene.run.clone())),
        (3, at(10), PublicationKind::Retirement, None),
    ];
    same("publications", told, expected)?;
    for claim in store.claims_about(&role("pending", "")?.key).await? {
        same("the end of what was pending", claim.gone_at, Some(at(9)))?;
    }
    Ok(())
}

async fn all_tables(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let list = roles(["a", "b", "c"])?;
    let mut said: Vec<Fact> = list.iter().cloned().map(Fact::from).collect();
    let kept = relate(&list[0], Relation::MemberOf, &list[1]);
    said.push(kept.clone());
    said.push(relate(&list[1], Relation::MemberOf, &list[2]));
    said.push(relate(&list[0], Relation::HasGrant, &list[1]));
    said.push(ReferenceRecord::new(&list[0].key, arn("kept")).into());
    said.push(ReferenceRecord::new(&list[0].key, arn("gone")).into());
    scene.read(&key, &said, at(1)).await?;
    let stays = [
        list[0].clone().into(),
        list[1].clone().into(),
        kept,
        ReferenceRecord::new(&list[0].key, arn("kept")).into(),
    ];
    let outcome = scene.read_and_retire(&key, &stays, at(2)).await?;
    same("retired claims", outcome.total(), 4)?;
    let row = scene.row(&key).await?;
    same("live entities and relations", (row.live_entities, row.live_relations), (2, 1))?;
    same("missing", row.missing, 0)?;
    same("relations of b", store.relations_of(&list[1].key).await?.len(), 1)?;
    same("references of a", store.references_of(&list[0].key).await?, [arn("kept")])?;
    same("who answers to the other", store.claimants(&arn("gone")).await?, [])?;
    same("live facts", scene.shown(&key).await?.len(), 4)?;
    same("publications", store.last_publication().await?, 2)
}

async fn busy(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let id = mark(&scene, &[("a", Some(MissingReason::Pending)), ("b", None)], 1).await?;
    let mut reading = scene.begin(&key).await?;
    reading.say(role("b", "b")?)?;
    let outcome = scene.retire(&[&key], at(5)).await?;
    same("busy scopes", outcome.busy, [id])?;
    same("retired", outcome.retired, [])?;
    same("live", names(&*store).await?, ["a a", "b b"])?;
    let counts = store.missing_counts(scene.source, &[MissingReason::Pending]).await?;
    same("marks", counts, [(id, 1)])?;
    reading.finish(at(6)).await?;
    let outcome = scene.retire(&[&key], at(7)).await?;
    same("retired afterwards", (outcome.retired, outcome.busy), (vec![(id, 1)], vec![]))?;
    same("live afterwards", names(&*store).await?, ["b b"])
}

/// More than fits into one transaction, while somebody looks.
async fn many(store: Arc<dyn Store>) -> Check {
    const ROLES: i64 = 5_200;
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let mut reading = scene.begin(&key).await?;
    let (hub, mut said) = (role("hub", "hub")?, Vec::new());
    reading.say(hub.clone())?;
    for i in 0..ROLES {
        let role = role(&format!("r{i}"), "x")?;
        if i % 5 == 0 {
            said.push(relate(&role, Relation::MemberOf, &hub));
        }
        reading.say(role)?;
        if i % 2_000 == 1_999 {
            holds("the reader may write", reading.flush().await?)?;
        }
    }
    reading.say_all(&said)?;
    reading.finish(at(1)).await?;
    let all = scene.shown(&key).await?.len();
    same("facts", all, (ROLES + 1 + ROLES / 5) as usize)?;
    scene.read(&key, &[hub.into()], at(2)).await?;

    let done = AtomicBool::new(false);
    let retire = async {
        let outcome = scene.retire(&[&key], at(3)).await;
        done.store(true, Ordering::SeqCst);
        same("retired", outcome?.total(), ROLES + ROLES / 5)
    };
    let id = scene.id(&key).await?;
    let look = async {
        while !done.load(Ordering::SeqCst) {
            let seen = store.export_scope(id).await?.len();
            if seen != all && seen != 1 {
                return fail(format!("{seen} facts were visible half-way, expected {all} or 1"));
            }
        }
        Check::Ok(())
    };
    futures::future::try_join(retire, look).await?;
    same("left", names(&*store).await?, ["hub hub"])?;
    same("publications", store.last_publication().await?, 2)?;
    let row = scene.row(&key).await?;
    let counts = (row.live_entities, row.live_relations, row.missing);
    same("live entities, live relations, missing", counts, (1, 0, 0))?;
    same("the scope is free", row.claimed, row.published)
}

async fn nothing(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    scene.read(&key, &[role("a", "a")?.into()], at(1)).await?;
    same("retired", scene.retire(&[&key], at(2)).await?.total(), 0)?;
    let request = RetireRequest {
        scopes: vec![scene.id(&key).await?],
        reasons: Vec::new(),
        run: None,
        at: at(3),
    };
    same("retired for no reason", store.retire(request).await?.total(), 0)?;
    same("publications", store.last_publication().await?, 1)?;
    same(
        "the next reading",
        scene.read(&key, &[role("a", "b")?.into()], at(4)).await?,
        published(2),
    )
}

async fn stale(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    scene.read(&key, &[role("a", "a")?.into()], at(1)).await?;
    let reading = scene.begin(&key).await?;
    let fact = role("never seen", "")?.key.node_id().0;
    let mark = reading.mark(fact, MissingReason::Pending);
    let mut end = reading.end(at(2));
    end.missing = Some(vec![mark]);
    finish(&*store, end).await?;
    same("retired", scene.retire(&[&key], at(3)).await?.total(), 0)?;
    let row = scene.row(&key).await?;
    same("live and missing", (row.live_entities, row.missing), (1, 0))?;
    same("live", names(&*store).await?, ["a a"])
}

async fn seen_again(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let said = facts_of(["a", "b"])?;
    scene.read(&key, &said, at(1)).await?;
    scene.read(&key, &said[..1], at(2)).await?;
    same("missing", scene.row(&key).await?.missing, 1)?;
    scene.read(&key, &said, at(3)).await?;
    same("missing no more", scene.row(&key).await?.missing, 0)?;
    same("retired", scene.retire(&[&key], at(4)).await?.total(), 0)?;
    same("live", names(&*store).await?, ["a a", "b b"])
}

fn facts_of<const N: usize>(ids: [&str; N]) -> Found<Vec<Fact>> {
    Ok(super::scene::facts(roles(ids)?))
}
