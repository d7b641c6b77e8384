//! Single calls.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderName;
use rollcall_connector::testkit::{Fault, FaultyServer, Reply};
use rollcall_connector::transport::{
    Answer, CallError, HttpClient, LimitSeen, ListOf, Recording, Transport, TransportOptions,
    graphql_operation,
};
use rollcall_model::ProblemClass;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::support::{SECRET, User, client, definition, users};

const USERS: &str = "GET /orgs/{org}/users";

async fn server() -> FaultyServer {
    let reply = Reply::json(200, &json!([{"id": 1, "password": "canary"}, {"id": 2}]))
        .with_header("x-oauth-scopes", "read:org")
        .with_header("date", "Wed, 21 Oct 2015 07:28:00 GMT");
    FaultyServer::answering(vec![("GET /orgs/a%2Fb/users", reply)]).await
}

async fn read(client: &HttpClient) -> Result<ListOf<User>, (ProblemClass, String)> {
    let answer = client.get::<ListOf<User>>(USERS, &[("org", "a/b")], &[("per_page", "100")]).await;
    answer.map(|a| a.value).map_err(|e| (e.class, e.code))
}

#[tokio::test]
async fn a_call_carries_what_it_should_and_keeps_what_it_needs() {
    let server = server().await;
    let client = client(server.url(), &[USERS], &TransportOptions::hasty())
        .with_header(HeaderName::from_static("x-api-version"), "7".parse().unwrap())
        .keeping(&["x-oauth-scopes", "x-not-there"]);
    let answer = client.get::<Vec<User>>(USERS, &[("org", "a/b")], &[("per_page", "100")]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.value, users(&[1, 2]));
    assert_eq!(
        answer.headers.into_iter().collect::<Vec<_>>(),
        [("x-oauth-scopes".to_owned(), "read:org".to_owned())]
    );
    assert_eq!(answer.date.unwrap().to_string(), "2015-10-21T07:28:00Z");
    let seen = &server.requests()[0];
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("GET", "/orgs/a%2Fb/users?per_page=100")
    );
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
    assert_eq!(seen.header("x-api-version"), Some("7"));
    assert!(seen.header("user-agent").unwrap().starts_with("rollcall/"));
    assert!(!format!("{client:?}").contains(SECRET));
}

#[tokio::test]
async fn each_fault_is_its_own_and_only_those_that_may_pass_are_tried_again() {
    use ProblemClass::{Malformed, Permission, RateLimited, Transient, Unsupported};
    let server = server().await;
    let patient = TransportOptions { max_attempts: 3, ..TransportOptions::hasty() };
    let hurried = TransportOptions { timeout: Duration::from_millis(300), ..patient.clone() };
    let patient = client(server.url(), &[USERS], &patient);
    let hurried = client(server.url(), &[USERS], &hurried);
    for (fault, class, code, requests) in [
        (Fault::Unauthorized, Permission, "unauthenticated", 1),
        (Fault::Forbidden, Permission, "forbidden", 1),
        (Fault::NotFound, Unsupported, "not_found", 1),
        (Fault::TooManyRequests(0), RateLimited, "rate_limited", 3),
        (Fault::TooManyRequests(100), RateLimited, "rate_limited", 1),
        (Fault::ServerErrorJson, Transient, "server_error", 3),
        (Fault::ServerErrorHtml, Unsupported, "html_answer", 1),
        (Fault::Truncated, Malformed, "truncated_body", 3),
        (Fault::Stalled, Transient, "timed_out", 3),
        (Fault::Garbage, Malformed, "bad_json", 1),
        (Fault::HangUp, Transient, "connection_lost", 3),
    ] {
        server.reset();
        server.inject_always(fault);
        let client = if fault == Fault::Stalled { &hurried } else { &patient };
        assert_eq!(read(client).await, Err((class, code.to_owned())), "{fault:?}");
        assert_eq!(server.requests().len(), requests, "{fault:?}");
    }
}

#[tokio::test]
async fn what_passes_leaves_no_trace() {
    let server = server().await;
    let client = client(
        server.url(),
        &[USERS],
        &TransportOptions { timeout: Duration::from_secs(1), ..TransportOptions::hasty() },
    );
    for fault in [
        Fault::ServerErrorJson,
        Fault::Truncated,
        Fault::Stalled,
        Fault::HangUp,
        Fault::TooManyRequests(1),
    ] {
        server.reset();
        server.inject(0, fault);
        let start = Instant::now();
        assert_eq!(read(&client).await.unwrap().items, users(&[1, 2]), "{fault:?}");
        assert_eq!(server.requests().len(), 2, "{fault:?}");
        if fault == Fault::TooManyRequests(1) {
            assert!(start.elapsed() >= Duration::from_secs(1), "Retry-After was not obeyed");
        }
    }
}

#[tokio::test]
async fn an_empty_list_a_null_entry_and_a_missing_list_are_different_things() {
    let server = server().await;
    let client = client(server.url(), &[USERS], &TransportOptions::hasty());
    server.inject(0, Fault::EmptyList);
    server.inject(1, Fault::NullEntry);
    assert_eq!(read(&client).await, Ok(ListOf::default()));
    let list = read(&client).await.unwrap();
    assert_eq!((list.items, list.broken), (users(&[1, 2]), vec![(2, "it is null".to_owned())]));
}

#[tokio::test]
async fn nothing_leaves_that_is_not_declared() {
    let server = server().await;
    let client = client(server.url(), &[USERS, "POST /search"], &TransportOptions::hasty());
    assert_eq!(code(client.get::<()>("GET /other", &[], &[]).await), "operation_not_allowed");
    assert_eq!(
        code(client.post::<(), _>("POST /other", &[], "", &()).await),
        "operation_not_allowed"
    );
    assert_eq!(
        code(client.post::<(), _>("GET /orgs/{org}/users", &[("org", "a")], "", &()).await),
        "bad_operation"
    );
    assert_eq!(code(client.get::<()>("POST /search", &[], &[]).await), "bad_operation");
    let mutation = client.graphql::<()>("/graphql", "mutation { delete }", &json!({})).await;
    assert_eq!(code(mutation), "operation_not_allowed");
    assert_eq!(code(client.get::<()>(USERS, &[("org", "..")], &[]).await), "bad_path_value");
    assert!(server.requests().is_empty());
}

fn code<T>(answer: Result<Answer<T>, CallError>) -> String {
    answer.map_or_else(|error| error.code, |_| "answered".to_owned())
}

#[tokio::test]
async fn a_declared_graphql_document_is_sent_with_its_variables() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Viewer {
        login: String,
    }
    let document = "query($n: Int) { viewer { login } }";
    let reply = json!({"data": {"login": "octo"}, "errors": [{"type": "FORBIDDEN", "message": "no", "path": ["a"]}]});
    let server =
        FaultyServer::answering(vec![("POST /api/graphql", Reply::json(200, &reply))]).await;
    let operation = graphql_operation(document);
    let client =
        client(&format!("{}/api/", server.url()), &[&operation], &TransportOptions::hasty());
    let answer = client.graphql::<Viewer>("/graphql", document, &json!({"n": 1})).await.unwrap();
    assert_eq!(answer.value.data.login, "octo");
    assert_eq!(answer.value.errors[0].class, ProblemClass::Permission);
    let sent: serde_json::Value = serde_json::from_slice(&server.requests()[0].body).unwrap();
    assert_eq!(sent, json!({"query": document, "variables": {"n": 1}}));
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_even_when_it_grows_while_unpacking() {
    let plain = Reply::json(200, &vec![0_u8; 10_000]);
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&[b'0'; 100_000]).unwrap();
    let zeros = packer.finish().unwrap();
    let packed = Reply::new(200, zeros).with_header("content-encoding", "gzip");
    let server =
        FaultyServer::answering(vec![("GET /plain", plain), ("GET /packed", packed)]).await;
    let options = TransportOptions { max_body_bytes: 15_000, ..TransportOptions::hasty() };
    let client = client(server.url(), &["GET /plain", "GET /packed"], &options);
    for operation in ["GET /plain", "GET /packed"] {
        let error = client.get::<Vec<u8>>(operation, &[], &[]).await.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (ProblemClass::Malformed, "body_too_large"),
            "{operation}"
        );
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let to = |target: &str| Reply::new(301, Vec::new()).with_header("location", target);
    let other =
        FaultyServer::answering(vec![("GET /user", Reply::json(200, &json!({"id": 9})))]).await;
    let server = FaultyServer::answering(vec![
        ("GET /a", to("{url}/moved?x=1")),
        ("GET /moved", to("/user")),
        ("GET /user", Reply::json(200, &json!({"id": 1}))),
        ("GET /b", to(&format!("{}/user", other.url()))),
        ("GET /c", to("/c")),
        ("POST /d", to("/user")),
    ])
    .await;
    let client = client(
        server.url(),
        &["GET /a", "GET /b", "GET /c", "POST /d"],
        &TransportOptions::hasty(),
    );
    let get = async |operation: &str| {
        client.get::<User>(operation, &[], &[]).await.map(|a| a.value).map_err(|e| e.code)
    };
    assert_eq!(get("GET /a").await, Ok(User { id: 1 }));
    assert_eq!(get("GET /b").await, Err("foreign_host".to_owned()));
    assert_eq!(get("GET /c").await, Err("redirect".to_owned()));
    let posted = client.post::<User, _>("POST /d", &[], "", &json!({})).await;
    assert_eq!(posted.unwrap_err().code, "redirect");
    assert!(other.requests().is_empty(), "the other host was asked");
}

#[tokio::test]
async fn a_spent_limit_stops_calls_before_they_leave() {
    let reply = Reply::json(200, &json!({"id": 1}))
        .with_header("date", "Wed, 21 Oct 2015 07:28:00 GMT")
        .with_header("x-ratelimit-remaining", "0")
        .with_header("x-ratelimit-reset", "1445416080");
    let server = FaultyServer::answering(vec![("GET /user", reply)]).await;
    let client = client(server.url(), &["GET /user"], &TransportOptions::hasty());
    assert!(client.get::<User>("GET /user", &[], &[]).await.is_ok());
    let error = client.get::<User>("GET /user", &[], &[]).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (ProblemClass::RateLimited, "out_of_budget"));
    assert_eq!(server.requests().len(), 1);
    let none_left =
        LimitSeen { resource: String::new(), remaining: 9, resets_in: Duration::from_secs(9) };
    client.transport().saw_limit("GET /user", none_left);
    assert!(client.get::<User>("GET /user", &[], &[]).await.is_ok());
}

#[tokio::test]
async fn a_recording_holds_what_was_kept_and_replays_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.jsonl");
    let options = TransportOptions {
        recording: Recording::Record(path.clone()),
        ..TransportOptions::hasty()
    };
    let server = server().await;
    let url = server.url().to_owned();
    let live = client(&url, &[USERS, "GET /gone"], &options);
    let first = read(&live).await;
    let gone = live.get::<User>("GET /gone", &[], &[]).await;
    drop(server);
    let recorded = std::fs::read_to_string(&path).unwrap();
    assert_eq!(recorded.lines().count(), 2);
    assert!(!recorded.contains(SECRET) && !recorded.contains("canary"), "{recorded}");

    let options =
        TransportOptions { recording: Recording::Replay(path), ..TransportOptions::hasty() };
    let replay = client(&url, &[USERS, "GET /gone"], &options);
    assert_eq!(read(&replay).await, first);
    assert_eq!(replay.get::<User>("GET /gone", &[], &[]).await, gone);
    assert_eq!(read(&replay).await, Err((ProblemClass::Config, "not_recorded".to_owned())));
}

#[tokio::test]
async fn what_is_not_json_is_parsed_by_the_connector() {
    let csv = Reply::new(200, b"user,arn\nroot,arn:aws\n".to_vec())
        .with_header("content-type", "text/csv");
    let server = FaultyServer::answering(vec![("GET /report", csv)]).await;
    let client = client(server.url(), &["GET /report"], &TransportOptions::hasty());
    let count = |body: &[u8]| Ok(body.split(|b| *b == b'\n').count());
    let answer = client.get_with("GET /report", &[], &[], count).await.unwrap();
    assert_eq!(answer.value, 3);
}

#[tokio::test]
async fn a_proxy_gets_the_calls() {
    let proxy = FaultyServer::answering(vec![(
        "GET http://provider.invalid/user",
        Reply::json(200, &json!({"id": 3})),
    )])
    .await;
    let options =
        TransportOptions { proxy: Some(proxy.url().to_owned()), ..TransportOptions::hasty() };
    let client = client("http://provider.invalid", &["GET /user"], &options);
    assert_eq!(client.get::<User>("GET /user", &[], &[]).await.unwrap().value, User { id: 3 });
}

#[tokio::test]
async fn another_servers_chunked_answers_are_read() {
    let server = wiremock::MockServer::start().await;
    let long: Vec<_> = (0..20_000).map(|id| json!({"id": id})).collect();
    wiremock::Mock::given(wiremock::matchers::path("/orgs/a%2Fb/users"))
        .respond_with(wiremock::ResponseTemplate::new(200).set_body_json(&long))
        .mount(&server)
        .await;
    let client = client(&server.uri(), &[USERS], &TransportOptions::hasty());
    assert_eq!(read(&client).await.unwrap().items.len(), 20_000);
}

#[tokio::test]
async fn a_base_address_that_is_none_is_a_configuration_problem() {
    let transport = Transport::new(&definition(&[]), &TransportOptions::hasty()).unwrap();
    for url in [
        "",
        "api.example",
        "ftp://h",
        "https://me:hunter2@h",
        "https://h/?q",
        "file:///x",
        "https://",
    ] {
        let problem = HttpClient::new(&transport, url).unwrap_err();
        assert_eq!(
            (problem.class, problem.code.as_str()),
            (ProblemClass::Config, "base_url"),
            "{url}"
        );
        assert!(!problem.message.contains("hunter2"));
    }
}

#[tokio::test]
async fn nobody_listening_is_a_fault_that_may_pass() {
    let server = server().await;
    let url = server.url().to_owned();
    drop(server);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let options = TransportOptions { max_attempts: 2, ..TransportOptions::hasty() };
    let error = read(&client(&url, &[USERS], &options)).await.unwrap_err();
    assert_eq!(error, (ProblemClass::Transient, "connect".to_owned()));
}
