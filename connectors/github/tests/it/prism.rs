//! The streams against Prism, which answers as GitHub's own description says and refuses requests
//! that it does not allow.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_connector::ConnectorContext;
use rollcall_connector::testkit::{Collected, FaultyServer, SeenRequest, assert_declared, collect};
use rollcall_connector::transport::TransportOptions;
use rollcall_github::{build, definition};
use rollcall_model::{ProblemClass, ScopeState, Timestamp};
use rollcall_testing::{Bodies, Links, NodeServer, Official, Variant};
use serde_json::json;

use crate::published::{rest_operations, slices};

/// These streams ask by GraphQL, which the description does not cover.
const BY_GRAPHQL: [&str; 3] = ["external-identities", "files", "declarations"];

/// The examples of these have nothing to say.
const SILENT: [&str; 1] = ["audit-log"];

/// Without members that the description does not promise, these say nothing; see `bodies.rs`.
const NEEDING: [&str; 5] = [
    "copilot",
    "environment-secrets",
    "environments",
    "organization-roles",
    "secret-scanning-alerts",
];

fn now() -> Timestamp {
    "2026-05-04T10:00:00Z".parse().unwrap()
}

/// One server for all, since each takes seconds to start: under each name, the answers are others.
fn prism() -> NodeServer {
    let operations = rest_operations();
    let variant = |prefix, links, bodies| Variant { prefix, links, bodies };
    let again = Links::Header("<{url}/resource?page=2>; rel=\"next\"");
    let variants = [
        variant("/whole", Links::None, Bodies::Official),
        variant("/abroad", Links::Official, Bodies::Official),
        variant("/again", again, Bodies::Official),
        variant("/full", Links::None, Bodies::Full),
        variant("/required", Links::None, Bodies::Required),
        variant("/nulls", Links::None, Bodies::Nulls),
    ];
    let cut = Official::GitHub.cut(&slices(&operations), &variants).unwrap();
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
async fn every_stream_reads_what_github_describes() {
    let server = prism();
    // Requests go through it, so that they can be counted, and `{url}` in answers is its address.
    let proxy = FaultyServer::before(&server.url()).await;
    let under = |name: &str| format!("{}/{name}", proxy.url());

    whole(&read(&under("whole")).await);
    for name in ["full", "required", "nulls"] {
        made(name, &read(&under(name)).await);
    }
    abroad(&read(&under("abroad")).await);
    proxy.reset();
    let all = read(&under("again")).await;
    again(&all, &proxy.requests());
}

/// The official examples are read to their end.
fn whole(all: &BTreeMap<String, Collected>) {
    assert_eq!(codes(all), BTreeSet::new());
    for (name, collected) in all {
        assert!(!collected.scopes.is_empty(), "{name} read nothing");
        collected.assert_complete();
    }
    let silent: Vec<_> = all.iter().filter(|(_, c)| said(c) == 0).map(|(name, _)| name).collect();
    assert_eq!(silent, SILENT);
}

/// Bodies made from the schemas are read and mapped; only what lacks a list or a number is not.
fn made(name: &str, all: &BTreeMap<String, Collected>) {
    for (scope, state, codes) in scopes(all) {
        let stream = scope.split(' ').next().unwrap_or_default();
        if name != "full" && NEEDING.contains(&stream) {
            assert_ne!(state, ScopeState::Complete, "{name}: {scope}");
        } else {
            assert_eq!((state, codes), (ScopeState::Complete, vec![]), "{name}: {scope}");
        }
    }
}

/// A next page on another host is not fetched: the token goes to the server that was configured and
/// nowhere else.
fn abroad(all: &BTreeMap<String, Collected>) {
    let stopped = scopes(all).into_iter().filter(|(scope, state, codes)| match state {
        ScopeState::Complete => false,
        ScopeState::Partial if codes.as_slice() == ["foreign_host"] => true,
        _ => panic!("{scope} is {state}: {codes:?}"),
    });
    assert!(stopped.count() > 15, "{:?}", scopes(all));
    let found: BTreeSet<_> = codes(all).into_iter().map(|(_, code)| code).collect();
    assert_eq!(found, ["foreign_host", "repositories_unknown"].into());
    for problem in all.values().flat_map(Collected::all_problems) {
        assert_eq!(problem.class, ProblemClass::Malformed, "{problem:?}");
    }
}

/// A next page that is always the same is fetched once.
fn again(all: &BTreeMap<String, Collected>, requests: &[SeenRequest]) {
    let found: BTreeSet<_> = codes(all).into_iter().map(|(_, code)| code).collect();
    assert_eq!(found, ["page_loop", "repositories_unknown"].into());
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for request in requests.iter().filter(|r| r.target.contains("page=2")) {
        *times.entry(&request.target).or_default() += 1;
    }
    assert!(times.len() > 10, "{times:?}");
    // Members are listed by role.
    assert!(times.values().all(|n| *n <= 3), "{times:?}");
}
