use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use rollcall_testing::{PythonModule, PythonServer, TestError};

/// The whole answer to a request, as text.
pub(crate) fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_python_server_serves_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello").unwrap();
    let server = PythonServer::start(&PythonModule::files(folder.path())).unwrap();
    assert!(server.address().ip().is_loopback());
    assert_eq!(server.url(), format!("http://{}", server.address()));
    let answer = ask(server.address(), "GET /hello.txt HTTP/1.0\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.0 200") && answer.ends_with("hello"), "{answer}");

    let address = server.address();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn moto_plays_aws() {
    let server = PythonServer::moto().unwrap();
    assert!(caller_identity(server.address()).contains("<GetCallerIdentityResult>"));
}

#[test]
fn ministack_plays_aws() {
    let server = PythonServer::ministack().unwrap();
    assert!(caller_identity(server.address()).contains("<GetCallerIdentityResult>"));
}

/// A server on every interface answers at every loopback address; one on 127.0.0.1 does not.
#[cfg(target_os = "linux")]
#[test]
fn servers_listen_on_127_0_0_1_only() {
    for module in [PythonModule::moto(), PythonModule::ministack()] {
        let server = PythonServer::start(&module).unwrap();
        let port = server.address().port();
        assert!(TcpStream::connect(("127.0.0.2", port)).is_err(), "{}", module.module);
    }
}

#[test]
fn a_server_that_does_not_come_up_says_why() {
    let mut module = PythonModule::files(std::path::Path::new("/"));
    module.arguments.push("--no-such-option".to_owned());
    match PythonServer::start(&module).unwrap_err() {
        TestError::Program { output, .. } => assert!(output.contains("--no-such-option")),
        other => panic!("{other}"),
    }
}

fn caller_identity(address: SocketAddr) -> String {
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let scope = "AKIAEXAMPLE/20260101/us-east-1/sts/aws4_request";
    ask(
        address,
        &format!(
            "POST / HTTP/1.1\r\nHost: sts.us-east-1.amazonaws.com\r\nConnection: close\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}
