//! The other process. Tests start this binary again with one job as a further argument.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use rollcall_store::Store;

use crate::support::{Reader, check_order, check_scopes, open};

/// How many roles a scope has that [`Job::Write`] reads.
pub(crate) const ROLES: usize = 150;

/// What the other process shall do.
#[derive(Clone, Copy)]
pub(crate) enum Job<'a> {
    /// Opens the store, writes one reading of a source of its own, and ends.
    Open { source: &'a str },
    /// Writes readings until it is killed, and prints a line after each.
    Write,
    /// Writes readings until no room is left, and prints how many it wrote. If a file is named, it
    /// is removed then, and one more reading must succeed.
    Fill { ballast: Option<&'a Path> },
}

/// This binary with a job, started by `command` or plainly.
pub(crate) fn child(url: &str, job: Job<'_>, command: impl FnOnce(&Path) -> Command) -> Command {
    let job = match job {
        Job::Open { source } => format!("open {source}"),
        Job::Write => "write".to_owned(),
        Job::Fill { ballast } => match ballast {
            Some(file) => format!("fill {}", file.display()),
            None => "fill".to_owned(),
        },
    };
    let mut command = command(&std::env::current_exe().unwrap());
    command
        .args(["child::play", "--exact", "--nocapture", "--test-threads=1"])
        .arg(format!("url={url}"))
        .arg(format!("job={job}"))
        .stdin(Stdio::null());
    command
}

fn say(line: &str) {
    // Not `println`, which the test harness may keep.
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

/// The second process of other tests. Started without a job, as by a plain run of all tests, it has
/// nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn play() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().find_map(|arg| arg.strip_prefix(name));
    let (Some(url), Some(job)) = (value("url="), value("job=")) else {
        return;
    };
    let store = open(url).await;
    match job.split_once(' ') {
        Some(("open", source)) => {
            let reader = Reader::new(&store, source).await.unwrap();
            reader.read("one", ROLES, source, 0).await.unwrap();
        }
        Some(("fill", ballast)) => fill(&store, Some(Path::new(ballast))).await,
        None if job == "fill" => fill(&store, None).await,
        None if job == "write" => write(&store).await,
        _ => panic!("an unknown job {job:?}"),
    }
    store.close().await;
    say("done");
}

async fn write(store: &dyn Store) {
    let reader = Reader::new(store, "acme").await.unwrap();
    for round in 0_u64.. {
        let part = format!("part-{}", round % 3);
        reader.read(&part, ROLES, &format!("round {round}"), 200).await.unwrap();
        say(&format!("published {}", round + 1));
    }
}

async fn fill(store: &dyn Store, ballast: Option<&Path>) {
    let reader = Reader::new(store, "acme").await.unwrap();
    let mut written = 0;
    let error = loop {
        let part = format!("part-{written}");
        match reader.read(&part, ROLES, "x", 1_000).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 1_000, "there is room for everything");
    };
    assert_eq!(error.code(), "store_full", "{error}");
    // What was published is still there to be read.
    assert_eq!(check_order(store).await, written);
    check_scopes(store, reader.source, ROLES).await;
    let again = reader.read("part-0", ROLES, "changed", 1_000).await.unwrap_err();
    assert_eq!(again.code(), "store_full", "{again}");
    if let Some(ballast) = ballast {
        std::fs::remove_file(ballast).unwrap();
        reader.read("small", ROLES, "after", 0).await.unwrap();
        written += 1;
        assert_eq!(check_order(store).await, written);
        check_scopes(store, reader.source, ROLES).await;
    }
    say(&format!("written {written}"));
}
