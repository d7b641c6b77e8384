//! Just enough of git to write a checkout with its history: loose objects, one branch, an index. No
//! program and no configuration of the machine has a part in it, so the commits are the same
//! everywhere. Source: git's documentation, gitformat-index and gitrepository-layout.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rollcall_model::Timestamp;
use sha1::{Digest, Sha1};

use crate::plan::LabError;

/// The name of an object.
pub(crate) type Id = [u8; 20];

/// A checkout that is being written.
pub(super) struct Git {
    home: PathBuf,
    /// Every file: its content's id and size.
    files: BTreeMap<String, (Id, u32)>,
    head: Option<Id>,
}

/// As git writes it.
pub(crate) fn hex(id: &Id) -> String {
    id.iter().map(|b| format!("{b:02x}")).collect()
}

/// The name of an object, and all of it.
pub(super) fn name_of(kind: &str, content: &[u8]) -> (Id, Vec<u8>) {
    let mut whole = format!("{kind} {}\0", content.len()).into_bytes();
    whole.extend_from_slice(content);
    (Sha1::digest(&whole).into(), whole)
}

/// The text of a commit.
pub(super) fn commit_text(
    tree: &Id,
    parent: Option<&Id>,
    name: &str,
    email: &str,
    at: Timestamp,
    message: &str,
) -> String {
    let parent = parent.map(|id| format!("parent {}\n", hex(id))).unwrap_or_default();
    let who = format!("{name} <{email}> {} +0000", at.seconds());
    format!("tree {}\n{parent}author {who}\ncommitter {who}\n\n{message}\n", hex(tree))
}

/// Takes an object by its kind and content; its name.
pub(super) type Store<'a> = dyn FnMut(&str, &[u8]) -> Result<Id, LabError> + 'a;

/// Makes the tree of some files, by their paths in order, and the trees below it; each is given to
/// `store`.
pub(super) fn tree_of(files: &[(&str, Id)], store: &mut Store<'_>) -> Result<Id, LabError> {
    // Git sorts folders as if their names ended in a slash.
    let mut entries: BTreeMap<String, (bool, String, Id)> = BTreeMap::new();
    let mut folders: BTreeMap<&str, Vec<(&str, Id)>> = BTreeMap::new();
    for (path, id) in files {
        match path.split_once('/') {
            Some((folder, rest)) => folders.entry(folder).or_default().push((rest, *id)),
            None => drop(entries.insert((*path).to_owned(), (false, (*path).to_owned(), *id))),
        }
    }
    for (folder, below) in folders {
        let id = tree_of(&below, store)?;
        entries.insert(format!("{folder}/"), (true, folder.to_owned(), id));
    }
    let mut content = Vec::new();
    for (is_folder, name, id) in entries.into_values() {
        content.extend_from_slice(if is_folder { b"40000 " } else { b"100644 " });
        content.extend_from_slice(name.as_bytes());
        content.push(0);
        content.extend_from_slice(&id);
    }
    store("tree", &content)
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), LabError> {
    let fault = || format!("writing {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(LabError::io(fault()))?;
    }
    std::fs::write(path, bytes).map_err(LabError::io(fault()))
}

impl Git {
    /// Begins a checkout of a remote in a folder that must not be there yet.
    pub(super) fn init(home: &Path, remote: &str) -> Result<Self, LabError> {
        if let Some(folder) = home.parent() {
            std::fs::create_dir_all(folder)
                .map_err(LabError::io(format!("making {}", folder.display())))?;
        }
        std::fs::create_dir(home).map_err(LabError::io(format!("making {}", home.display())))?;
        let config = format!(
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\
             [remote \"origin\"]\n\turl = {remote}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
             [branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n"
        );
        let git = home.join(".git");
        save(&git.join("config"), config.as_bytes())?;
        save(&git.join("HEAD"), b"ref: refs/heads/main\n")?;
        save(&git.join("refs/remotes/origin/HEAD"), b"ref: refs/remotes/origin/main\n")?;
        Ok(Self { home: home.to_owned(), files: BTreeMap::new(), head: None })
    }

    /// Writes a file, for the next commit.
    pub(super) fn write(&mut self, path: &str, content: &[u8]) -> Result<(), LabError> {
        save(&self.home.join(path), content)?;
        let id = self.object("blob", content)?;
        let size = u32::try_from(content.len()).unwrap_or(u32::MAX);
        self.files.insert(path.to_owned(), (id, size));
        Ok(())
    }

    /// Commits everything that was written.
    pub(super) fn commit(
        &mut self,
        name: &str,
        email: &str,
        at: Timestamp,
        message: &str,
    ) -> Result<(), LabError> {
        let names: Vec<(&str, Id)> =
            self.files.iter().map(|(p, (id, _))| (p.as_str(), *id)).collect();
        let tree = tree_of(&names, &mut |kind, content| self.object(kind, content))?;
        let text = commit_text(&tree, self.head.as_ref(), name, email, at, message);
        self.head = Some(self.object("commit", text.as_bytes())?);
        Ok(())
    }

    /// Writes the branch and the index.
    pub(super) fn finish(self) -> Result<(), LabError> {
        let git = self.home.join(".git");
        if let Some(head) = self.head {
            let line = format!("{}\n", hex(&head));
            save(&git.join("refs/heads/main"), line.as_bytes())?;
            save(&git.join("refs/remotes/origin/main"), line.as_bytes())?;
        }
        save(&git.join("index"), &self.index())
    }

    /// Stores an object; its id.
    fn object(&self, kind: &str, content: &[u8]) -> Result<Id, LabError> {
        let (id, whole) = name_of(kind, content);
        let name = hex(&id);
        let path = self.home.join(".git/objects").join(&name[..2]).join(&name[2..]);
        if !path.exists() {
            let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
            let written = packed.write_all(&whole).and_then(|()| packed.finish());
            save(&path, &written.map_err(LabError::io("packing an object"))?)?;
        }
        Ok(id)
    }

    /// The index, version 2. Its times are zero: git looks at the content once and fills them in.
    fn index(&self) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend_from_slice(&2_u32.to_be_bytes());
        out.extend_from_slice(&(self.files.len() as u32).to_be_bytes());
        for (path, (id, size)) in &self.files {
            let start = out.len();
            // Two times of eight bytes, device, inode.
            out.extend_from_slice(&[0; 24]);
            out.extend_from_slice(&0o100_644_u32.to_be_bytes());
            out.extend_from_slice(&[0; 8]);
            out.extend_from_slice(&size.to_be_bytes());
            out.extend_from_slice(id);
            let length = path.len().min(0xfff) as u16;
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(path.as_bytes());
            // One to eight zeros, up to a multiple of eight.
            let padding = 8 - (out.len() - start) % 8;
            out.extend_from_slice(&[0; 8][..padding]);
        }
        let checksum: Id = Sha1::digest(&out).into();
        out.extend_from_slice(&checksum);
        out
    }
}
