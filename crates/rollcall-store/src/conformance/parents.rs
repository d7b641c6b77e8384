//! Parents: when an entity is gone, the scopes that listed what is in it close.

use std::sync::Arc;

use rollcall_model::Relation;

use super::Case;
use super::check::{Check, holds, refused, same};
use super::scene::{Scene, at, names, published, relate, role, scope};
use crate::{FinishOutcome, PublicationKind, ScopeWrites, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "a dead parent closes all below it", play: |store| Box::pin(below(store)) },
    Case {
        name: "a parent that somebody still claims is not dead",
        play: |store| Box::pin(shared(store)),
    },
    Case {
        name: "a scope below it that says more of it keeps no parent",
        play: |store| Box::pin(described(store)),
    },
    Case {
        name: "what is not published kills no parent",
        play: |store| Box::pin(unpublished(store)),
    },
    Case {
        name: "a closed scope opens when it is claimed",
        play: |store| Box::pin(reopens(store)),
    },
    Case {
        name: "a forgotten source is closed with all below it",
        play: |store| Box::pin(forgotten(store)),
    },
];

/// An organisation with a repository with a key, each listed by a scope of its own.
async fn house(scene: &Scene) -> Check {
    let (org, repo, key) = (role("org", "org")?, role("repo", "repo")?, role("key", "key")?);
    scene.read(&scope("orgs"), &[org.clone().into()], at(1)).await?;
    let said = [repo.clone().into(), relate(&org, Relation::Contains, &repo)];
    scene.read_below(&scope("repos"), Some(&org.key), &said, at(2)).await?;
    scene.read_below(&scope("keys"), Some(&repo.key), &[key.into()], at(3)).await?;
    same(
        "the parent of a scope",
        scene.row(&scope("repos")).await?.parent,
        Some(org.key.node_id().0),
    )
}

async fn below(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    house(&scene).await?;
    let elsewhere = role("elsewhere", "elsewhere")?;
    let other = role("other", "other")?;
    scene.read_below(&scope("other"), Some(&elsewhere.key), &[other.into()], at(4)).await?;
    let [orgs, repos, keys] = [
        scene.id(&scope("orgs")).await?,
        scene.id(&scope("repos")).await?,
        scene.id(&scope("keys")).await?,
    ];
    let last = store.last_publication().await?;
    let outcome = scene.read_and_retire(&scope("orgs"), &[], at(9)).await?;
    same("closed", outcome.closed, [repos, keys])?;
    same("retired", outcome.retired, [(orgs, 1), (repos, 2), (keys, 1)])?;
    same("left", names(&*store).await?, ["other other"])?;
    let told: Vec<_> =
        store.publications(last, 9).await?.into_iter().map(|p| (p.scope, p.kind)).collect();
    let expected = [
        (orgs, PublicationKind::Retirement),
        (repos, PublicationKind::Closing),
        (keys, PublicationKind::Closing),
    ];
    same("publications", told, expected)?;
    for part in ["repos", "keys"] {
        let row = scene.row(&scope(part)).await?;
        same(&format!("{part} closed"), row.closed_at, Some(at(9)))?;
        same(&format!("live in {part}"), (row.live_entities, row.live_relations), (0, 0))?;
        same(&format!("{part} is free"), row.claimed, row.published)?;
    }
    same("others", scene.row(&scope("other")).await?.closed_at, None)?;
    for claim in store.claims_about(&role("key", "")?.key).await? {
        same("the key is gone", (claim.gone_at, claim.first_seen), (Some(at(9)), Some(at(3))))?;
    }
    same("relations", store.relations_of(&role("org", "")?.key).await?.len(), 0)
}

async fn shared(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    house(&scene).await?;
    let second = Scene::named(store.clone(), "second", 2).await?;
    second.read(&scope("orgs"), &[role("org", "org")?.into()], at(4)).await?;
    let outcome = scene.read_and_retire(&scope("orgs"), &[], at(5)).await?;
    same("closed", outcome.closed, [])?;
    same("live", names(&*store).await?, ["key key", "org org", "repo repo"])?;
    let outcome = second.read_and_retire(&scope("orgs"), &[], at(6)).await?;
    same("closed with the last claim", outcome.closed.len(), 2)?;
    same("live with no claim left", names(&*store).await?.len(), 0)
}

async fn described(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    house(&scene).await?;
    let repo = role("repo", "repo")?;
    let settings = [repo.clone().into()];
    scene.read_below(&scope("settings"), Some(&repo.key), &settings, at(4)).await?;
    let outcome = scene.read_and_retire(&scope("repos"), &[], at(5)).await?;
    same("closed", outcome.closed.len(), 2)?;
    same("live", names(&*store).await?, ["org org"])
}

async fn unpublished(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    house(&scene).await?;
    let second = Scene::named(store.clone(), "second", 2).await?;
    second.read(&scope("orgs"), &[role("org", "org")?.into()], at(4)).await?;
    // The second source is about to end its claim, but has not published that.
    let claimed = second.claim(&scope("orgs"), None).await?;
    let mut writes = ScopeWrites::default();
    let live = store.live_facts(&[claimed.id]).await?;
    writes.superseded[0].extend(live.iter().flat_map(|l| &l.tables[0]).map(|l| l.number));
    holds("it may write", store.write(claimed.id, claimed.token, writes).await?)?;
    let outcome = scene.read_and_retire(&scope("orgs"), &[], at(5)).await?;
    same("closed", outcome.closed, [])?;
    same("live", names(&*store).await?, ["key key", "org org", "repo repo"])
}

async fn reopens(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    house(&scene).await?;
    let mut late = scene.begin_below(&scope("keys"), Some(&role("repo", "")?.key)).await?;
    late.say(role("key", "renamed")?)?;
    holds("the reader may write", late.flush().await?)?;
    let outcome = scene.read_and_retire(&scope("orgs"), &[], at(9)).await?;
    same("closed", outcome.closed.len(), 2)?;
    late.say(role("key2", "key2")?)?;
    holds("a reader of a closed scope may not write", !late.flush().await?)?;
    same("nor end", late.finish(at(10)).await?, FinishOutcome::Superseded)?;
    same("live", names(&*store).await?.len(), 0)?;

    let again = scene.begin_below(&scope("keys"), Some(&role("repo", "")?.key)).await?;
    let row = scene.row(&scope("keys")).await?;
    same("claimed again", row.closed_at, None)?;
    let nothing = again.live.tables.iter().all(Vec::is_empty);
    holds("nothing of a closed scope is live", nothing && again.claimed.live == 0)?;
    let mut again = again;
    again.say(role("key", "back")?)?;
    let next = store.last_publication().await? + 1;
    same("the end", again.finish(at(20)).await?, published(next))?;
    same("live again", names(&*store).await?, ["key back"])?;
    let history = store.history(&role("key", "")?.key).await?;
    let told: Vec<_> = history.iter().map(|v| (v.body.name.as_str(), v.to)).collect();
    same("history", told, [("key", Some(at(9))), ("back", None)])?;
    same("live in the scope", scene.row(&scope("keys")).await?.live_entities, 1)
}

async fn forgotten(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    house(&scene).await?;
    // Another source lists what is in the forgotten one's repository.
    let second = Scene::named(store.clone(), "second", 2).await?;
    let repo = role("repo", "")?.key;
    second.read_below(&scope("hooks"), Some(&repo), &[role("hook", "hook")?.into()], at(4)).await?;
    second.read(&scope("own"), &[role("own", "own")?.into()], at(4)).await?;
    refused("an unknown source", store.forget_source("nobody", at(5)).await, "not_found")?;
    let outcome = store.forget_source("acme", at(5)).await?;
    same("closed scopes", outcome.closed.len(), 4)?;
    same("retired", outcome.total(), 5)?;
    same("live", names(&*store).await?, ["own own"])?;
    let told: Vec<_> =
        store.sources().await?.into_iter().map(|s| (s.name, s.abandoned_at)).collect();
    same("sources", told, [("acme".to_owned(), Some(at(5))), ("second".to_owned(), None)])?;
    same("history stays", store.history(&repo).await?.len(), 1)?;
    let last = store.last_publication().await?;
    same("again", store.forget_source("acme", at(6)).await?.closed, [])?;
    same("publications", store.last_publication().await?, last)?;
    let scene = Scene::named(store.clone(), "acme", 3).await?;
    scene.read(&scope("orgs"), &[role("org", "org")?.into()], at(7)).await?;
    same("read again", names(&*store).await?, ["org org", "own own"])?;
    same(
        "taken back",
        store.sources().await?.iter().filter(|s| s.abandoned_at.is_some()).count(),
        0,
    )
}
