//! Everything that is live in a scope, and ids that are forged.

use std::sync::Arc;

use rollcall_model::{Endpoint, Relation};
use rollcall_record::{Evidence, ReferenceRecord, RelationRecord};

use super::Case;
use super::check::{Check, Found, holds, present, refused, same};
use super::scene::{Fact, Scene, arn, at, facts, names, published, role, roles, scope};
use crate::{
    ClaimTable, EntityRow, ExportedFact, Store, prepare_entity, prepare_reference, prepare_relation,
};

pub(super) const CASES: &[Case] = &[
    Case { name: "an export has every live fact", play: |store| Box::pin(complete(store)) },
    Case { name: "an export of nothing is empty", play: |store| Box::pin(empty(store)) },
    Case { name: "a forged id is refused", play: |store| Box::pin(forged(store)) },
    Case {
        name: "a forged id within one lot is refused",
        play: |store| Box::pin(within_one_lot(store)),
    },
    Case { name: "an entity named twice at once is one", play: |store| Box::pin(doubled(store)) },
];

/// A record as an export must give it.
fn exported(fact: &Fact) -> Found<Option<ExportedFact>> {
    Ok(match fact.clone() {
        Fact::Entity(record) => {
            let (key, claim) = prepare_entity(record)?;
            Some(ExportedFact {
                table: ClaimTable::Entity,
                entity: Some(key),
                from: None,
                relation: None,
                to: None,
                body: claim.body,
                hash: claim.hash,
            })
        }
        Fact::Relation(record) => {
            let relation = record.relation;
            let ([from, to], claim) = prepare_relation(record)?;
            Some(ExportedFact {
                table: ClaimTable::Relation,
                entity: None,
                from: Some(from),
                relation: Some(relation),
                to: Some(to),
                body: claim.body,
                hash: claim.hash,
            })
        }
        Fact::Reference(record) => Some(ExportedFact {
            table: ClaimTable::Reference,
            hash: prepare_reference(&record).hash,
            entity: Some(record.entity),
            from: None,
            relation: None,
            to: Some(Endpoint::Reference(record.reference)),
            body: String::new(),
        }),
        Fact::Activity(_) | Fact::Event(_) => None,
    })
}

/// Fails unless a scope exports exactly these facts.
pub(super) async fn exports(scene: &Scene, part: &str, said: &[Fact]) -> Check {
    let mut expected = Vec::new();
    for fact in said {
        expected.extend(exported(fact)?.map(|fact| format!("{fact:?}")));
    }
    expected.sort();
    same(&format!("the export of {part}"), scene.shown(&scope(part)).await?, expected)
}

async fn complete(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let list = roles(["a", "b", "c"])?;
    let seen = Evidence { line: Some(4), ..Evidence::default() };
    let link = RelationRecord::new(&list[0].key, Relation::CanAccess, &list[1].key);
    let said = [
        list[0].clone().attribute("n", 1).evidence(seen.clone()).into(),
        list[1].clone().into(),
        link.clone().into(),
        link.clone().discriminator("by policy p").attribute("level", "admin").evidence(seen).into(),
        link.discriminator("by policy q").into(),
        RelationRecord::new(&list[2].key, Relation::CanAssume, arn("x")).into(),
        RelationRecord::new(arn("y"), Relation::CanAssume, arn("x")).into(),
        ReferenceRecord::new(&list[0].key, arn("a")).into(),
        ReferenceRecord::new(&list[2].key, arn("a")).into(),
    ];
    scene.read(&scope("one"), &said, at(1)).await?;
    scene.read(&scope("two"), &facts(roles(["elsewhere"])?), at(1)).await?;
    exports(&scene, "one", &said).await?;
    // Neither what is gone, nor what is not published yet, nor former versions.
    scene.read_and_retire(&scope("one"), &said[1..8], at(2)).await?;
    exports(&scene, "one", &said[1..8]).await?;
    let mut renamed = said[1..8].to_vec();
    renamed[0] = role("b", "renamed")?.into();
    let mut reading = scene.begin(&scope("one")).await?;
    reading.say_all(&renamed)?;
    holds("the reader may write", reading.flush().await?)?;
    exports(&scene, "one", &said[1..8]).await?;
    reading.finish(at(3)).await?;
    exports(&scene, "one", &renamed).await?;
    let row = scene.row(&scope("one")).await?;
    same("live entities and relations", (row.live_entities, row.live_relations), (1, 5))
}

async fn empty(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let claimed = scene.claim(&scope("one"), None).await?;
    same("a scope never read", store.export_scope(claimed.id).await?.len(), 0)?;
    let unknown = crate::ScopeId(claimed.id.0 + 1_000);
    same("an unknown scope", store.export_scope(unknown).await?.len(), 0)?;
    let live = present("its live facts", store.live_facts(&[unknown]).await?.pop())?;
    holds("it has none", live.tables.iter().all(Vec::is_empty) && live.missing.is_empty())
}

async fn forged(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let (real, forged) = (role("real", "real")?, role("forged", "forged")?);
    scene.read(&scope("one"), &[real.clone().into()], at(1)).await?;
    let mut reading = scene.begin(&scope("two")).await?;
    reading.say_all(&facts(roles(["x"])?))?;
    let id = real.key.node_id();
    reading.writes.entities.push(EntityRow { id, key: forged.key.clone() });
    let writes = std::mem::take(&mut reading.writes);
    let (scope_id, token) = (reading.claimed.id, reading.claimed.token);
    let answer = store.write(scope_id, token, writes.clone()).await;
    refused("a forged id", answer, "id_collision")?;
    let mut end = reading.end(at(2));
    end.writes = writes;
    refused("a forged id at the end", store.finish_scopes(vec![end]).await, "id_collision")?;
    same("what the id stands for", store.endpoint(id.0).await?, Some(real.key.clone().into()))?;
    same("the forged key", store.key_of(forged.key.public_id()).await?, None)?;
    same("what came with it", names(&*store).await?, ["real real"])?;
    same("the scope", scene.row(&scope("two")).await?.published, 0)?;
    let next = scene.read(&scope("two"), &facts(roles(["x"])?), at(3)).await?;
    same("the next reading", next, published(2))
}

async fn within_one_lot(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let [a, b] = ["a", "b"].map(super::scene::role_key);
    let (a, b) = (a?, b?);
    for keys in [[&a, &b, &a], [&b, &a, &b], [&a, &a, &b]] {
        let mut reading = scene.begin(&scope("one")).await?;
        for key in keys {
            reading.writes.entities.push(EntityRow { id: a.node_id(), key: key.clone() });
        }
        let writes = std::mem::take(&mut reading.writes);
        let answer = store.write(reading.claimed.id, reading.claimed.token, writes).await;
        refused("two keys with one id", answer, "id_collision")?;
        same("nothing was stored", store.endpoint(a.node_id().0).await?, None)?;
    }
    Ok(())
}

async fn doubled(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let a = role("a", "a")?;
    let row = || EntityRow { id: a.key.node_id(), key: a.key.clone() };
    for round in 0..2 {
        let mut reading = scene.begin(&scope("one")).await?;
        reading.say(a.clone())?;
        reading.writes.entities.extend([row(), row()]);
        reading.finish(at(round)).await?;
        same("live", names(&*store).await?, ["a a"])?;
    }
    Ok(())
}
