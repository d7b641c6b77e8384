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

#[tokio::test]
async fn every_stream_reads_the_official_examples_whole() {
    let server = prism(Links::None, Bodies::Official);
    let all = read(&server.url()).await;
    for (stream, collected) in &all {
        println!("{stream} {:?} {:?}", collected.states(), collected.codes());
    }
    assert_eq!(codes(&all), BTreeSet::new());
}
