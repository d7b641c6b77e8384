//! kill -9 at any moment loses nothing that was published, and the next reading converges to what an
//! undisturbed one gives, byte for byte.

use std::process::Stdio;
use std::time::Instant;

use rollcall_testing::Postgres;

use crate::world::{CODE, WORKFLOW, World};

/// At which tenths of the time that an undisturbed reading takes a reading is killed, besides at once.
const MOMENTS: [u32; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12];

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
    world.run(&["--config", "undisturbed.toml", "migrate"]).code(0);
    let start = Instant::now();
    world.run(&["--config", "undisturbed.toml", "sync"]).code(0);
    let tenth = start.elapsed() / 10;
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        // Something new, something changed and something gone in every round.
        let workflows = "home/src/many/.github/workflows";
        world.file(&format!("{workflows}/new{round}.yml"), WORKFLOW);
        world.file(
            &format!("{workflows}/w1.yml"),
            &WORKFLOW.replace("deploy", &format!("r{round}")),
        );
        std::fs::remove_file(world.path().join(format!("{workflows}/w{}.yml", 20 + round)))
            .unwrap();
        let mut child = world
            .command(&["--config", "disturbed.toml", "sync"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(tenth * moment);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let runs = world.json("source-runs", &["--config", "disturbed.toml", "source", "runs", "code"]);
    let killed = runs.iter().filter(|run| run["finished_at"].is_null()).count();
    assert!(killed > 0, "none of {} readings was hit while it was at work", runs.len());
    let export = |config: &str| {
        world.run(&["--config", config, "sync"]).code(0);
        world.run(&["--config", config, "export", "facts", "--canonical"]).code(0).stdout
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
