//! Sources: known by name, abandoned when the configuration drops them, renamed.

use std::sync::Arc;

use super::Case;
use super::check::{Check, Found, refused, same};
use super::scene::{Scene, at, names, role, scope};
use crate::Store;

pub(super) const CASES: &[Case] = &[
    Case { name: "a source is made once", play: |store| Box::pin(made_once(store)) },
    Case { name: "an abandoned source loses nothing", play: |store| Box::pin(abandoned(store)) },
    Case { name: "a renamed source keeps everything", play: |store| Box::pin(renamed(store)) },
    Case { name: "scopes of one name are apart by source", play: |store| Box::pin(apart(store)) },
];

async fn told(store: &dyn Store) -> Found<Vec<(String, Option<i64>)>> {
    let seconds = |t: rollcall_model::Timestamp| t.seconds() - at(0).seconds();
    let rows = store.sources().await?;
    Ok(rows.into_iter().map(|s| (s.name, s.abandoned_at.map(seconds))).collect())
}

fn source(name: &str, abandoned: Option<i64>) -> (String, Option<i64>) {
    (name.to_owned(), abandoned)
}

async fn made_once(store: Arc<dyn Store>) -> Check {
    same("none", store.sources().await?, [])?;
    let first = store.source("acme", "github", at(1)).await?;
    same("the same again", store.source("acme", "aws", at(2)).await?, first)?;
    for row in store.sources().await? {
        same("its id and name", (row.id, row.name.as_str()), (first, "acme"))?;
        same("when it was first read", row.created_at, at(1))?;
        same("the connector that reads it now", row.connector.as_str(), "aws")?;
    }
    for name in ["é", "Beta", "alpha", "Acme", "a-b", "ab"] {
        store.source(name, "aws", at(3)).await?;
    }
    let expected = ["Acme", "Beta", "a-b", "ab", "acme", "alpha", "é"].map(|n| source(n, None));
    same("sources by the bytes of their names", told(&*store).await?, expected)
}

async fn abandoned(store: Arc<dyn Store>) -> Check {
    let scene = Scene::named(store.clone(), "b", 1).await?;
    for name in ["a", "c"] {
        store.source(name, "aws", at(0)).await?;
    }
    scene.read(&scope("one"), &[role("x", "x")?.into()], at(1)).await?;
    let keep = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    same("abandoned", store.abandon_others(&keep(&["a", "new"]), at(5)).await?, ["b", "c"])?;
    same("abandoned again", store.abandon_others(&keep(&["a"]), at(9)).await?, [""; 0])?;
    let expected = [source("a", None), source("b", Some(5)), source("c", Some(5))];
    same("sources", told(&*store).await?, expected)?;
    same("what it said stays", names(&*store).await?, ["x x"])?;
    same("publications", store.last_publication().await?, 1)?;
    same("its scope is open", scene.row(&scope("one")).await?.closed_at, None)?;
    store.source("b", "aws", at(20)).await?;
    let expected = [source("a", None), source("b", None), source("c", Some(5))];
    same("sources when one is back", told(&*store).await?, expected)
}

async fn renamed(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    store.source("taken", "aws", at(0)).await?;
    scene.read(&scope("one"), &[role("x", "x")?.into()], at(1)).await?;
    refused("an unknown source", store.rename_source("nobody", "new").await, "not_found")?;
    refused("a name that is taken", store.rename_source("acme", "taken").await, "exists")?;
    store.abandon_others(&["taken".to_owned()], at(2)).await?;
    store.rename_source("acme", "new").await?;
    let expected = [source("new", None), source("taken", None)];
    same("sources", told(&*store).await?, expected)?;
    same("its id", store.source("new", "aws", at(3)).await?, scene.source)?;
    for claim in store.claims_about(&role("x", "")?.key).await? {
        same("claims", (claim.source.as_str(), claim.gone_at), ("new", None))?;
    }
    same("history", store.history(&role("x", "")?.key).await?.len(), 1)?;
    same("its scopes", store.scopes_of(scene.source).await?.len(), 1)?;
    let back = store.source("acme", "aws", at(4)).await?;
    same("the old name is another source", back == scene.source, false)
}

async fn apart(store: Arc<dyn Store>) -> Check {
    let one = Scene::named(store.clone(), "one", 1).await?;
    let two = Scene::named(store.clone(), "two", 2).await?;
    one.read(&scope("p"), &[role("x", "x")?.into()], at(1)).await?;
    let claimed = two.claim(&scope("p"), None).await?;
    same("the other's first token", claimed.token, 1)?;
    same("the first one's claim", one.row(&scope("p")).await?.claimed, 1)?;
    // Scopes are told apart by each of their parts, and given back by key.
    for (stream, realm, part) in [("b", "1", ""), ("a", "2", ""), ("a", "1", "q"), ("a", "1", "")] {
        let key = rollcall_model::ScopeKey::part(stream, realm, part);
        same("its first token", two.claim(&key, None).await?.token, 1)?;
    }
    let keys: Vec<String> =
        store.scopes_of(two.source).await?.iter().map(|row| row.key.to_string()).collect();
    same("scopes by key", keys, ["a 1", "a 1 q", "a 2", "b 1", "roles 1 p"])
}
