//! The one total order of publications.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::{try_join, try_join_all};

use super::Case;
use super::check::{Check, holds, same};
use super::scene::{Fact, Scene, at, names, published, role, scope};
use crate::{FinishOutcome, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "publications never go back in time", play: |store| Box::pin(clock(store)) },
    Case { name: "publications are read in pages", play: |store| Box::pin(pages(store)) },
    Case {
        name: "the order is that of commits, without gaps",
        play: |store| Box::pin(order(store)),
    },
    Case { name: "readers of one scope take turns", play: |store| Box::pin(turns(store)) },
];

async fn clock(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    for (part, when) in [("one", 100), ("two", 50), ("three", 100), ("four", 101), ("five", -7)] {
        scene.read(&scope(part), &[role(part, part)?.into()], at(when)).await?;
    }
    let list = store.publications(0, 10).await?;
    let times: Vec<_> = list.iter().map(|p| (p.sequence, p.at)).collect();
    let expected = [(1, at(100)), (2, at(100)), (3, at(100)), (4, at(101)), (5, at(101))];
    same("sequences and times", times, expected)?;
    // How a scope was read is told in the clock's own time.
    same("when the second was read", scene.row(&scope("two")).await?.read_at, Some(at(50)))
}

async fn pages(store: Arc<dyn Store>) -> Check {
    let scene = Scene::new(store.clone()).await?;
    same("the last of none", store.last_publication().await?, 0)?;
    for i in 0..5 {
        let part = format!("s{i}");
        let outcome = scene.read(&scope(&part), &[role(&part, "x")?.into()], at(i)).await?;
        same("its place", outcome, published(i + 1))?;
    }
    same("the last", store.last_publication().await?, 5)?;
    for (after, limit, expected) in
        [(0, 2, vec![1, 2]), (2, 2, vec![3, 4]), (4, 2, vec![5]), (5, 2, vec![]), (9, 2, vec![])]
    {
        let page = store.publications(after, limit).await?;
        let found: Vec<i64> = page.iter().map(|p| p.sequence).collect();
        same(&format!("{limit} after {after}"), found, expected)?;
    }
    Ok(())
}

/// Writers that name the same entities in different orders, each with a clock of its own, and a
/// follower that must never see a later publication before an earlier one.
async fn order(store: Arc<dyn Store>) -> Check {
    const WRITERS: usize = 8;
    const ROUNDS: usize = 5;
    let done = AtomicUsize::new(0);
    let writer = async |w: usize| {
        let scene = Scene::named(store.clone(), &format!("source-{w}"), w as u32).await?;
        for round in 0..ROUNDS {
            let mut said = Vec::new();
            for i in 0..24 {
                let place = if w.is_multiple_of(2) { i } else { 23 - i };
                said.push(Fact::from(role(&format!("{round}-{place}"), "shared")?));
            }
            let when = at(1_000 * w as i64 - round as i64);
            let outcome = scene.read(&scope(&format!("part-{round}")), &said, when).await?;
            holds(
                "every reading is published",
                matches!(outcome, FinishOutcome::Published(Some(_))),
            )?;
        }
        done.fetch_add(1, Ordering::SeqCst);
        Check::Ok(())
    };
    let follower = async {
        let (mut last, mut time) = (0, at(i64::MIN / 2_000_000));
        loop {
            let finished = done.load(Ordering::SeqCst) == WRITERS;
            for publication in store.publications(last, 7).await? {
                same("the next sequence", publication.sequence, last + 1)?;
                holds("time does not go back", publication.at >= time)?;
                (last, time) = (publication.sequence, publication.at);
            }
            let everything = (WRITERS * ROUNDS) as i64;
            if last == everything || finished && store.publications(last, 1).await?.is_empty() {
                return same("publications", last, everything);
            }
        }
    };
    try_join(try_join_all((0..WRITERS).map(&writer)), follower).await?;
    same("claims", names(&*store).await?.len(), WRITERS * ROUNDS * 24)
}

/// Of many readers of one scope one wins; what it said and nothing else is visible.
async fn turns(store: Arc<dyn Store>) -> Check {
    let (scene, key) = (Scene::new(store.clone()).await?, scope("one"));
    let reader = async |i: usize| {
        let mut reading = scene.begin(&key).await?;
        reading.say(role("a", &format!("by {i}"))?)?;
        let may = reading.flush().await?;
        let token = reading.claimed.token;
        let outcome = reading.finish(at(1)).await?;
        holds("who may not write is superseded", may || outcome == FinishOutcome::Superseded)?;
        Ok::<_, super::Failure>((token, i, outcome))
    };
    let mut outcomes = try_join_all((0..6).map(&reader)).await?;
    outcomes.sort_by_key(|(token, _, _)| *token);
    let tokens: Vec<i64> = outcomes.iter().map(|(token, _, _)| *token).collect();
    same("tokens", tokens, [1, 2, 3, 4, 5, 6])?;
    let winners: Vec<_> = outcomes
        .iter()
        .filter(|(_, _, outcome)| matches!(outcome, FinishOutcome::Published(Some(_))))
        .collect();
    let newest = outcomes.last().map(|(_, i, outcome)| (*i, *outcome));
    same("publications", store.last_publication().await?, winners.len() as i64)?;
    let Some((i, FinishOutcome::Published(Some(_)))) = newest else {
        return super::scene::fail(format!("the newest reader did not win: {outcomes:?}"));
    };
    same("what is visible", names(&*store).await?, [format!("a by {i}")])
}
