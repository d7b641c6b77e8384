use super::*;
use rollcall_connector::testkit::{assert_declared, assert_no_canary, collect};
use rollcall_model::Relation;

async fn read(fake: &Fake, stream: &str) -> Collected {
    let collected = collect(&connector(fake, &json!({})), stream, now()).await;
    assert_declared(&crate::definition::definition(), &collected);
    collected
}

#[tokio::test]
async fn runs_are_use_of_workflows_files_triggers_and_whoever_caused_them() {
    let fake = Fake::start(vec![FakeRepo::new(1, "acme/App", &[])]).await;
    {
        let mut state = fake.state();
        state.answers.insert("/repos/acme/App/actions/workflows".into(), json!({"total_count": 2, "workflows": [
        {"id": 11, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active", "created_at": "2024-01-01T00:00:00Z"},
        {"id": 12, "name": "Old", "path": ".github/workflows/old.yml", "state": "disabled_inactivity"}]}));
        let run = |at: &str, actor: Value| {
            json!({"id": 1, "workflow_id": 11, "path": ".github/workflows/ci.yml@main",
        "event": "push", "created_at": at, "triggering_actor": actor, "head_commit": {"message": "run-canary-31"}})
        };
        state.answers.insert(
            "/repos/acme/App/actions/runs".into(),
            json!({"total_count": 3, "workflow_runs": [
        run("2026-11-21T10:00:00Z", json!({"id": 7, "login": "ada"})),
        run("2026-11-21T09:00:00Z", Value::Null),
        run("2026-11-20T09:00:00Z", json!({"id": 10137, "login": "ghost"}))]}),
        );
    }
    let runs = read(&fake, "workflow-runs").await;
    runs.assert_complete();
    assert_no_canary(&runs, "run-canary-31");
    assert_eq!(runs.entity("11").disabled, Some(false));
    assert_eq!(
        (runs.entity("12").disabled, &runs.entity("12").attributes["state"]),
        (Some(true), &json!("disabled_inactivity"))
    );
    let used: Vec<String> = runs.scopes[0]
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Activity(a) => {
                Some(format!("{} {} {}", a.entity, a.last_at, a.count.unwrap_or_default()))
            }
            _ => None,
        })
        .collect();
    let of = |what: &str| used.iter().filter(|u| u.contains(what)).cloned().collect::<Vec<_>>();
    assert_eq!(of("github.workflow-trigger").len(), 2, "{used:?}");
    assert!(of("ci.yml#push").iter().any(|u| u.ends_with("2026-11-21T10:00:00Z 2")), "{used:?}");
    assert_eq!(of("github.user-id"), ["github.user-id:github.com:7 2026-11-21T10:00:00Z 1"]);
    assert_eq!(of("code.workflow-file").len(), 2);
}

#[tokio::test]
async fn the_coding_agent_may_call_what_it_is_given_and_literals_are_not_kept() {
    let literal = "sk-ant-api03-canaryCANARY0123456789canaryCANARY0123456789";
    let fake = Fake::start(vec![FakeRepo::new(1, "acme/App", &[])]).await;
    {
        let mut state = fake.state();
        state.answers.insert(
            "/orgs/acme/copilot/coding-agent/permissions".into(),
            json!({"enabled_repositories": "selected"}),
        );
        state.answers.insert(
            "/orgs/acme/copilot/coding-agent/permissions/repositories".into(),
            json!({"total_count": 1, "repositories": [{"id": 1}]}),
        );
        state.answers.insert("/repos/acme/App/copilot/cloud-agent/configuration".into(), json!({
        "mcp_configuration": {"mcpServers": {"sentry": {"type": "http", "url": "https://mcp.sentry.dev/mcp", "tools": ["*"],
            "headers": {"Authorization": format!("Bearer {literal}"), "X-Key": "$COPILOT_MCP_KEY"}}}},
        "enabled_tools": {"codeql": true, "secret_scanning": false},
        "require_actions_workflow_approval": true, "is_firewall_enabled": false,
        "is_firewall_recommended_allowlist_enabled": true, "custom_allowlist": ["files.acme.example"]}));
    }
    let agents = read(&fake, "coding-agents").await;
    agents.assert_complete();
    assert_no_canary(&agents, literal);
    let org = agents.entity("org");
    assert_eq!(
        (org.disabled, &org.attributes["enabled_repositories"]),
        (Some(false), &json!("selected"))
    );
    let own = agents.entity("repo:1");
    assert_eq!(
        (&own.attributes["tools"], &own.attributes["allowlist"]),
        (&json!(["codeql"]), &json!(["files.acme.example"]))
    );
    assert_eq!(own.attributes.get("firewall"), Some(&json!(false)));
    let calls = agents.relations().find(|r| r.relation == Relation::CanCall).unwrap();
    assert!(calls.from.to_string().contains("github.coding-agent"), "{calls:?}");
    assert!(calls.evidence.iter().all(|e| e.operation.is_some() && e.file.is_none()));
    let credentials: Vec<String> = agents
        .relations()
        .filter(|r| r.relation == Relation::UsesCredential)
        .map(|r| r.to.to_string())
        .collect();
    assert!(credentials.iter().any(|c| c.contains("COPILOT_MCP_KEY")), "{credentials:?}");
    assert!(credentials.iter().any(|c| c.contains("code.literal-credential")), "{credentials:?}");
}

#[tokio::test]
async fn a_refusal_is_never_an_empty_list() {
    let fake = Fake::start(vec![FakeRepo::new(1, "acme/App", &[])]).await;
    for stream in ["workflow-runs", "coding-agents"] {
        let collected = read(&fake, stream).await;
        assert!(!collected.scopes.is_empty());
        assert!(collected.states().iter().all(|s| *s != ScopeState::Complete), "{stream}");
    }
}
