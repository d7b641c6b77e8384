//! Git's objects.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::connection::{self, nothing};
use super::shape::{Got, Shape, leaf};
use super::{Context, people, repository};
use crate::files::snapshot::{Commit, Entry, Snapshot};
use crate::github::render::node;
use crate::github::world::Repo;

/// The largest text that is given whole. Source: GitHub's documentation, `Blob.isTruncated`.
const MOST_TEXT: usize = 512_000;

fn id_of(repo: &Repo, prefix: &str, oid: &str) -> String {
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(format!("{}:{oid}", repo.hub.id)))
}

/// The repository and the name of the object that a node id stands for.
pub(super) fn read_id(id: &str) -> Option<(u64, String)> {
    let packed = ["C_", "TR_", "B_"].iter().find_map(|prefix| id.strip_prefix(prefix))?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(packed).ok()?).ok()?;
    let (repository, oid) = text.split_once(':')?;
    Some((repository.parse().ok()?, oid.to_owned()))
}

fn files<'a>(cx: &'a Context<'a>, repo: &'a Repo) -> &'a Snapshot {
    repo.files(&cx.ask.world.company)
}

/// The default branch.
pub(super) fn main<'a>(cx: &'a Context<'a>, repo: &'a Repo) -> Option<Shape<'a>> {
    let head = files(cx, repo).head()?;
    Some(Shape::new("Ref", move |field, _| match field {
        "id" => leaf(node::id("REF", repo.hub.id)),
        "name" => leaf("main"),
        "prefix" => leaf("refs/heads/"),
        "repository" => Got::One(Some(repository::repository(cx, repo))),
        _ => Got::One(Some(commit(cx, repo, head))),
    }))
}

/// The object of an expression such as `HEAD:docs`.
pub(super) fn expression<'a>(
    cx: &'a Context<'a>,
    repo: &'a Repo,
    expression: &str,
) -> Option<Shape<'a>> {
    let files = files(cx, repo);
    match expression.split_once(':') {
        Some((name, path)) => {
            let (oid, _) = files.at(&files.resolve(name)?.tree, path)?;
            object(cx, repo, &oid)
        }
        None => files.resolve(expression).map(|c| commit(cx, repo, c)),
    }
}

/// The object of a name.
pub(super) fn object<'a>(cx: &'a Context<'a>, repo: &'a Repo, oid: &str) -> Option<Shape<'a>> {
    let files = files(cx, repo);
    if let Some(found) = files.commits.iter().find(|c| c.oid == oid) {
        return Some(commit(cx, repo, found));
    }
    if files.tree(oid).is_some() {
        return Some(tree(cx, repo, oid.to_owned(), String::new()));
    }
    files.blob(oid).map(|_| blob(cx, repo, oid.to_owned()))
}

/// What all objects have.
fn common<'a>(
    cx: &'a Context<'a>,
    repo: &'a Repo,
    prefix: &str,
    oid: &str,
    field: &str,
) -> Got<'a> {
    let owner = &cx.ask.world.organization.login;
    match field {
        "id" => leaf(id_of(repo, prefix, oid)),
        "oid" => leaf(oid),
        "abbreviatedOid" => leaf(&oid[..oid.len().min(7)]),
        "repository" => Got::One(Some(repository::repository(cx, repo))),
        "commitUrl" => leaf(format!("https://github.com/{owner}/{}/commit/{oid}", repo.hub.name)),
        "commitResourcePath" => leaf(format!("/{owner}/{}/commit/{oid}", repo.hub.name)),
        _ => leaf(Value::Null),
    }
}

/// Whether a file is another one after a commit than before it.
fn touches(files: &Snapshot, commit: &Commit, path: &str) -> bool {
    let parent = commit.parent.as_ref();
    let before = parent.and_then(|oid| files.commits.iter().find(|c| c.oid == *oid));
    files.at(&commit.tree, path) != before.and_then(|before| files.at(&before.tree, path))
}

fn commit<'a>(cx: &'a Context<'a>, repo: &'a Repo, commit: &'a Commit) -> Shape<'a> {
    Shape::new("Commit", move |field, arguments| match field {
        "message" | "messageHeadline" => leaf(commit.message.clone()),
        "messageBody" => leaf(""),
        "committedDate" | "authoredDate" => leaf(commit.at.to_string()),
        "author" | "committer" => Got::One(Some(actor(cx, commit))),
        "authors" => connection::of(
            ("GitActorConnection", "GitActorEdge"),
            &[()],
            arguments,
            move |()| Ok(actor(cx, commit)),
            nothing,
        ),
        "signature" => Got::One(None),
        "tree" => Got::One(Some(tree(cx, repo, commit.tree.clone(), String::new()))),
        "treeUrl" | "url" => common(cx, repo, "C", &commit.oid, "commitUrl"),
        "file" => {
            let path = arguments.text("path").unwrap_or_default().to_owned();
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let files = files(cx, repo);
            let above = files.at(&commit.tree, folder).map(|f| f.0);
            let entries = above.and_then(|oid| files.tree(&oid)).unwrap_or_default();
            let found = entries.iter().find(|e| e.name == name);
            Got::One(found.map(|e| entry(cx, repo, e, folder)))
        }
        "parents" => {
            let known = |oid: &String| files(cx, repo).commits.iter().find(|c| c.oid == *oid);
            let found: Vec<&Commit> = commit.parent.iter().filter_map(known).collect();
            commits(cx, repo, ("CommitConnection", "CommitEdge"), &found, arguments)
        }
        "history" => {
            let all = &files(cx, repo).commits;
            let here = all.iter().position(|c| c.oid == commit.oid).unwrap_or(0);
            let (since, until) = (arguments.text("since"), arguments.text("until"));
            let path = arguments.text("path");
            let found: Vec<&Commit> = all[..=here]
                .iter()
                .rev()
                .filter(|c| path.is_none_or(|path| touches(files(cx, repo), c, path)))
                .filter(|c| {
                    let at = c.at.to_string();
                    since.is_none_or(|s| at.as_str() >= s) && until.is_none_or(|u| at.as_str() <= u)
                })
                .collect();
            commits(cx, repo, ("CommitHistoryConnection", "CommitEdge"), &found, arguments)
        }
        other => common(cx, repo, "C", &commit.oid, other),
    })
}

fn commits<'a>(
    cx: &'a Context<'a>,
    repo: &'a Repo,
    kinds: connection::Kinds,
    found: &[&'a Commit],
    arguments: &super::shape::Arguments<'_>,
) -> Got<'a> {
    connection::of(kinds, found, arguments, move |c| Ok(commit(cx, repo, c)), nothing)
}

fn actor<'a>(cx: &'a Context<'a>, commit: &'a Commit) -> Shape<'a> {
    let world = cx.ask.world;
    Shape::new("GitActor", move |field, _| match field {
        "name" => leaf(commit.name.clone()),
        "email" => leaf(commit.email.clone()),
        "date" => leaf(commit.at.to_string()),
        "avatarUrl" => leaf("https://avatars.githubusercontent.com/u/0?v=4"),
        _ => Got::One(world.address(&commit.email).map(|u| people::user(cx, u))),
    })
}

fn tree<'a>(cx: &'a Context<'a>, repo: &'a Repo, oid: String, above: String) -> Shape<'a> {
    Shape::new("Tree", move |field, _| match field {
        "entries" => {
            let entries = files(cx, repo).tree(&oid).unwrap_or_default();
            Got::Many(entries.iter().map(|e| Ok(entry(cx, repo, e, &above))).collect())
        }
        other => common(cx, repo, "TR", &oid, other),
    })
}

fn entry<'a>(cx: &'a Context<'a>, repo: &'a Repo, entry: &'a Entry, above: &str) -> Shape<'a> {
    let path =
        if above.is_empty() { entry.name.clone() } else { format!("{above}/{}", entry.name) };
    let size = files(cx, repo).blob(&entry.oid).map_or(0, |t| t.len());
    Shape::new("TreeEntry", move |field, _| match field {
        "name" => leaf(entry.name.clone()),
        "path" => leaf(path.clone()),
        "oid" => leaf(entry.oid.clone()),
        // Git's own numbers, in decimal.
        "mode" => leaf(if entry.is_tree { 0o040_000 } else { 0o100_644 }),
        "type" => leaf(if entry.is_tree { "tree" } else { "blob" }),
        "size" => leaf(size),
        "extension" => leaf(entry.name.rsplit_once('.').map(|(_, e)| format!(".{e}"))),
        "isGenerated" => leaf(false),
        "lineCount" => leaf(files(cx, repo).blob(&entry.oid).map(|t| t.lines().count())),
        "repository" => Got::One(Some(repository::repository(cx, repo))),
        _ if entry.is_tree => Got::One(Some(tree(cx, repo, entry.oid.clone(), path.clone()))),
        _ => Got::One(Some(blob(cx, repo, entry.oid.clone()))),
    })
}

fn blob<'a>(cx: &'a Context<'a>, repo: &'a Repo, oid: String) -> Shape<'a> {
    Shape::new("Blob", move |field, _| {
        let text = files(cx, repo).blob(&oid);
        match field {
            "byteSize" => leaf(text.map_or(0, |t| t.len())),
            "isBinary" => leaf(false),
            "isTruncated" => leaf(text.is_some_and(|t| t.len() > MOST_TEXT)),
            "text" => leaf(text.map(|t| {
                let end = t.floor_char_boundary(MOST_TEXT.min(t.len()));
                t[..end].to_owned()
            })),
            other => common(cx, repo, "B", &oid, other),
        }
    })
}
