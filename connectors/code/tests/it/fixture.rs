//! Folders with git repositories, and reading them.

use std::path::{Path, PathBuf};
use std::process::Command;

use rollcall_connector::testkit::{Collected, assert_declared, collect};
use rollcall_connector::{Connector, ConnectorContext};
use rollcall_model::{Relation, ScopeKey, ScopeState, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Streams in the order in which an engine reads them.
pub(crate) const STREAMS: [&str; 4] = ["repositories", "files", "declarations", "home"];

pub(crate) struct Folder {
    temp: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { temp: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.temp.path().canonicalize().expect("it is there")
    }

    pub(crate) fn realm(&self) -> String {
        self.path().to_string_lossy().into_owned()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
        std::fs::write(file, text).expect("a file");
        self
    }

    /// A repository below the folder with `origin` at `github.com/acme/NAME`.
    pub(crate) fn repository(&self, path: &str, name: &str) -> Repo {
        let repo = Repo { path: self.path().join(path) };
        std::fs::create_dir_all(&repo.path).expect("a folder");
        repo.git(&["init", "-q", "-b", "main"]);
        repo.git(&["remote", "add", "origin", &format!("https://u:t@github.com/acme/{name}.git")]);
        repo
    }

    pub(crate) fn config(&self) -> Value {
        json!({"roots": [self.path()]})
    }
}

pub(crate) struct Repo {
    pub(crate) path: PathBuf,
}

impl Repo {
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let file = self.path.join(path);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
        std::fs::write(file, text).expect("a file");
        self
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.path, arguments, "Ada <ada@acme.io>", 1_700_000_000)
    }

    /// Commits everything as an author at a time; its id.
    pub(crate) fn commit(&self, author: &str, at: i64) -> String {
        git(&self.path, &["add", "-A"], author, at);
        git(&self.path, &["commit", "-q", "--allow-empty", "-m", "change"], author, at);
        git(&self.path, &["rev-parse", "HEAD"], author, at)
    }
}

pub(crate) fn git(folder: &Path, arguments: &[&str], author: &str, at: i64) -> String {
    let (name, email) = author.split_once(" <").expect("Name <address>");
    let email = email.trim_end_matches('>');
    let date = format!("{at} +0000");
    let output = Command::new("git")
        .args([
            "-c",
            "core.autocrlf=false",
            "-c",
            "protocol.file.allow=always",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", name)
        .env("GIT_AUTHOR_EMAIL", email)
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_NAME", name)
        .env("GIT_COMMITTER_EMAIL", email)
        .env("GIT_COMMITTER_DATE", &date)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub(crate) fn connector(config: &Value) -> std::sync::Arc<dyn Connector> {
    let context = ConnectorContext { literal_key: [7; 32], ..ConnectorContext::default() };
    rollcall_code::build(config, &context).expect("a sound configuration")
}

/// One run: every stream by one connector.
pub(crate) async fn run(config: &Value) -> Run {
    let connector = connector(config);
    let mut streams = Vec::new();
    for stream in STREAMS {
        let collected = collect(&*connector, stream, Timestamp::default()).await;
        assert_declared(connector.definition(), &collected);
        assert_eq!(collected.ended, None);
        streams.push(collected);
    }
    Run { streams }
}

pub(crate) struct Run {
    streams: Vec<Collected>,
}

impl Run {
    pub(crate) fn stream(&self, name: &str) -> &Collected {
        self.streams.iter().find(|s| s.stream == name).expect("a stream")
    }

    pub(crate) fn all(&self) -> &[Collected] {
        &self.streams
    }

    pub(crate) fn state(&self, stream: &str, realm: &str, part: &str) -> Option<ScopeState> {
        let scope = self.stream(stream).scope(&ScopeKey::part(stream, realm, part));
        scope.map(|scope| scope.state)
    }

    /// Codes of problems and notes of a scope.
    pub(crate) fn said(&self, stream: &str, realm: &str, part: &str) -> Vec<String> {
        let scope = self.stream(stream).scope(&ScopeKey::part(stream, realm, part));
        let Some(scope) = scope else { return Vec::new() };
        scope.problems.iter().chain(&scope.notes).map(|p| p.code.clone()).collect()
    }

    /// The ids of entities of a kind, sorted.
    pub(crate) fn ids(&self, kind: &str) -> Vec<String> {
        let mut ids: Vec<String> = self
            .streams
            .iter()
            .flat_map(Collected::entities)
            .filter(|e| e.key.kind.as_str() == kind)
            .map(|e| e.key.id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Relations of a sort as `from -> to`, with an attribute.
    pub(crate) fn relations(&self, relation: Relation, attribute: &str) -> Vec<String> {
        let mut all: Vec<String> = self
            .streams
            .iter()
            .flat_map(Collected::relations)
            .filter(|r| r.relation == relation)
            .map(|r| {
                format!(
                    "{} -> {} {}",
                    r.from,
                    r.to,
                    r.attributes.get(attribute).cloned().unwrap_or_default()
                )
            })
            .collect();
        all.sort();
        all
    }
}
