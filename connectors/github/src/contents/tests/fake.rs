//! A GitHub of one organisation that answers from repositories in memory, and misbehaves where it is
//! told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A repository.
#[derive(Clone)]
pub(super) struct FakeRepo {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) branch: String,
    pub(super) files: BTreeMap<String, String>,
    pub(super) pushed_at: String,
    pub(super) is_gone: bool,
    /// What the next calls say instead of its name.
    pub(super) renamed: Option<String>,
}

/// How it misbehaves.
#[derive(Clone, Default)]
pub(super) struct Faults {
    /// GraphQL calls for more objects than this are answered with 502.
    pub(super) most_objects: Option<usize>,
    /// GraphQL calls for more objects than this are answered for this many, and an error.
    pub(super) partial_beyond: Option<usize>,
    /// This many GraphQL calls are answered with a limit, as 200.
    pub(super) limited: usize,
    /// Whole trees are cut off.
    pub(super) truncated_trees: bool,
    /// Texts are cut off.
    pub(super) truncated_texts: bool,
    /// Trees are answered with this status.
    pub(super) tree_status: Option<u16>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) repos: Vec<FakeRepo>,
    pub(super) faults: Faults,
    /// What was asked: operation, with the number of objects.
    pub(super) asked: Vec<String>,
    /// The contents that were handed out, by object id.
    pub(super) handed: Vec<String>,
    pub(super) author: Value,
    pub(super) message: String,
    pub(super) answers: BTreeMap<String, Value>,
}

pub(super) struct Fake {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn oid(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(20).map(|b| format!("{b:02x}")).collect()
}

impl FakeRepo {
    pub(super) fn new(id: u64, name: &str, files: &[(&str, &str)]) -> Self {
        Self {
            id,
            name: name.to_owned(),
            branch: "main".to_owned(),
            files: files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect(),
            pushed_at: "2026-11-01T00:00:00Z".to_owned(),
            is_gone: false,
            renamed: None,
        }
    }

    fn tree(&self) -> String {
        oid(&format!("tree {:?}", self.files))
    }

    fn node(&self) -> String {
        format!("R_{}", self.id)
    }
}

impl Fake {
    pub(super) async fn start(repos: Vec<FakeRepo>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let author = json!({"email": "ada@acme.io", "user": {"login": "ada", "databaseId": 7}});
        let state = State { repos, author, message: "Add it".to_owned(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { drop(serve(stream, &shared).await) });
            }
        });
        Self { url, state, task }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What was asked since the last time.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    pub(super) fn push(&self, repo: u64, path: &str, text: &str, at: &str) {
        let mut state = self.state();
        let repo = state.repos.iter_mut().find(|r| r.id == repo).unwrap();
        repo.files.insert(path.to_owned(), text.to_owned());
        repo.pushed_at = at.to_owned();
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length && stream.read_buf(&mut body).await? > 0 {}
    let mut first = head.split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let (status, answer) = {
        let mut state = state.lock().unwrap();
        match method {
            "POST" => graphql(&mut state, &serde_json::from_slice(&body).unwrap_or_default()),
            _ => plain(&mut state, target),
        }
    };
    let answer = answer.to_string();
    let text = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
        answer.len()
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}

fn plain(state: &mut State, target: &str) -> (u16, Value) {
    let path = target.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    if let Some(answer) = state.answers.get(path).cloned() {
        state.asked.push(path.to_owned());
        return (200, answer);
    }
    match parts[..] {
        ["user"] => (200, json!({"id": 1, "login": "reader"})),
        ["orgs", "acme"] => (200, json!({"id": 9, "login": "acme"})),
        ["orgs", "acme", "repos"] => {
            state.asked.push("repos".to_owned());
            let list = state.repos.iter().filter(|r| !r.is_gone).map(|r| {
                json!({"id": r.id, "node_id": r.node(), "full_name": r.name, "default_branch": r.branch,
                    "pushed_at": r.pushed_at, "created_at": "2020-01-01T00:00:00Z",
                    "owner": {"id": 9, "login": "acme"}})
            });
            (200, Value::Array(list.collect()))
        }
        ["repos", owner, name, "git", "trees", sha] => {
            state.asked.push("tree".to_owned());
            if let Some(status) = state.faults.tree_status {
                return (status, json!({"message": "Git Repository is empty."}));
            }
            let full = format!("{owner}/{name}");
            let repo = state.repos.iter().find(|r| r.name == full && !r.is_gone);
            repo.map_or((404, json!({"message": "Not Found"})), |repo| {
                (200, tree(repo, sha, target.contains("recursive"), state.faults.truncated_trees))
            })
        }
        ["repos", _, _, "git", "blobs", sha] => {
            state.asked.push("blob".to_owned());
            let text = state.repos.iter().flat_map(|r| r.files.values()).find(|t| oid(t) == sha);
            use base64::Engine as _;
            let encode = |t: &String| base64::engine::general_purpose::STANDARD.encode(t);
            (200, json!({"content": text.map(encode), "encoding": "base64"}))
        }
        _ => (404, json!({"message": "Not Found"})),
    }
}

/// A tree by its id: that of the root, or of a folder.
fn tree(repo: &FakeRepo, sha: &str, recursive: bool, truncated: bool) -> Value {
    let is_root = sha == repo.tree();
    let folder = |path: &str| oid(&format!("{} {path}", repo.tree()));
    let mut entries = Vec::new();
    let mut folders = std::collections::BTreeSet::new();
    for (path, text) in &repo.files {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        let below = if is_root {
            Some(path.as_str())
        } else {
            parents.clone().find(|p| folder(p) == sha).map(|p| &path[p.len() + 1..])
        };
        let Some(below) = below else { continue };
        match below.split_once('/') {
            Some((name, _)) if !recursive => {
                let whole = &path[..path.len() - below.len() + name.len()];
                folders.insert((name.to_owned(), folder(whole)));
            }
            _ => entries.push(json!({"path": below, "mode": "100644", "type": "blob",
                "sha": oid(text), "size": text.len()})),
        }
    }
    for (name, sha) in folders {
        entries.push(json!({"path": name, "mode": "040000", "type": "tree", "sha": sha}));
    }
    let cut = truncated && recursive && is_root;
    if cut {
        entries.truncate(1);
    }
    json!({"sha": sha, "truncated": cut, "tree": entries})
}

fn graphql(state: &mut State, body: &Value) -> (u16, Value) {
    let query = body["query"].as_str().unwrap_or_default();
    let variables = &body["variables"];
    let name = query.split("query ").nth(1).unwrap_or_default();
    let name: String = name.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    let used = |i: usize| variables[format!("u{i}")] == json!(true);
    let count = match name.as_str() {
        "Heads" => variables["ids"].as_array().map_or(0, Vec::len),
        _ => (0..32).filter(|i| used(*i)).count(),
    };
    state.asked.push(format!("{name} {count}"));
    if state.faults.limited > 0 {
        state.faults.limited -= 1;
        return (
            200,
            json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}),
        );
    }
    if state.faults.most_objects.is_some_and(|most| count > most) {
        return (502, json!({"message": "Something went wrong while executing your query."}));
    }
    let cut = state.faults.partial_beyond.filter(|most| count > *most);
    if name == "Heads" {
        let ids: Vec<&str> =
            variables["ids"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let mut errors = Vec::new();
        let nodes: Vec<Value> = ids
            .iter()
            .enumerate()
            .map(|(at, id)| {
                let found = state.repos.iter().find(|r| r.node() == *id && !r.is_gone);
                match found {
                    Some(repo) => head(repo),
                    None => {
                        errors.push(json!({"type": "NOT_FOUND", "message": "Could not resolve to a node", "path": ["nodes", at]}));
                        Value::Null
                    }
                }
            })
            .collect();
        return answer(json!({"nodes": nodes}), errors);
    }
    let mut data = serde_json::Map::new();
    let mut errors = Vec::new();
    for i in (0..32).filter(|i| used(*i)) {
        let place = if name == "Blobs" { format!("b{i}") } else { format!("h{i}") };
        if cut.is_some_and(|most| data.len() >= most) {
            errors.push(json!({"type": "INTERNAL", "message": "timed out", "path": [place]}));
            data.insert(place, Value::Null);
            continue;
        }
        let node = variables[format!("r{i}")].as_str().unwrap_or_default();
        let repo = state.repos.iter().find(|r| r.node() == node && !r.is_gone).cloned();
        let object = repo.and_then(|repo| match name.as_str() {
            "Blobs" => {
                let wanted = variables[format!("o{i}")].as_str()?;
                let text = repo.files.values().find(|t| oid(t) == wanted)?;
                state.handed.push(wanted.to_owned());
                let cut = state.faults.truncated_texts;
                let text = if cut { &text[..text.len() / 2] } else { text };
                Some(json!({"__typename": "Blob", "oid": wanted, "isBinary": false, "isTruncated": cut, "text": text}))
            }
            _ => {
                let path = variables[format!("p{i}")].as_str()?;
                Some(json!({"history": {"pageInfo": {"hasNextPage": false}, "nodes": [{
                    "oid": oid(&format!("commit {}", repo.files.get(path)?)), "committedDate": "2026-10-01T00:00:00Z",
                    "message": state.message, "signature": {"isValid": true, "wasSignedByGitHub": true},
                    "author": state.author, "authors": {"nodes": [state.author,
                        {"email": "grace@acme.io", "user": {"login": "grace", "databaseId": 8}}, null]}}]}}))
            }
        });
        data.insert(place, object.map_or(Value::Null, |object| json!({"object": object})));
    }
    answer(Value::Object(data), errors)
}

fn head(repo: &FakeRepo) -> Value {
    let branch = (!repo.files.is_empty()).then(|| {
        json!({"name": repo.branch, "target": {"oid": oid(&format!("head {}", repo.tree())), "tree": {"oid": repo.tree()}}})
    });
    json!({"__typename": "Repository", "id": repo.node(), "databaseId": repo.id,
        "nameWithOwner": repo.renamed.as_ref().unwrap_or(&repo.name), "isEmpty": repo.files.is_empty(),
        "defaultBranchRef": branch})
}

fn answer(data: Value, errors: Vec<Value>) -> (u16, Value) {
    let mut body = json!({"data": data});
    if !errors.is_empty() {
        body["errors"] = Value::Array(errors);
    }
    (200, body)
}
