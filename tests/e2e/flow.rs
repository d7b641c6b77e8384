//! The main flow on both databases: look around, read, list, show, ask what is missing, read again.

use std::os::unix::fs::PermissionsExt;

use rollcall_testing::Postgres;
use serde_json::Value;

use crate::world::World;

#[test]
fn the_main_flow_on_sqlite() {
    let world = World::furnished();
    let init = world.json("init", &["init", "--yes"]);
    assert_eq!(init[0]["checkouts"]["found"], 2, "{init:#?}");
    assert_eq!(init[0]["homes"][0]["clients"], serde_json::json!(["Cursor"]));
    assert_eq!(init[0]["enabled"], serde_json::json!(["code"]));
    let file = world.cwd().join("rollcall.toml");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    main_flow(&world);
    for name in ["rollcall.db", "rollcall.key"] {
        let mode = std::fs::metadata(world.cwd().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_main_flow_on_postgres() {
    let mut world = World::furnished();
    let url = Postgres::shared().unwrap().fresh_database().unwrap();
    world.run(&["init", "--yes"]).code(0);
    let file = world.cwd().join("rollcall.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replacen("url = \"sqlite:rollcall.db\"", "url = \"env:DATABASE_URL\"", 1);
    std::fs::write(&file, text).unwrap();
    world.environment.insert("DATABASE_URL".to_owned(), url);
    main_flow(&world);
    assert!(!world.cwd().join("rollcall.db").exists());
}

fn main_flow(world: &World) {
    let (code, message) = (world.error(&["ls"]), "");
    assert!(["no_store", "store_old_schema"].contains(&code.0.as_str()), "{code:?}{message}");
    world.json("check", &["check"]);

    let synced = world.json("sync", &["sync"]);
    assert_eq!(synced[0]["exit_code"], 0, "{:#}", synced[0]);
    assert!(sum(&synced, "added") > 20, "{:#}", synced[0]);

    let identities = world.json("ls", &["ls"]);
    assert!(identities.iter().all(|entity| entity["type"] == "identity"));
    assert!(!identities.is_empty());
    let everything = world.json("ls", &["ls", "--all"]);
    assert!(everything.len() > identities.len());
    let named = world.json("ls", &["ls", "--all", "--name", "SHOP", "--limit", "1"]);
    assert_eq!(named.len(), 1, "{named:#?}");

    for entity in &everything {
        let id = entity["id"].as_str().unwrap();
        let shown = world.json("show", &["show", id]);
        assert_eq!(shown[0]["id"], entity["id"]);
        stubs_lead_somewhere(world, &shown[0]);
    }
    let events = world.json("history", &["history", everything[0]["id"].as_str().unwrap()]);
    assert_eq!(events[0]["event"], "appeared");

    let coverage = world.json("coverage", &["coverage"]);
    assert_eq!(coverage[0]["scopes"], coverage[0]["scopes_current"], "{:#}", coverage[0]);
    let gaps = world.json("coverage", &["coverage", "--gaps"]);
    assert_eq!(gaps[0]["gaps"], serde_json::json!([]));

    let before = world.export();
    for line in before.lines() {
        crate::world::assert_schema("export-facts", &serde_json::from_str(line).unwrap());
    }
    let again = world.json("sync", &["sync"]);
    for what in ["added", "changed", "retired"] {
        assert_eq!(sum(&again, what), 0, "{what}: {:#}", again[0]);
    }
    assert_eq!(world.export(), before, "a second reading of the same changes nothing");
    assert_eq!(world.json("source-runs", &["source", "runs", "code"]).len(), 2);
    assert_eq!(world.json("source-list", &["source", "list"])[0]["configured"], true);

    people_are_answered_too(world, &everything[0]);
}

/// What is named and not collected can be asked about by its id.
fn stubs_lead_somewhere(world: &World, shown: &Value) {
    let relations = shown["relations"].as_array().unwrap();
    let stub = relations.iter().find(|relation| relation["other"]["state"] == "not_collected");
    if let Some(stub) = stub {
        let id = stub["other"]["id"].as_str().unwrap();
        let found = world.json("show", &["show", id]);
        assert_eq!(
            (&found[0]["collected"], &found[0]["id"]),
            (&Value::Bool(false), &stub["other"]["id"])
        );
    }
}

fn people_are_answered_too(world: &World, entity: &Value) {
    let ls = world.run(&["ls"]).code(0).stdout;
    assert!(ls.starts_with("NAME ") && ls.contains("current"), "{ls}");
    let show = world.run(&["show", entity["id"].as_str().unwrap()]).code(0).stdout;
    assert!(
        show.contains("Who says so") && show.contains(entity["name"].as_str().unwrap()),
        "{show}"
    );
    let coverage = world.run(&["coverage"]).code(0).stdout;
    assert!(coverage.contains(" of ") && coverage.contains("scopes current"), "{coverage}");
    let history = world.run(&["history", entity["id"].as_str().unwrap()]).code(0).stdout;
    assert!(history.contains("appeared"), "{history}");
    let sync = world.run(&["sync"]).code(0);
    assert!(sync.stdout.contains("read completely") && sync.stderr.contains("code: "), "{sync:#?}");
}

/// A number over all streams of all sources.
pub(crate) fn sum(synced: &[Value], what: &str) -> i64 {
    let streams = synced.iter().flat_map(|source| source["streams"].as_array().unwrap());
    streams.map(|stream| stream[what].as_i64().unwrap()).sum()
}

#[test]
fn init_is_useful_with_nothing_there_and_overwrites_nothing() {
    let world = World::new();
    let found = world.json("init", &["init", "--yes"]);
    assert_eq!(found[0]["checkouts"]["found"], 0);
    assert_eq!(found[0]["enabled"], serde_json::json!(["code"]), "its home folder can be read");
    world.run(&["sync"]).code(0);
    let (code, message) = world.error(&["init", "--yes"]);
    assert_eq!(code, "exists");
    assert!(message.contains("--force"), "{message}");
    world.run(&["init", "--yes", "--force"]).code(0);
    assert!(world.cwd().join("rollcall.toml.bak").exists());
}

#[test]
fn init_finds_aws_by_names_only() {
    let mut world = World::new();
    world.file("home/.aws/credentials", "[prod]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMIcanary\n");
    let ran = world.run(&["init", "--yes"]).code(0);
    let text = std::fs::read_to_string(world.cwd().join("rollcall.toml")).unwrap();
    assert!(
        text.contains("\nkind = \"aws\"\n") && text.contains("\nprofile = \"prod\"\n"),
        "{text}"
    );
    for secret in ["AKIAIOSFODNN7EXAMPLE", "canary"] {
        assert!(!text.contains(secret) && !ran.stdout.contains(secret));
    }
    world.run(&["source", "list"]).code(0);
    std::fs::remove_dir_all(world.path().join("home/.aws")).unwrap();
    world.environment.insert("AWS_ACCESS_KEY_ID".to_owned(), "AKIAIOSFODNN7EXAMPLE".to_owned());
    let found = world.json("init", &["init", "--yes", "--force"]);
    assert_eq!(found[0]["aws"]["variables"], serde_json::json!(["AWS_ACCESS_KEY_ID"]));
    assert_eq!(found[0]["enabled"], serde_json::json!(["code", "aws"]));
}
