//! Backups, restoring them, and databases that this program does not understand.

use std::path::Path;
use std::process::Command;

use rollcall_testing::Postgres;

use crate::world::World;

#[test]
fn a_backup_is_put_back_and_the_old_database_is_kept() {
    let world = World::furnished();
    world.configure_code();
    assert_eq!(world.error(&["backup", "b.db"]).0, "no_store");
    world.run(&["sync"]).code(0);
    let before = world.export();
    let backup = world.json("backup", &["backup", "b.db"]);
    assert!(backup[0]["bytes"].as_u64().unwrap() > 10_000);
    assert!(backup[0]["key_file"].as_str().unwrap().ends_with("rollcall.key"));
    assert_eq!(world.error(&["backup", "b.db"]).0, "exists");

    std::fs::remove_file(world.path().join("home/.cursor/mcp.json")).unwrap();
    std::fs::remove_file(world.path().join("home/src/shop/.mcp.json")).unwrap();
    world.run(&["sync"]).code(0);
    let after = world.export();
    assert_ne!(after, before);
    assert_eq!(world.error(&["restore", "b.db"]).0, "exists");
    assert_eq!(world.export(), after, "nothing was changed");
    let restored = world.json("restore", &["restore", "b.db", "--force"]);
    assert_eq!(restored[0]["sources"], 1);
    assert_eq!(world.export(), before);
    let kept = restored[0]["kept"].as_str().unwrap();
    std::fs::remove_file(world.cwd().join("rollcall.db")).unwrap();
    world.run(&["restore", kept]).code(0);
    assert_eq!(world.export(), after, "what was kept is whole");
}

#[test]
fn what_is_no_backup_is_refused_and_changes_nothing() {
    let world = World::furnished();
    world.configure_code();
    world.run(&["sync"]).code(0);
    let before = world.export();
    world.file("cwd/text.db", "this is no database at all, but long enough to be looked at");
    sql(&world.cwd().join("other.db"), "CREATE TABLE t (x)");
    for file in ["text.db", "other.db"] {
        let (code, message) = world.error(&["restore", file, "--force"]);
        assert_eq!(code, "bad_backup", "{message}");
    }
    assert_eq!(world.error(&["restore", "absent.db", "--force"]).0, "io");
    assert_eq!(world.export(), before);
    assert!(!world.cwd().join("rollcall.db.restoring").exists());
}

#[test]
fn a_newer_database_is_refused_by_every_command() {
    let world = World::furnished();
    world.configure_code();
    world.run(&["sync"]).code(0);
    let current = world.json("migrate", &["migrate", "--check"]);
    assert_eq!(current[0]["state"], "current");
    world.run(&["backup", "b.db"]).code(0);
    let newer = "INSERT INTO _sqlx_migrations SELECT 999, description, installed_on, success, checksum, \
                 execution_time FROM _sqlx_migrations LIMIT 1";
    sql(&world.cwd().join("rollcall.db"), newer);
    for command in [&["ls"][..], &["sync"], &["migrate"], &["migrate", "--check"], &["coverage"]] {
        let (code, message) = world.error(command);
        assert_eq!(code, "store_newer_schema", "{message}");
        assert!(message.contains("999"), "{message}");
    }
    sql(&world.cwd().join("b.db"), newer);
    assert_eq!(world.error(&["restore", "b.db", "--force"]).0, "store_newer_schema");
}

#[test]
fn a_database_is_made_by_migrating_or_reading_only() {
    let world = World::new();
    world.configure_code();
    assert_eq!(world.json_with_code(2, "migrate", &["migrate", "--check"])[0]["state"], "absent");
    for command in [
        &["ls"][..],
        &["coverage"],
        &["show", "x"],
        &["source", "held", "code"],
        &["export", "facts", "--canonical"],
    ] {
        let (code, message) = world.error(command);
        assert_eq!(code, "no_store");
        assert!(message.contains("rollcall sync"), "{message}");
    }
    assert!(!world.cwd().join("rollcall.db").exists());
    assert_eq!(world.json("migrate", &["migrate"])[0]["state"], "migrated");
    assert_eq!(world.json("migrate", &["migrate"])[0]["state"], "current");
    assert!(world.json("ls", &["ls"]).is_empty());
}

#[test]
fn a_postgres_store_is_backed_up_by_its_own_program() {
    let mut world = World::furnished();
    let url = Postgres::shared().unwrap().fresh_database().unwrap();
    world.environment.insert("DATABASE_URL".to_owned(), url);
    world.configure(&format!("[store]\nurl = \"env:DATABASE_URL\"\n{}", crate::world::CODE));
    world.run(&["sync"]).code(0);
    let (code, message) = world.error(&["restore", "b.dump"]);
    assert_eq!(code, "unsupported");
    assert!(message.contains("pg_restore"), "{message}");
    // Without the program on the search path it is said where to get it.
    world.environment.insert("PATH".to_owned(), "/nowhere".to_owned());
    let (code, message) = world.error(&["backup", "b.dump"]);
    assert_eq!(code, "no_pg_dump");
    assert!(message.contains("pg_dump"), "{message}");
    assert!(!world.cwd().join("b.dump").exists());
}

/// Runs a statement with Python's own SQLite.
fn sql(file: &Path, statement: &str) {
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute(sys.argv[2])\nc.commit()\nc.close()";
    let status = Command::new("python3").args(["-c", script]).arg(file).arg(statement).status();
    let status = status.unwrap_or_else(|e| panic!("python3 is needed (make setup-tests): {e}"));
    assert!(status.success());
}
