//! Reading on one machine for a service on another.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::external::{PROGRAM, SECRET};
use crate::service::Service;
use crate::world::{CODE, World};

const TOKEN: &str = "push-t0ken";

/// A machine with a service that two sources are pushed to, and one that reads them.
fn scene() -> (World, Service, World) {
    let mut central = World::new();
    central.environment.insert("PUSH_TOKEN".to_owned(), TOKEN.to_owned());
    central.configure(
        "[[source]]\nname = \"code\"\nkind = \"code\"\ncollect_token = \"env:PUSH_TOKEN\"\n\
         [[source]]\nname = \"toy\"\nkind = \"external\"\ncollect_token = \"env:PUSH_TOKEN\"\n",
    );
    let service = Service::start(&central, "rollcall.toml");
    let mut there = World::furnished();
    let program = there.file("cwd/toy.py", PROGRAM);
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    there.environment.insert("TOY_TOKEN".to_owned(), SECRET.to_owned());
    there.environment.insert("ROLLCALL_COLLECT_TOKEN".to_owned(), TOKEN.to_owned());
    there.configure(&format!(
        "{CODE}[[source]]\nname = \"toy\"\nkind = \"external\"\nprogram = \"./toy.py\"\n\
         [source.config]\ntoken = \"env:TOY_TOKEN\"\n"
    ));
    (central, service, there)
}

fn to(service: &Service) -> String {
    service.view["url"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_read_elsewhere_is_what_would_be_read_here() {
    let (central, service, there) = scene();
    let url = to(&service);
    for source in ["code", "toy"] {
        let report = there.json("sync", &["collect", "--source", source, "--to", &url]);
        assert_eq!((&report[0]["source"], &report[0]["exit_code"]), (&source.into(), &0.into()));
        assert!(report[0]["streams"][0]["seen"].as_u64().is_some());
    }
    there.run(&["sync"]).code(0);
    assert_eq!(central.export(), there.export());
    service.until("/api/v1/count", |count| count["matched"].as_u64() > Some(2));
    let status = service.get("/api/v1/status").json();
    assert_eq!(status["sources"]["code"]["schedule"], Value::Null);
    let metrics = service.get("/metrics").body;
    assert!(metrics.contains("readings_total{source=\"toy\",state=\"complete\"} 1"), "{metrics}");
    // People get the report that `sync` prints.
    let told = there.run(&["collect", "--source", "code", "--to", &url]).code(0).stdout;
    assert!(told.contains("code (code)") && told.contains("read completely"), "{told}");
    // What is gone there goes here too, by the same rules.
    std::fs::remove_file(there.path().join("home/.cursor/mcp.json")).unwrap();
    there.run(&["collect", "--source", "code", "--to", &url]).code(0);
    there.run(&["sync"]).code(0);
    assert_eq!(central.export(), there.export());
    // It is read there and nowhere else.
    assert_eq!(central.error(&["sync", "code"]).0, "pushed_source");
    assert_eq!(central.error(&["collect", "--source", "code", "--to", &url]).0, "pushed_source");
    assert_eq!(service.stop().0, Some(0));
}

#[test]
fn what_could_not_be_read_there_is_a_gap_here() {
    let (central, service, mut there) = scene();
    let url = to(&service);
    there.run(&["collect", "--source", "toy", "--to", &url]).code(0);
    let whole = central.export();
    there.environment.insert("TOY_TOKEN".to_owned(), "other".to_owned());
    let report = there.json_with_code(1, "sync", &["collect", "--source", "toy", "--to", &url]);
    assert_eq!(report[0]["problems"][0]["code"], "bad_token", "{report:#?}");
    assert_eq!(central.export(), whole);

    // Killed in the middle: what was there stays, and the scope is a gap until it is read again.
    there.environment.insert("TOY_TOKEN".to_owned(), SECRET.to_owned());
    there.file("cwd/slow", "");
    let mut child = there
        .command(&["collect", "--source", "toy", "--to", &url])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let limit = Instant::now() + Duration::from_secs(60);
    while !there.cwd().join("started").exists() {
        assert!(Instant::now() < limit, "the reading did not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(central.export(), whole);
    std::fs::remove_file(there.cwd().join("slow")).unwrap();
    // The next one takes its place without waiting for the first to be given up.
    there.run(&["collect", "--source", "toy", "--to", &url]).code(0);
    assert_eq!(central.export(), whole);
    assert_eq!(service.stop().0, Some(0));
}

#[test]
fn whoever_has_another_token_or_connector_pushes_nothing() {
    let (central, service, mut there) = scene();
    let url = to(&service);
    let file = there.file("cwd/token", "wrong\n");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (code, message) =
        there.error(&["collect", "--source", "code", "--to", &url, "--token-file", "token"]);
    assert_eq!(code, "refused");
    assert!(message.contains("unauthorized") && !message.contains("wrong"), "{message}");
    there.environment.remove("ROLLCALL_COLLECT_TOKEN");
    assert_eq!(there.error(&["collect", "--source", "code", "--to", &url]).0, "no_token");
    there.environment.insert("ROLLCALL_COLLECT_TOKEN".to_owned(), TOKEN.to_owned());
    assert_eq!(there.error(&["collect", "--source", "nobody", "--to", &url]).0, "unknown_source");
    let (code, _) = there.error(&["collect", "--source", "code", "--to", "http://198.51.100.1"]);
    assert_eq!(code, "plain_http", "before anything is sent");
    there.configure(
        "[[source]]\nname = \"code\"\nkind = \"external\"\nprogram = \"./toy.py\"\n\
         [source.config]\ntoken = \"env:TOY_TOKEN\"\n",
    );
    let (_, message) = there.error(&["collect", "--source", "code", "--to", &url]);
    assert!(message.contains("other_connector"), "{message}");
    assert_eq!(central.export(), "");
    drop(service);
    assert_eq!(there.error(&["collect", "--source", "code", "--to", &url]).0, "unreachable");
}
