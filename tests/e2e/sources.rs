//! Sources that are renamed, taken out of the configuration, and forgotten.

use crate::world::{CODE, World};

#[test]
fn a_renamed_source_keeps_everything() {
    let world = World::furnished();
    world.configure_code();
    world.run(&["sync"]).code(0);
    let before = world.export();
    let renamed = world.json("source-rename", &["source", "rename", "code", "laptop"]);
    assert_eq!(renamed[0]["configured"], false);
    world.configure(&CODE.replacen("name = \"code\"", "name = \"laptop\"", 1));
    let synced = world.json("sync", &["sync"]);
    assert_eq!(crate::flow::sum(&synced, "added"), 0, "{:#}", synced[0]);
    assert_eq!(world.export().replace("\"laptop\"", "\"code\""), before);
    assert_eq!(world.error(&["source", "rename", "laptop", "laptop"]).0, "exists");
    assert_eq!(world.error(&["source", "rename", "nobody", "x"]).0, "not_found");
}

#[test]
fn a_source_that_is_not_configured_any_more_is_a_gap_until_it_is_forgotten() {
    let world = World::furnished();
    let other =
        CODE.replacen("name = \"code\"", "name = \"other\"", 1).replace("homes = [\"~\"]\n", "");
    world.configure(&format!("{CODE}{other}"));
    world.run(&["sync"]).code(0);
    let live = world.json("ls", &["ls", "--all"]).len();
    world.configure(&other);
    let ran = world.run(&["sync"]).code(0);
    assert!(ran.stderr.contains("rollcall source forget code"), "{ran:#?}");
    assert_eq!(world.json("ls", &["ls", "--all"]).len(), live, "nothing went");
    let list = world.json("source-list", &["source", "list"]);
    assert_eq!((list[0]["source"].as_str(), &list[0]["configured"]), (Some("code"), &false.into()));
    let coverage = world.json("coverage", &["coverage"]);
    assert_eq!(coverage[0]["scopes_current"], 0, "{:#}", coverage[0]);

    assert_eq!(world.error(&["source", "forget", "code"]).0, "not_confirmed");
    assert_eq!(world.json("ls", &["ls", "--all"]).len(), live);
    let forgotten = world.json("source-forget", &["source", "forget", "code", "--yes"]);
    assert!(forgotten[0]["retired"].as_i64().unwrap() > 0);
    let left = world.json("ls", &["ls", "--all"]);
    assert!(left.iter().all(|entity| entity["sources"] == serde_json::json!(["other"])));
    assert!(!left.is_empty() && left.len() < live, "what others say stays");
    assert!(
        world.json("ls", &["ls", "--all", "--gone"]).len() >= live,
        "and what went is remembered"
    );
}
