//! The connector against a customer that answers as the Directory API documents it, and one that
//! misbehaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

use std::sync::Arc;

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rollcall_connector::testkit::{
    Collected, Fault, FaultyServer, Reply, assert_declared, assert_no_canary, collect, difference,
};
use rollcall_connector::transport::TransportOptions;
use rollcall_connector::{Connector, ConnectorContext, PermissionState};
use rollcall_model::{Endpoint, ProblemClass, Relation, ScopeState, Timestamp};
use serde_json::{Value, json};

const CANARY: &str = "hunter2canary";

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// The listing of users that asks for everything that is kept, up to the page token.
fn users_at(more: &str) -> String {
    let fields = "kind%2CnextPageToken%2Cusers%28id%2CprimaryEmail%2Cname%2FfullName%2Csuspended%2Carchived%2CcreationTime%2C\
                  deletionTime%2Caliases%2CnonEditableAliases%2Cemails%2Crelations%2Corganizations%29";
    format!(
        "GET /admin/directory/v1/users?customer=C01&maxResults=500&projection=full&fields={fields}{more}"
    )
}

fn routes() -> Vec<(String, Reply)> {
    let first = json!({"kind": "admin#directory#users", "nextPageToken": "p2", "users": [
        {"id": "1", "primaryEmail": "Ada@acme.example", "name": {"fullName": "Ada Lovelace"}, "suspended": false, "archived": false,
         "creationTime": "2019-02-14T20:29:13.000Z", "aliases": ["a.l@acme.example"], "nonEditableAliases": ["ada@acme.example.test-google-a.com"],
         "emails": [{"address": "ada@acme.example", "primary": true}], "hashFunction": "SHA-1", "password": CANARY, "recoveryEmail": "hunter2canary@home.example",
         "organizations": [{"title": "Advisor", "department": "Board"}, {"title": "CTO", "department": "Engineering", "primary": true, "description": "Permanent"}]},
        {"id": "2", "primaryEmail": "bob@acme.example", "suspended": true, "suspensionReason": "ADMIN",
         "relations": [{"type": "spouse", "value": "x@home.example"}, {"type": "manager", "value": "Ada@acme.example"}],
         "organizations": [{"description": "Contractor"}]},
    ]});
    let second = json!({"kind": "admin#directory#users", "users": [
        {"id": "3", "primaryEmail": "cy@acme.example", "archived": true, "suspended": true, "relations": [{"type": "manager", "value": "Ada"}]},
    ]});
    let deleted = json!({"kind": "admin#directory#users", "users": [{"id": "4", "primaryEmail": "dee@acme.example", "deletionTime": "2026-11-10T08:00:00.000Z"}]});
    let groups = json!({"kind": "admin#directory#groups", "groups": [
        {"id": "g1", "email": "platform@acme.example", "name": "Platform", "description": "", "aliases": ["sre@acme.example"], "directMembersCount": "2"},
        {"id": "g2", "email": "all@acme.example", "name": "All"},
    ]});
    let members = json!({"kind": "admin#directory#members", "members": [
        {"id": "1", "email": "ada@acme.example", "role": "OWNER", "type": "USER", "status": "ACTIVE"},
        {"id": "g2", "type": "GROUP"}, {"type": "EXTERNAL"},
    ]});
    let token = json!({"access_token": CANARY, "expires_in": 3599, "token_type": "Bearer"});
    vec![
        ("POST /token".to_owned(), Reply::json(200, &token)),
        (users_at(""), Reply::json(200, &first)),
        (users_at("&pageToken=p2"), Reply::json(200, &second)),
        (users_at("&showDeleted=true"), Reply::json(200, &deleted)),
        ("GET /admin/directory/v1/groups".to_owned(), Reply::json(200, &groups)),
        ("GET /admin/directory/v1/groups/g1/members".to_owned(), Reply::json(200, &members)),
        (
            "GET /admin/directory/v1/groups/g2/members".to_owned(),
            Reply::json(
                200,
                &json!({"kind": "admin#directory#members", "members": [{"id": "C01", "type": "CUSTOMER"}]}),
            ),
        ),
    ]
}

async fn serve(routes: Vec<(String, Reply)>) -> FaultyServer {
    FaultyServer::answering(routes.iter().map(|(at, reply)| (at.as_str(), reply.clone())).collect())
        .await
}

fn key_file() -> String {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    json!({
        "type": "service_account", "client_email": "rollcall@project.example", "private_key": key.serialize_pem(),
        "private_key_id": "k1", "token_uri": "https://elsewhere.invalid/token",
    })
    .to_string()
}

fn connector(server: &FaultyServer, key: &str) -> Arc<dyn Connector> {
    let config = json!({
        "customer_id": "C01", "admin": "reader@acme.example", "service_account_key": key,
        "api_url": server.url(), "token_url": server.url(),
    });
    let context =
        ConnectorContext { transport: TransportOptions::hasty(), ..ConnectorContext::default() };
    rollcall_google_workspace::build(&config, &context).unwrap()
}

async fn read(server: &FaultyServer, key: &str, stream: &str) -> Collected {
    let connector = connector(server, key);
    let collected = collect(connector.as_ref(), stream, now()).await;
    assert_declared(connector.definition(), &collected);
    assert_no_canary(&collected, CANARY);
    collected
}

fn leads_to(collected: &Collected, from: &str, relation: Relation) -> Vec<String> {
    let from_id = |end: &Endpoint| matches!(end, Endpoint::Key(key) if key.id == from);
    let found = collected.relations().filter(|r| r.relation == relation && from_id(&r.from));
    found
        .map(|r| match &r.to {
            Endpoint::Key(key) => key.id.clone(),
            Endpoint::Reference(name) => name.to_string(),
        })
        .collect()
}

#[tokio::test]
async fn users_are_people_with_aliases_managers_and_employment() {
    let server = serve(routes()).await;
    let collected = read(&server, &key_file(), "users").await;
    collected.assert_complete();
    let value = |id: &str, name: &str| {
        collected.entity(id).attributes.get(name).cloned().unwrap_or_default()
    };
    assert_eq!(
        ["1", "2", "3"].map(|id| value(id, "status")),
        ["active", "suspended", "left"].map(Value::from)
    );
    assert_eq!(
        value("1", "emails"),
        json!(["ada@acme.example", "a.l@acme.example", "ada@acme.example.test-google-a.com"])
    );
    assert_eq!((value("1", "title"), value("1", "employment")), (json!("CTO"), json!("employee")));
    assert_eq!(value("2", "employment"), "contractor");
    assert_eq!(
        leads_to(&collected, "2", Relation::ReportsTo),
        ["email:acme.example:ada@acme.example"]
    );
    assert!(leads_to(&collected, "3", Relation::ReportsTo).is_empty());
    let deleted = read(&server, &key_file(), "deleted-users").await;
    deleted.assert_complete();
    assert_eq!(deleted.entity("4").attributes["status"], "left");
    assert_eq!(deleted.entity("4").attributes["left_at"], "2026-11-10T08:00:00Z");
    let requests = server.requests();
    let form = String::from_utf8(requests[0].body.clone()).unwrap();
    assert!(form.contains("assertion=eyJ") && form.contains("jwt-bearer"), "{form}");
    assert_eq!(requests[1].header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
}

#[tokio::test]
async fn groups_are_teams_with_people_and_teams_in_them() {
    let server = serve(routes()).await;
    let key = key_file();
    let groups = read(&server, &key, "groups").await;
    groups.assert_complete();
    assert_eq!(
        groups.entity("g1").attributes["emails"],
        json!(["platform@acme.example", "sre@acme.example"])
    );
    let members = read(&server, &key, "group-members").await;
    members.assert_complete();
    assert_eq!(members.relations().count(), 5);
    let mut teams = leads_to(&members, "1", Relation::MemberOf);
    teams.sort();
    assert_eq!(teams, ["g1", "g2"], "a group that holds the whole domain holds everybody");
    assert_eq!(leads_to(&members, "g2", Relation::MemberOf), ["g1"]);
    for stream in ["users", "group-members"] {
        let (first, second) =
            (read(&server, &key, stream).await, read(&server, &key, stream).await);
        assert_eq!(difference(&first, &second), None);
    }
}

#[tokio::test]
async fn half_the_people_are_never_all_of_them() {
    let key = key_file();
    for (fault, code) in [
        (Fault::Unauthorized, "unauthenticated"),
        (Fault::Forbidden, "forbidden"),
        (Fault::NotFound, "not_found"),
        (Fault::Garbage, "bad_json"),
        (Fault::EmptyList, "bad_json"),
    ] {
        let server = serve(routes()).await;
        server.inject(2, fault);
        let collected = read(&server, &key, "users").await;
        assert_eq!(
            (collected.states(), collected.codes()),
            (vec![ScopeState::Partial], vec![code]),
            "{fault:?}"
        );
    }
    for fault in
        [Fault::TooManyRequests(0), Fault::ServerErrorJson, Fault::Truncated, Fault::HangUp]
    {
        let server = serve(routes()).await;
        server.inject(2, fault);
        read(&server, &key, "users").await.assert_complete();
    }
    for (page, code) in [
        (
            json!({"kind": "admin#directory#users", "users": [{"id": "9"}], "nextPageToken": "p2"}),
            "page_loop",
        ),
        (json!({"kind": "admin#directory#users", "users": [null]}), "broken_entries"),
        (json!({}), "bad_json"),
        (
            json!({"kind": "admin#directory#users", "users": [{"primaryEmail": "x@acme.example"}]}),
            "broken_entries",
        ),
    ] {
        let mut all = routes();
        all[2].1 = Reply::json(200, &page);
        let collected = read(&serve(all).await, &key, "users").await;
        assert_eq!(
            (collected.states(), collected.codes()),
            (vec![ScopeState::Partial], vec![code])
        );
    }
}

#[tokio::test]
async fn a_spent_quota_is_no_refusal_and_a_wrong_key_is_configuration() {
    let key = key_file();
    let quota = json!({"error": {"code": 403, "message": "Quota exceeded for quota metric 'Queries'", "errors": [{"reason": "quotaExceeded"}]}});
    let mut all = routes();
    all[1].1 = Reply::json(403, &quota);
    let collected = read(&serve(all).await, &key, "users").await;
    assert_eq!(collected.states(), [ScopeState::Failed]);
    assert_eq!(collected.all_problems().next().unwrap().class, ProblemClass::RateLimited);
    for key in [CANARY, "{}", r#"{"client_email": "a@b", "private_key": "hunter2canary"}"#] {
        let collected = read(&serve(routes()).await, key, "users").await;
        assert_eq!(
            (collected.states(), collected.codes()),
            (vec![ScopeState::Failed], vec!["bad_key"])
        );
    }
}

#[tokio::test]
async fn check_says_what_is_hidden_and_access_what_is_needed() {
    let mut all = routes();
    all.retain(|(at, _)| !at.contains("/groups"));
    all.push(("GET /admin/directory/v1/groups".to_owned(), Reply::json(403, &json!({"error": {"code": 403, "message": "Not Authorized to access this resource/api"}}))));
    all.push((
        "GET /admin/directory/v1/users".to_owned(),
        Reply::json(200, &json!({"kind": "admin#directory#users"})),
    ));
    let server = serve(all).await;
    let connector = connector(&server, &key_file());
    let report = connector.check(now()).await.unwrap();
    let states: Vec<_> = report.permissions.iter().map(|p| p.state).collect();
    use PermissionState::{Denied, Granted};
    assert_eq!(states, [Granted, Granted, Denied, Denied]);
    let text = &connector.access("text").unwrap()[0].text;
    assert_eq!(text.matches("https://www.googleapis.com/auth/admin.directory.").count(), 3);
    assert_eq!(text.matches(".readonly").count(), 3);
}
