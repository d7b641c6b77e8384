//! The service: it reads on its schedule, answers from what it read, keeps out who has no business
//! there, and stops when it is told to.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::external::{PROGRAM, SECRET};
use crate::service::{Service, ask};
use crate::world::{CODE, World};

fn furnished(server: &str) -> World {
    let mut world = World::furnished();
    world.environment.insert("API_TOKEN".to_owned(), "t0ken".to_owned());
    world.configure(&format!("[server]\n{server}\n{CODE}"));
    world
}

fn exit_code(status: &Value) -> Option<i64> {
    status["sources"]["code"]["last_run"]["exit_code"].as_i64()
}

#[test]
fn a_service_reads_and_answers_what_was_read() {
    let world = furnished("");
    let service = Service::start(&world, "rollcall.toml");
    assert_eq!(service.view["sources"][0]["schedule"], "1h");
    let read = service.until("/api/v1/status", |status| exit_code(status) == Some(0));
    assert!(read["sources"]["code"]["next_run"].is_string());
    let listed = world.json("ls", &["ls"]);
    let page = service.until("/api/v1/entities?limit=500", |page| {
        page["total"].as_u64() == Some(listed.len() as u64)
    });
    // What both know is the same, in the same order.
    for (item, line) in page["items"].as_array().unwrap().iter().zip(&listed) {
        for field in [
            "id",
            "key",
            "type",
            "class",
            "kind",
            "name",
            "created_at",
            "first_seen",
            "gone_at",
            "disabled",
            "missing",
            "sources",
        ] {
            assert_eq!(item[field], line[field], "{field}: {item:#}\n{line:#}");
        }
    }
    let facets = service.get("/api/v1/facets?q=source:code").json();
    assert_eq!(facets["facets"]["source"]["values"][0]["value"], "code");
    // What is new is read when somebody asks for it, and shown without waiting for the next poll.
    world.file("home/src/shop/.github/workflows/new.yml", crate::world::WORKFLOW);
    let before = service.get("/api/v1/count?q=type:any").json()["matched"].as_u64().unwrap();
    let unknown = service.ask("POST", "/api/v1/sources/code/sync?streams=rivers", &[], b"");
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (400, Some("unknown_stream")));
    assert_eq!(service.ask("POST", "/api/v1/sources/code/sync", &[], b"").status, 202);
    service.until("/api/v1/count?q=type:any", |count| count["matched"].as_u64().unwrap() > before);
    assert_eq!(service.get("/readyz").json()["ready"], true);
    assert_eq!(service.get("/healthz").body, "ok\n");
    let metrics = service.get("/metrics").body;
    for name in ["snapshot_sequence ", "readings_total{", "http_requests_total{", "scope_gaps{"] {
        assert!(metrics.contains(&format!("rollcall_{name}")), "{name}: {metrics}");
    }
    let (code, said) = service.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(world.cwd().join("rollcall.db.snapshot").exists());
    // The command line and a later service go on from there.
    assert_eq!(world.json("ls", &["ls"]).len() as u64, {
        let again = Service::start(&world, "rollcall.toml");
        let page = again.until("/api/v1/entities", |page| page["total"].as_u64() > Some(0));
        let total = page["total"].as_u64().unwrap();
        assert_eq!(again.stop().0, Some(0));
        total
    });
}

#[test]
fn who_has_no_token_or_another_name_for_it_is_kept_out() {
    let world = furnished("token = \"env:API_TOKEN\"\nhosts = [\"rollcall.example.com\"]");
    let service = Service::start(&world, "rollcall.toml");
    let bearer = ("Authorization", "Bearer t0ken");
    for (headers, status) in [
        (&[][..], 401),
        (&[("Authorization", "Bearer wrong")][..], 401),
        (&[bearer][..], 200),
        (&[bearer, ("Host", "rollcall.example.com")][..], 200),
        (&[bearer, ("Host", "evil.example")][..], 421),
    ] {
        let answer = service.ask("GET", "/api/v1/status", headers, b"");
        assert_eq!(answer.status, status, "{headers:?} {answer:?}");
        assert!(answer.head.contains("x-content-type-options: nosniff"), "{answer:?}");
        assert!(!answer.head.contains("access-control"), "{answer:?}");
    }
    let (_, said) = service.stop();
    assert!(!said.contains("t0ken"), "{said}");
}

#[test]
fn what_would_be_open_to_all_or_is_configured_wrongly_does_not_begin() {
    let world = furnished("listen = \"0.0.0.0:0\"");
    let (code, message) = world.error(&["serve"]);
    assert_eq!(code, "no_token");
    assert!(message.contains("openssl rand") && message.contains("127.0.0.1"), "{message}");
    for (server, word) in [
        ("listen = \"7077\"", "is no address"),
        ("lisen = \"127.0.0.1:0\"", "did you mean \"listen\"?"),
        ("token = \"t0ken\"", "stands there in the open"),
    ] {
        let world = furnished(server);
        let (code, message) = world.error(&["serve"]);
        assert_eq!(code, "config");
        assert!(message.contains(word) && !message.contains("t0ken"), "{message}");
    }
    let world = furnished("token = \"env:UNSET\"");
    assert_eq!(world.error(&["serve"]).0, "secret_unavailable");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let world = furnished(&format!("listen = \"{address}\""));
    assert_eq!(world.error(&["serve"]).0, "listen");
    assert_eq!(furnished("").error(&["serve", "--listen", &address.to_string()]).0, "listen");
}

#[test]
fn the_entry_for_webhooks_is_off_until_it_is_switched_on() {
    let world = furnished("");
    let service = Service::start(&world, "rollcall.toml");
    assert_eq!(service.view["hooks"], Value::Null);
    assert_eq!(service.ask("POST", "/hooks/code", &[], b"{}").status, 404);
    drop(service);
    let world = furnished("hooks = \"127.0.0.1:0\"");
    let service = Service::start(&world, "rollcall.toml");
    let url = service.view["hooks"].as_str().unwrap();
    let address = url.trim_start_matches("http://").trim_end_matches("/hooks/").parse().unwrap();
    assert_ne!(address, service.address);
    let answer = ask(address, "POST", "/hooks/code", &[], b"{}");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("no_webhooks")));
    assert_eq!(ask(address, "GET", "/api/v1/status", &[], b"").status, 404, "the API is elsewhere");
    assert_eq!(service.stop().0, Some(0));
}

#[test]
fn a_reading_is_stopped_with_the_service_and_loses_nothing() {
    let mut world = World::new();
    let program = world.file("cwd/toy.py", PROGRAM);
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    world.configure(
        "[[source]]\nname = \"toy\"\nkind = \"external\"\nprogram = \"./toy.py\"\nschedule = \"5s\"\n\
         [source.config]\ntoken = \"env:TOY_TOKEN\"\n",
    );
    world.environment.insert("TOY_TOKEN".to_owned(), SECRET.to_owned());
    world.run(&["sync"]).code(0);
    let before = world.export();
    world.file("cwd/slow", "");
    let service = Service::start(&world, "rollcall.toml");
    service.until("/api/v1/status", |status| status["sources"]["toy"]["running_since"].is_string());
    service.until("/api/v1/status", |_| world.cwd().join("started").exists());
    let (code, said) = service.stop();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(world.export(), before);
    std::fs::remove_file(world.cwd().join("slow")).unwrap();
    world.run(&["sync"]).code(0);
    assert_eq!(world.export(), before);
}
