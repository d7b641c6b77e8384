//! Connectors that are programs of their own, and readings that are stopped.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::World;

/// The secret the toy program wants to see.
pub(crate) const SECRET: &str = "toy-s3cret-value";

/// A toy connector: two users, if it is given the right token. With a file `slow` beside it, it
/// waits in the middle of its listing.
pub(crate) const PROGRAM: &str = r#"#!/usr/bin/env python3
import json, os, sys, time
document = json.load(sys.stdin)
def say(**record):
    print(json.dumps(record), flush=True)
command = sys.argv[-1]
if command == "spec":
    say(protocol=1, definition={
        "id": "toy", "title": "Toy", "summary": "A toy.", "provider": "toy",
        "streams": [{"name": "users", "title": "Users", "rank": "authoritative", "sees": "users"}],
        "kinds": [{"kind": "toy.user", "type": "identity", "title": "A user."}],
        "config": [{"name": "token", "shape": "secret", "title": "A token.", "required": True}],
        "operations": ["GET /users"], "access_formats": []})
elif command == "check":
    say(identity="toy", permissions=[{"stream": "users", "realm": "r", "permission": "read", "state": "granted"}], warnings=[])
elif command == "sync":
    if document["stream"] != "users":
        sys.exit("there is no such stream")
    scope = {"stream": "users", "realm": "r"}
    if document["config"].get("token") != "toy-s3cret-value":
        say(record="problem", **{"class": "permission", "code": "bad_token", "message": "the token is wrong", "stream": "users"})
        sys.exit(1)
    say(record="scope_started", scope=scope, listing="full", visibility=["users"])
    for number in (1, 2):
        say(record="entity", key={"provider": "toy", "realm": "r", "kind": "toy.user", "id": str(number)},
            type="identity", name="user-%d" % number, **{"class": "service"})
        if os.path.exists("slow"):
            open("started", "w").close()
            time.sleep(120)
    say(record="scope_finished", scope=scope, count=2)
else:
    sys.exit("spec, check or sync")
"#;

fn world() -> World {
    let mut world = World::new();
    let program = world.file("cwd/toy.py", PROGRAM);
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    world.configure(
        "[[source]]\nname = \"toy\"\nkind = \"external\"\nprogram = \"./toy.py\"\n[source.config]\ntoken = \"env:TOY_TOKEN\"\n",
    );
    world.environment.insert("TOY_TOKEN".to_owned(), SECRET.to_owned());
    world
}

#[test]
fn a_program_of_ones_own_is_read_like_any_other() {
    let mut world = world();
    let checked = world.json("check", &["check"]);
    assert_eq!(checked[0]["permissions"][0]["state"], "granted");
    world.run(&["sync"]).code(0);
    let names: Vec<_> = world.json("ls", &["ls"]).iter().map(|e| e["name"].clone()).collect();
    assert_eq!(names, ["user-1", "user-2"]);
    world.run(&["show", "user-1"]).code(0);
    // Under another token it sees nothing, which is not the same as there being nothing.
    world.environment.insert("TOY_TOKEN".to_owned(), "other".to_owned());
    let synced = world.json_with_code(1, "sync", &["sync"]);
    assert_eq!(synced[0]["problems"][0]["code"], "bad_token", "{:#}", synced[0]);
    assert_eq!(world.json("ls", &["ls"]).len(), 2);
}

#[test]
fn a_program_is_tested_against_the_protocol() {
    let world = world();
    world.file("cwd/with.json", r#"{"token": "env:TOY_TOKEN"}"#);
    let results =
        world.json("connector-test", &["connector", "test", "--with", "with.json", "./toy.py"]);
    assert!(results.iter().all(|result| result["passed"] == true), "{results:#?}");
    world.file("cwd/literal.json", r#"{"token": "hunter2"}"#);
    assert_eq!(
        world.error(&["connector", "test", "--with", "literal.json", "./toy.py"]).0,
        "config"
    );
    let broken = world.run(&["connector", "test", "cat"]).code(1);
    assert!(broken.stdout.contains("broken"), "{broken:#?}");
}

#[test]
fn a_reading_that_is_stopped_keeps_what_was_there() {
    let world = world();
    world.run(&["sync"]).code(0);
    let before = world.export();
    world.file("cwd/slow", "");
    let mut child = world
        .command(&["sync", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let limit = Instant::now() + Duration::from_secs(60);
    while !world.cwd().join("started").exists() {
        assert!(Instant::now() < limit, "the reading did not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    let id = child.id().to_string();
    assert!(
        Command::new("sh").args(["-c", "kill -INT \"$1\"", "sh", &id]).status().unwrap().success()
    );
    let stopped = Instant::now();
    let status = child.wait().unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(30), "it stopped at once");
    assert!(matches!(status.code(), Some(1 | 2)), "{status:?}");
    assert_eq!(world.export(), before);
    std::fs::remove_file(world.cwd().join("slow")).unwrap();
    let gaps = world.json("coverage", &["coverage", "--gaps"]);
    assert_eq!(gaps[0]["gaps"].as_array().unwrap().len(), 1, "{:#}", gaps[0]);
    world.run(&["sync"]).code(0);
    assert_eq!(world.export(), before);
}
