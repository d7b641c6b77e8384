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
    assert!(why.contains("did you mean \"server\"?"), "{why}");
    let why = parse("[database]\nx = 1\n").unwrap_err();
    assert!(why.contains("known keys: store, transport, server, analysis, source"), "{why}");
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
fn analysis_is_set_by_numbers_and_names_of_tags() {
    let config = parse(
        "[analysis]\nunused_days = 45\nowner_score = 600\nowner_tags = [\"Steward\"]\n\
         [[source]]\nname = \"a\"\nkind = \"code\"\nschedule = \"0 3 * * MON-FRI\"\n\
         [[source]]\nname = \"b\"\nkind = \"code\"\n",
    )
    .unwrap();
    let settings = &config.analysis;
    assert_eq!((settings.unused_days, settings.owner_score, settings.young_days), (45, 600, 30));
    assert!(
        settings.owner_tags.contains_key("steward") && settings.owner_tags.contains_key("owner")
    );
    // From Friday to Monday; a source without a schedule is read by hand.
    assert_eq!((settings.interval("a"), settings.interval("b")), (3 * 86_400, 86_400));
    let why = parse("[analysis]\nowner_score = 1001\nunused_day = 3\n").unwrap_err();
    assert!(
        why.contains("from 0 to 1000") && why.contains("did you mean \"unused_days\"?"),
        "{why}"
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let why = parse("[store]\nurl = \"sqlite:x\nkey = 1\n").unwrap_err();
    assert!(why.starts_with("rollcall.toml:2:"), "{why}");
}

#[test]
fn a_server_is_read_and_what_is_wrong_with_it_is_told() {
    let usual = parse("").unwrap().server;
    assert_eq!((usual.listen.to_string().as_str(), usual.hooks), ("127.0.0.1:7077", None));
    let server = parse(
        "[server]\nlisten = \"[::]:80\"\nhosts = [\"a.example\"]\ntoken = \"env:T\"\n\
         hooks = \"127.0.0.1:0\"\n",
    );
    let server = server.unwrap().server;
    assert_eq!(server.listen.to_string(), "[::]:80");
    assert_eq!((server.hosts.len(), server.token.as_deref()), (1, Some("env:T")));
    let why = parse(
        "[server]\nlisten = \"localhost\"\nhost = []\ntoken = \"hunter2\"\nhosts = [\"http://x\"]\n",
    );
    let why = why.unwrap_err();
    assert_eq!(why.lines().count(), 4, "{why}");
    assert!(why.contains("did you mean \"hosts\"?") && !why.contains("hunter2"), "{why}");
}

#[test]
fn schedules_are_intervals_or_five_fields_with_a_zone() {
    let source = |lines: &str| {
        let text = format!("[[source]]\nname = \"a\"\nkind = \"code\"\n{lines}\n");
        parse(&text).map(|config| config.sources[0].schedule.to_string())
    };
    assert_eq!(source("").as_deref(), Ok("1h"));
    assert_eq!(source("schedule = \"15m\"").as_deref(), Ok("15m"));
    let zoned = source("schedule = \"0 8 * * *\"\ntimezone = \"Europe/Berlin\"");
    assert_eq!(zoned.as_deref(), Ok("0 8 * * * (Europe/Berlin)"));
    for (lines, place) in [
        ("schedule = \"often\"", ":4:12:"),
        ("schedule = \"1s\"", ":4:12:"),
        ("schedule = \"0 8 * * *\"\ntimezone = \"Berlin\"", ":5:12:"),
        ("timezone = \"UTC\"", ":4:12:"),
        ("schedule = \"5m\"\ntimezone = \"UTC\"", ":5:12:"),
        ("collect_token = \"env:T\"\nschedule = \"5m\"", ":5:12:"),
        ("collect_token = \"hunter2\"", ":4:17:"),
    ] {
        let why = source(lines).unwrap_err();
        assert!(why.contains(place) && !why.contains("hunter2"), "{why}");
    }
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
        for section in ["store", "transport", "server", "source", "[source]"] {
            drop(parse(&format!("[{section}]\n{key} = {value}\nname = {value}\nconfig = {value}\n")));
        }
    }
}
