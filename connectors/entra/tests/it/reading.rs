//! What is read of a tenant.

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rollcall_connector::PermissionState;
use rollcall_connector::testkit::{FaultyServer, Reply};
use rollcall_model::Relation;
use serde_json::json;

use crate::support::{CANARY, connector, leads_to, now, read, routes, with_secret};

#[tokio::test]
async fn users_are_people_and_guests_contractors() {
    let server = FaultyServer::answering(routes()).await;
    let collected = read(with_secret(&server).as_ref(), "users").await;
    collected.assert_complete();
    let text = |id: &str, name: &str| {
        collected.entity(id).attributes.get(name).map(ToString::to_string).unwrap_or_default()
    };
    let status = |id: &str| text(id, "status");
    let expected =
        ["active", "suspended", "active", "left", "pending"].map(|word| format!("{word:?}"));
    assert_eq!(["a1", "b2", "c3", "d4", "e5"].map(status), expected);
    assert_eq!(collected.entities().count(), 5, "the user of an agent is no person");
    assert_eq!(text("a1", "emails"), r#"["ada@acme.example","a.l@acme.example"]"#);
    assert_eq!(text("a1", "started_at"), r#""2019-03-01T00:00:00Z""#);
    assert_eq!(text("a1", "logins"), r#"{"entra":"ada@acme.example","ldap":"ada"}"#);
    assert_eq!(text("c3", "employment"), r#""contractor""#);
    assert_eq!(text("c3", "emails"), r#"["cy@partner.example"]"#);
    assert_eq!(leads_to(&collected, "b2", Relation::ReportsTo), ["a1"]);
    let requests = server.requests();
    let asked = &requests[1].target;
    assert!(asked.contains("manager") && !asked.contains("employeeLeaveDateTime"), "{asked}");
    assert_eq!(requests[1].header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert_eq!(requests[0].header("authorization"), None);
}

#[tokio::test]
async fn who_was_deleted_has_left() {
    let server = FaultyServer::answering(routes()).await;
    let collected = read(with_secret(&server).as_ref(), "deleted-users").await;
    collected.assert_complete();
    let fay = collected.entity("0f-1e");
    assert_eq!((fay.disabled, &fay.attributes["status"]), (Some(true), &json!("left")));
    assert_eq!(fay.attributes["left_at"], "2026-11-10T08:00:00Z");
    assert_eq!(fay.attributes["logins"], json!({"entra": "fay@acme.example"}));
}

#[tokio::test]
async fn groups_are_teams_with_people_and_teams_in_them() {
    let server = FaultyServer::answering(routes()).await;
    let connector = with_secret(&server);
    let groups = read(connector.as_ref(), "groups").await;
    groups.assert_complete();
    assert_eq!(groups.entity("g1").attributes["sort"], "microsoft365");
    assert_eq!(groups.entity("g1").attributes["emails"], json!(["platform@acme.example"]));
    assert_eq!(groups.entity("g2").attributes["sort"], "security");
    let members = read(connector.as_ref(), "group-members").await;
    members.assert_complete();
    assert_eq!(members.relations().count(), 2);
    assert_eq!(leads_to(&members, "a1", Relation::MemberOf), ["g1"]);
    assert_eq!(leads_to(&members, "g2", Relation::MemberOf), ["g1"]);
    assert_eq!(members.scopes.len(), 2);
    let tokens = server.requests().iter().filter(|r| r.method == "POST").count();
    assert_eq!(tokens, 1, "one token serves the run");
}

#[tokio::test]
async fn a_certificate_signs_in_and_dates_of_leaving_are_asked_for_when_wanted() {
    let server = FaultyServer::answering(routes()).await;
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    let pem = format!("{}{}", key.serialize_pem(), certificate.pem());
    let connector = connector(&server, json!({"certificate": pem, "leave_dates": true}));
    read(connector.as_ref(), "users").await.assert_complete();
    let requests = server.requests();
    let form = String::from_utf8(requests[0].body.clone()).unwrap();
    assert!(form.contains("client_assertion=eyJ") && !form.contains("client_secret"), "{form}");
    assert!(form.contains("%2F.default"), "{form}");
    assert!(requests[1].target.contains("employeeLeaveDateTime"));
    let documents = connector.access("text").unwrap();
    assert!(documents[0].text.contains("User-LifeCycleInfo.Read.All"));
    let script = &connector.access("azure-cli").unwrap()[0].text;
    assert!(script.contains("grant User.Read.All\ngrant GroupMember.Read.All\n"), "{script}");
}

#[tokio::test]
async fn check_names_what_is_hidden() {
    let mut some = routes();
    some.retain(|(at, _)| !at.ends_with("/members"));
    for group in ["g1", "g2"] {
        let at: &'static str = if group == "g1" {
            "GET /v1.0/groups/g1/members"
        } else {
            "GET /v1.0/groups/g2/members"
        };
        some.push((
            at,
            Reply::json(
                403,
                &json!({"error": {"code": "Authorization_RequestDenied", "message": "no"}}),
            ),
        ));
    }
    let server = FaultyServer::answering(some).await;
    let connector = with_secret(&server);
    let report = connector.check(now()).await.unwrap();
    let states: Vec<_> = report.permissions.iter().map(|p| p.state).collect();
    use PermissionState::{Denied, Granted};
    assert_eq!(states, [Granted, Granted, Granted, Denied]);
    let text = &connector.access("text").unwrap()[0].text;
    assert!(text.contains("User.Read.All") && !text.contains("LifeCycle"));
}
