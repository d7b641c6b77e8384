//! Git's objects.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::files::snapshot::{Commit, Snapshot};
use crate::github::access::Level::Read;
use crate::github::access::Needs::Repository;
use crate::github::ask::{Answer, Ask, Reply};
use crate::github::faults::GitHubFaultKind;
use crate::github::render::{node, repository};
use crate::github::router::Route;
use crate::github::world::Repo;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/repos/{owner}/{repo}/git/trees/{tree_sha}", Repository("contents", Read), tree),
    Route::get("/repos/{owner}/{repo}/git/blobs/{file_sha}", Repository("contents", Read), blob),
    Route::get(
        "/repos/{owner}/{repo}/git/commits/{commit_sha}",
        Repository("contents", Read),
        git_commit,
    ),
    Route::get("/repos/{owner}/{repo}/git/ref/{path}", Repository("contents", Read), reference),
    Route::get("/repos/{owner}/{repo}/commits", Repository("contents", Read), commits),
    Route::get("/repos/{owner}/{repo}/commits/{ref}", Repository("contents", Read), one),
];

/// The files of a repository that has some.
pub(super) fn files<'a>(ask: &'a Ask<'_>) -> Result<(&'a Repo, &'a Snapshot), Reply> {
    let repo = ask.repo()?;
    let files = repo.files(&ask.world.company);
    if files.head().is_none() {
        return Err(Reply::error(409, "Git Repository is empty."));
    }
    Ok((repo, files))
}

fn tree(ask: &Ask<'_>) -> Answer {
    let (repo, files) = files(ask)?;
    let wanted = ask.param(2);
    let root = match wanted.split_once(':') {
        Some((commit, path)) => {
            files.resolve(commit).and_then(|c| files.at(&c.tree, path)).map(|f| f.0)
        }
        None => files.resolve(wanted).map(|c| c.tree.clone()),
    };
    let root = root.unwrap_or_else(|| wanted.to_owned());
    if files.tree(&root).is_none() {
        return Err(Reply::not_found());
    }
    let url = ask.url(&format!("/repos/{}/git", repository::full_name(ask, repo)));
    let mut entries = Vec::new();
    // Any value means yes, even 0. Source: GitHub's documentation of the endpoint.
    walk(files, &root, "", ask.query("recursive").is_some(), &url, &mut entries);
    let truncated = ask.struck(&GitHubFaultKind::TruncatedTree) && ask.query("recursive").is_some();
    if truncated {
        entries.truncate(entries.len().div_ceil(2));
    }
    Ok(Reply::ok(json!({
        "sha": root,
        "url": format!("{url}/trees/{root}"),
        "tree": entries,
        "truncated": truncated,
    })))
}

fn walk(files: &Snapshot, root: &str, above: &str, deep: bool, url: &str, out: &mut Vec<Value>) {
    for entry in files.tree(root).into_iter().flatten() {
        let path = format!("{above}{}", entry.name);
        let (mode, kind, part) =
            if entry.is_tree { ("040000", "tree", "trees") } else { ("100644", "blob", "blobs") };
        let mut value = json!({
            "path": path,
            "mode": mode,
            "type": kind,
            "sha": entry.oid,
            "url": format!("{url}/{part}/{}", entry.oid),
        });
        if let Some(text) = files.blob(&entry.oid).filter(|_| !entry.is_tree) {
            value["size"] = text.len().into();
        }
        out.push(value);
        if deep && entry.is_tree {
            walk(files, &entry.oid, &format!("{path}/"), deep, url, out);
        }
    }
}

/// Base64 in lines, as GitHub sends it.
pub(super) fn encoded(text: &str) -> String {
    let whole = STANDARD.encode(text);
    let mut out = String::new();
    let mut rest = whole.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(60));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out
}

fn blob(ask: &Ask<'_>) -> Answer {
    let (repo, files) = files(ask)?;
    let oid = ask.param(2);
    let text = files.blob(oid).ok_or_else(Reply::not_found)?;
    if ask.accept.contains("raw") {
        let body = crate::github::ask::Body::Text(
            "application/vnd.github.raw; charset=utf-8",
            text.to_string(),
        );
        return Ok(Reply { body, ..Reply::empty(200) });
    }
    let name = repository::full_name(ask, repo);
    Ok(Reply::ok(json!({
        "sha": oid,
        "node_id": node::id("B", repo.hub.id),
        "size": text.len(),
        "url": ask.url(&format!("/repos/{name}/git/blobs/{oid}")),
        "content": encoded(text),
        "encoding": "base64",
    })))
}

fn person(commit: &Commit) -> Value {
    json!({"name": commit.name, "email": commit.email, "date": commit.at.to_string()})
}

fn verification() -> Value {
    json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null})
}

/// A commit as the list of commits has it.
pub(super) fn commit(ask: &Ask<'_>, repo: &Repo, commit: &Commit) -> Value {
    let name = repository::full_name(ask, repo);
    let url = ask.url(&format!("/repos/{name}/commits/{}", commit.oid));
    let git = |kind: &str, oid: &str| ask.url(&format!("/repos/{name}/git/{kind}/{oid}"));
    let html = format!("https://github.com/{name}/commit/{}", commit.oid);
    // The account that has the address, where one has.
    let author = ask.world.address(&commit.email);
    let author = author.map_or(Value::Null, |u| crate::github::render::user::simple(ask, u));
    let parents: Vec<Value> = commit
        .parent
        .iter()
        .map(|oid| {
            json!({
                "sha": oid,
                "url": ask.url(&format!("/repos/{name}/commits/{oid}")),
                "html_url": format!("https://github.com/{name}/commit/{oid}"),
            })
        })
        .collect();
    json!({
        "sha": commit.oid,
        "node_id": node::id("C", repo.hub.id),
        "commit": {
            "author": person(commit),
            "committer": person(commit),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": git("trees", &commit.tree)},
            "url": git("commits", &commit.oid),
            "comment_count": 0,
            "verification": verification(),
        },
        "url": url,
        "html_url": html,
        "comments_url": format!("{url}/comments"),
        "author": author,
        "committer": author,
        "parents": parents,
    })
}

fn commits(ask: &Ask<'_>) -> Answer {
    let (repo, files) = files(ask)?;
    let found: Vec<&Commit> = files.commits.iter().rev().collect();
    Ok(ask.list(&found, |c| commit(ask, repo, c)))
}

fn one(ask: &Ask<'_>) -> Answer {
    let (repo, files) = files(ask)?;
    let found = files.resolve(ask.param(2));
    let message = format!("No commit found for SHA: {}", ask.param(2));
    Ok(Reply::ok(commit(ask, repo, found.ok_or_else(|| Reply::error(422, &message))?)))
}

fn git_commit(ask: &Ask<'_>) -> Answer {
    let (repo, files) = files(ask)?;
    let found =
        files.commits.iter().find(|c| c.oid == ask.param(2)).ok_or_else(Reply::not_found)?;
    let whole = commit(ask, repo, found);
    let mut value = whole["commit"].clone();
    let name = repository::full_name(ask, repo);
    crate::github::render::user::merge(
        &mut value,
        json!({
            "sha": found.oid,
            "node_id": whole["node_id"],
            "url": ask.url(&format!("/repos/{name}/git/commits/{}", found.oid)),
            "html_url": whole["html_url"],
            "parents": whole["parents"],
        }),
    );
    Ok(Reply::ok(value))
}

fn reference(ask: &Ask<'_>) -> Answer {
    let (repo, files) = files(ask)?;
    let head =
        files.head().filter(|_| ask.param(2) == "heads/main").ok_or_else(Reply::not_found)?;
    let name = repository::full_name(ask, repo);
    Ok(Reply::ok(json!({
        "ref": "refs/heads/main",
        "node_id": node::id("REF", repo.hub.id),
        "url": ask.url(&format!("/repos/{name}/git/refs/heads/main")),
        "object": {
            "type": "commit",
            "sha": head.oid,
            "url": ask.url(&format!("/repos/{name}/git/commits/{}", head.oid)),
        },
    })))
}
