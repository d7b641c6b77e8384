//! Leases: one reader of a stream at a time.

use std::sync::Arc;

use futures::future::try_join_all;

use super::Case;
use super::check::{Check, holds, present, same};
use super::scene::Scene;
use crate::{Lease, Store};

pub(super) const CASES: &[Case] = &[
    Case { name: "a lease is one holder's", play: |store| Box::pin(one_holder(store)) },
    Case { name: "a lease that ran out is anybody's", play: |store| Box::pin(runs_out(store)) },
    Case { name: "leases of other streams are others", play: |store| Box::pin(others(store)) },
    Case { name: "of many who want a lease one gets it", play: |store| Box::pin(race(store)) },
];

/// A lease that nobody renews lives for this many seconds of the database's time.
const LONG: i64 = 600;
/// A lease that has run out when it is given, so that no case needs to wait.
const OVER: i64 = -1;

async fn one_holder(store: Arc<dyn Store>) -> Check {
    let source = Scene::new(store.clone()).await?.source;
    same("nobody's", store.lease_holder(source, "roles").await?, None)?;
    let lease = present("a free lease", store.lease(source, "roles", "me", LONG).await?)?;
    let whole = Lease { source, stream: "roles".to_owned(), holder: "me".to_owned() };
    same("the lease", &lease, &whole)?;
    same("mine", store.lease_holder(source, "roles").await?.as_deref(), Some("me"))?;
    same("somebody else", store.lease(source, "roles", "you", LONG).await?, None)?;
    same("myself again", store.lease(source, "roles", "me", LONG).await?, Some(whole.clone()))?;
    holds("it can be renewed", store.renew(&lease, LONG).await?)?;
    let forged = Lease { holder: "you".to_owned(), ..whole };
    holds("somebody else cannot renew it", !store.renew(&forged, LONG).await?)?;
    store.release(&forged).await?;
    same("nor give it back", store.lease(source, "roles", "you", LONG).await?, None)?;
    store.release(&lease).await?;
    same("nobody's again", store.lease_holder(source, "roles").await?, None)?;
    holds("what was given back is not renewed", !store.renew(&lease, LONG).await?)?;
    same("given back", store.lease(source, "roles", "you", LONG).await?, Some(forged))?;
    store.release(&lease).await?;
    same("given back twice", store.lease(source, "roles", "me", LONG).await?, None)
}

async fn runs_out(store: Arc<dyn Store>) -> Check {
    let source = Scene::new(store.clone()).await?.source;
    let mine = present("a free lease", store.lease(source, "roles", "me", OVER).await?)?;
    same("nobody's", store.lease_holder(source, "roles").await?, None)?;
    let yours = store.lease(source, "roles", "you", LONG).await?;
    let yours = present("a lease that ran out", yours)?;
    holds("mine is lost", !store.renew(&mine, LONG).await?)?;
    store.release(&mine).await?;
    holds("yours is not", store.renew(&yours, LONG).await?)?;
    same("and I have to wait", store.lease(source, "roles", "me", LONG).await?, None)?;
    // A renewal counts from now, not from the former end.
    holds("a renewal can shorten", store.renew(&yours, OVER).await?)?;
    present("it ran out", store.lease(source, "roles", "me", LONG).await?).map(drop)
}

async fn others(store: Arc<dyn Store>) -> Check {
    let one = Scene::new(store.clone()).await?.source;
    let two = Scene::named(store.clone(), "two", 2).await?.source;
    present("one", store.lease(one, "roles", "a", LONG).await?)?;
    present("another stream", store.lease(one, "users", "b", LONG).await?)?;
    present("another source", store.lease(two, "roles", "c", LONG).await?)?;
    same("taken", store.lease(one, "users", "a", LONG).await?, None)
}

async fn race(store: Arc<dyn Store>) -> Check {
    let source = Scene::new(store.clone()).await?.source;
    for round in 0..5 {
        let seconds = if round % 2 == 0 { OVER } else { LONG };
        let stream = format!("stream {round}");
        present("a first holder", store.lease(source, &stream, "first", OVER).await?)?;
        let holders: Vec<String> = (0..6).map(|i| format!("holder {i}")).collect();
        let wishes = holders.iter().map(|holder| store.lease(source, &stream, holder, seconds));
        let got = try_join_all(wishes).await?.into_iter().flatten().count();
        // With leases that last one wins; with leases that do not, each in turn.
        same("holders", got, if seconds == LONG { 1 } else { 6 })?;
    }
    Ok(())
}
