//! Following lines backwards.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use gix::ObjectId;
use gix::diff::blob::{Algorithm, Diff, InternedInput};
use gix::objs::{CommitRefIter, FindExt, Kind};

use super::trees::{Paths, Trees};
use super::{Commit, FileHistory, History, Origin, Tracked};

/// How much bigger than the scan's cap an older content may be and still be compared.
const OLD_SIZE_FACTOR: u64 = 4;

/// Lines of a file that some commit or one before it wrote.
struct Suspects {
    file: usize,
    blob: ObjectId,
    /// The line in the scanned file and the same line in the commit's content, both from 0.
    lines: Vec<(u32, u32)>,
}

/// What is needed of a commit to go on.
struct Meta {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    at: i64,
}

pub(super) struct Walk<'r, 'f> {
    repository: &'r gix::Repository,
    files: &'f [Tracked],
    trees: Trees<'r>,
    shallow: HashSet<ObjectId>,
    mailmap: Option<gix::mailmap::Snapshot>,
    cap: u64,
    buffer: Vec<u8>,
    pending: HashMap<ObjectId, (Meta, Vec<Suspects>)>,
    order: BinaryHeap<(i64, ObjectId)>,
    numbers: HashMap<ObjectId, u32>,
    history: History,
}

impl<'r, 'f> Walk<'r, 'f> {
    pub(super) fn new(repository: &'r gix::Repository, files: &'f [Tracked], cap: u64) -> Self {
        let shallow = repository.shallow_commits().ok().flatten();
        Self {
            repository,
            files,
            trees: Trees::new(repository, Paths::new(files.iter().map(|f| f.path.as_str()))),
            shallow: shallow.map(|commits| commits.iter().copied().collect()).unwrap_or_default(),
            mailmap: None,
            cap,
            buffer: Vec::new(),
            pending: HashMap::new(),
            order: BinaryHeap::new(),
            numbers: HashMap::new(),
            history: History {
                files: vec![FileHistory::default(); files.len()],
                ..History::default()
            },
        }
    }

    pub(super) fn run(mut self, budget: u32, stop: &AtomicBool) -> History {
        let Ok(head) = self.repository.head_id() else {
            self.all_uncommitted();
            return self.history;
        };
        let head = head.detach();
        if self.begin(head).is_none() {
            self.note(format!("history cannot be read: commit {head} or its content is missing"));
            self.all_unknown();
            return self.history;
        }
        while let Some((_, id)) = self.order.pop() {
            let Some((meta, suspects)) = self.pending.remove(&id) else { continue };
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if self.history.visited >= budget {
                self.note(format!(
                    "history ends at commit {id}, after the {budget} commits that were allowed"
                ));
                break;
            }
            self.history.visited += 1;
            self.visit(id, &meta, suspects);
        }
        self.history
    }

    fn note(&mut self, note: String) {
        if !self.history.notes.contains(&note) {
            self.history.notes.push(note);
        }
    }

    fn all_uncommitted(&mut self) {
        for (file, tracked) in self.files.iter().enumerate() {
            let count = read_lines(tracked, self.cap).map_or(1, |lines| lines.len());
            self.history.files[file].lines = vec![Origin::Uncommitted; count];
        }
    }

    fn all_unknown(&mut self) {
        for file in &mut self.history.files {
            file.lines.clear();
        }
    }

    /// Puts every line of every file on the commit that is checked out.
    fn begin(&mut self, head: ObjectId) -> Option<()> {
        let meta = self.meta(head)?;
        let committed = self.trees.files(meta.tree).ok()?;
        self.mailmap = self.read_mailmap(meta.tree);
        let mut suspects = Vec::new();
        for (file, tracked) in self.files.iter().enumerate() {
            let Some(blob) = committed.get(&file).copied() else {
                let count = read_lines(tracked, self.cap).map_or(1, |lines| lines.len());
                self.history.files[file].lines = vec![Origin::Uncommitted; count];
                continue;
            };
            let Some(content) = self.blob(blob) else { continue };
            let committed_lines = lines(&content);
            let mapped: Vec<(u32, u32)> = if is_same(blob, &tracked.blob) {
                self.history.files[file].lines = vec![Origin::Unknown; committed_lines.len()];
                (0..count(&committed_lines)).map(|line| (line, line)).collect()
            } else {
                // The working tree differs: lines it shares with the commit are followed.
                let working = read_lines(tracked, self.cap).unwrap_or_default();
                self.history.files[file].lines = vec![Origin::Uncommitted; working.len()];
                let working: Vec<&[u8]> = working.iter().map(|line| line.as_slice()).collect();
                let same = shared(&committed_lines, &working);
                for (_, line) in &same {
                    self.history.files[file].lines[*line as usize] = Origin::Unknown;
                }
                same.into_iter().map(|(old, new)| (new, old)).collect()
            };
            suspects.push(Suspects { file, blob, lines: mapped });
        }
        self.push(head, meta, suspects);
        Some(())
    }

    fn push(&mut self, id: ObjectId, meta: Meta, suspects: Vec<Suspects>) {
        if suspects.is_empty() {
            return;
        }
        match self.pending.get_mut(&id) {
            Some((_, known)) => {
                for new in suspects {
                    match known.iter_mut().find(|old| old.file == new.file) {
                        Some(old) => old.lines.extend(new.lines),
                        None => known.push(new),
                    }
                }
            }
            None => {
                self.order.push((meta.at, id));
                self.pending.insert(id, (meta, suspects));
            }
        }
    }

    fn visit(&mut self, id: ObjectId, meta: &Meta, mut left: Vec<Suspects>) {
        if self.shallow.contains(&id) {
            // What came before is not here: this commit only looks like the origin.
            self.note(format!("history ends at commit {id}, where this shallow clone ends"));
            return;
        }
        let mut parents = Vec::new();
        for parent in &meta.parents {
            let differing = self.meta(*parent).and_then(|parent_meta| {
                let found = self.trees.differing(Some(meta.tree), Some(parent_meta.tree)).ok()?;
                Some((*parent, parent_meta, found))
            });
            match differing {
                Some(found) => parents.push(found),
                None => {
                    self.note(format!("history ends at commit {id}: what came before is missing"));
                    // Nothing can be said of lines that may come from there.
                    return;
                }
            }
        }
        // A parent with the same content takes all lines.
        for (parent, parent_meta, differing) in &parents {
            let (same, differ): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|suspects| !differing.contains_key(&suspects.file));
            self.push(*parent, parent_meta.copy(), same);
            left = differ;
        }
        for mut suspects in left {
            let mut exists_before = false;
            for (parent, parent_meta, differing) in &parents {
                let Some(Some(old)) = differing.get(&suspects.file).copied() else { continue };
                exists_before = true;
                let moved = self.unchanged(&mut suspects, old);
                if !moved.lines.is_empty() {
                    self.push(*parent, parent_meta.copy(), vec![moved]);
                }
            }
            self.settle(id, &suspects, exists_before);
        }
    }

    /// Takes out the lines that an older content has too.
    fn unchanged(&mut self, suspects: &mut Suspects, old: ObjectId) -> Suspects {
        let mut moved = Suspects { file: suspects.file, blob: old, lines: Vec::new() };
        let (Some(before), Some(after)) = (self.blob(old), self.blob(suspects.blob)) else {
            return moved;
        };
        let same: HashMap<u32, u32> = shared(&lines(&before), &lines(&after))
            .into_iter()
            .map(|(old, new)| (new, old))
            .collect();
        suspects.lines.retain(|(scanned, here)| match same.get(here) {
            Some(there) => {
                moved.lines.push((*scanned, *there));
                false
            }
            None => true,
        });
        moved
    }

    /// The lines that are left come from this commit, which changed the file in any case.
    fn settle(&mut self, id: ObjectId, suspects: &Suspects, exists_before: bool) {
        let Some(number) = self.number(id) else { return };
        let commits = &self.history.commits;
        let file = &mut self.history.files[suspects.file];
        let later = |known: u32| commits[known as usize].at >= commits[number as usize].at;
        if !file.changed.is_some_and(later) {
            file.changed = Some(number);
        }
        if !exists_before {
            file.created = Some(number);
        }
        for (scanned, _) in &suspects.lines {
            if let Some(line) = file.lines.get_mut(*scanned as usize) {
                *line = Origin::Commit(number);
            }
        }
    }

    fn number(&mut self, id: ObjectId) -> Option<u32> {
        if let Some(number) = self.numbers.get(&id) {
            return Some(*number);
        }
        let data = self.repository.objects.find(&id, &mut self.buffer).ok()?;
        let commit = gix::objs::CommitRef::from_bytes(data.data, id.kind()).ok()?;
        let author = commit.author().ok()?;
        let email = match &self.mailmap {
            Some(mailmap) => mailmap.resolve(author).email.to_string(),
            None => author.email.to_string(),
        };
        let at = commit.committer().ok().and_then(|c| c.time().ok()).map_or(0, |time| time.seconds);
        let number = count(&self.history.commits);
        self.history.commits.push(Commit {
            id: id.to_string(),
            author: email.trim().to_lowercase(),
            at,
        });
        self.numbers.insert(id, number);
        Some(number)
    }

    fn meta(&mut self, id: ObjectId) -> Option<Meta> {
        let data = self.repository.objects.find(&id, &mut self.buffer).ok()?;
        if data.kind != Kind::Commit {
            return None;
        }
        let mut commit = CommitRefIter::from_bytes(data.data, id.kind());
        let tree = commit.tree_id().ok()?;
        let parents = commit.parent_ids().collect();
        let at = commit.committer().ok()?.time().map_or(0, |time| time.seconds);
        Some(Meta { tree, parents, at })
    }

    fn blob(&self, id: ObjectId) -> Option<Vec<u8>> {
        let header = self.repository.find_header(id).ok()?;
        if header.kind() != Kind::Blob || header.size() > self.cap.saturating_mul(OLD_SIZE_FACTOR) {
            return None;
        }
        let mut buffer = Vec::new();
        self.repository.objects.find_blob(&id, &mut buffer).ok()?;
        Some(buffer)
    }

    /// The `.mailmap` of the commit itself; a configured one may be any file of the machine.
    fn read_mailmap(&self, tree: ObjectId) -> Option<gix::mailmap::Snapshot> {
        let mut trees = Trees::new(self.repository, Paths::new(std::iter::once(".mailmap")));
        let blob = *trees.files(tree).ok()?.get(&0)?;
        Some(gix::mailmap::Snapshot::from_bytes(&self.blob(blob)?))
    }
}

impl Meta {
    fn copy(&self) -> Self {
        Self { tree: self.tree, parents: self.parents.clone(), at: self.at }
    }
}

/// Whether an id in hexadecimal is this one.
fn is_same(id: ObjectId, hexadecimal: &str) -> bool {
    ObjectId::from_hex(hexadecimal.as_bytes()).is_ok_and(|other| other == id)
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// The lines of a content, without their ends: a checkout may have other ends than the commit.
fn lines(content: &[u8]) -> Vec<&[u8]> {
    content
        .split_inclusive(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

/// The lines two contents share, as pairs of line numbers from 0.
fn shared(before: &[&[u8]], after: &[&[u8]]) -> Vec<(u32, u32)> {
    let mut input: InternedInput<&[u8]> = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let mut pairs = Vec::new();
    let (mut old, mut new) = (0, 0);
    for hunk in diff.hunks() {
        pairs.extend((old..hunk.before.start).zip(new..hunk.after.start));
        (old, new) = (hunk.before.end, hunk.after.end);
    }
    pairs.extend((old..count(before)).zip(new..count(after)));
    pairs
}

/// The lines of the file on disk, if it still is what was scanned.
fn read_lines(tracked: &Tracked, cap: u64) -> Option<Vec<zeroize::Zeroizing<Vec<u8>>>> {
    let root = tracked.file.parent()?;
    let (bytes, _) = crate::read::bytes(&tracked.file, root, false, cap).ok()?;
    (crate::read::blob_id(&bytes) == tracked.blob).then(|| {
        lines(&bytes).into_iter().map(|line| zeroize::Zeroizing::new(line.to_vec())).collect()
    })
}
