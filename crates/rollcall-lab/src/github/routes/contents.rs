//! Files and folders by their path.

use serde_json::{Value, json};

use super::git::{encoded, files};
use crate::github::access::Level::Read;
use crate::github::access::Needs::Repository;
use crate::github::ask::{Answer, Ask, Body, Reply};
use crate::github::render::repository;
use crate::github::router::Route;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/repos/{owner}/{repo}/contents/{path}", Repository("contents", Read), contents),
    Route::get("/repos/{owner}/{repo}/contents", Repository("contents", Read), contents),
    Route::get("/repos/{owner}/{repo}/codeowners/errors", Repository("contents", Read), errors),
];

fn contents(ask: &Ask<'_>) -> Answer {
    // Of an empty repository there is nothing here, and no conflict.
    let (repo, files) = match files(ask) {
        Err(reply) if reply.status == 409 => {
            return Err(Reply::error(404, "This repository is empty."));
        }
        found => found?,
    };
    let path = ask.param(2).trim_matches('/');
    let commit = files.resolve(ask.query("ref").unwrap_or("HEAD"));
    let commit = commit.ok_or_else(|| Reply::error(404, "No commit found for the ref"))?;
    let (oid, is_tree) = files.at(&commit.tree, path).ok_or_else(Reply::not_found)?;
    let name = repository::full_name(ask, repo);
    let show = |path: &str, oid: &str, is_tree: bool| {
        let url = ask.url(&format!("/repos/{name}/contents/{path}?ref=main"));
        let (kind, git) = if is_tree { ("dir", "trees") } else { ("file", "blobs") };
        let git_url = ask.url(&format!("/repos/{name}/git/{git}/{oid}"));
        let shown = if is_tree { "tree" } else { "blob" };
        let html = format!("https://github.com/{name}/{shown}/main/{path}");
        let raw = format!("https://raw.githubusercontent.com/{name}/main/{path}");
        json!({
            "type": kind,
            "size": files.blob(oid).map_or(0, |t| t.len()),
            "name": path.rsplit('/').next(),
            "path": path,
            "sha": oid,
            "url": url,
            "git_url": git_url,
            "html_url": html,
            "download_url": if is_tree { Value::Null } else { raw.into() },
            "_links": {"self": url, "git": git_url, "html": html},
        })
    };
    if is_tree {
        let above = if path.is_empty() { String::new() } else { format!("{path}/") };
        let entries = files.tree(&oid).unwrap_or_default();
        let all: Vec<Value> = entries
            .iter()
            .map(|e| show(&format!("{above}{}", e.name), &e.oid, e.is_tree))
            .collect();
        return Ok(Reply::ok(Value::Array(all)));
    }
    let text = files.blob(&oid).ok_or_else(Reply::not_found)?;
    if ask.accept.contains("raw") {
        let body = Body::Text("application/vnd.github.raw; charset=utf-8", text.to_string());
        return Ok(Reply { body, ..Reply::empty(200) });
    }
    let mut value = show(path, &oid, false);
    value["content"] = encoded(text).into();
    value["encoding"] = "base64".into();
    Ok(Reply::ok(value))
}

fn errors(ask: &Ask<'_>) -> Answer {
    ask.repo()?;
    Ok(Reply::ok(json!({"errors": []})))
}
