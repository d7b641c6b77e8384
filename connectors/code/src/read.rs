//! Reading one file: bounded, never through a link that leaves the root, its bytes zeroised.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rollcall_declared::files::{self, Facts, FileType};
use rollcall_declared::secret::LiteralKey;
use rollcall_declared::text::Issue;
use zeroize::Zeroizing;

/// What became of a file that may declare something.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was read.
    Read(Box<Content>),
    /// It is over the cap; its size.
    TooBig(u64),
    /// It could not be read, and why.
    Unreadable(String),
    /// It is a link out of the root.
    LinkOut,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Content {
    /// In bytes.
    pub(crate) size: u64,
    /// The id git gives this content, in hexadecimal (SHA-1).
    pub(crate) blob: String,
    /// The path it is a link to, below the root.
    pub(crate) link: Option<String>,
    /// What it declares.
    pub(crate) facts: Facts,
    /// What was not understood.
    pub(crate) issues: Vec<Issue>,
}

/// The bytes of a file, or why there are none. `root` has no links in it.
pub(crate) fn bytes(
    path: &Path,
    root: &Path,
    is_link: bool,
    cap: u64,
) -> Result<(Zeroizing<Vec<u8>>, Option<PathBuf>), Outcome> {
    let unreadable = |error: std::io::Error| Outcome::Unreadable(error.kind().to_string());
    let target = if is_link {
        let target = std::fs::canonicalize(path).map_err(unreadable)?;
        if !target.starts_with(root) {
            return Err(Outcome::LinkOut);
        }
        Some(target)
    } else {
        None
    };
    let real = target.as_deref().unwrap_or(path);
    // Opening a pipe would wait for whoever writes to it.
    let metadata = std::fs::symlink_metadata(real).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Outcome::Unreadable("it is no regular file".to_owned()));
    }
    if metadata.len() > cap {
        return Err(Outcome::TooBig(metadata.len()));
    }
    let file = File::open(real).map_err(unreadable)?;
    // Room for one byte more, so that the buffer is never moved and left behind.
    let room = usize::try_from(metadata.len()).unwrap_or_default().saturating_add(2);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(cap.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > cap {
        return Err(Outcome::TooBig(bytes.len() as u64));
    }
    Ok((bytes, target))
}

/// Reads a file and what it declares; nothing where it only has the name of its type.
pub(crate) fn file(
    path: &Path,
    root: &Path,
    is_link: bool,
    kind: FileType,
    cap: u64,
    key: &[u8; 32],
) -> Option<Outcome> {
    let (bytes, target) = match bytes(path, root, is_link, cap) {
        Ok(read) => read,
        Err(outcome) => return Some(outcome),
    };
    let (facts, issues) = files::parse(kind, &bytes, LiteralKey(key));
    let link = target.and_then(|target| Some(slashed(target.strip_prefix(root).ok()?)));
    Some(Outcome::Read(Box::new(Content {
        size: bytes.len() as u64,
        blob: blob_id(&bytes),
        link,
        facts: facts?,
        issues,
    })))
}

/// The id git gives a content.
pub(crate) fn blob_id(bytes: &[u8]) -> String {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, bytes)
        .map(|id| id.to_string())
        .unwrap_or_default()
}

/// A path with `/` between its parts on every system.
pub(crate) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace('\\', "/") }
}
