//! Which repositories are found.

use rollcall_model::ScopeState;
use serde_json::json;

use crate::fixture::{Folder, git, run};

const CI: &str =
    "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n";

#[tokio::test]
async fn nested_checkouts_are_told_apart_and_have_their_own_files() {
    let folder = Folder::new();
    let outer = folder.repository("outer", "outer");
    outer.write(".github/workflows/ci.yml", CI).commit("Ada <ada@acme.io>", 1_700_000_000);
    let inner = folder.repository("outer/vendor/inner", "inner");
    inner
        .write(".github/workflows/ci.yml", CI)
        .write("AGENTS.md", "x")
        .commit("Ada <ada@acme.io>", 1_700_000_000);
    // A fixture inside a repository is no workflow of it.
    outer.write("tests/.github/workflows/fake.yml", CI);
    let run = run(&folder.config()).await;
    run.stream("repositories").assert_complete();
    let realms: Vec<&str> =
        run.stream("files").scopes.iter().map(|s| s.started.scope.realm.as_str()).collect();
    assert_eq!(realms, ["github.com/acme/inner", "github.com/acme/outer"]);
    assert_eq!(
        run.state("declarations", "github.com/acme/inner", ".github/workflows/ci.yml"),
        Some(ScopeState::Complete)
    );
    assert_eq!(run.ids("github.workflow-job"), [".github/workflows/ci.yml#build"]);
    assert_eq!(run.ids("code.agent-instructions"), ["AGENTS.md"]);
    let repository = run.stream("repositories").entities().next().expect("a repository");
    assert_eq!(repository.attributes["remote"], json!("github.com/acme/inner"));
    assert!(!format!("{:?}", run.all()).contains("u:t@"));
}

#[tokio::test]
async fn of_two_checkouts_the_newer_is_read_and_the_other_is_named() {
    let folder = Folder::new();
    folder
        .repository("a", "app")
        .write("CLAUDE.md", "old")
        .commit("Ada <ada@acme.io>", 1_700_000_000);
    folder
        .repository("b", "app")
        .write("AGENTS.md", "new")
        .commit("Ada <ada@acme.io>", 1_700_000_500);
    let run = run(&folder.config()).await;
    assert_eq!(run.ids("code.agent-instructions"), ["AGENTS.md"]);
    assert_eq!(run.said("repositories", &folder.realm(), ""), ["second_checkout"]);
    let repository = run.stream("repositories").entity(".");
    assert_eq!(
        (&repository.attributes["checkout"], &repository.attributes["other_checkouts"]),
        (&json!("b"), &json!(["a"]))
    );
}

#[tokio::test]
async fn one_repository_below_two_roots_is_read_once() {
    let (one, two) = (Folder::new(), Folder::new());
    one.repository("a", "app").write("CLAUDE.md", "old").commit("Ada <ada@acme.io>", 1_700_000_000);
    two.repository("b", "app").write("AGENTS.md", "new").commit("Ada <ada@acme.io>", 1_700_000_500);
    let run = run(&json!({"roots": [one.path(), two.path()]})).await;
    assert_eq!(run.stream("repositories").scopes.len(), 2);
    assert_eq!(run.stream("repositories").entities().count(), 2);
    assert_eq!(run.ids("code.agent-instructions"), ["AGENTS.md"]);
}

#[tokio::test]
async fn worktrees_submodules_bare_and_empty_repositories() {
    let folder = Folder::new();
    let library = folder.repository("library", "library");
    library.write("AGENTS.md", "x").commit("Ada <ada@acme.io>", 1_700_000_000);
    let app = folder.repository("app", "app");
    app.write("CLAUDE.md", "x").commit("Ada <ada@acme.io>", 1_700_000_000);
    app.git(&["submodule", "add", "-q", &library.path.to_string_lossy(), "lib"]);
    app.git(&["-C", "lib", "remote", "set-url", "origin", "git@github.com:acme/library.git"]);
    app.commit("Ada <ada@acme.io>", 1_700_000_100);
    app.git(&["worktree", "add", "-q", "../tree", "-b", "side"]);
    folder
        .repository("empty", "empty")
        .write(".mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}");
    std::fs::create_dir(folder.path().join("bare.git")).expect("a folder");
    git(&folder.path().join("bare.git"), &["init", "-q", "--bare"], "Ada <a@b.c>", 1_700_000_000);
    let run = run(&folder.config()).await;
    let repositories = run.stream("repositories");
    let realms: Vec<&str> = repositories.entities().map(|e| e.key.realm.as_str()).collect();
    assert_eq!(realms, ["github.com/acme/app", "github.com/acme/empty", "github.com/acme/library"]);
    let app = repositories.entities().next().expect("app");
    // Both trees of one repository stand at the same commit: the first by path is read.
    assert_eq!(
        (&app.attributes["checkout"], &app.attributes["other_checkouts"]),
        (&json!("app"), &json!(["tree"]))
    );
    let library = repositories.entities().nth(2).expect("library");
    assert_eq!(library.attributes["other_checkouts"], json!(["library"]));
    let mut said = run.said("repositories", &folder.realm(), "");
    said.sort();
    assert_eq!(said, ["bare_repository", "second_checkout", "second_checkout"]);
    assert_eq!(run.ids("mcp.server"), [".mcp.json#a"]);
}

#[tokio::test]
async fn a_linked_tree_whose_repository_lies_elsewhere_is_read() {
    let (main, root) = (Folder::new(), Folder::new());
    let app = main.repository("app", "app");
    app.write("CLAUDE.md", "x").commit("Ada <ada@acme.io>", 1_700_000_000);
    app.git(&["worktree", "add", "-q", &root.path().join("tree").to_string_lossy(), "-b", "side"]);
    let run = run(&root.config()).await;
    assert_eq!(run.stream("repositories").entity(".").key.realm, "github.com/acme/app");
    assert_eq!(run.relations(rollcall_model::Relation::LastChanged, "commit").len(), 1);
}

#[tokio::test]
async fn a_git_file_cannot_borrow_the_history_of_another_repository() {
    let (secret, root) = (Folder::new(), Folder::new());
    let private = secret.repository("private", "private");
    private.write("CLAUDE.md", "x").commit("Eve <eve@acme.io>", 1_700_000_000);
    root.write("trap/.git", format!("gitdir: {}\n", private.path.join(".git").display()));
    root.write("trap/CLAUDE.md", "x");
    // A git folder of its own that shares the other's content is no better.
    let own = root.repository("own", "own");
    own.write("CLAUDE.md", "x").commit("Ada <ada@acme.io>", 1_700_000_000);
    std::fs::write(
        own.path.join(".git/commondir"),
        private.path.join(".git").to_string_lossy().as_bytes(),
    )
    .expect("a file");
    let run = run(&root.config()).await;
    assert!(!format!("{:?}", run.all()).contains("private"));
    assert!(!format!("{:?}", run.all()).contains("eve@"));
    assert_eq!(
        run.said("repositories", &root.realm(), ""),
        ["checkout_unclear", "checkout_unclear"]
    );
    // The files themselves are there all the same.
    assert_eq!(run.ids("code.agent-instructions"), ["CLAUDE.md"]);
}

#[tokio::test]
async fn without_a_remote_the_first_commit_names_a_repository() {
    let folder = Folder::new();
    let a = folder.repository("a", "x");
    a.git(&["remote", "remove", "origin"]);
    let first = a.write("CLAUDE.md", "x").commit("Ada <ada@acme.io>", 1_700_000_000);
    a.write("CLAUDE.md", "y").commit("Ada <ada@acme.io>", 1_700_000_100);
    let b = folder.repository("b", "x");
    b.git(&["remote", "set-url", "origin", "/srv/git/x.git"]);
    let run = run(&folder.config()).await;
    let realms: Vec<String> =
        run.stream("repositories").entities().map(|e| e.key.realm.clone()).collect();
    assert_eq!(realms, [format!("local:{}/b", folder.realm()), format!("local:{first}")]);
}

#[tokio::test]
async fn configuration_of_a_repository_is_not_obeyed() {
    let folder = Folder::new();
    let app = folder.repository("app", "app");
    app.write("CLAUDE.md", "x").commit("Ada <ada@acme.io>", 1_700_000_000);
    let marker = folder.path().join("ran");
    let run_it = format!("touch {}", marker.display());
    for (key, value) in [
        ("core.fsmonitor", run_it.as_str()),
        ("core.sshCommand", &run_it),
        ("diff.external", &run_it),
        ("core.pager", &run_it),
        ("filter.x.smudge", &run_it),
        ("filter.x.clean", &run_it),
        ("credential.helper", &run_it),
        ("include.path", "/etc/passwd"),
        ("mailmap.file", "/etc/passwd"),
        ("core.worktree", "/"),
    ] {
        let config = app.path.join(".git/config");
        let (section, name) = key.rsplit_once('.').expect("a key");
        let section =
            section.split_once('.').map_or(section.to_owned(), |(s, sub)| format!("{s} \"{sub}\""));
        let mut text = std::fs::read_to_string(&config).expect("a configuration");
        text.push_str(&format!("[{section}]\n\t{name} = {value}\n"));
        std::fs::write(&config, text).expect("a configuration");
    }
    app.write(".gitattributes", "* filter=x diff=x\n");
    std::fs::create_dir_all(app.path.join(".git/hooks")).expect("a folder");
    std::fs::write(app.path.join(".git/hooks/post-checkout"), format!("#!/bin/sh\n{run_it}\n"))
        .expect("a hook");
    let run = run(&folder.config()).await;
    assert_eq!(run.relations(rollcall_model::Relation::LastChanged, "commit").len(), 1);
    assert!(!marker.exists());
}
