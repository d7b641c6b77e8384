//! One walk below a root, in parallel: checkouts, and files that may declare something, read and
//! parsed by the thread that met them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use ignore::{DirEntry, WalkBuilder, WalkState};
use rollcall_declared::files::{self, FileType};

use crate::config::Config;
use crate::read::{self, Outcome, slashed};

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
    /// Folders with a `.git`, by their path below the root; empty for the root.
    pub(crate) checkouts: Vec<String>,
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

enum Event {
    Checkout(String),
    Bare(String),
    File(Found),
    Blocked(Blocked),
    LinkedFolder(String),
    TooDeep(String),
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
    let (sender, events) = channel();
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(config.max_depth))
        .threads(std::thread::available_parallelism().map_or(2, usize::from));
    builder.build_parallel().run(|| {
        let visitor = Visitor { root, config, key, sender: sender.clone() };
        Box::new(move |entry| {
            if stop.load(Ordering::Relaxed) {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) => visitor.entry(&entry),
                Err(error) => visitor.error(&error),
            }
        })
    });
    drop(sender);
    let mut walked = Walked::default();
    for event in events {
        match event {
            Event::Checkout(path) => walked.checkouts.push(path),
            Event::Bare(path) => walked.bare.push(path),
            Event::File(found) => walked.files.push(found),
            Event::Blocked(blocked) => walked.blocked.push(blocked),
            Event::LinkedFolder(path) => walked.linked_folders.push(path),
            Event::TooDeep(path) => walked.too_deep.push(path),
        }
    }
    walked.checkouts.sort();
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
    sender: Sender<Event>,
}

impl Visitor<'_> {
    fn say(&self, event: Event) {
        // The receiver outlives the walk.
        let _ = self.sender.send(event);
    }

    fn below(&self, path: &Path) -> String {
        slashed(path.strip_prefix(self.root).unwrap_or(path))
    }

    fn entry(&self, entry: &DirEntry) -> WalkState {
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        let path = entry.path();
        // Names that are no text are none that is looked for.
        let name = entry.file_name().to_str().unwrap_or_default();
        if kind.is_dir() {
            return self.folder(entry, path, name);
        }
        if name == ".git" {
            if let Some(parent) = path.parent() {
                self.say(Event::Checkout(self.below(parent)));
            }
            return WalkState::Continue;
        }
        if kind.is_symlink() && TELLING_FOLDERS.contains(&name) && path.is_dir() {
            self.say(Event::LinkedFolder(self.below(path)));
            return WalkState::Continue;
        }
        // A pipe or device has no content to read.
        if !may_tell(name) || !(kind.is_file() || kind.is_symlink()) {
            return WalkState::Continue;
        }
        let below = self.below(path);
        let Some(file) = files::classify_below(&below) else { return WalkState::Continue };
        if self.config.excludes(name, || below.clone())
            || (file.is_rooted() && !self.is_rooted(&below, file))
        {
            return WalkState::Continue;
        }
        let cap = self.config.max_file_bytes;
        if let Some(outcome) = read::file(path, self.root, kind.is_symlink(), file, cap, self.key) {
            self.say(Event::File(Found { path: below, file, outcome }));
        }
        WalkState::Continue
    }

    fn folder(&self, entry: &DirEntry, path: &Path, name: &str) -> WalkState {
        if entry.depth() == 0 {
            return WalkState::Continue;
        }
        if name == ".git" {
            if let Some(parent) = path.parent() {
                self.say(Event::Checkout(self.below(parent)));
            }
            return WalkState::Skip;
        }
        if self.config.excludes(name, || self.below(path)) {
            return WalkState::Skip;
        }
        if name == "objects"
            && let Some(parent) = path.parent()
            && parent.join("HEAD").is_file()
            && parent.join("refs").is_dir()
        {
            self.say(Event::Bare(self.below(parent)));
            return WalkState::Skip;
        }
        if entry.depth() >= self.config.max_depth {
            self.say(Event::TooDeep(self.below(path)));
        }
        WalkState::Continue
    }

    /// Whether one of the folders that would have to be the repository's root is one.
    fn is_rooted(&self, below: &str, file: FileType) -> bool {
        let roots = files::roots_of(below, file);
        roots.iter().any(|root| self.root.join(root).join(".git").symlink_metadata().is_ok())
    }

    fn error(&self, error: &ignore::Error) -> WalkState {
        let path = path_of(error).unwrap_or_default();
        let why =
            error.io_error().map_or_else(|| "not readable".to_owned(), |e| e.kind().to_string());
        self.say(Event::Blocked(Blocked { path: self.below(&path), why }));
        WalkState::Continue
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

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        _ => None,
    }
}
