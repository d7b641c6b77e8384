//! What is read of an organisation.

use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rollcall_connector::PermissionState;
use rollcall_connector::testkit::{FaultyServer, Reply};
use rollcall_model::{Relation, ScopeKey};
use serde_json::json;

use crate::support::{CANARY, connector, leads_to, now, read, routes, with_token};

#[tokio::test]
async fn users_are_people_with_their_status_managers_and_dates() {
    let server = FaultyServer::answering(routes()).await;
    let collected = read(with_token(&server).as_ref(), "users").await;
    collected.assert_complete();
    assert_eq!(collected.entities().count(), 6);
    let text =
        |id: &str, name: &str| collected.entity(id).attributes.get(name).map(ToString::to_string);
    let status = |id: &str| text(id, "status").unwrap();
    let expected = ["active", "active", "left", "suspended", "pending", "active"];
    let found = ["00u1", "00u2", "00u3", "00u4", "00u5", "00u6"].map(status);
    assert_eq!(found, expected.map(|word| format!("{word:?}")));
    assert_eq!(collected.entity("00u1").name, "Ada Lovelace");
    assert_eq!(text("00u1", "emails").unwrap(), r#"["ada@acme.example","ada@home.example"]"#);
    assert_eq!(leads_to(&collected, "00u1", Relation::SameAs), ["github.user:github.com:adal"]);
    assert_eq!(text("00u2", "left_at").unwrap(), r#""2027-01-31T00:00:00Z""#);
    assert_eq!(text("00u2", "employment").unwrap(), r#""contractor""#);
    assert_eq!(text("00u3", "left_at").unwrap(), r#""2026-06-30T20:29:13Z""#);
    let manager = |id: &str| leads_to(&collected, id, Relation::ReportsTo);
    assert_eq!(manager("00u2"), ["00u1"]);
    assert_eq!(manager("00u3"), ["00u1"]);
    assert_eq!(manager("00u4"), ["email:other.example:boss@other.example"]);
    assert_eq!(manager("00u5"), ["00u99"]);
    assert!(manager("00u6").is_empty());
    assert_eq!(text("00u6", "manager").unwrap(), r#""The Boss""#);
    let ssws = format!("SSWS {CANARY}");
    let requests = server.requests();
    assert!(requests[1..].iter().all(|r| r.header("authorization") == Some(&ssws)));
    assert_eq!(requests[0].header("authorization"), None);
}

#[tokio::test]
async fn groups_are_teams_and_each_has_its_own_scope_of_members() {
    let server = FaultyServer::answering(routes()).await;
    let connector = with_token(&server);
    let groups = read(connector.as_ref(), "groups").await;
    groups.assert_complete();
    assert_eq!(groups.entity("00g2").name, "Payments");
    let members = read(connector.as_ref(), "group-members").await;
    members.assert_complete();
    let mut scopes: Vec<_> = members.scopes.iter().map(|s| s.started.scope.clone()).collect();
    scopes.sort();
    let expected = ["00g1", "00g2", "00g3"].map(|id| ScopeKey::part("group-members", "00o1", id));
    assert_eq!(scopes, expected);
    assert!(
        members.scopes.iter().all(|s| s
            .started
            .parent
            .as_ref()
            .is_some_and(|p| p.id == s.started.scope.part))
    );
    assert_eq!(leads_to(&members, "00u2", Relation::MemberOf), ["00g1"]);
    let lists =
        server.requests().iter().filter(|r| r.target.starts_with("/api/v1/groups?")).count();
    assert_eq!(lists, 1, "the groups are listed once a run");
}

#[tokio::test]
async fn a_service_app_signs_in_with_its_key() {
    let token = json!({"token_type": "Bearer", "expires_in": 3600, "access_token": CANARY, "scope": "okta.users.read"});
    let mut all = routes();
    all.push(("POST /oauth2/v1/token", Reply::json(200, &token)));
    let server = FaultyServer::answering(all).await;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let config = json!({"url": server.url(), "client_id": "0oa1", "key_id": "k1", "private_key": key.serialize_pem()});
    let connector = connector(&config);
    read(connector.as_ref(), "users").await.assert_complete();
    read(connector.as_ref(), "groups").await.assert_complete();
    let requests = server.requests();
    let forms: Vec<_> = requests.iter().filter(|r| r.target == "/oauth2/v1/token").collect();
    assert_eq!(forms.len(), 1);
    let form = String::from_utf8(forms[0].body.clone()).unwrap();
    assert!(form.contains("scope=okta.users.read%20okta.groups.read&"), "{form}");
    assert!(form.contains("client_assertion=eyJ") && !form.contains("PRIVATE"), "{form}");
    let bearer = format!("Bearer {CANARY}");
    assert!(requests.iter().any(|r| r.header("authorization") == Some(&bearer)));
}

#[tokio::test]
async fn check_says_what_is_hidden_and_access_what_is_needed() {
    let mut some = routes();
    some.retain(|(at, _)| !at.contains("/users?"));
    some.push((
        "GET /api/v1/users",
        Reply::json(403, &json!({"errorCode": "E0000006", "errorSummary": "no"})),
    ));
    let server = FaultyServer::answering(some).await;
    let connector = with_token(&server);
    let report = connector.check(now()).await.unwrap();
    let states: Vec<_> = report.permissions.iter().map(|p| (p.stream.as_str(), p.state)).collect();
    use PermissionState::{Denied, Granted};
    assert_eq!(states, [("users", Denied), ("groups", Granted), ("group-members", Granted)]);
    assert!(report.permissions[0].hides.is_some() && report.permissions[0].detail.is_some());
    let document = &connector.access("text").unwrap()[0];
    for scope in ["okta.users.read", "okta.groups.read"] {
        assert!(document.text.contains(scope));
    }
    assert!(connector.access("terraform").is_err());
}
