//! How results are printed: schemas, colours, closed pipes, pages.

use std::process::Stdio;

use serde_json::Value;

use crate::world::{World, schemas};

#[test]
fn every_schema_is_sound_and_is_held_by_a_test() {
    let sources = [
        include_str!("accuracy.rs"),
        include_str!("demo.rs"),
        include_str!("flow.rs"),
        include_str!("external.rs"),
        include_str!("held.rs"),
        include_str!("query.rs"),
        include_str!("service.rs"),
        include_str!("sources.rs"),
        include_str!("storage.rs"),
        include_str!("output.rs"),
        include_str!("world.rs"),
    ];
    for name in schemas() {
        let file = format!("{}/../../docs/schemas/cli/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        jsonschema::meta::validate(&schema).unwrap_or_else(|e| panic!("{name}: {e}"));
        let used = [
            format!("json(\"{name}\""),
            format!("assert_schema(\"{name}\""),
            format!("\"{name}\")"),
            format!("\"{name}\", &["),
        ];
        let held = sources.iter().any(|source| used.iter().any(|text| source.contains(text)));
        assert!(held, "no test holds an output against {name}");
    }
}

#[test]
fn connectors_are_described() {
    let world = World::new();
    let list = world.json("connector-list", &["connector", "list"]);
    for connector in &list {
        let id = connector["id"].as_str().unwrap();
        let shown = world.json("connector-show", &["connector", "show", id]);
        assert_eq!(
            shown[0]["streams"].as_array().unwrap().len(),
            connector["streams"].as_u64().unwrap() as usize
        );
        let text = world.run(&["connector", "show", id]).code(0).stdout;
        for operation in shown[0]["operations"].as_array().unwrap() {
            assert!(text.contains(operation.as_str().unwrap()), "{operation}");
        }
    }
    assert!(list.iter().any(|connector| connector["id"] == "aws"));
}

#[test]
fn the_pages_of_connectors_are_current() {
    let world = World::new();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/connectors");
    let checked = world.run(&["connector", "docs", "--check", pages]);
    assert_eq!(
        checked.code, 0,
        "run `rollcall connector docs --write docs/connectors`: {checked:#?}"
    );
    let written = world.json("connector-docs", &["connector", "docs", "--write", "pages"]);
    assert!(written.iter().all(|page| page["state"] == "written"));
    let again = world.json("connector-docs", &["connector", "docs", "--check", "pages"]);
    assert!(again.iter().all(|page| page["state"] == "current"));
    let file = world.cwd().join("pages/aws.md");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("## Streams", "## Rivers")).unwrap();
    world.run(&["connector", "docs", "--check", "pages"]).code(1);
}

#[test]
fn the_pages_of_rules_are_current() {
    let world = World::new();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules");
    let checked = world.run(&["rules", "--check", pages]);
    assert_eq!(checked.code, 0, "run `rollcall rules --write docs/rules`: {checked:#?}");
    let list = world.json("rules", &["rules"]);
    for rule in &list {
        let id = rule["rule"].as_str().unwrap();
        let shown = world.run(&["rules", id]).code(0).stdout;
        assert_eq!(shown, rule["page"].as_str().unwrap());
        let file = std::fs::read_to_string(format!("{pages}/{id}.md")).unwrap();
        assert_eq!(file, shown);
    }
    assert_eq!(world.error(&["rules", "owner-mising"]).0, "unknown_rule");
}

#[test]
fn the_least_access_is_written_where_it_is_wanted() {
    let world = World::new();
    // No secret is needed for it.
    world.configure("[[source]]\nname = \"aws\"\nkind = \"aws\"\n[source.config]\nexternal_id = \"env:UNSET\"\n");
    let documents = world.json("check-emit", &["check", "--emit", "terraform"]);
    assert!(documents[0]["text"].as_str().unwrap().contains("iam:"), "{documents:#?}");
    let written = world.json("check-emit", &["check", "--emit", "policy", "--out", "access"]);
    let file = world.cwd().join(written[0]["file"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(file).unwrap(), written[0]["text"].as_str().unwrap());
    assert_eq!(world.error(&["check", "--emit", "policy", "--out", "access"]).0, "exists");
    let app = world.json("init-github", &["init", "github", "--organization", "acme"]);
    let link = app[0]["access"][0]["text"].as_str().unwrap();
    assert!(link.starts_with("https://github.com/organizations/acme/settings/apps/new?"), "{link}");
    assert!(!link.contains("=write"), "{link}");
    world.configure_code();
    let planned = world.json("check-plan", &["check", "--plan"]);
    assert!(planned[0]["plan"].is_null(), "files are not budgeted: {planned:#?}");
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let world = World::furnished();
    world.configure_code();
    world.run(&["sync"]).code(0);
    for args in [
        &["ls", "--all", "--json"][..],
        &["ls", "--all"],
        &["export", "facts", "--canonical"],
        &["completions", "bash"],
    ] {
        let mut child =
            world.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert_eq!(output.stderr, b"", "{args:?}");
    }
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let mut world = World::furnished();
    world.configure_code();
    let piped = world.run(&["sync"]);
    assert!(!piped.stdout.contains('\u{1b}') && !piped.stderr.contains('\u{1b}'), "{piped:#?}");
    let asked = world.run(&["--color", "always", "sync"]);
    assert!(asked.stdout.contains('\u{1b}'), "{asked:#?}");
    world.environment.insert("NO_COLOR".to_owned(), "1".to_owned());
    assert!(!world.run(&["ls"]).stdout.contains('\u{1b}'));
}

#[test]
fn small_things() {
    let world = World::new();
    world.json("version", &["version"]);
    assert!(world.run(&["version"]).code(0).stdout.starts_with("rollcall "));
    world.json("completions", &["completions", "bash"]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(world.run(&["completions", shell]).code(0).stdout.contains("rollcall"), "{shell}");
    }
    let logged = world.run(&["-vv", "--log-format", "json", "connector", "list"]).code(0);
    assert!(logged.stderr.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}
