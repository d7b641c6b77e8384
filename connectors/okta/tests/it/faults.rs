//! What goes wrong leaves the scope incomplete and nothing else.

use rollcall_connector::testkit::{Fault, FaultyServer, Reply, assert_prompt_cancel, difference};
use rollcall_model::{ProblemClass, ScopeState};
use serde_json::{Value, json};

use crate::support::{FIRST, now, read, routes, user, with_token};

/// The state of the users' scope and its problems, when the second page goes wrong.
async fn with_fault(fault: Fault) -> (Vec<ScopeState>, Vec<String>) {
    let server = FaultyServer::answering(routes()).await;
    server.inject(2, fault);
    let collected = read(with_token(&server).as_ref(), "users").await;
    (collected.states(), collected.codes().iter().map(|c| (*c).to_owned()).collect())
}

#[tokio::test]
async fn half_the_people_are_never_all_of_them() {
    for (fault, code) in [
        (Fault::Unauthorized, "unauthenticated"),
        (Fault::Forbidden, "forbidden"),
        (Fault::NotFound, "not_found"),
        (Fault::ServerErrorHtml, "html_answer"),
        (Fault::Garbage, "bad_json"),
        (Fault::NullEntry, "broken_entries"),
        (Fault::PageLoop, "page_loop"),
        (Fault::ForeignLink, "foreign_host"),
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

#[tokio::test]
async fn a_limit_that_stays_and_a_refusal_are_told_apart() {
    for (fault, state, class) in [
        (Fault::TooManyRequests(0), ScopeState::Failed, ProblemClass::RateLimited),
        (Fault::Forbidden, ScopeState::Forbidden, ProblemClass::Permission),
    ] {
        let server = FaultyServer::answering(routes()).await;
        for n in 1..20 {
            server.inject(n, fault);
        }
        let collected = read(with_token(&server).as_ref(), "users").await;
        assert_eq!(collected.states(), [state]);
        assert_eq!(collected.all_problems().next().unwrap().class, class);
    }
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_a_problem_and_no_guess() {
    let page = json!([
        user("00u1", "ACTIVE", json!({})),
        user("00u2", "ASCENDED", json!({})),
        user("00u3", "ACTIVE", json!({"endDate": "31/12/2026"}))
    ]);
    let organization = Reply::json(200, &json!({"id": "00o1"}));
    let routes = vec![
        ("GET /.well-known/okta-organization", organization),
        (FIRST, Reply::json(200, &page)),
    ];
    let server = FaultyServer::answering(routes).await;
    let collected = read(with_token(&server).as_ref(), "users").await;
    assert_eq!(collected.states(), [ScopeState::Partial]);
    assert_eq!(collected.codes(), ["unknown_status", "bad_date"]);
    assert_eq!(collected.entities().count(), 1);
}

#[tokio::test]
async fn without_the_groups_no_scope_of_members_begins() {
    let server = FaultyServer::answering(routes()).await;
    server.inject(1, Fault::Forbidden);
    let members = read(with_token(&server).as_ref(), "group-members").await;
    assert!(members.scopes.is_empty());
    assert_eq!(members.ended.unwrap().class, ProblemClass::Permission);
    let server = FaultyServer::answering(routes()).await;
    server.inject(0, Fault::NotFound);
    let users = read(with_token(&server).as_ref(), "users").await;
    assert!(users.scopes.is_empty() && users.ended.is_some());
}

#[tokio::test]
async fn one_group_that_is_refused_hides_only_itself() {
    let mut some = routes();
    some.retain(|(at, _)| *at != "GET /api/v1/groups/00g2/users");
    let server = FaultyServer::answering(some).await;
    let members = read(with_token(&server).as_ref(), "group-members").await;
    let mut states: Vec<_> =
        members.scopes.iter().map(|s| (s.started.scope.part.as_str(), s.state)).collect();
    states.sort();
    assert_eq!(
        states,
        [
            ("00g1", ScopeState::Complete),
            ("00g2", ScopeState::Skipped),
            ("00g3", ScopeState::Complete)
        ]
    );
}

#[tokio::test]
async fn reading_twice_says_the_same_and_stopping_is_prompt() {
    let server = FaultyServer::answering(routes()).await;
    for stream in ["users", "groups", "group-members"] {
        let first = read(with_token(&server).as_ref(), stream).await;
        let second = read(with_token(&server).as_ref(), stream).await;
        assert_eq!(difference(&first, &second), None);
    }
    let stalled = FaultyServer::answering(routes()).await;
    stalled.inject(2, Fault::Stalled);
    let within = std::time::Duration::from_secs(2);
    assert_prompt_cancel(with_token(&stalled).as_ref(), "users", now(), within).await;
}

#[test]
fn examples_in_oktas_form_are_accepted() {
    let user: Value =
        user("00u1", "ACTIVE", json!({"login": "a", "managerId": null, "title": null}));
    assert_eq!(rollcall_okta::accepts_user(&user), Ok(()));
    assert!(rollcall_okta::accepts_user(&json!({"status": "ACTIVE"})).is_err());
    let group = json!({"id": "00g1", "type": "APP_GROUP", "profile": {"name": "x", "description": null, "dn": "cn=x"}});
    assert_eq!(rollcall_okta::accepts_group(&group), Ok(()));
}
