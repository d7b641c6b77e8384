//! Who last changed what.

use rollcall_model::{Relation, ScopeState};
use serde_json::json;

use crate::fixture::{Folder, git, run};

const APP: &str = "github.com/acme/app";
const FILE: &str = ".github/workflows/ci.yml";

fn workflow(a: &str, b: &str) -> String {
    format!(
        "on: push\njobs:\n  a:\n    steps:\n      - run: {a}\n  b:\n    steps:\n      - run: {b}\n"
    )
}

fn changed(run: &crate::fixture::Run, id: &str) -> Option<String> {
    let ending = format!("/{id} ");
    run.relations(Relation::LastChanged, "at").into_iter().find(|r| r.contains(&ending)).map(|r| {
        let from =
            r.split(" -> ").next().unwrap_or_default().rsplit(':').next().unwrap_or_default();
        format!("{from} {}", r.rsplit(' ').next().unwrap_or_default().trim_matches('"'))
    })
}

#[tokio::test]
async fn the_latest_of_an_entitys_own_lines_counts() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write(FILE, workflow("make", "make"))
        .write(".mailmap", "Grace <grace@acme.io> <old@acme.io>\n")
        .commit("Ada <Ada@acme.io>", 1_700_000_000);
    app.write(FILE, workflow("make all", "make")).commit("Grace <old@acme.io>", 1_700_100_000);
    app.write("README.md", "x").commit("Eve <eve@acme.io>", 1_700_200_000);
    let run = run(&folder.config()).await;
    assert_eq!(
        changed(&run, &format!("{FILE}#a")).as_deref(),
        Some("grace@acme.io 2023-11-16T02:00:00Z")
    );
    assert_eq!(
        changed(&run, &format!("{FILE}#b")).as_deref(),
        Some("ada@acme.io 2023-11-14T22:13:20Z")
    );
    assert_eq!(changed(&run, FILE).as_deref(), Some("grace@acme.io 2023-11-16T02:00:00Z"));
    let created = run.relations(Relation::Created, "at");
    assert!(created.iter().any(|c| c.contains("ada@acme.io") && c.contains(FILE)), "{created:?}");
    // Evidence is the commit that changed the file, not the one that is checked out.
    let job = run.stream("declarations").entity(&format!("{FILE}#a"));
    let second = app.git(&["rev-parse", "HEAD~1"]);
    assert_eq!(job.evidence[0].commit.as_deref(), Some(second.as_str()));
}

#[tokio::test]
async fn merges_are_followed_to_the_side_that_wrote_a_line() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write(FILE, workflow("one", "one")).commit("Ada <ada@acme.io>", 1_700_000_000);
    app.git(&["checkout", "-q", "-b", "side"]);
    app.write(FILE, workflow("one", "two")).commit("Side <side@acme.io>", 1_700_000_100);
    app.git(&["checkout", "-q", "main"]);
    app.write(FILE, workflow("two", "one")).commit("Main <main@acme.io>", 1_700_000_200);
    git(&app.path, &["merge", "-q", "--no-edit", "side"], "Merger <merger@acme.io>", 1_700_000_300);
    let run = run(&folder.config()).await;
    assert!(changed(&run, &format!("{FILE}#a")).is_some_and(|c| c.starts_with("main@")));
    assert!(changed(&run, &format!("{FILE}#b")).is_some_and(|c| c.starts_with("side@")));
}

#[tokio::test]
async fn lines_that_are_not_committed_are_said() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write(FILE, workflow("make", "make")).commit("Ada <ada@acme.io>", 1_700_000_000);
    app.write(FILE, workflow("make", "make new")).write("AGENTS.md", "new");
    let run = run(&folder.config()).await;
    let uncommitted = run.relations(Relation::LastChanged, "uncommitted");
    assert!(uncommitted.iter().any(|r| r.contains("#b") && r.ends_with("true")), "{uncommitted:?}");
    assert!(uncommitted.iter().any(|r| r.contains("#a") && r.ends_with("null")), "{uncommitted:?}");
    let said = run.said("files", APP, "");
    assert_eq!(said, ["uncommitted", "uncommitted"]);
    let agents = run.stream("files").entity("AGENTS.md");
    assert_eq!(agents.evidence[0].commit, None);
}

#[tokio::test]
async fn a_shallow_clone_says_where_its_history_ends() {
    let (origin, folder) = (Folder::new(), Folder::new());
    let app = origin.repository("app", "app");
    app.write(FILE, workflow("make", "make")).commit("Ada <ada@acme.io>", 1_700_000_000);
    app.write(FILE, workflow("make all", "make")).commit("Grace <grace@acme.io>", 1_700_000_100);
    app.write("x", "x").commit("Eve <eve@acme.io>", 1_700_000_200);
    let url = format!("file://{}", app.path.display());
    git(&folder.path(), &["clone", "-q", "--depth", "2", &url, "app"], "A <a@b.c>", 1_700_000_000);
    git(
        &folder.path().join("app"),
        &["remote", "set-url", "origin", "https://github.com/acme/app"],
        "A <a@b.c>",
        1_700_000_000,
    );
    let run = run(&folder.config()).await;
    // The oldest commit that is here only looks as if it had written everything.
    assert_eq!(changed(&run, &format!("{FILE}#b")), None);
    assert_eq!(run.said("files", APP, ""), ["history_ends"]);
    assert_eq!(run.state("files", APP, ""), Some(ScopeState::Complete));
    assert_eq!(run.relations(Relation::Created, "at").len(), 0);
}

#[tokio::test]
async fn a_missing_object_ends_the_history_and_nothing_else() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    let first =
        app.write(FILE, workflow("make", "make")).commit("Ada <ada@acme.io>", 1_700_000_000);
    app.write(FILE, workflow("make all", "make")).commit("Grace <grace@acme.io>", 1_700_000_100);
    std::fs::remove_file(app.path.join(format!(".git/objects/{}/{}", &first[..2], &first[2..])))
        .expect("a loose object");
    let run = run(&folder.config()).await;
    assert_eq!(run.said("files", APP, ""), ["history_ends"]);
    assert_eq!(run.state("declarations", APP, FILE), Some(ScopeState::Complete));
    assert_eq!(run.ids("github.workflow-job").len(), 2);
}

#[tokio::test]
async fn the_budget_bounds_the_walk_and_is_said() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write(FILE, workflow("make", "make")).commit("Ada <ada@acme.io>", 1_700_000_000);
    for n in 1..30 {
        app.write("README.md", format!("{n}")).commit("Eve <eve@acme.io>", 1_700_000_000 + n);
    }
    let bounded = run(&json!({"roots": [folder.path()], "history_budget": 5})).await;
    assert_eq!(changed(&bounded, FILE), None);
    assert_eq!(bounded.said("files", APP, ""), ["history_ends"]);
    let whole = run(&folder.config()).await;
    assert!(changed(&whole, FILE).is_some_and(|c| c.starts_with("ada@")));
    let none = run(&json!({"roots": [folder.path()], "history": false})).await;
    assert_eq!(none.relations(Relation::LastChanged, "at").len(), 0);
}

/// Lines and their origins against `git blame` over a history with merges and moves of lines.
#[tokio::test]
async fn blame_agrees_with_git() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    let mut jobs: Vec<String> = (0..12).map(|n| format!("job{n}")).collect();
    let text = |jobs: &[String], salt: &dyn Fn(usize) -> usize| {
        let mut text = "on: push\njobs:\n".to_owned();
        for (n, job) in jobs.iter().enumerate() {
            text.push_str(&format!("  {job}:\n    steps:\n      - run: step {}\n", salt(n)));
        }
        text
    };
    for round in 0..40_usize {
        match round % 5 {
            0 => jobs.push(format!("new{round}")),
            1 => drop(jobs.remove(round % jobs.len())),
            2 => {
                let job = jobs.remove(0);
                jobs.push(job);
            }
            _ => {}
        }
        let salt = move |n: usize| if (n * 7 + round).is_multiple_of(4) { round } else { n };
        app.write(FILE, text(&jobs, &salt));
        app.commit(&format!("P{round} <p{round}@acme.io>"), 1_700_000_000 + round as i64 * 60);
    }
    let run = run(&folder.config()).await;
    let blame = app.git(&["blame", "--line-porcelain", "--diff-algorithm=histogram", FILE]);
    let mails: Vec<&str> =
        blame.lines().filter_map(|l| l.strip_prefix("author-mail <")?.strip_suffix('>')).collect();
    let mut agreed = 0;
    for (n, job) in jobs.iter().enumerate() {
        // Each job has three lines, after two of the workflow's own.
        let own = &mails[2 + n * 3..5 + n * 3];
        let latest = own
            .iter()
            .max_by_key(|m| m[1..].split('@').next().and_then(|p| p.parse::<u32>().ok()))
            .expect("three lines");
        let ours = changed(&run, &format!("{FILE}#{job}")).expect("a last change");
        agreed += usize::from(ours.starts_with(*latest));
    }
    assert_eq!(agreed, jobs.len());
}
