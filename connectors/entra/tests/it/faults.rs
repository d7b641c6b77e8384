//! What goes wrong leaves the scope incomplete.

use rollcall_connector::testkit::{Fault, FaultyServer, Reply, difference};
use rollcall_model::{ProblemClass, ScopeState};
use serde_json::{Value, json};

use crate::support::{NEXT, first_page, now, read, routes, with_secret};

async fn with_fault(fault: Fault) -> (Vec<ScopeState>, Vec<String>) {
    let server = FaultyServer::answering(routes()).await;
    server.inject(2, fault);
    let collected = read(with_secret(&server).as_ref(), "users").await;
    (collected.states(), collected.codes().iter().map(|c| (*c).to_owned()).collect())
}

#[tokio::test]
async fn half_the_people_are_never_all_of_them() {
    for (fault, code) in [
        (Fault::Unauthorized, "unauthenticated"),
        (Fault::Forbidden, "forbidden"),
        (Fault::NotFound, "not_found"),
        (Fault::Garbage, "bad_json"),
        (Fault::EmptyList, "bad_json"),
    ] {
        let (states, codes) = with_fault(fault).await;
        assert_eq!(
            (states, codes),
            (vec![ScopeState::Partial], vec![code.to_owned()]),
            "{fault:?}"
        );
    }
    for fault in
        [Fault::TooManyRequests(0), Fault::ServerErrorJson, Fault::Truncated, Fault::HangUp]
    {
        assert_eq!(with_fault(fault).await, (vec![ScopeState::Complete], vec![]), "{fault:?}");
    }
}

/// What is said when this is the answer to the question for the second page.
async fn with_second(page: &Value, next: &str) -> (Vec<ScopeState>, Vec<String>) {
    let mut all = routes();
    all.retain(|(at, _)| *at != NEXT && *at != "GET /v1.0/users");
    all.push((NEXT, Reply::json(200, page)));
    all.push(("GET /v1.0/users", Reply::json(200, &first_page(Some(next)))));
    let server = FaultyServer::answering(all).await;
    let collected = read(with_secret(&server).as_ref(), "users").await;
    (collected.states(), collected.codes().iter().map(|c| (*c).to_owned()).collect())
}

#[tokio::test]
async fn pages_stay_on_their_host_and_end() {
    let next = "/v1.0/users?$skiptoken=RFNwdAIA";
    let empty = json!({"value": []});
    for (page, next, code) in [
        (empty.clone(), "https://elsewhere.invalid/v1.0/users?$skiptoken=x", "foreign_host"),
        (json!({"value": [], "@odata.nextLink": next}), next, "page_loop"),
        (json!({"value": [null, {"id": "z"}]}), next, "broken_entries"),
        (json!({"value": [{"displayName": "nobody"}]}), next, "broken_entries"),
        (json!({"value": [{"id": "z", "employeeHireDate": "soon"}]}), next, "bad_date"),
        (json!({"value": null}), next, "bad_json"),
        (json!({"value": [{"id": ""}]}), next, "no_id"),
    ] {
        let (states, codes) = with_second(&page, next).await;
        assert_eq!((states, codes), (vec![ScopeState::Partial], vec![code.to_owned()]));
    }
    // What holds nobody is not read as a tenant without people.
    let mut nobody = routes();
    nobody.retain(|(at, _)| *at != "GET /v1.0/users");
    nobody.push(("GET /v1.0/users", Reply::json(200, &empty)));
    let server = FaultyServer::answering(nobody).await;
    let users = read(with_secret(&server).as_ref(), "users").await;
    assert_eq!((users.states(), users.codes()), (vec![ScopeState::Failed], vec!["nobody"]));
    assert_eq!(with_second(&empty, next).await, (vec![ScopeState::Complete], vec![]));
}

#[tokio::test]
async fn without_a_token_nothing_is_known() {
    let refusal = json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."});
    let mut all = routes();
    all[0].1 = Reply::json(401, &refusal);
    let server = FaultyServer::answering(all).await;
    let users = read(with_secret(&server).as_ref(), "users").await;
    assert_eq!(users.states(), [ScopeState::Forbidden]);
    assert_eq!(users.all_problems().next().unwrap().class, ProblemClass::Permission);
    let report = with_secret(&server).check(now()).await.unwrap();
    assert!(
        report
            .permissions
            .iter()
            .all(|p| p.detail.as_ref().is_some_and(|d| d.contains("AADSTS7000215")))
    );
    let server =
        FaultyServer::answering(vec![(crate::support::TOKEN, Reply::json(200, &json!({})))]).await;
    let users = read(with_secret(&server).as_ref(), "users").await;
    assert_eq!((users.states(), users.codes()), (vec![ScopeState::Failed], vec!["no_token"]));
}

#[tokio::test]
async fn reading_twice_says_the_same() {
    let server = FaultyServer::answering(routes()).await;
    for stream in ["users", "deleted-users", "groups", "group-members"] {
        let first = read(with_secret(&server).as_ref(), stream).await;
        let second = read(with_secret(&server).as_ref(), stream).await;
        assert_eq!(difference(&first, &second), None);
    }
}

#[tokio::test]
async fn a_group_that_hides_its_members_is_not_empty() {
    let groups = json!({"value": [{"id": "g2", "displayName": "Secret", "groupTypes": ["Unified"], "visibility": "HiddenMembership"}]});
    let mut all = routes();
    all.retain(|(at, _)| *at != "GET /v1.0/groups");
    all.push(("GET /v1.0/groups", Reply::json(200, &groups)));
    let server = FaultyServer::answering(all).await;
    let members = read(with_secret(&server).as_ref(), "group-members").await;
    assert_eq!(
        (members.states(), members.codes()),
        (vec![ScopeState::Partial], vec!["hidden_members"])
    );
}
