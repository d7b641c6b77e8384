//! Secrets stand in the configuration as references only.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::external::{PROGRAM, SECRET};
use crate::world::World;

fn configuration(token: &str) -> String {
    format!(
        "[[source]]\nname = \"toy\"\nkind = \"external\"\nprogram = \"./toy.py\"\n[source.config]\ntoken = \"{token}\"\n"
    )
}

fn world(token: &str) -> World {
    let world = World::new();
    let program = world.file("cwd/toy.py", PROGRAM);
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    world.configure(&configuration(token));
    world
}

#[test]
fn a_literal_is_refused_and_not_repeated() {
    let world = world("hunter2-canary");
    let (code, message) = world.error(&["sync"]);
    assert_eq!(code, "config");
    assert!(message.contains("6:9: token of") && message.contains("env:NAME"), "{message}");
    assert!(!message.contains("canary"), "{message}");
}

#[test]
fn every_sort_of_reference_reaches_the_connector() {
    let (address, server) = vault();
    for reference in
        ["env:TOY_TOKEN", "file:token.txt", "exec:cat token.txt", "vault:secret/team/toy#token"]
    {
        let mut world = world(reference);
        let file = world.file("cwd/token.txt", &format!("{SECRET}\n"));
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
        world.environment.insert("TOY_TOKEN".to_owned(), SECRET.to_owned());
        world.environment.insert("VAULT_ADDR".to_owned(), address.clone());
        world.environment.insert("VAULT_TOKEN".to_owned(), "vault-token".to_owned());
        let synced = world.json("sync", &["sync"]);
        assert_eq!(synced[0]["exit_code"], 0, "{reference}: {:#}", synced[0]);
        assert_eq!(synced[0]["streams"][0]["seen"], 2, "{reference}: {:#}", synced[0]);
        for file in ["rollcall.db", "rollcall.db-wal"] {
            let bytes = std::fs::read(world.cwd().join(file)).unwrap_or_default();
            let held = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!held, "{reference}: {file} holds the secret");
        }
    }
    drop(server);
}

#[test]
fn a_secret_that_cannot_be_had_is_told_for_its_source() {
    let world = world("env:TOY_TOKEN");
    let ran = world.run(&["sync", "--json"]).code(1);
    let line = &ran.lines()[0];
    crate::world::assert_schema("sync", line);
    assert_eq!(line["error"]["code"], "secret_unavailable");
    let message = line["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("TOY_TOKEN") && message.contains("token of source \"toy\""),
        "{message}"
    );
}

/// A server that answers as Vault's KV store does, until the test is over.
fn vault() -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                match connection.read(&mut buffer) {
                    Ok(n) if n > 0 => request.extend_from_slice(&buffer[..n]),
                    _ => break,
                }
            }
            let request = String::from_utf8_lossy(&request).to_ascii_lowercase();
            let asked = request.starts_with("get /v1/secret/data/team/toy ")
                && request.contains("\r\nx-vault-token: vault-token\r\n");
            let (status, body) = if asked {
                let body = format!(
                    r#"{{"data": {{"data": {{"token": "{SECRET}"}}, "metadata": {{"version": 3}}}}}}"#
                );
                ("200 OK", body)
            } else {
                ("403 Forbidden", r#"{"errors": ["permission denied"]}"#.to_owned())
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            drop(connection.write_all(answer.as_bytes()));
        }
    });
    (address, server)
}
