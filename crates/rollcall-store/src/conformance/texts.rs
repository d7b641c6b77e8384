//! Texts, numbers and sizes that real systems send. (A NUL character cannot be stored in every
//! database; the engine refuses it before it comes here.)

use std::sync::Arc;

use rollcall_model::{EntityKey, EntityType, Reference, Relation, ScopeKey, Timestamp};
use rollcall_record::{Evidence, ReferenceRecord, RelationRecord, entity};

use super::Case;
use super::check::{Check, Found, present, same};
use super::export::exports;
use super::scene::{Fact, Scene, at, role, scope};
use crate::Store;

pub(super) const CASES: &[Case] = &[
    Case { name: "any text comes back as it was", play: |store| Box::pin(any(store)) },
    Case { name: "long texts come back whole", play: |store| Box::pin(long(store)) },
    Case { name: "texts that look alike are not the same", play: |store| Box::pin(alike(store)) },
    Case { name: "keys of scopes are any text", play: |store| Box::pin(scopes(store)) },
    Case { name: "times and numbers keep their extremes", play: |store| Box::pin(extremes(store)) },
    Case { name: "a large lot is written whole", play: |store| Box::pin(large(store)) },
];

const TEXTS: [&str; 16] = [
    " ",
    "'",
    "''; DROP TABLE source; --",
    "\"double\" `back` [brackets] {curly}",
    r"back\slash \' \u0041 \x41 \N",
    "line\nfeed\r\n\ttab",
    "\u{1}\u{7f}\u{85}\u{200b}\u{feff}",
    "Grüße, 你好, Здравствуйте, नमस्ते",
    "שלום \u{202e}مرحبا\u{202c}",
    "e\u{301} vs é",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "\u{10ffff}\u{fffd}",
    "$1 $2 ? ?1 :name @name %s {}",
    "NULL",
    "0x00 \\0 \\x00",
    "{\"json\": [1, \"two\"]}",
];

async fn any(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let mut said: Vec<Fact> = Vec::new();
    let hub = role("hub", "hub")?;
    for text in TEXTS {
        let key = EntityKey::new("aws", text, "aws.iam-role", text)?;
        let line = Evidence { file: Some(text.to_owned()), ..Evidence::default() };
        let record = entity(key.clone(), EntityType::Identity, text)
            .attribute(text, text)
            .attribute("list", [text, text])
            .evidence(line);
        said.push(record.into());
        let reference = Reference::new(text, text, text);
        said.push(ReferenceRecord::new(&key, reference.clone()).into());
        said.push(
            RelationRecord::new(&hub.key, Relation::CanAssume, reference)
                .discriminator(text)
                .into(),
        );
    }
    scene.read(&scope("one"), &said, at(1)).await?;
    exports(&scene, "one", &said).await?;
    for text in TEXTS {
        let key = EntityKey::new("aws", text, "aws.iam-role", text)?;
        same("by name", store.keys_named(text).await?, [key.clone()])?;
        same("by public id", store.key_of(key.public_id()).await?, Some(key.clone()))?;
        let reference = Reference::new(text, text, text);
        same("by reference", store.claimants(&reference).await?, [key])?;
    }
    Ok(())
}

async fn long(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let text = "0123456789abcdef ü".repeat(20_000);
    let id = "i".repeat(6_000);
    let key = EntityKey::new("aws", "1", "aws.iam-role", &id)?;
    let reference = Reference::new("aws.arn", "aws", &text);
    let said = [
        entity(key.clone(), EntityType::Identity, text.clone()).attribute("policy", &text).into(),
        ReferenceRecord::new(&key, reference.clone()).into(),
        RelationRecord::new(&key, Relation::CanAssume, reference).attribute("why", &text).into(),
    ];
    scene.read(&scope("one"), &said, at(1)).await?;
    exports(&scene, "one", &said).await?;
    same("by a long name", store.keys_named(&text).await?, [key])
}

/// What a database's collation may take for equal.
async fn alike(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let names = ["a", "A", "a ", "á", "a\u{301}", "ａ", "ss", "ß", "1", "01", "①", "co-op", "coop"];
    let mut said: Vec<Fact> = Vec::new();
    for name in names {
        said.push(role(name, name)?.into());
    }
    scene.read(&scope("one"), &said, at(1)).await?;
    exports(&scene, "one", &said).await?;
    for name in names {
        let found: Vec<String> =
            store.keys_named(name).await?.into_iter().map(|key| key.id).collect();
        same(&format!("named {name:?}"), found, [name])?;
        let source = store.source(name, "aws", at(1)).await?;
        same("a source's name", store.source(name, "aws", at(2)).await?, source)?;
    }
    same("sources", store.sources().await?.len(), names.len() + 1)
}

async fn scopes(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let long = "path/to/".repeat(100);
    for (i, text) in TEXTS.into_iter().chain([long.as_str()]).enumerate() {
        let key = ScopeKey::part(text, text, text);
        scene.read(&key, &[role(&format!("r{i}"), "x")?.into()], at(1)).await?;
        same("its row", scene.row(&key).await?.key, key.clone())?;
        same("its next token", scene.claim(&key, None).await?.token, 2)?;
        let lease = present("a lease", store.lease(scene.source, text, text, 60).await?)?;
        same(
            "its stream and holder",
            (lease.stream, lease.holder),
            (text.to_owned(), text.to_owned()),
        )?;
    }
    same("scopes", store.scopes_of(scene.source).await?.len(), TEXTS.len() + 1)
}

async fn extremes(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let time = |text: &str| -> Found<Timestamp> { Ok(text.parse()?) };
    let record = role("a", "a")?
        .created_at(Some(time("0001-01-01T00:00:00Z")?))
        .expires_at(Some(time("9999-12-31T23:59:59.999999Z")?))
        .attribute("least", i64::MIN)
        .attribute("most", u64::MAX);
    let said = [record.clone().into()];
    scene.read(&scope("one"), &said, time("1969-07-20T20:17:40.000001Z")?).await?;
    exports(&scene, "one", &said).await?;
    let claim = present("the claim", store.claims_about(&record.key).await?.pop())?;
    same("created", claim.body.created_at, record.created_at)?;
    same("expires", claim.body.expires_at, record.expires_at)?;
    same("numbers", claim.body.attributes, record.attributes)?;
    let seen = scene.row(&scope("one")).await?.complete_at;
    same("when it was read", seen, Some(time("1969-07-20T20:17:40.000001Z")?))?;
    // The order of publications begins at the epoch; no clock that works is before that.
    let first = present("a publication", store.publications(0, 1).await?.pop())?;
    same("when it was published", first.at, Timestamp::from_micros(0))
}

/// More rows than any statement takes at once, in lots of every awkward size.
async fn large(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    for (part, count) in [("199", 199), ("200", 200), ("201", 201), ("5001", 5_001)] {
        let mut said = Vec::with_capacity(count);
        for i in 0..count {
            said.push(Fact::from(role(&format!("{part}-{i}"), "x")?));
        }
        scene.read(&scope(part), &said, at(1)).await?;
        same(part, scene.row(&scope(part)).await?.live_entities, count as i64)?;
        let found = store.export_scope(scene.id(&scope(part)).await?).await?.len();
        same(&format!("exported from {part}"), found, count)?;
    }
    Ok(())
}
