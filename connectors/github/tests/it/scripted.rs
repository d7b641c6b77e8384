//! Against answers made by hand: what the lab does not do.

use http::HeaderMap;
use rollcall_connector::Connector as _;
use rollcall_connector::testkit::{FaultyServer, Reply, assert_no_canary, collect};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{ConnectorContext, PermissionState};
use rollcall_github::{Config, GitHub};
use rollcall_model::{ScopeState, Timestamp};
use rollcall_record::Record;
use serde_json::{Value, json};

const CANARY: &str = "canary-1f2e3d4c5b6a";

fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

fn connector(server: &FaultyServer) -> GitHub {
    let config = json!({"base_url": server.url(), "token": CANARY, "organizations": ["Acme"],
        "host": "github.com"});
    let context =
        ConnectorContext { transport: TransportOptions::hasty(), ..ConnectorContext::default() };
    GitHub::new(Config::parse(&config).unwrap(), &context).unwrap()
}

async fn server(more: Vec<(&str, Value)>) -> FaultyServer {
    let me = Reply::json(200, &json!({"id": 1, "login": "ada"}))
        .with_header("x-oauth-scopes", "read:org, repo");
    let mut routes = vec![
        ("GET /user", me),
        ("GET /orgs/Acme", Reply::json(200, &json!({"id": 7, "login": "Acme"}))),
        (
            "GET /orgs/Acme/repos",
            Reply::json(200, &json!([{"id": 3, "full_name": "Acme/App", "owner": {"id": 7}}])),
        ),
    ];
    routes.extend(more.into_iter().map(|(at, body)| (at, Reply::json(200, &body))));
    FaultyServer::answering(routes).await
}

#[tokio::test]
async fn nothing_keeps_a_value() {
    let variable = json!({"name": "A", "value": CANARY, "created_at": null, "updated_at": null});
    let hook = json!({"id": 5, "config": {
        "url": format!("https://me:{CANARY}@ci.example/hook?token={CANARY}"), "secret": CANARY}});
    let alert =
        json!({"number": 1, "secret": CANARY, "repository": {"id": 3, "full_name": "Acme/App"}});
    let server = server(vec![
        ("GET /orgs/Acme/actions/variables", json!({"total_count": 1, "variables": [variable]})),
        ("GET /orgs/Acme/agents/variables", json!({"total_count": 0, "variables": []})),
        ("GET /orgs/Acme/hooks", json!([hook])),
        ("GET /repos/Acme/App/hooks", json!([])),
        ("GET /orgs/Acme/secret-scanning/alerts", json!([alert])),
    ])
    .await;
    let connector = connector(&server);
    for (stream, entities) in
        [("organization-variables", 1), ("webhooks", 1), ("secret-scanning-alerts", 1)]
    {
        let read = collect(&connector, stream, now()).await;
        read.assert_complete();
        assert_eq!(read.entities().count(), entities, "{stream}");
        assert_no_canary(&read, CANARY);
    }
    let asked: Vec<String> = server.requests().into_iter().map(|r| r.target).collect();
    let alerts = asked.iter().find(|target| target.contains("secret-scanning")).unwrap();
    assert!(alerts.contains("hide_secret=true"), "{alerts}");
}

#[tokio::test]
async fn a_secret_of_the_organisation_answers_to_the_name_that_workflows_use() {
    let made = "2026-01-01T00:00:00Z";
    let secret = |name: &str, visibility: &str| json!({"name": name, "created_at": made, "updated_at": made, "visibility": visibility});
    let organization = json!({"total_count": 3, "secrets": [
        secret("SHARED", "all"), secret("SHADOWED", "all"), secret("CHOSEN", "selected")]});
    let own = json!({"total_count": 1, "secrets": [secret("SHADOWED", "all")]});
    let none = json!({"total_count": 0, "secrets": []});
    let server = server(vec![
        ("GET /orgs/Acme/actions/secrets", organization),
        (
            "GET /orgs/Acme/actions/secrets/CHOSEN/repositories",
            json!({"total_count": 1, "repositories": [{"id": 4}]}),
        ),
        ("GET /repos/Acme/App/actions/secrets", own),
        ("GET /repos/Acme/App/dependabot/secrets", none.clone()),
        ("GET /repos/Acme/App/agents/secrets", none),
    ])
    .await;
    let read = collect(&connector(&server), "repository-secrets", now()).await;
    read.assert_complete();
    let mut names: Vec<(String, String)> = read
        .scopes
        .iter()
        .flat_map(|scope| &scope.records)
        .filter_map(|record| match record {
            Record::Reference(r) if r.reference.namespace == "github.secret" => {
                assert_eq!(r.reference.authority, "github.com/Acme/App");
                Some((r.reference.value.clone(), r.entity.id.clone()))
            }
            _ => None,
        })
        .collect();
    names.sort();
    let pairs: Vec<(&str, &str)> = names.iter().map(|(n, i)| (n.as_str(), i.as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("SHADOWED", &*format!("repo:3#SHADOWED@{made}")),
            ("SHARED", &*format!("org#SHARED@{made}"))
        ]
    );
}

#[tokio::test]
async fn check_says_what_is_hidden_and_that_the_token_can_write() {
    let server = server(vec![("GET /orgs/Acme/members", json!([]))]).await;
    let report = connector(&server).check(now()).await.unwrap();
    assert_eq!(report.identity.as_deref(), Some("ada"));
    assert!(report.warnings.iter().any(|w| w.contains("repo")), "{:?}", report.warnings);
    let of = |stream: &str| report.permissions.iter().find(|p| p.stream == stream).unwrap();
    assert_eq!(of("members").state, PermissionState::Granted);
    let teams = of("teams");
    assert_eq!(teams.state, PermissionState::Denied);
    assert!(teams.hides.is_some());
    assert!(teams.detail.as_deref().unwrap().starts_with("tier no-contents"));
}

#[tokio::test]
async fn a_hidden_listing_is_no_empty_one() {
    let server =
        server(vec![("GET /repositories/3", json!({"id": 3, "full_name": "Acme/App"}))]).await;
    let read = collect(&connector(&server), "deploy-keys", now()).await;
    assert_eq!(read.states(), [ScopeState::Forbidden]);
    assert_eq!(read.codes(), ["hidden"]);
}

#[tokio::test]
async fn a_repository_that_went_to_somebody_else_is_told_apart() {
    let moved = json!({"id": 3, "full_name": "Other/App"});
    let server = server(vec![("GET /repositories/3", moved)]).await;
    let read = collect(&connector(&server), "deploy-keys", now()).await;
    assert_eq!(read.states(), [ScopeState::Skipped]);
    assert_eq!(read.codes(), ["repository_transferred"]);
}

#[tokio::test]
async fn a_webhook_without_a_secret_is_refused() {
    let server = server(Vec::new()).await;
    let problem = connector(&server).receive(&HeaderMap::new(), b"{}").await.unwrap_err();
    assert_eq!(problem.code, "no_webhook_secret");
}
