//! The files of this repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that hold nothing of ours, for a copy without git.
const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", ".venv"];

/// A checkout, and the files in it that are ours.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    files: BTreeSet<String>,
}

impl Repository {
    /// The one that this crate is in.
    #[must_use]
    pub fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        Self::at(root)
    }

    /// The one at a folder: what git tracks and, inside our folders, what it could track; without
    /// git, all files but those of build tools.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        let files = tracked(root).unwrap_or_else(|| {
            let mut files = BTreeSet::new();
            walk(root, root, &mut files);
            files
        });
        Self { root: root.to_owned(), files }
    }

    /// Its root folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Paths from the root, in order, with `/`.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// The files with one of these endings that were written by us, without [fixtures](is_fixture).
    pub fn written(&self, endings: &[&str]) -> impl Iterator<Item = &str> {
        self.files()
            .filter(|file| !is_fixture(file))
            .filter(move |file| endings.iter().any(|ending| file.ends_with(ending)))
    }

    /// A file as text; empty where it is none.
    #[must_use]
    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file)).unwrap_or_default()
    }

    /// A file as bytes; empty where it cannot be read.
    #[must_use]
    pub fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.root.join(file)).unwrap_or_default()
    }

    /// Whether a file or a folder is there, tracked or not.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The names of the folders directly under `folder` that hold a file of ours.
    #[must_use]
    pub fn folders_in(&self, folder: &str) -> BTreeSet<String> {
        self.below(folder)
            .filter_map(|rest| rest.split_once('/'))
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    /// The names of the files directly in `folder`.
    #[must_use]
    pub fn files_in(&self, folder: &str) -> BTreeSet<String> {
        self.below(folder).filter(|rest| !rest.contains('/')).map(str::to_owned).collect()
    }

    /// The files under `folder`, as paths from there.
    fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        self.files().filter_map(move |file| file.strip_prefix(folder)?.strip_prefix('/'))
    }
}

/// Whether a file came from elsewhere, or plays that it did: it lies under `fixtures`, or under
/// `tests/data`.
#[must_use]
pub fn is_fixture(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    parts.contains(&"fixtures") || parts.windows(2).any(|two| two == ["tests", "data"])
}

fn tracked(root: &Path) -> Option<BTreeSet<String>> {
    let list = |arguments: &[&str]| -> Option<Vec<String>> {
        let output = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(["ls-files", "-z"])
            .args(arguments)
            .output();
        let output = output.ok().filter(|output| output.status.success())?;
        let text = String::from_utf8(output.stdout).ok()?;
        Some(text.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect())
    };
    let mut files: BTreeSet<String> = list(&["--cached"])?.into_iter().collect();
    let ours: BTreeSet<String> =
        files.iter().filter_map(|file| file.split_once('/')).map(|(top, _)| top.into()).collect();
    // A new file is looked at before it is added; a scratch file at the root is nobody's business.
    let new = list(&["--others", "--exclude-standard"])?;
    files.extend(
        new.into_iter()
            .filter(|file| file.split_once('/').is_some_and(|(top, _)| ours.contains(top))),
    );
    // Removed, and the removal not yet committed.
    files.retain(|file| root.join(file).is_file());
    // An empty list is a folder inside someone else's repository.
    (!files.is_empty()).then_some(files)
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !NOT_OURS.iter().any(|name| entry.file_name() == *name) {
                walk(root, &path, files);
            }
        } else if let Ok(relative) = path.strip_prefix(root) {
            files.insert(relative.to_string_lossy().replace('\\', "/"));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder without git that holds these files.
    pub(crate) fn holding(files: &[(&str, &str)]) -> (tempfile::TempDir, Repository) {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let repository = Repository::at(folder.path());
        (folder, repository)
    }

    #[test]
    fn this_repository_has_this_file() {
        assert!(Repository::here().files().any(|file| file == "xtask/src/repository.rs"));
    }

    #[test]
    fn what_build_tools_left_is_not_ours() {
        let (_folder, repository) =
            holding(&[("a/b.rs", ""), ("target/c.rs", ""), ("a/fixtures/d.rs", "")]);
        assert_eq!(repository.files().collect::<Vec<_>>(), ["a/b.rs", "a/fixtures/d.rs"]);
        assert_eq!(repository.written(&[".rs"]).collect::<Vec<_>>(), ["a/b.rs"]);
        assert!(is_fixture("a/tests/data/x.json") && !is_fixture("a/data/x.rs"));
        assert_eq!(repository.folders_in("a").into_iter().collect::<Vec<_>>(), ["fixtures"]);
        assert_eq!(repository.files_in("a").into_iter().collect::<Vec<_>>(), ["b.rs"]);
    }
}
