//! Home folders: the files that known clients keep there, by their documented paths. Nothing else is
//! looked at.

use std::path::{Path, PathBuf};

use rollcall_declared::agent::clients;
use rollcall_declared::files::FileType;
use rollcall_declared::instructions;
use rollcall_declared::records::Repository;

use crate::config::Config;
use crate::read::{self, slashed};
use crate::scan::RepoFile;
use crate::walk::Blocked;

/// What a home folder holds.
#[derive(Debug)]
pub(crate) struct HomeScan {
    /// As records name it.
    pub(crate) repository: Repository,
    /// Why it could not be read at all.
    pub(crate) failed: Option<String>,
    /// Its files, by path.
    pub(crate) files: Vec<RepoFile>,
    /// What could not be looked at in it.
    pub(crate) blocked: Vec<Blocked>,
}

/// Instruction files of home folders.
const INSTRUCTIONS: &[&str] = &[
    ".claude/CLAUDE.md",
    ".claude/agents/*.md",
    ".codex/AGENTS.md",
    ".gemini/GEMINI.md",
    ".config/opencode/AGENTS.md",
    ".opencode/agent/*.md",
    ".copilot/agents/*.md",
    ".cursor/agents/*.md",
    ".config/goose/.goosehints",
    ".factory/droids/*.md",
];

/// The files a home folder may have: their paths, the last name maybe with a `*`, and what they are.
pub(crate) fn candidates() -> Vec<(String, FileType)> {
    let mut all: Vec<(String, FileType)> =
        clients::in_home().into_iter().map(|(path, kind)| (path, FileType::Config(kind))).collect();
    for path in INSTRUCTIONS {
        let sample = path.replace('*', "x");
        let agent = path.contains('*');
        let (product, sort) = instructions::kind(&sample).unwrap_or((
            "any",
            if agent { instructions::Sort::Agent } else { instructions::Sort::Instructions },
        ));
        all.push(((*path).to_owned(), FileType::Instructions(product, sort)));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

pub(crate) fn scan(config: &Config, key: &[u8; 32]) -> Vec<HomeScan> {
    config.homes.iter().map(|home| scan_home(home, config, key)).collect()
}

fn scan_home(home: &Path, config: &Config, key: &[u8; 32]) -> HomeScan {
    let real = std::fs::canonicalize(home);
    let path = slashed(real.as_deref().unwrap_or(home));
    let mut scan = HomeScan {
        repository: Repository { id: format!("home:{path}"), title: path, ..Repository::default() },
        failed: None,
        files: Vec::new(),
        blocked: Vec::new(),
    };
    let readable = real.and_then(|real| std::fs::read_dir(&real).map(|_| real));
    let root = match readable {
        Ok(root) => root,
        Err(error) => {
            scan.failed = Some(error.kind().to_string());
            return scan;
        }
    };
    for (pattern, file) in candidates() {
        for path in expand(&root, &pattern, &mut scan.blocked) {
            let on_disk = root.join(&path);
            // Whether it is there at all; a link is looked at when it is read.
            let Ok(metadata) = on_disk.symlink_metadata() else { continue };
            let linked = metadata.is_symlink() || runs_through_a_link(&root, &path);
            let outcome = read::file(&on_disk, &root, linked, file, config.max_file_bytes, key);
            scan.files.extend(outcome.map(|outcome| RepoFile { path, file, outcome }));
        }
    }
    scan.files.sort_by(|a, b| a.path.cmp(&b.path));
    scan.files.dedup_by(|a, b| a.path == b.path);
    scan
}

/// Whether a folder on the way to a file is a link.
fn runs_through_a_link(root: &Path, path: &str) -> bool {
    let mut at: PathBuf = root.to_owned();
    path.split('/').any(|name| {
        at.push(name);
        at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
    })
}

/// The paths a pattern stands for. A folder that cannot be listed is said.
fn expand(root: &Path, pattern: &str, blocked: &mut Vec<Blocked>) -> Vec<String> {
    if !pattern.contains('*') {
        // A folder that may not be entered hides the file.
        if let Err(error) = root.join(pattern).symlink_metadata()
            && error.kind() == std::io::ErrorKind::PermissionDenied
        {
            blocked.push(Blocked { path: pattern.to_owned(), why: error.kind().to_string() });
        }
        return vec![pattern.to_owned()];
    }
    let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let entries = match std::fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound
                && error.kind() != std::io::ErrorKind::NotADirectory
            {
                blocked.push(Blocked { path: folder.to_owned(), why: error.kind().to_string() });
            }
            return Vec::new();
        }
    };
    let mut paths: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|file| clients::wild(name, file))
        .map(|file| format!("{folder}/{file}"))
        .collect();
    paths.sort();
    paths
}
