//! A checkout: what its git folder says of it. Read as data: no configuration but the repository's
//! own, no includes, no environment, and nothing is run.

use std::path::{Path, PathBuf};

use gix::sec::Trust;

use crate::remote::Remote;

/// What is known of a checkout.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its git folder, where it may be read.
    pub(crate) git: Option<PathBuf>,
    /// The repository's id.
    pub(crate) id: String,
    /// Its remote: `origin`, or else the first by name.
    pub(crate) remote: Option<Remote>,
    /// The branch that is checked out.
    pub(crate) branch: Option<String>,
    /// The remote's default branch, where the checkout knows it.
    pub(crate) default_branch: Option<String>,
    /// The commit that is checked out.
    pub(crate) head: Option<String>,
    /// When that commit was made, in seconds since 1970.
    pub(crate) head_at: i64,
    /// What could not be read of it.
    pub(crate) problem: Option<String>,
}

/// How many commits are followed to a first one, which names a repository without a remote.
const ROOT_COMMIT_BUDGET: usize = 50_000;

impl Checkout {
    /// A checkout of which only the folder is known, and why.
    pub(crate) fn unread(folder: &Path, why: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            git: None,
            id: format!("local:{}", crate::read::slashed(folder)),
            remote: None,
            branch: None,
            default_branch: None,
            head: None,
            head_at: 0,
            problem: Some(why.to_owned()),
        }
    }
}

/// Reads a checkout. `root` is the folder below which links may point; it has no links in it.
pub(crate) fn read(folder: &Path, root: &Path) -> Checkout {
    let git = match git_folder(folder, root) {
        Ok(git) => git,
        Err(why) => return Checkout::unread(folder, &why),
    };
    let mut checkout = Checkout { problem: None, ..Checkout::unread(folder, "") };
    match open(&git) {
        Ok(repository) => {
            checkout.git = Some(git);
            fill(&mut checkout, &repository);
        }
        Err(why) => {
            checkout.problem = Some(format!("its git folder is not understood: {why}"));
            // The remote can still be told from the configuration file alone.
            checkout.remote = std::fs::read(git.join("config"))
                .ok()
                .filter(|bytes| bytes.len() <= 1 << 20)
                .and_then(|bytes| remote_of_config(&bytes));
        }
    }
    if let Some(remote) = &checkout.remote {
        checkout.id = remote.id();
    }
    checkout
}

/// Opens a git folder with nothing but its own configuration, which is not trusted.
pub(crate) fn open(git: &Path) -> Result<gix::Repository, String> {
    let options = gix::open::Options::isolated()
        .with(Trust::Reduced)
        .bail_if_untrusted(false)
        .strict_config(false)
        .open_path_as_is(true);
    gix::open_opts(git, options).map_err(|error| error.to_string())
}

fn fill(checkout: &mut Checkout, repository: &gix::Repository) {
    let remote = remotes(repository).into_iter().next();
    if let Some((name, remote)) = remote {
        let head =
            repository.try_find_reference(&format!("refs/remotes/{name}/HEAD")).ok().flatten();
        let target = head.and_then(|head| match head.target() {
            gix::refs::TargetRef::Symbolic(full) => Some(full.as_bstr().to_string()),
            gix::refs::TargetRef::Object(_) => None,
        });
        let prefix = format!("refs/remotes/{name}/");
        checkout.default_branch = target.and_then(|t| Some(t.strip_prefix(&prefix)?.to_owned()));
        checkout.remote = Some(remote);
    }
    match repository.head_name() {
        Ok(name) => {
            let name = name.map(|name| name.as_bstr().to_string());
            checkout.branch = name.and_then(|n| Some(n.strip_prefix("refs/heads/")?.to_owned()));
        }
        Err(_) => checkout.problem = Some("its HEAD is not understood".to_owned()),
    }
    // A repository without commits has no head.
    let Ok(head) = repository.head_id() else { return };
    checkout.head = Some(head.to_string());
    match repository.find_commit(head) {
        Ok(commit) => checkout.head_at = commit.time().map_or(0, |time| time.seconds),
        Err(_) => checkout.problem = Some("the commit that is checked out is missing".to_owned()),
    }
    if checkout.remote.is_none()
        && let Some(first) = first_commit(repository, head.detach())
    {
        checkout.id = format!("local:{first}");
    }
}

/// The remotes with an address that is one: `origin` first, the others by name.
fn remotes(repository: &gix::Repository) -> Vec<(String, Remote)> {
    let config = repository.config_snapshot();
    let sections = config.plumbing().sections_by_name("remote").into_iter().flatten();
    let mut all: Vec<(String, Remote)> = sections
        .filter_map(|section| {
            let name = section.header().subsection_name()?.to_string();
            let remote = Remote::parse(&section.value("url")?.to_string())?;
            Some((name, remote))
        })
        .collect();
    all.sort_by_key(|(name, _)| (name != "origin", name.clone()));
    all
}

/// The first commit, following first parents; none in a shallow clone or past the budget.
fn first_commit(repository: &gix::Repository, head: gix::ObjectId) -> Option<gix::ObjectId> {
    if repository.is_shallow().ok()? {
        return None;
    }
    let mut at = head;
    for _ in 0..ROOT_COMMIT_BUDGET {
        let commit = repository.find_commit(at).ok()?;
        match commit.parent_ids().next() {
            Some(parent) => at = parent.detach(),
            None => return Some(at),
        }
    }
    None
}

fn remote_of_config(bytes: &[u8]) -> Option<Remote> {
    let text = String::from_utf8_lossy(bytes);
    let mut section = String::new();
    let mut found: Vec<(bool, String, Remote)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line.to_owned();
        } else if let (Some(name), Some((key, value))) = (
            section.strip_prefix("[remote \"").and_then(|rest| rest.strip_suffix("\"]")),
            line.split_once('='),
        ) && key.trim() == "url"
        {
            let remote = Remote::parse(value);
            found.extend(remote.map(|remote| (name != "origin", name.to_owned(), remote)));
        }
    }
    found.sort();
    found.into_iter().next().map(|(_, _, remote)| remote)
}

/// The git folder of a checkout. One outside the root is taken only when it names this checkout
/// itself, as the git folder of a linked working tree does; otherwise any file could make another
/// repository's history be read.
fn git_folder(folder: &Path, root: &Path) -> Result<PathBuf, String> {
    let dot_git = folder.join(".git");
    let metadata = dot_git.symlink_metadata().map_err(|e| format!("its .git: {}", e.kind()))?;
    if metadata.is_dir() {
        return contained(&dot_git, root);
    }
    if metadata.is_symlink() {
        let target =
            std::fs::canonicalize(&dot_git).map_err(|e| format!("its .git: {}", e.kind()))?;
        if !target.starts_with(root) || !target.is_dir() {
            return Err("its .git is a link out of the root".to_owned());
        }
        return contained(&target, root);
    }
    if metadata.len() > 4096 {
        return Err("its .git is no file of git".to_owned());
    }
    let text = std::fs::read_to_string(&dot_git).map_err(|e| format!("its .git: {}", e.kind()))?;
    let target = text.strip_prefix("gitdir:").ok_or("its .git is no file of git")?.trim();
    let git = std::fs::canonicalize(folder.join(target))
        .map_err(|e| format!("the git folder that its .git names: {}", e.kind()))?;
    if git.starts_with(root) {
        return contained(&git, root);
    }
    let back = std::fs::read_to_string(git.join("gitdir")).unwrap_or_default();
    let names_us = std::fs::canonicalize(back.trim())
        .is_ok_and(|back| std::fs::canonicalize(&dot_git).is_ok_and(|own| own == back));
    if !names_us {
        return Err(
            "its git folder lies outside the root and does not name this checkout".to_owned()
        );
    }
    // The folder it shares with others must be the one it lies in.
    let common = common_folder(&git)?;
    match common {
        Some(common) if !git.starts_with(&common) => {
            Err("its git folder points at a repository it does not belong to".to_owned())
        }
        _ => Ok(git),
    }
}

/// A git folder below the root whose shared folder lies below the root too.
fn contained(git: &Path, root: &Path) -> Result<PathBuf, String> {
    match common_folder(git)? {
        Some(common) if !common.starts_with(root) => {
            Err("its git folder points out of the root".to_owned())
        }
        _ => Ok(git.to_owned()),
    }
}

fn common_folder(git: &Path) -> Result<Option<PathBuf>, String> {
    let Ok(text) = std::fs::read_to_string(git.join("commondir")) else { return Ok(None) };
    let common = git.join(text.trim());
    std::fs::canonicalize(common)
        .map(Some)
        .map_err(|e| format!("its shared git folder: {}", e.kind()))
}
