//! kill -9 at any moment loses nothing that was published, and the next reading converges to what an
//! undisturbed one gives, byte for byte.

use std::process::Stdio;
use std::time::Instant;

use rollcall_testing::Postgres;

use crate::world::{CODE, WORKFLOW, World};

/// How many readings are killed.
const KILLS: u32 = 50;

/// At how many twentieths of the time that an undisturbed reading takes a reading is killed: every
/// part of a reading in turn, and now and then none, so that one reaches its end.
const fn moment(round: u32) -> u32 {
    round * 7 % 25
}

fn world() -> World {
    let world = World::furnished();
    let files: Vec<(String, String)> = (0..60)
        .map(|n| {
            (format!(".github/workflows/w{n}.yml"), WORKFLOW.replace("deploy", &format!("job-{n}")))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
    world.checkout("home/src/many", "https://github.com/acme/many.git", &files);
    world
}

/// Kills readings, changes what there is to read in between, and compares with a store that was never
/// disturbed.
fn converges(world: &World, undisturbed: &str, disturbed: &str) {
    world.file("cwd/undisturbed.toml", undisturbed);
    world.file("cwd/disturbed.toml", disturbed);
    world.run(&["--config", "disturbed.toml", "sync"]).code(0);
    let start = Instant::now();
    world.run(&["--config", "disturbed.toml", "sync"]).code(0);
    let twentieth = start.elapsed() / 20;
    let facts = |config: &str| {
        world.run(&["--config", config, "export", "facts", "--canonical"]).code(0).stdout
    };
    // What no round touches: it must be there after every kill.
    let first = facts("disturbed.toml");
    let untouched: Vec<&str> = first.lines().filter(|line| !line.contains("acme/many")).collect();
    assert!(untouched.len() > 20, "{}", untouched.len());
    for round in 0..KILLS {
        // Something new, something changed and something gone in every round.
        let workflows = "home/src/many/.github/workflows";
        world.file(&format!("{workflows}/new{round}.yml"), WORKFLOW);
        world.file(
            &format!("{workflows}/w1.yml"),
            &WORKFLOW.replace("deploy", &format!("r{round}")),
        );
        std::fs::remove_file(world.path().join(format!("{workflows}/w{}.yml", 8 + round))).unwrap();
        let mut child = world
            .command(&["--config", "disturbed.toml", "sync"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(twentieth * moment(round));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = facts("disturbed.toml");
        let now: std::collections::HashSet<&str> = now.lines().collect();
        assert!(untouched.iter().all(|line| now.contains(line)), "lost in round {round}");
    }
    let runs = world.json("source-runs", &["--config", "disturbed.toml", "source", "runs", "code"]);
    let killed = runs.iter().filter(|run| run["finished_at"].is_null()).count();
    assert!(killed > 5, "of the last {} readings only {killed} were hit while at work", runs.len());
    let export = |config: &str| {
        world.run(&["--config", config, "sync"]).code(0);
        facts(config)
    };
    let expected = export("undisturbed.toml");
    assert!(expected.lines().count() > 500, "there was something to be lost");
    assert_eq!(export("disturbed.toml"), expected);
}

#[test]
fn killed_readings_converge_on_sqlite() {
    let world = world();
    let at = |file: &str| format!("[store]\nurl = \"sqlite:{file}\"\nkey_file = \"key\"\n{CODE}");
    converges(&world, &at("a/r.db"), &at("b/r.db"));
}

#[test]
fn killed_readings_converge_on_postgres() {
    let mut world = world();
    let postgres = Postgres::shared().unwrap();
    for name in ["A", "B"] {
        world.environment.insert(format!("DATABASE_{name}"), postgres.fresh_database().unwrap());
    }
    let at =
        |name: &str| format!("[store]\nurl = \"env:DATABASE_{name}\"\nkey_file = \"key\"\n{CODE}");
    converges(&world, &at("A"), &at("B"));
}
