//! A repository's objects in memory: the same commits, trees and blobs as its checkout has.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_model::Timestamp;

use super::git::{Id, commit_text, hex, name_of, tree_of};
use super::{history, text};
use crate::plan::{Company, LabError, Repository};

/// A commit.
#[derive(Clone, Debug)]
pub(crate) struct Commit {
    /// Its name.
    pub(crate) oid: String,
    /// Its tree.
    pub(crate) tree: String,
    /// The commit before.
    pub(crate) parent: Option<String>,
    /// The author's name.
    pub(crate) name: String,
    /// The author's address.
    pub(crate) email: String,
    /// When.
    pub(crate) at: Timestamp,
    /// What it says.
    pub(crate) message: String,
}

/// An entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) oid: String,
    /// Whether it is a tree.
    pub(crate) is_tree: bool,
}

/// Everything that was committed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// The oldest first.
    pub(crate) commits: Vec<Commit>,
    trees: BTreeMap<String, Vec<Entry>>,
    blobs: BTreeMap<String, Arc<str>>,
    files: BTreeMap<String, Id>,
    head: Option<Id>,
}

impl Snapshot {
    /// What a repository of the plan holds.
    ///
    /// # Errors
    /// When the lab made something that cannot be.
    pub(crate) fn of(company: &Company, repository: &Repository) -> Result<Self, LabError> {
        let mut found = Self::default();
        for commit in history::commits(company, repository) {
            for path in &commit.paths {
                found.write(path, &text::of(company, repository, path));
            }
            let person = company.person(commit.author);
            found.commit(&person.name, &person.email, commit.at, commit.message)?;
        }
        Ok(found)
    }

    /// Writes a file, for the next commit.
    pub(crate) fn write(&mut self, path: &str, text: &str) {
        let (id, _) = name_of("blob", text.as_bytes());
        self.blobs.insert(hex(&id), text.into());
        self.files.insert(path.to_owned(), id);
    }

    /// Deletes a file, for the next commit; whether it was there.
    pub(crate) fn delete(&mut self, path: &str) -> bool {
        self.files.remove(path).is_some()
    }

    /// Commits what was written.
    ///
    /// # Errors
    /// None in memory; the same walk writes checkouts.
    pub(crate) fn commit(
        &mut self,
        name: &str,
        email: &str,
        at: Timestamp,
        message: &str,
    ) -> Result<(), LabError> {
        let files: Vec<(&str, Id)> = self.files.iter().map(|(p, id)| (p.as_str(), *id)).collect();
        let trees = &mut self.trees;
        let root = tree_of(&files, &mut |_, content| {
            let (id, _) = name_of("tree", content);
            trees.insert(hex(&id), entries(content));
            Ok(id)
        })?;
        let text = commit_text(&root, self.head.as_ref(), name, email, at, message);
        let (id, _) = name_of("commit", text.as_bytes());
        self.commits.push(Commit {
            oid: hex(&id),
            tree: hex(&root),
            parent: self.head.map(|id| hex(&id)),
            name: name.to_owned(),
            email: email.to_owned(),
            at,
            message: message.to_owned(),
        });
        self.head = Some(id);
        Ok(())
    }

    /// The newest commit.
    pub(crate) fn head(&self) -> Option<&Commit> {
        self.commits.last()
    }

    /// The commit of a name, a branch or `HEAD`.
    pub(crate) fn resolve(&self, name: &str) -> Option<&Commit> {
        match name {
            "HEAD" | "main" | "refs/heads/main" | "heads/main" => self.head(),
            oid => self.commits.iter().find(|c| c.oid == oid),
        }
    }

    /// The entries of a tree.
    pub(crate) fn tree(&self, oid: &str) -> Option<&[Entry]> {
        self.trees.get(oid).map(Vec::as_slice)
    }

    /// The text of a blob.
    pub(crate) fn blob(&self, oid: &str) -> Option<&Arc<str>> {
        self.blobs.get(oid)
    }

    /// What is at a path below a tree; the tree itself at the empty path.
    pub(crate) fn at(&self, root: &str, path: &str) -> Option<(String, bool)> {
        let mut here = (root.to_owned(), true);
        for part in path.split('/').filter(|p| !p.is_empty()) {
            let entry = self.tree(&here.0).filter(|_| here.1)?.iter().find(|e| e.name == part)?;
            here = (entry.oid.clone(), entry.is_tree);
        }
        Some(here)
    }

    /// The paths of all files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&str, String)> {
        self.files.iter().map(|(path, id)| (path.as_str(), hex(id)))
    }
}

/// The entries that the content of a tree lists.
fn entries(content: &[u8]) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut rest = content;
    while let Some(end) = rest.iter().position(|b| *b == 0) {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        let Some((mode, name)) = head.split_once(' ') else { break };
        let Some(id) = rest.get(end + 1..end + 21).and_then(|b| Id::try_from(b).ok()) else {
            break;
        };
        found.push(Entry { name: name.to_owned(), oid: hex(&id), is_tree: mode == "40000" });
        rest = &rest[end + 21..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Archetype, Spec};

    #[test]
    fn a_snapshot_is_what_the_checkout_is() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let spec = Spec { seed: 4, size: 400, archetype: Archetype::AgentHeavyLab, now };
        let company = Company::generate(spec).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for number in 0..8 {
            let repository = company.repository(number);
            let snapshot = Snapshot::of(&company, &repository).unwrap();
            super::super::write_repository(&company, number, folder.path()).unwrap();
            let git = folder.path().join(&repository.name).join(".git");
            let head = std::fs::read_to_string(git.join("refs/heads/main")).unwrap();
            let newest = snapshot.head().unwrap();
            assert_eq!(head.trim(), newest.oid);
            let objects = git.join("objects");
            for (path, oid) in snapshot.paths() {
                assert_eq!(snapshot.at(&newest.tree, path), Some((oid.clone(), false)));
                assert!(objects.join(&oid[..2]).join(&oid[2..]).is_file(), "{path}");
            }
            assert!(snapshot.at(&newest.tree, "nothing/here").is_none());
            assert!(snapshot.at(&newest.tree, ".github/workflows").unwrap().1);
        }
    }
}
