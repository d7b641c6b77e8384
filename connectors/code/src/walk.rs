//! One walk below a root, in parallel: checkouts, and files that may declare something, read and
//! parsed on the way.
//!
//! The walk is our own because a walker that knows ignore files spends more on each entry than is
//! needed to see that its name tells nothing: a path is only put together for what is looked at.

use std::ffi::OsStr;
use std::fs::FileType as DiskType;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use rollcall_declared::files::{self, FileType};

use crate::checkout::{self, Checkout};
use crate::config::Config;
use crate::queue;
use crate::read::{self, Outcome};

/// A file that may declare something.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its path below the root, with `/`.
    pub(crate) path: String,
    /// What it is by its path.
    pub(crate) file: FileType,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

/// Something below a root that could not be looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Blocked {
    /// Its path below the root, with `/`; empty for the root.
    pub(crate) path: String,
    /// Why.
    pub(crate) why: String,
}

/// What one walk found. Everything is sorted, so that threads leave no trace.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Folders with a `.git`, by their path below the root, empty for the root; and what git says
    /// of each.
    pub(crate) checkouts: Vec<(String, Checkout)>,
    /// Repositories without a working tree.
    pub(crate) bare: Vec<String>,
    /// Files that may declare something.
    pub(crate) files: Vec<Found>,
    /// What could not be looked at.
    pub(crate) blocked: Vec<Blocked>,
    /// Links to folders that agents or CI read, which are not followed.
    pub(crate) linked_folders: Vec<String>,
    /// Folders at the depth where the search ends.
    pub(crate) too_deep: Vec<String>,
}

enum Work {
    Folder { path: PathBuf, below: String, depth: usize },
    File { path: PathBuf, below: String, file: FileType, is_link: bool },
    Checkout { path: PathBuf, below: String },
}

/// Folders whose content declares something.
const TELLING_FOLDERS: &[&str] = &[
    ".github",
    ".claude",
    ".cursor",
    ".vscode",
    ".codex",
    ".gemini",
    ".continue",
    ".kiro",
    ".roo",
    ".zed",
    ".amp",
    ".windsurf",
    ".opencode",
    ".agents",
    "workflows",
];

/// Walks below `root`, which has no links in it. `stop` ends the walk early.
pub(crate) fn walk(root: &Path, config: &Config, key: &[u8; 32], stop: &AtomicBool) -> Walked {
    let first = Work::Folder { path: root.to_owned(), below: String::new(), depth: 0 };
    let start = || Visitor { root, config, key, found: Walked::default() };
    let parts = queue::run(first, stop, start, Visitor::work);
    let mut walked = Walked::default();
    for Visitor { found, .. } in parts {
        walked.checkouts.extend(found.checkouts);
        walked.bare.extend(found.bare);
        walked.files.extend(found.files);
        walked.blocked.extend(found.blocked);
        walked.linked_folders.extend(found.linked_folders);
        walked.too_deep.extend(found.too_deep);
    }
    walked.checkouts.sort_by(|a, b| a.0.cmp(&b.0));
    walked.bare.sort();
    walked.files.sort_by(|a, b| a.path.cmp(&b.path));
    walked.blocked.sort();
    walked.linked_folders.sort();
    walked.too_deep.sort();
    walked
}

struct Visitor<'w> {
    root: &'w Path,
    config: &'w Config,
    key: &'w [u8; 32],
    found: Walked,
}

/// A folder that is being listed.
struct Listed<'f> {
    path: &'f Path,
    below: &'f str,
    depth: usize,
}

impl Listed<'_> {
    /// The path below the root of something in this folder.
    fn below(&self, name: &OsStr) -> String {
        let name = name.to_string_lossy();
        if self.below.is_empty() {
            return name.into_owned();
        }
        let mut below = String::with_capacity(self.below.len() + 1 + name.len());
        below.push_str(self.below);
        below.push('/');
        below.push_str(&name);
        below
    }
}

impl Visitor<'_> {
    fn work(&mut self, work: Work, more: &mut Vec<Work>) {
        match work {
            Work::Folder { path, below, depth } => {
                self.list(&Listed { path: &path, below: &below, depth }, more);
            }
            Work::File { path, below, file, is_link } => {
                let cap = self.config.max_file_bytes;
                if let Some(outcome) = read::file(&path, self.root, is_link, file, cap, self.key) {
                    self.found.files.push(Found { path: below, file, outcome });
                }
            }
            Work::Checkout { path, below } => {
                let read = std::panic::catch_unwind(|| checkout::read(&path, self.root));
                let checkout = read.unwrap_or_else(|_| {
                    Checkout::unread(&path, "reading its git folder ended early")
                });
                self.found.checkouts.push((below, checkout));
            }
        }
    }

    fn list(&mut self, folder: &Listed<'_>, more: &mut Vec<Work>) {
        if folder.depth >= self.config.max_depth {
            return;
        }
        let entries = match std::fs::read_dir(folder.path) {
            Ok(entries) => entries,
            Err(error) => return self.blocked(folder.below.to_owned(), &error),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.blocked(folder.below.to_owned(), &error);
                    continue;
                }
            };
            let name = entry.file_name();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.folder(folder, &name, more),
                Ok(kind) => self.file(folder, &name, kind, more),
                Err(error) => self.blocked(folder.below(&name), &error),
            }
        }
    }

    fn file(&mut self, folder: &Listed<'_>, os: &OsStr, kind: DiskType, more: &mut Vec<Work>) {
        // Names that are no text are none that is looked for.
        let name = os.to_str().unwrap_or_default();
        if name == ".git" {
            return Self::checkout(folder, more);
        }
        let is_link = kind.is_symlink();
        if is_link && TELLING_FOLDERS.contains(&name) && folder.path.join(os).is_dir() {
            self.found.linked_folders.push(folder.below(os));
            return;
        }
        // A pipe or device has no content to read.
        if !may_tell(name) || !(kind.is_file() || is_link) {
            return;
        }
        let below = folder.below(os);
        let Some(file) = files::classify_below(&below) else { return };
        if self.config.excludes(name, || below.clone())
            || (file.is_rooted() && !self.is_rooted(&below, file))
        {
            return;
        }
        more.push(Work::File { path: folder.path.join(os), below, file, is_link });
    }

    fn folder(&mut self, parent: &Listed<'_>, os: &OsStr, more: &mut Vec<Work>) {
        let name = os.to_str().unwrap_or_default();
        if name == ".git" {
            return Self::checkout(parent, more);
        }
        if self.config.excludes(name, || parent.below(os)) {
            return;
        }
        if name == "objects"
            && parent.path.join("HEAD").is_file()
            && parent.path.join("refs").is_dir()
        {
            self.found.bare.push(parent.below.to_owned());
            return;
        }
        let (below, depth) = (parent.below(os), parent.depth + 1);
        if depth >= self.config.max_depth {
            self.found.too_deep.push(below);
            return;
        }
        more.push(Work::Folder { path: parent.path.join(os), below, depth });
    }

    fn checkout(folder: &Listed<'_>, more: &mut Vec<Work>) {
        more.push(Work::Checkout { path: folder.path.to_owned(), below: folder.below.to_owned() });
    }

    /// Whether one of the folders that would have to be the repository's root is one.
    fn is_rooted(&self, below: &str, file: FileType) -> bool {
        let roots = files::roots_of(below, file);
        roots.iter().any(|root| self.root.join(root).join(".git").symlink_metadata().is_ok())
    }

    fn blocked(&mut self, path: String, error: &std::io::Error) {
        self.found.blocked.push(Blocked { path, why: error.kind().to_string() });
    }
}

/// Whether a name is worth looking at more closely: most files fall out here.
fn may_tell(name: &str) -> bool {
    match name.rsplit_once('.') {
        None => name == "CODEOWNERS",
        Some((stem, extension)) => {
            stem.is_empty()
                || matches!(extension, "json" | "jsonc" | "md" | "mdc" | "toml" | "yml" | "yaml")
        }
    }
}
