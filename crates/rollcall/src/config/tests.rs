//! What configurations are taken and what is said about the others.

use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("/etc/rollcall/rollcall.toml"), "rollcall.toml")
        .map_err(|failure| failure.message)
}

#[test]
fn a_whole_configuration_is_read() {
    let config = parse(
        "[store]\nurl = \"sqlite:data/r.db\"\n[transport]\nextra_ca_files = [\"ca.pem\"]\n\
         timeout_seconds = 5\n[[source]]\nname = \"a\"\nkind = \"code\"\nschedule = \"*/15 * * * *\"\n\
         skip_streams = [\"x\"]\n[source.config]\nroots = [\"/src\"]\nn = 3\n\
         [[source]]\nname = \"b\"\nkind = \"external\"\nprogram = \"./p\"\nargs = [\"-x\"]\n\
         [source.environment]\nTOKEN = \"env:TOKEN\"\n",
    )
    .unwrap();
    assert_eq!(config.sources.len(), 2);
    assert_eq!(config.sources[0].config["roots"].value, serde_json::json!(["/src"]));
    assert_eq!(config.sources[0].config["n"].value_place, Place { line: 13, column: 5 });
    let external = config.sources[1].external.as_ref().unwrap();
    assert_eq!(external.program, Path::new("/etc/rollcall/./p"));
    assert_eq!(external.environment["TOKEN"], "env:TOKEN");
    assert!(config.chosen(&["a".into(), "a".into()]).unwrap().len() == 1);
    assert!(config.source("aa").unwrap_err().message.contains("did you mean \"a\"?"));
}

#[test]
fn an_unknown_key_names_its_place_and_the_nearest_one() {
    let why = parse("[store]\nulr = \"sqlite:x\"\n").unwrap_err();
    assert_eq!(why, "rollcall.toml:2:1: unknown key \"ulr\" in [store]; did you mean \"url\"?");
    let why = parse("[[source]]\nname = \"a\"\nkind = \"code\"\n  scedule = \"\"\n").unwrap_err();
    assert!(why.starts_with("rollcall.toml:4:3: unknown key \"scedule\" in source \"a\""), "{why}");
    let why = parse("[serve]\nx = 1\n").unwrap_err();
    assert!(why.contains("known keys: store, transport, source"), "{why}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_quoted() {
    let why = parse(
        "[store]\nurl = \"postgres://u:hunter2@h/d\"\n[transport]\nproxy = \"http://u:hunter2@p:1\"\n\
         timeout_seconds = 0\n[[source]]\nkind = 3\nname = \"a b\"\nschedule = \"daily\"\n",
    )
    .unwrap_err();
    assert_eq!(why.lines().count(), 6, "{why}");
    assert!(!why.contains("hunter2"), "{why}");
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let why = parse("[store]\nurl = \"sqlite:x\nkey = 1\n").unwrap_err();
    assert!(why.starts_with("rollcall.toml:2:"), "{why}");
}

#[test]
fn sources_need_names_of_their_own() {
    let one = "[[source]]\nname = \"a\"\nkind = \"code\"\n";
    assert!(parse(&format!("{one}{one}")).unwrap_err().contains("two sources"));
    assert!(parse("[source]\nname = \"a\"\n").unwrap_err().contains("two brackets"));
    let with_program = format!("{one}program = \"x\"\n");
    assert!(parse(&with_program).unwrap_err().contains("external"), "{with_program}");
    assert!(
        parse("[[source]]\nname = \"a\"\nkind = \"external\"\n").unwrap_err().contains("program")
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        drop(parse(&text));
    }

    #[test]
    fn no_toml_makes_it_panic(key in "[a-z]{1,8}", value in "[0-9\\[\\]\"a-z.:\\-]{0,12}") {
        for section in ["store", "transport", "source", "[source]"] {
            drop(parse(&format!("[{section}]\n{key} = {value}\nname = {value}\nconfig = {value}\n")));
        }
    }
}
