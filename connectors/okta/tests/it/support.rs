//! An organisation in Okta's own form.

use std::sync::Arc;

use rollcall_connector::testkit::{
    Collected, FaultyServer, Reply, assert_declared, assert_no_canary, collect,
};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{Connector, ConnectorContext};
use rollcall_model::{Endpoint, Relation, Timestamp};
use serde_json::{Value, json};

pub(crate) const CANARY: &str = "hunter2canary";
pub(crate) const FIRST: &str =
    "GET /api/v1/users?filter=lastUpdated%20gt%20%221970-01-01T00%3A00%3A00.000Z%22&limit=200";

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn user(id: &str, status: &str, profile: Value) -> Value {
    json!({
        "id": id, "status": status, "created": "2020-02-14T20:29:13.000Z",
        "statusChanged": "2026-06-30T20:29:13.000Z", "lastLogin": null, "passwordChanged": null,
        "type": {"id": "otyfnly5cQjJT9PnR0g4"}, "profile": profile,
        "credentials": {"password": {}, "recovery_question": {"question": CANARY}, "provider": {"type": "OKTA"}},
    })
}

fn link(path: &str) -> String {
    format!("<{{url}}{path}>; rel=\"next\"")
}

/// Two pages of users, three groups.
pub(crate) fn routes() -> Vec<(&'static str, Reply)> {
    let group = |id: &str, sort: &str, name: &str| {
        json!({"id": id, "type": sort, "created": "2020-02-14T20:29:13.000Z",
               "profile": {"name": name, "description": format!("{name} people")}})
    };
    let first = json!([
        user(
            "00u1",
            "ACTIVE",
            json!({
                "login": "Ada@acme.example", "email": "ada@acme.example", "firstName": "Ada", "lastName": "Lovelace",
                "secondEmail": "ada@home.example", "title": "CTO", "department": "Engineering", "userType": "Employee",
                "employeeNumber": "17", "githubUsername": "AdaL", "mobilePhone": CANARY, "customSecret": CANARY,
            })
        ),
        user(
            "00u2",
            "ACTIVE",
            json!({
                "login": "bob@acme.example", "email": "bob@acme.example", "displayName": "Bob", "userType": "Contractor",
                "managerId": "17", "contractEndDate": "2027-01-31",
            })
        ),
    ]);
    let second = json!([
        user("00u2", "ACTIVE", json!({"login": "bob@acme.example"})),
        user(
            "00u3",
            "DEPROVISIONED",
            json!({"login": "cy@acme.example", "manager": "ada@acme.example"})
        ),
        user(
            "00u4",
            "SUSPENDED",
            json!({"login": "dee@acme.example", "managerId": "boss@other.example"})
        ),
        user(
            "00u5",
            "STAGED",
            json!({"login": "eve@acme.example", "managerId": "00u99", "hireDate": "2027-01-01"})
        ),
        user("00u6", "LOCKED_OUT", json!({"login": "fay", "manager": "The Boss"})),
    ]);
    vec![
        (
            "GET /.well-known/okta-organization",
            Reply::json(200, &json!({"id": "00o1", "pipeline": "idx"})),
        ),
        (
            FIRST,
            Reply::json(200, &first)
                .with_header("link", &link("/api/v1/users?after=00u2&limit=200")),
        ),
        ("GET /api/v1/users?after=00u2&limit=200", Reply::json(200, &second)),
        (
            "GET /api/v1/groups",
            Reply::json(
                200,
                &json!([
                    group("00g1", "OKTA_GROUP", "Platform"),
                    group("00g2", "APP_GROUP", "Payments"),
                    group("00g3", "BUILT_IN", "Everyone"),
                ]),
            ),
        ),
        (
            "GET /api/v1/groups/00g1/users",
            Reply::json(
                200,
                &json!([user("00u1", "ACTIVE", json!({})), user("00u2", "ACTIVE", json!({})),]),
            ),
        ),
        (
            "GET /api/v1/groups/00g3/users",
            Reply::json(200, &json!([user("00u6", "ACTIVE", json!({}))])),
        ),
        ("GET /api/v1/groups/00g2/users", Reply::json(200, &json!([]))),
    ]
}

pub(crate) fn connector(config: &Value) -> Arc<dyn Connector> {
    let context =
        ConnectorContext { transport: TransportOptions::hasty(), ..ConnectorContext::default() };
    rollcall_okta::build(config, &context).unwrap()
}

pub(crate) fn with_token(server: &FaultyServer) -> Arc<dyn Connector> {
    connector(&json!({"url": server.url(), "api_token": CANARY}))
}

pub(crate) async fn read(connector: &dyn Connector, stream: &str) -> Collected {
    let collected = collect(connector, stream, now()).await;
    assert_declared(connector.definition(), &collected);
    assert_no_canary(&collected, CANARY);
    collected
}

/// Where the relations of a sort from an entity lead to.
pub(crate) fn leads_to(collected: &Collected, from: &str, relation: Relation) -> Vec<String> {
    let from_id = |end: &Endpoint| matches!(end, Endpoint::Key(key) if key.id == from);
    let found = collected.relations().filter(|r| r.relation == relation && from_id(&r.from));
    found
        .map(|r| match &r.to {
            Endpoint::Key(key) => key.id.clone(),
            Endpoint::Reference(name) => name.to_string(),
        })
        .collect()
}
