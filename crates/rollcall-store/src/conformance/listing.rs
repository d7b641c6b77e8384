//! Finding entities.

use std::sync::Arc;

use rollcall_model::{EntityKey, EntityType, IdentityClass, PublicId};
use rollcall_record::{EntityRecord, entity};

use super::Case;
use super::check::{Check, Found, same};
use super::scene::{Fact, Scene, at, facts, role, role_key, roles, scope};
use crate::{EntityFilter, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "every filter narrows", play: |store| Box::pin(filters(store)) },
    Case { name: "a name is searched literally", play: |store| Box::pin(literally(store)) },
    Case { name: "what is gone is listed on demand", play: |store| Box::pin(gone(store)) },
    Case {
        name: "claims about one entity stand together",
        play: |store| Box::pin(stand_together(store)),
    },
    Case { name: "keys are found by public id and by name", play: |store| Box::pin(keys(store)) },
];

async fn listed(store: &dyn Store, filter: EntityFilter) -> Found<Vec<String>> {
    let claims = store.entities(&filter).await?;
    let mut ids: Vec<String> = claims.into_iter().map(|claim| claim.key.id).collect();
    ids.sort();
    Ok(ids)
}

fn thing(
    kind: &str,
    id: &str,
    entity_type: EntityType,
    class: Option<IdentityClass>,
) -> Found<EntityRecord> {
    let provider = kind.split('.').next().unwrap_or_default();
    let mut record = entity(EntityKey::new(provider, "1", kind, id)?, entity_type, id);
    record.class = class;
    Ok(record)
}

async fn filters(store: Arc<dyn Store>) -> Check {
    use EntityType::{Credential, Group, Identity};
    use IdentityClass::{Agent, Human, Service};
    let acme = Scene::named(store.clone(), "acme", 1).await?;
    let other = Scene::named(store.clone(), "other", 2).await?;
    let said = facts([
        thing("aws.iam-role", "role", Identity, Some(Service))?,
        thing("aws.iam-user", "user", Identity, Some(Human))?,
        thing("aws.access-key", "key", Credential, None)?,
        thing("github.team", "team", Group, None)?,
    ]);
    acme.read(&scope("one"), &said, at(1)).await?;
    let said = facts([
        thing("github.app", "bot", Identity, Some(Agent))?,
        thing("aws.iam-user", "user", Identity, Some(Human))?,
    ]);
    other.read(&scope("one"), &said, at(1)).await?;
    let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let all = EntityFilter::default;
    for (what, filter, expected) in [
        ("everything", all(), &["bot", "key", "role", "team", "user", "user"][..]),
        ("a type", EntityFilter { types: vec![Credential], ..all() }, &["key"]),
        ("two types", EntityFilter { types: vec![Credential, Group], ..all() }, &["key", "team"]),
        ("a class", EntityFilter { classes: vec![Agent], ..all() }, &["bot"]),
        ("two classes", EntityFilter { classes: vec![Agent, Service], ..all() }, &["bot", "role"]),
        ("a kind", EntityFilter { kinds: list(&["aws.iam-role"]), ..all() }, &["role"]),
        (
            "kinds",
            EntityFilter { kinds: list(&["aws.iam-role", "github.app"]), ..all() },
            &["bot", "role"],
        ),
        ("half a kind", EntityFilter { kinds: list(&["aws.iam"]), ..all() }, &[]),
        ("a source", EntityFilter { sources: list(&["other"]), ..all() }, &["bot", "user"]),
        ("a provider", EntityFilter { providers: list(&["github"]), ..all() }, &["bot", "team"]),
        (
            "providers",
            EntityFilter { providers: list(&["github", "none"]), ..all() },
            &["bot", "team"],
        ),
        (
            "a name",
            EntityFilter { name: Some("E".to_owned()), ..all() },
            &["key", "role", "team", "user", "user"],
        ),
        (
            "all of it",
            EntityFilter {
                types: vec![Identity],
                classes: vec![Human, Agent],
                kinds: list(&["aws.iam-user"]),
                sources: list(&["acme", "x"]),
                providers: list(&["aws"]),
                name: Some("se".to_owned()),
                gone: false,
            },
            &["user"],
        ),
        ("nothing", EntityFilter { classes: vec![Agent], providers: list(&["aws"]), ..all() }, &[]),
    ] {
        same(what, listed(&*store, filter).await?, expected)?;
    }
    Ok(())
}

async fn literally(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let names = [
        ("1", "100% sure"),
        ("2", "100 sure"),
        ("3", "snake_case"),
        ("4", "snakeXcase"),
        ("5", r"back\slash"),
        ("6", "it's \"quoted\"; DROP TABLE entity; --"),
        ("7", "Grüße ÄÖ"),
        ("8", "İstanbul I"),
        ("9", r"\%_"),
    ];
    let mut said: Vec<Fact> = Vec::new();
    for (id, name) in names {
        said.push(role(id, name)?.into());
    }
    scene.read(&scope("one"), &said, at(1)).await?;
    for (name, expected) in [
        ("%", &["1", "9"][..]),
        ("0% s", &["1"]),
        ("_", &["3", "9"]),
        ("e_c", &["3"]),
        ("\\", &["5", "9"]),
        ("K\\S", &["5"]),
        ("\\%_", &["9"]),
        ("'s \"Q", &["6"]),
        ("; drop", &["6"]),
        // ASCII letters match whatever their case; others match themselves, in every language.
        ("GRüßE", &["7"]),
        ("grÜße", &[]),
        ("ÄÖ", &["7"]),
        ("äö", &[]),
        ("İ", &["8"]),
        ("STANBUL i", &["8"]),
        ("", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ("nowhere", &[]),
    ] {
        let filter = EntityFilter { name: Some(name.to_owned()), ..EntityFilter::default() };
        same(&format!("named like {name:?}"), listed(&*store, filter).await?, expected)?;
    }
    Ok(())
}

async fn gone(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    scene.read(&scope("one"), &facts(roles(["a", "b"])?), at(1)).await?;
    scene.read(&scope("one"), &facts([role("a", "renamed")?, role("b", "b")?]), at(2)).await?;
    scene.read_and_retire(&scope("one"), &facts(roles(["b"])?), at(3)).await?;
    scene.read(&scope("two"), &facts(roles(["b"])?), at(4)).await?;
    scene.read_and_retire(&scope("two"), &[], at(5)).await?;
    let with = |name: Option<&str>| EntityFilter {
        gone: true,
        name: name.map(str::to_owned),
        ..EntityFilter::default()
    };
    let found = store.entities(&with(None)).await?;
    let mut told: Vec<_> =
        found.into_iter().map(|c| (c.key.id, c.scope.part, c.body.name, c.gone_at)).collect();
    told.sort();
    let row = |id: &str, part: &str, name: &str, gone: Option<i64>| {
        (id.to_owned(), part.to_owned(), name.to_owned(), gone.map(at))
    };
    let expected = [
        row("a", "one", "renamed", Some(3)),
        row("b", "one", "b", None),
        row("b", "two", "b", Some(5)),
    ];
    same("the last word of every scope", told, expected)?;
    same("by the last name", listed(&*store, with(Some("rename"))).await?, ["a"])?;
    same("live only", listed(&*store, EntityFilter::default()).await?, ["b"])
}

async fn stand_together(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let ids: Vec<String> = (0..40).map(|i| format!("r{i}")).collect();
    for part in ["one", "two", "three"] {
        let mut said = Vec::new();
        for id in &ids {
            said.push(Fact::from(role(id, part)?));
        }
        scene.read(&scope(part), &said, at(1)).await?;
    }
    let claims = store.entities(&EntityFilter::default()).await?;
    same("claims", claims.len(), 120)?;
    let mut met = std::collections::BTreeSet::new();
    for three in claims.chunks(3) {
        let keys: Vec<&str> = three.iter().map(|claim| claim.key.id.as_str()).collect();
        let first = keys.first().copied().unwrap_or_default();
        same("three claims about one entity", keys, [first; 3])?;
        same("met before", met.insert(first.to_owned()), true)?;
    }
    Ok(())
}

async fn keys(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    let said =
        facts([role("a", "twin")?, role("b", "twin")?, role("c", "Twin")?, role("twin", "d")?]);
    scene.read(&scope("one"), &said, at(1)).await?;
    scene.read(&scope("two"), &facts([role("a", "twin")?]), at(1)).await?;
    let [a, b, d] = [role_key("a")?, role_key("b")?, role_key("twin")?];
    for key in [&a, &b, &d] {
        same("by public id", store.key_of(key.public_id()).await?, Some(key.clone()))?;
    }
    let stranger: PublicId = role_key("stranger")?.public_id();
    same("of a stranger", store.key_of(stranger).await?, None)?;
    // The same store id, another public one.
    let mut near: Vec<u8> = a.public_id().as_str().bytes().collect();
    if let Some(last) = near.last_mut() {
        *last = if *last == b'a' { b'b' } else { b'a' };
    }
    let near: PublicId = String::from_utf8_lossy(&near).parse()?;
    same("of a near miss", store.key_of(near).await?, None)?;
    same("by name or native id, sorted", store.keys_named("twin").await?, [a, b.clone(), d])?;
    same("by part of a name", store.keys_named("twi").await?, [])?;
    same("with a wildcard", store.keys_named("t%").await?, [])?;
    same("by native id", store.keys_named("b").await?, [b])
}
