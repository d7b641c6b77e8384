//! A company's GitHub in this process, and readings of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollcall_connector::testkit::{Collected, collect_request};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{ConnectorContext, Past, PastScope, SyncRequest};
use rollcall_github::{Config, GitHub};
use rollcall_lab::{
    Archetype, Company, GitHubKeys, GitHubLab, GitHubOptions, Limits, ServerHandle, Spec,
    serve_github,
};
use rollcall_model::{ScopeKey, ScopeState, Timestamp};
use rollcall_record::Record;
use serde_json::json;

/// The streams about everything but contents.
pub(crate) const STREAMS: [&str; 27] = [
    "organization",
    "members",
    "outside-collaborators",
    "teams",
    "repositories",
    "app-installations",
    "personal-access-tokens",
    "personal-access-token-requests",
    "credential-authorizations",
    "organization-secrets",
    "external-identities",
    "deploy-keys",
    "environments",
    "invitations",
    "organization-roles",
    "organization-variables",
    "copilot",
    "secret-scanning-alerts",
    "audit-log",
    "webhooks",
    "repository-secrets",
    "environment-secrets",
    "collaborators",
    "repository-variables",
    "runners",
    "actions-settings",
    "oidc-subjects",
];

/// The lab's GitHub, served.
pub(crate) struct World {
    pub(crate) lab: Arc<GitHubLab>,
    handle: ServerHandle,
    pub(crate) now: Timestamp,
}

/// What earlier readings left, by stream.
pub(crate) type Pasts = BTreeMap<String, Arc<Past>>;

impl World {
    /// A company of some people and repositories.
    pub(crate) async fn new(people: u64, repositories: u64) -> Self {
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let spec = Spec { seed: 11, size: 400, archetype: Archetype::StartupMonorepo, now };
        let company = Company::generate(spec).unwrap().resized(Some(people), Some(repositories));
        let options = GitHubOptions {
            limits: Limits::none(),
            app_key: Some(GitHubKeys::generate().unwrap()),
            ..GitHubOptions::default()
        };
        let lab = Arc::new(GitHubLab::new(company, options));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let handle = serve_github(Arc::clone(&lab), listener).unwrap();
        Self { lab, handle, now }
    }

    /// A connector that reads it as an App.
    pub(crate) fn connector(&self) -> GitHub {
        self.connector_with(&json!({}))
    }

    /// The same with further settings.
    pub(crate) fn connector_with(&self, more: &serde_json::Value) -> GitHub {
        let keys = self.lab.keys();
        let mut config = json!({
            "base_url": format!("{}/api/v3", self.handle.url()),
            "host": "github.com",
            "app_id": keys.app_id,
            "private_key": keys.app_key,
        });
        for (name, value) in more.as_object().unwrap() {
            config[name] = value.clone();
        }
        if config.get("token").is_some() {
            config
                .as_object_mut()
                .unwrap()
                .retain(|name, _| !["app_id", "private_key"].contains(&name.as_str()));
        }
        let context = ConnectorContext {
            transport: TransportOptions::hasty(),
            ..ConnectorContext::default()
        };
        GitHub::new(Config::parse(&config).unwrap(), &context).unwrap()
    }

    /// Reads one stream.
    pub(crate) async fn read(&self, connector: &GitHub, stream: &str) -> Collected {
        self.read_again(connector, stream, &Pasts::new(), self.now).await
    }

    /// Reads one stream after earlier readings.
    pub(crate) async fn read_again(
        &self,
        connector: &GitHub,
        stream: &str,
        pasts: &Pasts,
        now: Timestamp,
    ) -> Collected {
        let past = pasts.get(stream).cloned().unwrap_or_default();
        let request = SyncRequest { past, ..SyncRequest::new(stream, now) };
        collect_request(connector, request, Default::default()).await
    }

    /// Reads all streams.
    pub(crate) async fn read_all(
        &self,
        connector: &GitHub,
        pasts: &Pasts,
        now: Timestamp,
    ) -> Vec<Collected> {
        let mut all = Vec::new();
        for stream in STREAMS {
            all.push(self.read_again(connector, stream, pasts, now).await);
        }
        all
    }

    /// How many REST calls arrived that GitHub counts, and counts from nothing again.
    pub(crate) fn calls(&self) -> u64 {
        let uncounted = ["graphql", "rate_limit", "/app/"];
        let calls = self
            .lab
            .requests()
            .iter()
            .filter(|(route, _)| !uncounted.iter().any(|word| route.contains(word)))
            .map(|(_, count)| count)
            .sum();
        self.lab.forget_requests();
        calls
    }

    /// How many repositories there are: the company plants some beside those that were asked for.
    pub(crate) fn repositories(&self) -> usize {
        self.truth("repository").len()
    }

    /// The ids the truth has of a kind.
    pub(crate) fn truth(&self, kind: &str) -> BTreeSet<String> {
        let truth = self.lab.truth();
        let ids = truth["kinds"][kind]["ids"].as_array().unwrap_or_else(|| panic!("no {kind}"));
        ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }
}

/// What a reading left, added to what earlier ones did.
pub(crate) fn remember(pasts: &mut Pasts, read: &[Collected], now: Timestamp) {
    for collected in read {
        let mut scopes: BTreeMap<ScopeKey, PastScope> = pasts
            .get(&collected.stream)
            .map(|past| past.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
            .unwrap_or_default();
        for scope in &collected.scopes {
            let before = scopes.entry(scope.started.scope.clone()).or_default();
            before.state = Some(scope.state);
            if scope.state == ScopeState::Complete {
                before.complete_at = Some(now);
                before.cursor = scope.records.iter().rev().find_map(|record| match record {
                    Record::Cursor { cursor, .. } => Some(cursor.clone()),
                    _ => None,
                });
            }
        }
        pasts.insert(collected.stream.clone(), Arc::new(Past::new(scopes)));
    }
}

/// The scopes that are not complete.
pub(crate) fn incomplete(read: &[Collected]) -> Vec<(String, ScopeState, String)> {
    let scopes = read.iter().flat_map(|collected| &collected.scopes);
    scopes
        .filter(|scope| scope.state != ScopeState::Complete)
        .map(|scope| {
            let code = scope.problems.first().map(|p| p.code.clone()).unwrap_or_default();
            (scope.started.scope.to_string(), scope.state, code)
        })
        .collect()
}
