use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use rollcall_testing::{Fault, FaultProxy, PythonModule, PythonServer, When};

use crate::python::ask;

const BODY: &str = "0123456789";

struct World {
    _folder: tempfile::TempDir,
    _server: PythonServer,
    proxy: FaultProxy,
}

/// A file server with one file, behind a proxy.
fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), BODY).unwrap();
    let server = PythonServer::start(&PythonModule::files(folder.path())).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    World { _folder: folder, _server: server, proxy }
}

impl World {
    /// What a client gets that asks once.
    fn get(&self) -> String {
        ask(self.proxy.address(), "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    }

    fn open(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.proxy.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        stream.write_all(b"GET /file HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        stream
    }
}

#[test]
fn without_a_fault_everything_goes_through() {
    let world = world();
    let answer = world.get();
    assert!(answer.starts_with("HTTP/1.0 200 OK"), "{answer}");
    assert!(answer.ends_with(&format!("\r\n\r\n{BODY}")), "{answer}");
    let head =
        ask(world.proxy.address(), "HEAD /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(head.contains("Content-Length: 10\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(world.get().ends_with(BODY));
    let numbers: Vec<u64> = world.proxy.requests().iter().map(|seen| seen.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert!(world.proxy.requests().iter().all(|seen| seen.fault.is_none()));
}

#[test]
fn a_connection_carries_several_requests() {
    let world = world();
    world.proxy.inject(When::Nth(2), Fault::too_many_requests(7));
    let answers = ask(
        world.proxy.address(),
        "GET /file?1 HTTP/1.1\r\nHost: h\r\n\r\nGET /file?2 HTTP/1.1\r\nHost: h\r\n\r\n\
         GET /file?3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(answers.matches(BODY).count(), 2, "{answers}");
    assert!(answers.contains("HTTP/1.1 429 ") && answers.contains("Retry-After: 7\r\n"));
    let seen = world.proxy.requests();
    assert_eq!(seen[1].target, "/file?2");
    assert_eq!(seen[1].fault.as_deref(), Some("Answer(429)"));
}

#[test]
fn each_status_comes_with_its_body() {
    let world = world();
    for (fault, start, end) in [
        (Fault::unauthorized(), "HTTP/1.1 401 ", "}"),
        (Fault::forbidden(), "HTTP/1.1 403 ", "}"),
        (Fault::not_found(), "HTTP/1.1 404 ", "}"),
        (Fault::server_error_json(), "HTTP/1.1 500 ", "}"),
        (Fault::server_error_html(), "HTTP/1.1 500 ", "</html>"),
        (Fault::empty_ok(), "HTTP/1.1 200 ", "\r\n\r\n"),
    ] {
        world.proxy.clear();
        world.proxy.inject(When::Always, fault);
        let answer = world.get();
        assert!(answer.starts_with(start) && answer.ends_with(end), "{answer}");
    }
}

#[test]
fn a_truncated_body_ends_before_its_length() {
    let world = world();
    world.proxy.inject(When::Always, Fault::TruncatedBody);
    let answer = world.get();
    assert!(answer.contains("Content-Length: 10\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n01234"), "{answer}");
}

#[test]
fn a_stall_holds_the_connection_and_says_nothing() {
    let world = world();
    world.proxy.inject(When::Always, Fault::Stall);
    let error = world.open().read(&mut [0; 1]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
}

#[test]
fn a_stalled_client_is_let_go_with_the_proxy() {
    let world = world();
    world.proxy.inject(When::Always, Fault::Stall);
    let mut stream = world.open();
    // Until the proxy has the request, dropping it says nothing about a stall.
    while world.proxy.requests().is_empty() {
        std::thread::yield_now();
    }
    drop(world);
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)));
}

#[test]
fn a_reset_is_a_reset() {
    let world = world();
    world.proxy.inject(When::Always, Fault::Reset);
    let mut stream = world.open();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn garbage_is_no_http() {
    let world = world();
    world.proxy.inject(When::Always, Fault::Garbage);
    let answer = world.get();
    assert!(!answer.is_empty() && !answer.contains("HTTP/"), "{answer}");
}

#[test]
fn a_rewrite_changes_the_real_answer() {
    let world = world();
    world.proxy.inject(When::Always, Fault::rewrite(|body| body.replace('5', "five")));
    let answer = world.get();
    assert!(answer.ends_with("\r\n\r\n01234five6789"), "{answer}");
    assert!(answer.contains("Content-Length: 13\r\n"), "{answer}");
}

#[test]
fn a_request_is_chosen_by_its_body() {
    let world = world();
    let rule = When::NthContaining(2, "Action=ListRoles".to_owned());
    world.proxy.inject(rule, Fault::forbidden());
    let post = |action: &str| {
        let body = format!("Action={action}");
        let head = "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length:";
        ask(world.proxy.address(), &format!("{head} {}\r\n\r\n{body}", body.len()))
    };
    let faulty: Vec<bool> = ["ListRoles", "ListUsers", "ListRoles", "ListRoles"]
        .iter()
        .map(|action| post(action).starts_with("HTTP/1.1 403 "))
        .collect();
    assert_eq!(faulty, [false, false, true, false]);
    world.proxy.restart_count();
    assert!(world.proxy.requests().is_empty());
}

#[test]
fn a_server_that_is_gone_gives_502() {
    let server = PythonServer::start(&PythonModule::files(Path::new("/"))).unwrap();
    let proxy = FaultProxy::start(server.address()).unwrap();
    drop(server);
    let answer = ask(proxy.address(), "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
}

#[test]
fn a_server_elsewhere_is_refused() {
    assert!(FaultProxy::start("192.0.2.1:80".parse().unwrap()).is_err());
}

#[test]
fn the_catalogue_has_names_that_differ() {
    let mut names: Vec<_> = Fault::each().into_iter().map(|(name, _)| name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
