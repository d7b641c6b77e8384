//! Who last changed the lines that declare something, and when.
//!
//! All files of a repository are followed at once, from the commit that is checked out backwards in
//! the order of time: a commit is looked at only while lines are left whose origin is not known, and
//! only the folders of those files are compared. A file is followed under its own path.

mod blame;
mod trees;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use rollcall_declared::text::Lines;

/// A file to follow.
#[derive(Clone, Debug)]
pub(crate) struct Tracked {
    /// Its path in the repository, with `/`.
    pub(crate) path: String,
    /// Where it lies on disk.
    pub(crate) file: PathBuf,
    /// The id of the content that was scanned.
    pub(crate) blob: String,
}

/// A commit that matters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Commit {
    /// Its id.
    pub(crate) id: String,
    /// Its author's address, in lowercase and as the mailmap has it.
    pub(crate) author: String,
    /// When it was committed, in seconds since 1970.
    pub(crate) at: i64,
}

/// Where a line comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// A commit, by its place in [`History::commits`].
    Commit(u32),
    /// The line is not committed.
    Uncommitted,
    /// History ends before it is told.
    Unknown,
}

/// The history of one file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct FileHistory {
    /// The origin of each line.
    pub(crate) lines: Vec<Origin>,
    /// The commit that last changed the file.
    pub(crate) changed: Option<u32>,
    /// The commit that brought the file, where it was reached.
    pub(crate) created: Option<u32>,
}

/// The history of the files of a repository.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct History {
    /// One for each tracked file, in order.
    pub(crate) files: Vec<FileHistory>,
    /// The commits they name.
    pub(crate) commits: Vec<Commit>,
    /// Why it is not told to the end, in words.
    pub(crate) notes: Vec<String>,
    /// How many commits were looked at.
    pub(crate) visited: u32,
}

/// Who last changed some lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LastChange<'h> {
    /// The latest commit among them.
    pub(crate) commit: Option<&'h Commit>,
    /// Some of them are not committed.
    pub(crate) uncommitted: bool,
}

impl History {
    /// The last change of some lines of a file.
    pub(crate) fn last_change(&self, file: usize, lines: Lines) -> LastChange<'_> {
        let all = self.files.get(file).map(|f| f.lines.as_slice()).unwrap_or_default();
        let first = (lines.first as usize).saturating_sub(1).min(all.len());
        let last = (lines.last as usize).clamp(first, all.len());
        let part = &all[first..last];
        LastChange {
            commit: part
                .iter()
                .filter_map(|origin| self.commit(*origin))
                .max_by_key(|c| (c.at, &c.id)),
            uncommitted: part.contains(&Origin::Uncommitted),
        }
    }

    /// The commit that last changed a file.
    pub(crate) fn changed(&self, file: usize) -> Option<&Commit> {
        self.commits.get(self.files.get(file)?.changed? as usize)
    }

    /// The commit that brought a file.
    pub(crate) fn created(&self, file: usize) -> Option<&Commit> {
        self.commits.get(self.files.get(file)?.created? as usize)
    }

    /// Whether any line of a file is not committed.
    pub(crate) fn is_uncommitted(&self, file: usize) -> bool {
        self.files.get(file).is_some_and(|f| f.lines.contains(&Origin::Uncommitted))
    }

    fn commit(&self, origin: Origin) -> Option<&Commit> {
        match origin {
            Origin::Commit(at) => self.commits.get(at as usize),
            Origin::Uncommitted | Origin::Unknown => None,
        }
    }
}

/// Follows files from the commit that is checked out, looking at no more than `budget` commits.
/// What cannot be read ends the history there and is told in a note.
pub(crate) fn read(
    repository: &gix::Repository,
    files: &[Tracked],
    budget: u32,
    cap: u64,
    stop: &AtomicBool,
) -> History {
    blame::Walk::new(repository, files, cap).run(budget, stop)
}
