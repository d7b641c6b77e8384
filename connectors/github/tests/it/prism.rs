//! The streams against Prism, which answers as GitHub's own description says and refuses requests
//! that it does not allow.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_connector::ConnectorContext;
use rollcall_connector::testkit::{Collected, FaultyServer, assert_declared, collect};
use rollcall_connector::transport::TransportOptions;
use rollcall_github::{build, definition};
use rollcall_model::{ProblemClass, ScopeState, Timestamp};
use rollcall_testing::{Bodies, Links, NodeServer, Official};
use serde_json::json;

use crate::published::{rest_operations, slices};

/// These streams ask by GraphQL, which the description does not cover.
const BY_GRAPHQL: [&str; 3] = ["external-identities", "files", "declarations"];

/// The examples of these have nothing to say.
const SILENT: [&str; 0] = [];

fn now() -> Timestamp {
    "2026-05-04T10:00:00Z".parse().unwrap()
}

fn prism(links: Links<'_>, bodies: Bodies) -> NodeServer {
    let operations = rest_operations();
    let cut = Official::GitHub.cut(&slices(&operations), links, bodies).unwrap();
    assert!(cut.unknown.is_empty(), "GitHub does not describe {:?}", cut.unknown);
    NodeServer::prism(&cut.file()).unwrap()
}

/// What every REST stream says of a server.
async fn read(base_url: &str) -> BTreeMap<String, Collected> {
    let context =
        ConnectorContext { transport: TransportOptions::hasty(), ..ConnectorContext::default() };
    let config = json!({"base_url": base_url, "token": "canary", "organizations": ["github"]});
    let connector = build(&config, &context).unwrap();
    let mut all = BTreeMap::new();
    for stream in definition().streams.iter().filter(|s| !BY_GRAPHQL.contains(&&*s.name)) {
        let collected = collect(connector.as_ref(), &stream.name, now()).await;
        assert_declared(&definition(), &collected);
        assert!(collected.ended.is_none(), "{} ended: {:?}", stream.name, collected.ended);
        all.insert(stream.name.clone(), collected);
    }
    all
}

/// Everything that went wrong, as stream and code.
fn codes(all: &BTreeMap<String, Collected>) -> BTreeSet<(&str, &str)> {
    all.iter()
        .flat_map(|(stream, c)| c.codes().into_iter().map(move |code| (&**stream, code)))
        .collect()
}

/// Every scope of every stream with its state and its codes.
fn scopes(all: &BTreeMap<String, Collected>) -> Vec<(String, ScopeState, Vec<&str>)> {
    let scopes = all.values().flat_map(|collected| &collected.scopes);
    scopes
        .map(|scope| {
            let problems = scope.problems.iter();
            let codes = problems.map(|problem| &*problem.code).collect();
            (scope.started.scope.to_string(), scope.state, codes)
        })
        .collect()
}

/// What is said, without what differs from server to server.
fn said(collected: &Collected) -> usize {
    collected.entities().count() + collected.relations().count()
}

#[tokio::test]
async fn every_stream_reads_the_official_examples_whole() {
    let server = prism(Links::None, Bodies::Official);
    let all = read(&server.url()).await;
    assert_eq!(codes(&all), BTreeSet::new());
    for (name, collected) in &all {
        assert!(!collected.scopes.is_empty(), "{name} read nothing");
        collected.assert_complete();
    }
    let silent: Vec<_> = all.iter().filter(|(_, c)| said(c) == 0).map(|(name, _)| name).collect();
    assert_eq!(silent, SILENT);
}

#[tokio::test]
async fn a_next_page_on_another_host_is_not_fetched() {
    let server = prism(Links::Official, Bodies::Official);
    // The token goes to the server that was configured, and nowhere else; it would not come back.
    let proxy = FaultyServer::before(&server.url()).await;
    let all = read(proxy.url()).await;
    for (scope, state, codes) in scopes(&all) {
        match state {
            ScopeState::Complete => assert!(codes.is_empty(), "{scope}: {codes:?}"),
            ScopeState::Partial => assert!(codes.contains(&"foreign_host"), "{scope}: {codes:?}"),
            _ => panic!("{scope} is {state}: {codes:?}"),
        }
    }
    let stopped = || scopes(&all).into_iter().filter(|(_, state, _)| *state == ScopeState::Partial);
    assert!(stopped().count() > 15, "{:?}", scopes(&all));
    assert_eq!(
        codes(&all).into_iter().map(|(_, code)| code).collect::<BTreeSet<_>>(),
        ["foreign_host"].into()
    );
    let problems = all.values().flat_map(Collected::all_problems);
    assert!(problems.into_iter().all(|p| p.class == ProblemClass::Malformed));
}

#[tokio::test]
async fn a_next_page_that_is_always_the_same_ends_the_listing() {
    let server = prism(Links::Header("<{url}/resource?page=2>; rel=\"next\""), Bodies::Official);
    let proxy = FaultyServer::before(&server.url()).await;
    let all = read(proxy.url()).await;
    let found: BTreeSet<_> = codes(&all).into_iter().map(|(_, code)| code).collect();
    assert_eq!(found, ["page_loop"].into());
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for request in proxy.requests() {
        *asked.entry(request.target).or_default() += 1;
    }
    let most = asked.iter().max_by_key(|(_, times)| **times);
    assert!(most.is_some_and(|(_, times)| *times <= 4), "{most:?}");
    assert!(asked.keys().any(|target| target.contains("page=2")));
}

#[tokio::test]
async fn every_stream_maps_whatever_the_description_allows() {
    for bodies in [Bodies::Full, Bodies::Required, Bodies::Nulls] {
        let server = prism(Links::None, bodies);
        let all = read(&server.url()).await;
        for (scope, state, codes) in scopes(&all) {
            println!("{bodies:?} {scope} {state} {codes:?}");
        }
    }
}
