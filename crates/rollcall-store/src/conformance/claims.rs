//! Claims: what several scopes say about one entity, and what becomes of it over time.

use std::sync::Arc;

use rollcall_model::{EntityKey, EntityType, IdentityClass};
use rollcall_record::{Evidence, entity};

use super::Case;
use super::check::{Check, Found, present, same};
use super::scene::{Fact, Scene, at, names, role, scope};
use crate::{EntityFilter, EntityVersion, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "a claim comes back whole", play: |store| Box::pin(whole(store)) },
    Case { name: "each source retires its own claim only", play: |store| Box::pin(own(store)) },
    Case { name: "what comes back resumes its history", play: |store| Box::pin(resumes(store)) },
    Case { name: "every version stays", play: |store| Box::pin(versions(store)) },
    Case {
        name: "the same name again is another identity",
        play: |store| Box::pin(name_keyed(store)),
    },
];

async fn whole(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let line = Evidence {
        file: Some("infra/roles.tf".to_owned()),
        line: Some(7),
        operation: Some("aws:iam:GetRole".to_owned()),
        ..Evidence::default()
    };
    let record = role("a", "deploy")?
        .class(IdentityClass::Service)
        .created_at(Some(at(-9_000)))
        .expires_at(Some(at(9_000)))
        .disabled(Some(false))
        .attribute("path", "/ci/")
        .attribute("tags", [("team", "pay"), ("env", "prod")])
        .attribute("age", -3)
        .evidence(line.clone());
    scene.read(&key, &[record.clone().into()], at(5)).await?;
    let claims = store.entities(&EntityFilter::default()).await?;
    same("claims", claims.len(), 1)?;
    for claim in claims {
        same("key", claim.key, record.key.clone())?;
        same("source and scope", (claim.source.as_str(), &claim.scope), ("acme", &key))?;
        same("rank", claim.rank, 10)?;
        same(
            "first and last seen",
            (claim.first_seen, claim.last_seen),
            (Some(at(5)), Some(at(5))),
        )?;
        same("gone or missing", (claim.gone_at, claim.missing), (None, false))?;
        let body = claim.body;
        same(
            "name and type",
            (body.name.as_str(), body.entity_type),
            ("deploy", EntityType::Identity),
        )?;
        same("class", body.class, Some(IdentityClass::Service))?;
        same(
            "created and expires",
            (body.created_at, body.expires_at),
            (Some(at(-9_000)), Some(at(9_000))),
        )?;
        same("disabled", body.disabled, Some(false))?;
        same("attributes", body.attributes, record.attributes.clone())?;
        same("evidence", body.evidence, [line.clone()])?;
    }
    Ok(())
}

async fn own(store: Arc<dyn Store>) -> Check {
    let acme = Scene::named(store.clone(), "acme", 1).await?;
    let other = Scene::named(store.clone(), "other", 2).await?;
    let key = scope("one");
    let a = role("a", "by acme")?;
    acme.read(&key, &[a.clone().into()], at(1)).await?;
    other.read(&key, &[role("a", "by other")?.into()], at(2)).await?;
    same("both claims", names(&*store).await?, ["a by acme", "a by other"])?;
    let outcome = acme.read_and_retire(&key, &[], at(3)).await?;
    same("retired", outcome.total(), 1)?;
    same("the other's claim", names(&*store).await?, ["a by other"])?;
    let mut told: Vec<_> = store
        .claims_about(&a.key)
        .await?
        .into_iter()
        .map(|claim| (claim.source, claim.gone_at))
        .collect();
    told.sort();
    same("claims", told, [("acme".to_owned(), Some(at(3))), ("other".to_owned(), None)])?;
    same("by name", store.keys_named("by other").await?, [a.key.clone()])?;
    same("by the name that only acme used", store.keys_named("by acme").await?, [])?;
    // Two scopes of one source are two claimants as well.
    other.read(&scope("two"), &[a.clone().into()], at(4)).await?;
    other.read_and_retire(&key, &[], at(5)).await?;
    same("the claim of the second scope", names(&*store).await?, ["a by acme"])
}

fn times(versions: &[EntityVersion]) -> Vec<(String, Option<i64>, Option<i64>)> {
    let seconds = |t: Option<rollcall_model::Timestamp>| t.map(|t| t.seconds() - at(0).seconds());
    versions.iter().map(|v| (v.body.name.clone(), seconds(v.from), seconds(v.to))).collect()
}

fn version(name: &str, from: i64, to: Option<i64>) -> (String, Option<i64>, Option<i64>) {
    (name.to_owned(), Some(from), to)
}

async fn resumes(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let a = role("a", "a")?;
    let said = [Fact::from(a.clone())];
    scene.read(&key, &said, at(10)).await?;
    scene.read_and_retire(&key, &[], at(20)).await?;
    same("live", names(&*store).await?.len(), 0)?;
    let gone = store.entities(&EntityFilter { gone: true, ..Default::default() }).await?;
    same("gone", gone.len(), 1)?;
    for claim in gone {
        same("gone at", (claim.first_seen, claim.gone_at), (Some(at(10)), Some(at(20))))?;
    }
    same("its key stays known", store.key_of(a.key.public_id()).await?, Some(a.key.clone()))?;
    same("by name while gone", store.keys_named("a").await?, [])?;
    scene.read(&key, &said, at(30)).await?;
    let claims = store.claims_about(&a.key).await?;
    same("claims", claims.len(), 1)?;
    for claim in claims {
        same("first seen and gone", (claim.first_seen, claim.gone_at), (Some(at(10)), None))?;
    }
    let history = times(&store.history(&a.key).await?);
    same("history", history, [version("a", 10, Some(20)), version("a", 30, None)])
}

async fn versions(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    for (name, when) in [("one", 1), ("two", 2), ("two", 3), ("one", 4)] {
        scene.read(&key, &[role("a", name)?.into()], at(when)).await?;
    }
    let other = Scene::named(store.clone(), "other", 2).await?;
    other.read(&key, &[role("a", "elsewhere")?.into()], at(3)).await?;
    let history = times(&store.history(&role("a", "")?.key).await?);
    // The other source was read last; its clock is behind, the order of publications is not.
    let expected = [
        version("one", 1, Some(2)),
        version("two", 2, Some(4)),
        version("one", 4, None),
        version("elsewhere", 4, None),
    ];
    same("history", history, expected)
}

fn secret(created: i64) -> Found<EntityKey> {
    Ok(EntityKey::name_keyed("github", "O_1", "github.actions-secret", "TOKEN", Some(at(created)))?)
}

async fn name_keyed(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let (first, second) = (secret(1)?, secret(2)?);
    let record = |key: &EntityKey| entity(key.clone(), EntityType::Credential, "TOKEN");
    scene.read(&key, &[record(&first).into()], at(10)).await?;
    scene.read_and_retire(&key, &[record(&second).into()], at(20)).await?;
    same("by name", store.keys_named("TOKEN").await?, [second.clone()])?;
    let claim = present("the new one", store.claims_about(&second).await?.pop())?;
    same("its first sight", claim.first_seen, Some(at(20)))?;
    same("its history", times(&store.history(&second).await?), [version("TOKEN", 20, None)])?;
    let claim = present("the old one", store.claims_about(&first).await?.pop())?;
    same("its end", claim.gone_at, Some(at(20)))?;
    let history = times(&store.history(&first).await?);
    same("its history", history, [version("TOKEN", 10, Some(20))])?;
    same("two public ids", first.public_id() == second.public_id(), false)
}
