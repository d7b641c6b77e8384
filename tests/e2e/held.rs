//! What is too much to be gone at once waits for a human, who confirms exactly what was shown.

use std::fmt::Write;

use crate::flow::sum;
use crate::world::{CODE, WORKFLOW, World};

/// A checkout with many workflows.
fn many(world: &World, count: usize) {
    let files: Vec<(String, String)> = (0..count)
        .map(|n| {
            (
                format!(".github/workflows/w{n}.yml"),
                WORKFLOW.replace("deploy", &format!("deploy-{n}")),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    world.checkout("home/src/many", "https://github.com/acme/many.git", &files);
    world.configure(CODE);
}

fn remove(world: &World, from: usize, to: usize) {
    for n in from..to {
        let file = format!("home/src/many/.github/workflows/w{n}.yml");
        std::fs::remove_file(world.path().join(file)).unwrap();
    }
}

#[test]
fn many_deletions_wait_until_exactly_they_are_confirmed() {
    let world = World::new();
    many(&world, 40);
    world.run(&["sync"]).code(0);
    let live = world.export();
    let nothing = world.json("source-held", &["source", "held", "code"]);
    assert_eq!(nothing[0]["confirm"], serde_json::Value::Null);

    remove(&world, 0, 35);
    let synced = world.json("sync", &["sync"]);
    let held = &synced[0]["held"];
    assert!(held["facts"].as_i64().unwrap() >= 35, "{:#}", synced[0]);
    assert_eq!(sum(&synced, "retired"), 0, "{:#}", synced[0]);
    assert_eq!(world.export(), live, "what is held stays");
    let text = world.run(&["sync"]).stdout;
    assert!(text.contains("rollcall source confirm code "), "{text}");

    let shown = world.json("source-held", &["source", "held", "code"]);
    let set = shown[0]["set"].as_str().unwrap();
    assert_eq!(held["set"], set, "the reading names the set that is shown");
    assert!(world.run(&["source", "held", "code"]).code(0).stdout.contains(set));
    let marked = world.json("ls", &["ls", "--all"]);
    assert!(marked.iter().any(|entity| entity["missing"] == true));
    let gaps = world.json("coverage", &["coverage", "--gaps"]);
    assert!(gaps[0]["held"].as_i64().unwrap() >= 35, "{:#}", gaps[0]);

    let (code, message) = world.error(&["source", "confirm", "code", "0123456789ab"]);
    assert_eq!(code, "set_changed");
    assert!(message.contains("rollcall source held code"), "{message}");
    let confirmed = world.json("source-confirm", &["source", "confirm", "code", set]);
    assert!(confirmed[0]["retired"].as_i64().unwrap() >= 35, "{:#}", confirmed[0]);
    assert_eq!(world.error(&["source", "confirm", "code", set]).0, "nothing_held");
    let synced = world.json("sync", &["sync"]);
    assert_eq!(synced[0]["held"], serde_json::Value::Null, "{:#}", synced[0]);
    let gone = world.json("ls", &["ls", "--all", "--gone"]);
    assert!(gone.iter().filter(|entity| entity["gone_at"].is_string()).count() >= 35);
}

#[test]
fn few_deletions_go_and_come_back_with_their_history() {
    let world = World::new();
    many(&world, 40);
    world.run(&["sync"]).code(0);
    let file = world.json("ls", &["ls", "--all", "--name", "w7.yml"]);
    let id = file[0]["id"].as_str().unwrap().to_owned();
    remove(&world, 7, 8);
    let synced = world.json("sync", &["sync"]);
    assert!(sum(&synced, "retired") > 0, "{:#}", synced[0]);
    assert!(world.json("ls", &["ls", "--all", "--name", "w7.yml"]).is_empty());
    // It is still known by its id, and by its name.
    assert!(world.json("show", &["show", &id])[0]["gone_at"].is_string());
    let name = file[0]["name"].as_str().unwrap();
    world.json("show", &["show", name]);
    world.file("home/src/many/.github/workflows/w7.yml", &WORKFLOW.replace("deploy", "deploy-7"));
    world.run(&["sync"]).code(0);
    let events = world.json("history", &["history", &id]);
    let mut told = String::new();
    for event in &events {
        write!(told, "{} ", event["event"].as_str().unwrap()).unwrap();
    }
    assert!(told.starts_with("appeared gone back"), "{told}");
}
