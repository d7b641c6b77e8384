//! Git checkouts below the home folder and the working folder, by a search with bounds.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use serde::Serialize;

/// How many folders deep is searched.
pub(super) const DEPTH: usize = 6;
/// How many folders are looked into.
pub(super) const MOST_FOLDERS: usize = 20_000;

/// Folders that hold no work of their owner, by name; hidden ones besides.
const SKIPPED: [&str; 14] = [
    "node_modules",
    "bower_components",
    "site-packages",
    "__pycache__",
    "venv",
    "target",
    "vendor",
    "Library",
    "Applications",
    "AppData",
    "snap",
    "proc",
    "sys",
    "dev",
];

/// What the search found.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub(super) struct Checkouts {
    /// How many checkouts.
    pub(super) found: usize,
    /// Folders that hold them all.
    pub(super) roots: Vec<PathBuf>,
    /// The search stopped at its bounds somewhere.
    pub(super) cut_short: bool,
}

/// Searches below `here`, and below `home`; a checkout around `here` counts too.
pub(super) fn find(here: &Path, home: Option<&Path>) -> Checkouts {
    let mut search = Search { found: Vec::new(), looked_into: 0, cut_short: false };
    let around = here.ancestors().find(|folder| is_checkout(folder));
    match around {
        Some(folder) => search.found.push(folder.to_owned()),
        None => search.below(here),
    }
    if let Some(home) = home {
        search.below(home);
    }
    search.found.sort();
    search.found.dedup();
    let roots = roots(&search.found, home);
    Checkouts { found: search.found.len(), roots, cut_short: search.cut_short }
}

fn is_checkout(folder: &Path) -> bool {
    // A file in linked working trees, a folder elsewhere.
    folder.join(".git").exists()
}

struct Search {
    found: Vec<PathBuf>,
    looked_into: usize,
    cut_short: bool,
}

impl Search {
    /// Breadth first, so that what lies near is found before the bound is reached.
    fn below(&mut self, start: &Path) {
        let mut waiting = VecDeque::from([(start.to_owned(), 0)]);
        while let Some((folder, depth)) = waiting.pop_front() {
            if self.looked_into >= MOST_FOLDERS {
                self.cut_short = true;
                return;
            }
            self.looked_into += 1;
            // What is nested in a checkout is found when that is read.
            if is_checkout(&folder) {
                self.found.push(folder);
                continue;
            }
            // A folder that may not be read has nothing for us.
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            let mut folders: Vec<PathBuf> =
                entries.flatten().filter_map(|e| searched(&e)).collect();
            folders.sort();
            if depth < DEPTH {
                waiting.extend(folders.into_iter().map(|folder| (folder, depth + 1)));
            } else {
                self.cut_short |= !folders.is_empty();
            }
        }
    }
}

/// The folder of an entry, unless it is a link or not worth a look.
fn searched(entry: &std::fs::DirEntry) -> Option<PathBuf> {
    let name = entry.file_name();
    let name = name.to_str()?;
    let is_folder = entry.file_type().is_ok_and(|sort| sort.is_dir());
    (is_folder && !name.starts_with('.') && !SKIPPED.contains(&name)).then(|| entry.path())
}

/// Folders that hold all checkouts: where several lie side by side the folder around them, so that
/// the next one is found too; but never the home folder or one around it, which hold other things.
fn roots(found: &[PathBuf], home: Option<&Path>) -> Vec<PathBuf> {
    let mut side_by_side: BTreeMap<&Path, usize> = BTreeMap::new();
    for folder in found.iter().filter_map(|checkout| checkout.parent()) {
        *side_by_side.entry(folder).or_default() += 1;
    }
    let too_wide = |folder: &Path| {
        folder.parent().is_none() || home.is_some_and(|home| home.starts_with(folder))
    };
    let root_of = |checkout: &PathBuf| match checkout.parent() {
        Some(folder) if side_by_side[folder] > 1 && !too_wide(folder) => folder.to_owned(),
        _ => checkout.clone(),
    };
    let mut roots: Vec<PathBuf> = found.iter().map(root_of).collect();
    roots.sort();
    roots.dedup();
    let inside =
        |root: &PathBuf| roots.iter().any(|other| other != root && root.starts_with(other));
    roots.iter().filter(|root| !inside(root)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(root: &Path, folders: &[&str]) {
        for folder in folders {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
    }

    #[test]
    fn neighbours_share_a_root_and_single_ones_have_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        make(
            home,
            &[
                "src/a/.git",
                "src/b/.git",
                "src/b/nested/.git",
                "lone/.git",
                "node_modules/x/.git",
                ".cache/y/.git",
            ],
        );
        let found = find(home, Some(home));
        assert_eq!(found.found, 3);
        assert_eq!(found.roots, [home.join("lone"), home.join("src")]);
        assert!(!found.cut_short);
    }

    #[test]
    fn the_home_folder_is_no_root_and_a_checkout_around_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        make(folder.path(), &["home/a/.git", "home/b/.git", "work/.git", "work/deep/er"]);
        let found = find(&folder.path().join("work/deep/er"), Some(&home));
        assert_eq!(found.roots, [home.join("a"), home.join("b"), folder.path().join("work")]);
    }

    #[test]
    fn the_search_says_when_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), &["1/2/3/4/5/6/7/8/.git"]);
        let found = find(folder.path(), None);
        assert_eq!((found.found, found.cut_short), (0, true));
    }
}
