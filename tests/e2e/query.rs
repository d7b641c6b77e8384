//! Queries, paths and differences, over the snapshot beside the database.

use std::os::unix::fs::PermissionsExt;

use rollcall_testing::Postgres;
use serde_json::Value;

use crate::world::World;

#[test]
fn queries_are_answered_on_sqlite() {
    let world = World::furnished();
    world.configure_code();
    asked(&world);
    let file = world.cwd().join("rollcall.db.snapshot");
    let mode = std::fs::metadata(&file).expect("the snapshot is kept").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it is its owner's alone");
    std::fs::write(&file, "no snapshot at all").unwrap();
    asked(&world);
}

#[test]
fn queries_are_answered_on_postgres() {
    let mut world = World::furnished();
    world.configure_code();
    let file = world.cwd().join("rollcall.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("[store]\nurl = \"env:DATABASE_URL\"\n{text}")).unwrap();
    let url = Postgres::shared().unwrap().fresh_database().unwrap();
    world.environment.insert("DATABASE_URL".to_owned(), url);
    asked(&world);
}

fn asked(world: &World) {
    world.json("sync", &["sync"]);
    let all = world.json("ls", &["ls", "--all"]);
    let ids = |list: &[Value]| -> Vec<String> {
        let mut ids: Vec<String> = list.iter().map(|e| e["id"].to_string()).collect();
        ids.sort();
        ids
    };
    for field in ["type", "kind", "class", "provider"] {
        let mut words: Vec<&str> = all.iter().filter_map(|e| e[field].as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert!(!words.is_empty(), "{field}");
        for word in words {
            let kept: Vec<Value> = all.iter().filter(|e| e[field] == word).cloned().collect();
            let query = format!("{field}:{word} type:any");
            assert_eq!(ids(&world.json("ls", &["ls", &query])), ids(&kept), "{query}");
        }
    }
    let plain = world.json("ls", &["ls"]);
    assert_eq!(
        ids(&world.json("ls", &["ls", "provider:any"])),
        ids(&plain),
        "identities by itself"
    );
    let upwards = world.json("ls", &["ls", "type:any", "--sort", "name"]);
    let names: Vec<String> =
        upwards.iter().map(|e| e["name"].as_str().unwrap().to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let first = world.json("ls", &["ls", "type:any", "--sort", "name", "--limit", "1"]);
    assert_eq!(first, upwards[..1]);
    let person = world.run(&["ls", "type:any"]).code(0);
    assert!(person.stdout.contains("current"), "{person:#?}");
    let mistyped = world.run(&["ls", "kind:no.such-kind"]).code(0);
    assert!(mistyped.stderr.contains("nothing has kind:no.such-kind"), "{mistyped:#?}");
    let (code, message) = world.error(&["ls", "clas:agent"]);
    assert_eq!(code, "bad_query");
    assert!(message.contains("^^^^") && message.contains("class"), "{message}");
    assert_eq!(world.error(&["ls", "type:any", "--sort", "colour"]).0, "bad_sort");
    assert_eq!(world.error(&["ls", "type:any", "--all"]).0, "usage");
    paths(world, &all);
    differences(world, &all);
}

fn paths(world: &World, all: &[Value]) {
    let mut walked = 0;
    for entity in all {
        let id = entity["id"].as_str().unwrap();
        let shown = world.json("show", &["show", id]);
        let relations = shown[0]["relations"].as_array().unwrap();
        let Some(outward) = relations.iter().find(|r| r["direction"] == "out") else { continue };
        let other = outward["other"]["id"].as_str().unwrap();
        let found = world.json("path", &["path", id, other, "--any-relation"]);
        assert_eq!(found[0]["length"], 1, "{outward:#}: {found:#?}");
        let hops = found[0]["hops"][0].as_array().unwrap();
        assert!(hops.iter().any(|hop| hop["relation"] == outward["relation"]), "{found:#?}");
        assert_eq!(found[0]["nodes"][1]["id"], other);
        let text = world.run(&["path", id, other, "--any-relation"]).code(0).stdout;
        assert!(text.contains(outward["relation"].as_str().unwrap()), "{text}");
        walked += 1;
    }
    assert!(walked > 3, "only {walked} relations were walked");
    let id = all[0]["id"].as_str().unwrap();
    assert!(world.json("path", &["path", id, id]).is_empty());
    assert!(world.run(&["path", id, id]).code(0).stdout.contains("no path is known"));
    assert_eq!(world.error(&["path", id, "nobody of that name"]).0, "unknown_entity");
}

fn differences(world: &World, all: &[Value]) {
    let since_ever = world.json("diff", &["diff", "--since", "2020"]);
    let count = |word: &str| since_ever.iter().filter(|line| line["change"] == word).count();
    let live = since_ever.iter().filter(|l| l["change"] == "added" && l["entity"]["kind"] != "");
    assert!(live.count() >= all.len());
    assert!(count("relation_added") > 5 && count("gone") == 0 && count("relation_gone") == 0);
    assert!(world.json("diff", &["diff", "--since", "now"]).is_empty());
    let some = world.json("diff", &["diff", "--since", "2020", "type:identity"]);
    assert!(
        some.iter().filter(|l| l["change"] == "added").all(|l| l["entity"]["type"] == "identity")
    );
    let back = world.json("diff", &["diff", "--since", "now", "--until", "2020"]);
    assert!(back.iter().any(|line| line["change"] == "gone"));
    assert_eq!(world.error(&["diff", "--since", "yesterday"]).0, "bad_time");
    let text = world.run(&["diff", "--since", "2020"]).code(0).stdout;
    assert!(text.starts_with("+ ") && text.contains("difference"), "{text}");
}
