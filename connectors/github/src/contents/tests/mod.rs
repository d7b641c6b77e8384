//! The streams about contents against a GitHub in memory.

mod fake;
mod faults;
mod reading;
mod settings;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rollcall_connector::testkit::{Collected, collect_request};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{ConnectorContext, Past, PastScope, SyncRequest};
use rollcall_model::{ScopeKey, ScopeState, Timestamp};
use rollcall_record::Record;
use serde_json::{Value, json};

use crate::config::Config;
use crate::connector::GitHub;
use fake::{Fake, FakeRepo};

const WORKFLOW: &str = "name: CI\non: push\npermissions: {contents: read}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n        env: {TOKEN: '${{ secrets.DEPLOY }}'}\n";

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn connector(fake: &Fake, more: &Value) -> GitHub {
    let mut config = json!({"base_url": fake.url, "host": "github.com", "token": "t0ken-canary-5e", "organizations": ["acme"]});
    config.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let context = ConnectorContext { literal_key: [7; 32], transport: TransportOptions::hasty() };
    GitHub::new(Config::parse(&config).unwrap(), &context).unwrap()
}

/// What complete readings leave behind, as the engine keeps it.
#[derive(Default)]
struct Memory(HashMap<&'static str, HashMap<ScopeKey, PastScope>>);

impl Memory {
    fn past(&self, stream: &str) -> Arc<Past> {
        Arc::new(Past::new(self.0.get(stream).cloned().unwrap_or_default()))
    }

    fn take(&mut self, stream: &'static str, collected: &Collected, at: Timestamp) {
        let known = self.0.entry(stream).or_default();
        for scope in &collected.scopes {
            let past = known.entry(scope.started.scope.clone()).or_default();
            past.state = Some(scope.state);
            if scope.state == ScopeState::Complete {
                past.complete_at = Some(at);
                let left = scope.records.iter().find_map(|r| match r {
                    Record::Cursor { cursor, .. } => Some(cursor.clone()),
                    _ => None,
                });
                if left.is_some() {
                    past.cursor = left;
                }
            }
        }
    }
}

/// One run of the streams about files.
async fn run(
    fake: &Fake,
    memory: &mut Memory,
    at: Timestamp,
    only: Option<Vec<ScopeKey>>,
) -> BTreeMap<&'static str, Collected> {
    run_with(&connector(fake, &json!({})), memory, at, only).await
}

async fn run_with(
    connector: &GitHub,
    memory: &mut Memory,
    at: Timestamp,
    only: Option<Vec<ScopeKey>>,
) -> BTreeMap<&'static str, Collected> {
    let mut all = BTreeMap::new();
    for stream in ["code-repositories", "files", "declarations"] {
        let only = only.as_ref().map(|only| {
            only.iter().filter(|scope| scope.stream == stream).cloned().collect::<Vec<_>>()
        });
        if only.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let request =
            SyncRequest { past: memory.past(stream), only, ..SyncRequest::new(stream, at) };
        let collected = collect_request(connector, request, Default::default()).await;
        memory.take(stream, &collected, at);
        all.insert(stream, collected);
    }
    all
}

fn states(collected: &Collected) -> BTreeMap<String, ScopeState> {
    let name = |key: &ScopeKey| format!("{} {}", key.realm, key.part).trim().to_owned();
    collected.scopes.iter().map(|s| (name(&s.started.scope), s.state)).collect()
}

fn two() -> Vec<FakeRepo> {
    vec![
        FakeRepo::new(
            1,
            "acme/App",
            &[
                (".github/workflows/ci.yml", WORKFLOW),
                (".github/CODEOWNERS", "* @acme/core\n"),
                ("src/main.rs", "fn main() {}"),
                ("tools/x/action.yml", "name: x\nruns: {using: node24, main: x.js}\n"),
                ("docs/AGENTS.md", "Be kind.\n"),
            ],
        ),
        FakeRepo::new(2, "acme/site", &[(".github/workflows/ci.yml", WORKFLOW)]),
    ]
}
