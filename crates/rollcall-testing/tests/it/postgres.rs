use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rollcall_testing::Postgres;

#[test]
fn a_server_answers_and_its_databases_are_apart() {
    let postgres = Postgres::start().unwrap();
    postgres.database("one").unwrap();
    let url = postgres.database("two").unwrap();
    assert!(url.starts_with("postgres://") && url.contains("/two?host=/"), "{url}");
    postgres.sql("one", "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)").unwrap();
    assert_eq!(postgres.sql("one", "SELECT n, n * 2 FROM t ORDER BY n").unwrap(), "1|2\n2|4");
    assert!(postgres.sql("two", "SELECT n FROM t").is_err());

    postgres.copy_of("one", "three").unwrap();
    assert_eq!(postgres.sql("three", "SELECT count(*) FROM t").unwrap(), "2");

    assert!(postgres.database("one").is_err(), "a database is never taken over");
    assert!(postgres.database("Robert'); --").is_err());
    assert_ne!(postgres.fresh_database().unwrap(), postgres.fresh_database().unwrap());
}

#[test]
fn two_servers_run_beside_each_other_and_listen_on_no_port() {
    let (one, two) = (Postgres::start().unwrap(), Postgres::start().unwrap());
    assert_ne!(one.process_id(), two.process_id());
    for server in [&one, &two] {
        assert_eq!(server.sql("postgres", "SHOW listen_addresses").unwrap(), "");
    }
    one.database("same").unwrap();
    two.database("same").unwrap();
}

#[test]
fn the_shared_server_is_one() {
    let (one, two) = (Postgres::shared().unwrap(), Postgres::shared().unwrap());
    assert_eq!(one.process_id(), two.process_id());
}

#[test]
fn a_dropped_server_is_gone_with_its_folder() {
    let postgres = Postgres::start().unwrap();
    let (process, folder) = (postgres.process_id(), folder_of(&postgres.url("x")));
    assert!(runs(process) && Path::new(&folder).exists());
    drop(postgres);
    assert!(!runs(process), "the process is still there");
    assert!(!Path::new(&folder).exists(), "{folder} is still there");
}

#[test]
fn a_panicking_test_leaves_no_server() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        let postgres = Postgres::start().unwrap();
        sender.send(postgres.process_id()).unwrap();
        panic!("as a failing assertion does");
    })
    .join();
    assert!(panicked.is_err());
    assert!(!runs(receiver.recv().unwrap()));
}

#[test]
fn a_killed_test_process_leaves_no_server() {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_with-postgres"))
        .args(["sh", "-c", "echo \"$DATABASE_URL\"; cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let folder = folder_of(url.trim());
    let lock = std::fs::read_to_string(Path::new(&folder).join("data/postmaster.pid")).unwrap();
    let process: u32 = lock.lines().next().unwrap().parse().unwrap();
    assert!(runs(process));

    holder.kill().unwrap();
    holder.wait().unwrap();
    wait_until("the server ends", || !runs(process));
    wait_until("its folder goes", || !Path::new(&folder).exists());
}

#[test]
fn a_command_with_a_database_ends_as_the_command_does() {
    let with = |script: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_with-postgres"));
        command.args(["sh", "-c", script]).output().unwrap()
    };
    assert_eq!(with("exit 7").status.code(), Some(7));
    let script = r#"psql -X -A -t -c 'SELECT 6 * 7' "${DATABASE_URL}""#;
    assert_eq!(String::from_utf8_lossy(&with(script).stdout).trim(), "42");
}

#[test]
fn collation_is_a_languages_where_the_server_can() {
    let postgres = Postgres::shared().unwrap();
    let version: u32 =
        postgres.sql("postgres", "SHOW server_version_num").unwrap().parse().unwrap();
    let sorted = "SELECT string_agg(x, '' ORDER BY x) FROM (VALUES ('B'), ('a'), ('b')) t(x)";
    let bytes = sorted.replace("ORDER BY x", "ORDER BY x COLLATE \"C\"");
    assert_eq!(postgres.sql("postgres", &bytes).unwrap(), "Bab");
    if version >= 150_000 {
        assert_eq!(postgres.sql("postgres", sorted).unwrap(), "abB");
    }
}

fn folder_of(url: &str) -> String {
    let after = url.split_once("host=").unwrap().1;
    after.split('&').next().unwrap().to_owned()
}

fn runs(process: u32) -> bool {
    let script = format!("kill -0 {process} 2>/dev/null");
    Command::new("sh").args(["-c", &script]).status().unwrap().success()
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < limit, "{what}: not after 30 s");
        std::thread::sleep(Duration::from_millis(10));
    }
}
