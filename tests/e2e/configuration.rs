//! Configurations that are wrong, and where they are looked for.

use crate::world::{CODE, World};

#[test]
fn an_unknown_key_stops_everything_and_names_its_place() {
    let world = World::furnished();
    for (text, expected) in [
        (
            "[store]\nulr = \"sqlite:x\"\n".to_owned(),
            "rollcall.toml:2:1: unknown key \"ulr\" in [store]; did you mean \"url\"?",
        ),
        (
            format!("{CODE}rots = []\n"),
            "7:1: unknown field \"rots\" in [source.config] of \"code\"; did you mean \"roots\"?",
        ),
        (CODE.replace("kind = \"code\"", "kind = \"coed\""), "did you mean \"code\"?"),
        (
            CODE.replace("[\"~/src\"]", "3"),
            "roots of [source.config] of \"code\" is a number; expected a list of texts",
        ),
        (
            CODE.replace("[source.config]", "skip_streams = [\"file\"]\n[source.config]"),
            "did you mean \"files\"?",
        ),
        ("[[source]\n".to_owned(), "this is not TOML"),
    ] {
        world.configure(&text);
        for command in ["sync", "check"] {
            let (code, message) = world.error(&[command]);
            assert_eq!(code, "config", "{message}");
            assert!(message.contains(expected), "{message}");
        }
    }
    assert!(!world.cwd().join("rollcall.db").exists(), "nothing ran");
}

#[test]
fn the_configuration_is_found_where_it_was_told_or_usually_is() {
    let mut world = World::furnished();
    let (code, message) = world.error(&["ls"]);
    assert_eq!(code, "no_config");
    assert!(message.contains("rollcall init"), "{message}");
    world.file("home/.config/rollcall/rollcall.toml", CODE);
    world.run(&["sync"]).code(0);
    assert!(
        world.path().join("home/.config/rollcall/rollcall.db").exists(),
        "beside its configuration"
    );

    world.file("cwd/other/my.toml", &format!("[store]\nurl = \"sqlite:data/my.db\"\n{CODE}"));
    world.run(&["--config", "other/my.toml", "sync"]).code(0);
    assert!(world.cwd().join("other/data/my.db").exists(), "relative paths start at the file");
    world.environment.insert("ROLLCALL_CONFIG".to_owned(), "other/my.toml".to_owned());
    world.run(&["ls"]).code(0);
    world.environment.insert("ROLLCALL_CONFIG".to_owned(), "absent.toml".to_owned());
    assert_eq!(world.error(&["ls"]).0, "no_config");
}

#[test]
fn mistakes_on_the_command_line_end_with_1_and_not_2() {
    let world = World::furnished();
    world.configure_code();
    world.run(&["sync"]).code(0);
    assert_eq!(world.error(&["lss"]).0, "usage");
    assert_eq!(world.error(&["ls", "--type", "robot"]).0, "usage");
    let (code, message) = world.error(&["sync", "cod"]);
    assert_eq!(code, "unknown_source");
    assert!(message.contains("did you mean \"code\"?"), "{message}");
    assert_eq!(world.error(&["sync", "--stream", "filez"]).0, "unknown_stream");
    assert_eq!(world.error(&["show", "nobody"]).0, "unknown_entity");
    assert_eq!(world.error(&["check", "--emit", "cloudformation"]).0, "unknown_form");
    assert_eq!(world.error(&["connector", "show", "awz"]).0, "unknown_connector");
    assert_eq!(world.error(&["source", "runs", "nobody"]).0, "not_found");
    world.run(&["--help"]).code(0);
    world.run(&["sync", "--help"]).code(0);
}

#[test]
fn a_source_that_cannot_be_read_does_not_keep_the_others_from_being_read() {
    let world = World::furnished();
    let broken = "[[source]]\nname = \"gone\"\nkind = \"code\"\n[source.config]\nroots = [\"/nowhere/at/all\"]\n";
    world.configure(&format!("{broken}{CODE}"));
    let synced = world.json("sync", &["sync"]);
    assert_eq!(world.run(&["sync"]).code, 2);
    assert_eq!(
        (synced[0]["source"].as_str(), synced[1]["exit_code"].as_i64()),
        (Some("gone"), Some(0))
    );
    assert_ne!(synced[0]["exit_code"], 0);
    assert!(!synced[0]["problems"].as_array().unwrap().is_empty(), "{:#}", synced[0]);
    world.configure(broken);
    assert_eq!(world.run(&["sync"]).code, 1, "nothing could be read");
    let gaps = world.json("coverage", &["coverage", "--gaps", "code"]);
    assert!(gaps[0]["abandoned_at"].is_string(), "{:#}", gaps[0]);
}
