//! Listings in pages.

use rollcall_connector::testkit::{Fault, FaultyServer, Reply};
use rollcall_connector::transport::{HttpClient, TransportOptions};
use rollcall_model::ProblemClass;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::support::{User, client, users};

const USERS: &str = "GET /orgs/{org}/users";

fn page(ids: &[u64], next: &str) -> Reply {
    let reply = Reply::json(200, &users(ids));
    if next.is_empty() {
        reply
    } else {
        reply.with_header("link", &format!("<{next}>; rel=\"next\""))
    }
}

/// All ids, or those before the error and its code.
async fn walk(client: &HttpClient, query: &[(&str, &str)]) -> (Vec<u64>, Option<String>) {
    let mut pages = client.pages(USERS, &[("org", "acme")], query);
    let mut ids = Vec::new();
    loop {
        match pages.next_link::<Vec<User>>().await {
            Ok(Some(answer)) => ids.extend(answer.value.iter().map(|u| u.id)),
            Ok(None) => return (ids, None),
            Err(error) => {
                assert!(pages.next_link::<Vec<User>>().await.is_ok_and(|p| p.is_none()));
                return (ids, Some(error.code));
            }
        }
    }
}

#[tokio::test]
async fn links_are_followed_to_the_end() {
    let server = FaultyServer::answering(vec![
        (
            "GET /api/v3/orgs/acme/users?per_page=2",
            page(&[1, 2], "{url}/api/v3/orgs/acme/users?per_page=2&page=2"),
        ),
        // Another name for the same listing, as some providers use.
        (
            "GET /api/v3/orgs/acme/users?per_page=2&page=2",
            page(&[3], "{url}/api/v3/organizations/77/users?page=3"),
        ),
        // Relative, and a declared path.
        ("GET /api/v3/orgs/acme/users?page=3", page(&[4], "/api/v3/more/4?x=y")),
        ("GET /api/v3/more/4?x=y", page(&[5], "")),
    ])
    .await;
    let operations = [USERS, "GET /more/{n}"];
    let client =
        client(&format!("{}/api/v3", server.url()), &operations, &TransportOptions::hasty());
    assert_eq!(walk(&client, &[("per_page", "2")]).await, (vec![1, 2, 3, 4, 5], None));
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_loop_and_another_host_end_the_walk_with_what_was_read() {
    let server = FaultyServer::answering(vec![
        ("GET /orgs/acme/users", page(&[1], "{url}/orgs/acme/users?page=2")),
        ("GET /orgs/acme/users?page=2", page(&[2], "")),
    ])
    .await;
    let client = client(server.url(), &[USERS], &TransportOptions::hasty());
    for (fault, ids, code, requests) in [
        (Fault::PageLoop, vec![1, 2], "page_loop", 2),
        (Fault::ForeignLink, vec![1, 2], "foreign_host", 2),
        (Fault::Forbidden, vec![1], "forbidden", 2),
    ] {
        server.reset();
        server.inject(1, fault);
        assert_eq!(walk(&client, &[]).await, (ids, Some(code.to_owned())), "{fault:?}");
        assert_eq!(server.requests().len(), requests, "{fault:?}");
    }
}

#[tokio::test]
async fn a_listing_that_never_ends_is_cut() {
    let routes: Vec<_> = (1..10)
        .map(|n| {
            (format!("GET /orgs/acme/users?page={n}"), page(&[n], &format!("?page={}", n + 1)))
        })
        .collect();
    let server =
        FaultyServer::answering(routes.iter().map(|(at, r)| (at.as_str(), r.clone())).collect())
            .await;
    let options = TransportOptions { max_pages: 5, ..TransportOptions::hasty() };
    let client = client(server.url(), &[USERS], &options);
    let (ids, code) = walk(&client, &[("page", "1")]).await;
    assert_eq!((ids, code.as_deref()), (vec![1, 2, 3, 4, 5], Some("page_loop")));
    assert_eq!(server.requests().len(), 5);
}

#[derive(Serialize, Deserialize)]
struct TokenPage {
    users: Vec<User>,
    next: Option<String>,
}

#[tokio::test]
async fn tokens_are_followed_and_a_token_seen_twice_is_a_loop() {
    let page = |ids: &[u64], next: Option<&str>| {
        Reply::json(200, &json!({"users": users(ids), "next": next}))
    };
    let server = FaultyServer::answering(vec![
        ("GET /orgs/acme/users?max=2", page(&[1], Some("t/1"))),
        ("GET /orgs/acme/users?max=2&token=t%2F1", page(&[2], Some("t2"))),
        ("GET /orgs/acme/users?max=2&token=t2", page(&[3], Some(""))),
        ("GET /orgs/loop/users", page(&[1], Some("t"))),
        ("GET /orgs/loop/users?token=t", page(&[2], Some("t"))),
    ])
    .await;
    let client = client(server.url(), &[USERS], &TransportOptions::hasty());
    let walk = async |org: &str, query: &[(&str, &str)]| {
        let mut pages = client.pages(USERS, &[("org", org)], query);
        let mut ids = Vec::new();
        loop {
            match pages.next_token("token", |page: &TokenPage| page.next.clone()).await {
                Ok(Some(answer)) => ids.extend(answer.value.users.iter().map(|u| u.id)),
                Ok(None) => return (ids, None),
                Err(error) => return (ids, Some((error.class, error.code))),
            }
        }
    };
    assert_eq!(walk("acme", &[("max", "2")]).await, (vec![1, 2, 3], None));
    let looped = Some((ProblemClass::Malformed, "page_loop".to_owned()));
    assert_eq!(walk("loop", &[]).await, (vec![1, 2], looped));
}
