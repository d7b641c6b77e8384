//! A SCIM server that answers as the RFCs have it, and one that misbehaves.

use rollcall_connector::testkit::{
    Collected, Fault, FaultyServer, Reply, assert_declared, assert_no_canary, collect,
};
use rollcall_model::{Relation, ScopeState};
use serde_json::{Value, json};

use crate::support::{attribute, connector, leads_to, now};

const USER: &str = include_str!("../data/rfc7643-enterprise-user.json");
const GROUP: &str = include_str!("../data/rfc7643-group.json");

fn page(total: usize, start: usize, resources: &[Value]) -> Reply {
    let list = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "itemsPerPage": resources.len(), "startIndex": start, "Resources": resources,
    });
    Reply::json(200, &list).with_header("content-type", "application/scim+json")
}

fn user(id: usize) -> Value {
    json!({"id": id.to_string(), "userName": format!("u{id}"), "active": id.is_multiple_of(2)})
}

/// What a stream says of a server that allows two entries a page and answers these pages.
async fn read(stream: &str, pages: Vec<(usize, Reply)>, faults: &[(usize, Fault)]) -> Collected {
    let limits =
        json!({"filter": {"supported": true, "maxResults": 2}, "bulk": {"supported": false}});
    let mut routes =
        vec![("GET /scim/v2/ServiceProviderConfig".to_owned(), Reply::json(200, &limits))];
    let path = if stream == "users" { "Users" } else { "Groups" };
    for (start, reply) in pages {
        routes.push((format!("GET /scim/v2/{path}?startIndex={start}&count=2"), reply));
    }
    let server =
        FaultyServer::answering(routes.iter().map(|(at, r)| (at.as_str(), r.clone())).collect())
            .await;
    for (n, fault) in faults {
        server.inject(*n, *fault);
    }
    let config = json!({"scim_url": format!("{}/scim/v2/", server.url()), "scim_token": "hunter2canary", "realm": "acme.example"});
    let connector = connector(&config);
    let collected = collect(connector.as_ref(), stream, now()).await;
    assert_declared(connector.definition(), &collected);
    assert_no_canary(&collected, "hunter2canary");
    assert!(
        server.requests().iter().all(|r| r.header("authorization") == Some("Bearer hunter2canary"))
    );
    collected
}

#[tokio::test]
async fn the_user_of_the_rfc_is_a_person() {
    let user: Value = serde_json::from_str(USER).unwrap();
    let id = user["id"].as_str().unwrap().to_owned();
    let collected = read("users", vec![(1, page(1, 1, &[user]))], &[]).await;
    collected.assert_complete();
    let person = collected.entity(&id);
    assert_eq!((person.name.as_str(), person.disabled), ("Babs Jensen", Some(false)));
    assert_eq!(person.key.kind.as_str(), "scim.user");
    assert_eq!(person.created_at, "2010-01-23T04:56:22Z".parse().ok());
    for (name, expected) in [
        ("email", "bjensen@example.com"),
        ("title", "Tour Guide"),
        ("department", "Tour Operations"),
        ("employment", "employee"),
        ("status", "active"),
        ("manager", "26118915-6090-4610-87e4-49d8ca9f808d"),
    ] {
        assert_eq!(attribute(&collected, &id, name), expected);
    }
    assert_eq!(
        leads_to(&collected, &id, Relation::ReportsTo),
        ["26118915-6090-4610-87e4-49d8ca9f808d"]
    );
    assert_no_canary(&collected, "t1meMa$heen");
    assert_no_canary(&collected, "555-555");
}

#[tokio::test]
async fn the_group_of_the_rfc_is_a_team() {
    let mut group: Value = serde_json::from_str(GROUP).unwrap();
    let inner = json!({"value": "g2", "$ref": "../Groups/g2"});
    group["members"].as_array_mut().unwrap().push(inner);
    let id = group["id"].as_str().unwrap().to_owned();
    let collected = read("groups", vec![(1, page(1, 1, &[group]))], &[]).await;
    collected.assert_complete();
    assert_eq!(collected.entity(&id).name, "Tour Guides");
    assert_eq!(collected.relations().count(), 3);
    assert_eq!(leads_to(&collected, "g2", Relation::MemberOf)[0], id);
    assert_eq!(
        leads_to(&collected, "2819c223-7f76-453a-919d-413861904646", Relation::MemberOf),
        [id]
    );
}

#[tokio::test]
async fn servers_differ_in_what_they_write() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let odd = json!({"id": "1", "userName": "Ada@Acme.example", "active": "False", "emails": null, "name": {"givenName": "Ada", "familyName": "L"},
        "userType": "Contingent", "meta": {"created": "yesterday"}, enterprise: {"manager": "2"}});
    let bare = json!({"id": "2"});
    let collected = read("users", vec![(1, page(2, 1, &[odd, bare]))], &[]).await;
    collected.assert_complete();
    assert_eq!(collected.entity("1").name, "Ada L");
    assert_eq!(attribute(&collected, "1", "email"), "ada@acme.example");
    assert_eq!(attribute(&collected, "1", "status"), "suspended");
    assert_eq!(attribute(&collected, "1", "employment"), "contractor");
    assert_eq!(leads_to(&collected, "1", Relation::ReportsTo), ["2"]);
    assert_eq!(attribute(&collected, "2", "status"), "active");
    let none = read("users", vec![(1, Reply::json(200, &json!({"totalResults": 0})))], &[]).await;
    assert_eq!((none.states(), none.codes()), (vec![ScopeState::Failed], vec!["nobody"]));
}

#[tokio::test]
async fn entries_that_move_between_pages_are_looked_for_again() {
    // The third user is on no page of the first pass: one before it went away, another came.
    let pages = vec![(1, page(3, 1, &[user(1), user(2)])), (3, page(3, 3, &[user(2)]))];
    let collected = read("users", pages, &[]).await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["count_mismatch"])
    );
    assert_eq!(collected.entities().count(), 2);
    let pages = vec![(1, page(3, 1, &[user(1), user(2)])), (3, page(3, 3, &[user(3)]))];
    let collected = read("users", pages, &[]).await;
    collected.assert_complete();
    assert_eq!(collected.entities().count(), 3);
}

#[tokio::test]
async fn half_the_people_are_not_all_of_them() {
    let first = || (1, page(4, 1, &[user(1), user(2)]));
    for (pages, code) in [
        (vec![first(), (3, page(4, 3, &[]))], "short_listing"),
        (vec![first(), (3, page(6, 1, &[user(1), user(2)]))], "page_loop"),
        (vec![first()], "not_found"),
        (
            vec![first(), (3, Reply::json(403, &json!({"status": "403", "detail": "no"})))],
            "forbidden",
        ),
        (vec![first(), (3, page(4, 3, &[user(3), json!(null)]))], "broken_entries"),
        (vec![first(), (3, page(4, 3, &[user(3), json!({"id": ""})]))], "no_id"),
        (vec![first(), (3, Reply::json(200, &json!({"Resources": []})))], "bad_json"),
    ] {
        let collected = read("users", pages, &[]).await;
        assert_ne!(collected.states(), [ScopeState::Complete], "{code}");
        assert_eq!(collected.codes(), [code]);
    }
}

#[tokio::test]
async fn every_fault_leaves_the_scope_incomplete() {
    for (fault, state) in [
        (Fault::Unauthorized, ScopeState::Forbidden),
        (Fault::Forbidden, ScopeState::Forbidden),
        (Fault::NotFound, ScopeState::Skipped),
        (Fault::ServerErrorHtml, ScopeState::Skipped),
        (Fault::Garbage, ScopeState::Failed),
        (Fault::EmptyList, ScopeState::Failed),
    ] {
        let collected = read("users", vec![(1, page(1, 1, &[user(1)]))], &[(1, fault)]).await;
        assert_eq!(collected.states(), [state], "{fault:?}");
    }
    for fault in
        [Fault::TooManyRequests(0), Fault::ServerErrorJson, Fault::Truncated, Fault::HangUp]
    {
        // The next attempt is answered.
        read("users", vec![(1, page(1, 1, &[user(1)]))], &[(1, fault)]).await.assert_complete();
    }
    // What the server can do is asked politely: a refusal changes nothing but the size of pages.
    let hundred = format!("GET /scim/v2/Users?startIndex=1&count={}", 100);
    let server = FaultyServer::answering(vec![(&hundred, page(1, 1, &[user(1)]))]).await;
    let connector = connector(&json!({"scim_url": format!("{}/scim/v2", server.url())}));
    let collected = collect(connector.as_ref(), "users", now()).await;
    collected.assert_complete();
    assert_eq!(collected.scopes[0].started.scope.realm, server.address().to_string());
    let report = connector.check(now()).await.unwrap();
    let states: Vec<_> = report.permissions.iter().map(|p| p.state).collect();
    assert_eq!(states.len(), 2);
    let documents = connector.access("text").unwrap();
    assert!(documents[0].text.contains("/scim/v2/Users") && connector.access("x").is_err());
}
