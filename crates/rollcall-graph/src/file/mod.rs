//! The snapshot as a file: a cache beside the database, so that a start need not read all of it.
//!
//! A header says what the file is, how long, and the checksums of header and content. A file that is
//! damaged, cut off, of another version or of another store is an error and never a snapshot; then
//! the caller builds one from the store.

mod input;
mod output;
mod read;
mod write;

/// What every file begins with.
const MAGIC: [u8; 8] = *b"rollcall";
/// The version of the form. Any change of it gets the next number.
const VERSION: u32 = 3;
/// Magic, version, length and checksum of the content, checksum of the header.
const HEADER: usize = 8 + 4 + 8 + 4 + 4;

/// Why a file gives no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not a snapshot at all.
    #[error("the file is no snapshot")]
    NotASnapshot,
    /// Another version of rollcall wrote it.
    #[error("the snapshot file has version {found}, and this program reads version {VERSION}")]
    OtherVersion {
        /// The file's version.
        found: u32,
    },
    /// It is of another store.
    #[error("the snapshot file is of the store {found:?}, not of {wanted:?}")]
    OtherStore {
        /// The store that the file is of.
        found: String,
        /// The store that was asked for.
        wanted: String,
    },
    /// It is damaged or cut off.
    #[error("the snapshot file is damaged: {0}")]
    Damaged(&'static str),
    /// It cannot be read or written.
    #[error("the snapshot file: {0}")]
    Io(#[from] std::io::Error),
    /// The overlay could not be folded in before writing.
    #[error(transparent)]
    Build(#[from] crate::builder::BuildError),
}
