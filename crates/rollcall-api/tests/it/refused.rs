//! Whom the API refuses, and how.

use axum::body::Body;
use axum::http::Request;
use rollcall_api::{Settings, router};

use crate::world::{World, ask};

#[tokio::test]
async fn below_api_nothing_is_told_without_the_token() {
    let world = World::new().await;
    let settings = Settings { token: Some("s3cret".into()), ..World::settings() };
    let router = router(world.service.clone(), None, settings);
    let get = async |path: &str, token: Option<&str>| {
        let mut request = Request::get(path).header("host", "localhost");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        ask(router.clone(), request.body(Body::empty()).unwrap()).await
    };
    for path in ["/api/v1/status", "/api/v1/entities", "/api/v1/nothing", "/api/openapi.json"] {
        for token in [None, Some("wrong"), Some("")] {
            let answer = get(path, token).await;
            // What is not there needs no token to be told so.
            let expected = if path.ends_with("nothing") { 404 } else { 401 };
            assert_eq!(answer.status.as_u16(), expected, "{path} {answer:?}");
            assert!(!answer.text.contains("s3cret"));
        }
    }
    assert_eq!(get("/api/v1/status", Some("s3cret")).await.status.as_u16(), 200);
    assert_eq!(get("/healthz", None).await.status.as_u16(), 200);
    assert_eq!(get("/readyz", None).await.status.as_u16(), 200);
    assert_eq!(get("/collect/toy", Some("s3cret")).await.status.as_u16(), 405);
}

#[tokio::test]
async fn only_requests_for_this_server_are_answered() {
    let world = World::new().await;
    for (host, status) in [
        ("localhost:1", 200),
        ("rollcall.example.com", 200),
        ("evil.example", 421),
        ("10.1.2.3", 421),
    ] {
        for path in ["/api/v1/status", "/metrics"] {
            let request = Request::get(path).header("host", host).body(Body::empty()).unwrap();
            let answer = ask(world.router(), request).await;
            assert_eq!(answer.status.as_u16(), status, "{host} {path}");
        }
        let request = Request::get("/readyz").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(ask(world.router(), request).await.status.as_u16(), 200);
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_with_a_code_and_a_place() {
    let world = World::new().await;
    for (path, status, code) in [
        ("/api/v1/entities?q=clas:agent", 400, "bad_query"),
        ("/api/v1/facets?q=(", 400, "bad_query"),
        ("/api/v1/entities?sort=size", 400, "bad_sort"),
        ("/api/v1/entities?cursor=xx", 400, "bad_cursor"),
        ("/api/v1/entities?limit=0", 400, "bad_parameter"),
        ("/api/v1/entities?limit=many", 400, "bad_parameter"),
        ("/api/v1/entities?lim=1", 400, "bad_parameter"),
        ("/api/v1/entities/short", 400, "bad_id"),
        ("/api/v1/entities/aaaaaaaaaaaaaaaaaaaa", 404, "unknown_entity"),
        ("/api/v1/path?from=aaaaaaaaaaaaaaaaaaaa", 400, "bad_parameter"),
        ("/api/v1/reach?id=aaaaaaaaaaaaaaaaaaaa&relation=eats", 400, "bad_relation"),
        ("/nothing", 404, "not_found"),
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {answer:?}");
        assert_eq!(answer.kind, "application/problem+json", "{path}");
        assert_eq!(answer.json()["code"], code, "{path}");
    }
    let query = world.get("/api/v1/count?q=name:x%20clas:agent").await.json();
    assert_eq!((&query["position"]["start"], &query["position"]["end"]), (&7.into(), &11.into()));
    assert_eq!(query["suggestions"][0], "class");
    assert_eq!(world.post("/api/v1/entities").await.status.as_u16(), 405);
    for (path, status, code) in [
        ("/api/v1/sources/to/sync", 404, "unknown_source"),
        ("/api/v1/sources/deaf/sync", 409, "pushed_source"),
        ("/api/v1/sources/toy/sync?streams=x", 400, "unknown_stream"),
    ] {
        let answer = world.post(path).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (status, Some(code)));
    }
    assert!(world.service.queue.is_empty());
}
