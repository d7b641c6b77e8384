//! What is kept of answers about contents. Texts of files are used and not kept: they are left out
//! of recordings, and zeroised when dropped.

use std::collections::BTreeMap;

use rollcall_connector::transport::ListOf;
use rollcall_model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use super::agents::{self, Mark};

/// Text that is neither printed nor recorded, and overwritten when it is dropped.
#[derive(Clone, Default)]
pub(crate) struct Held(Zeroizing<String>);

impl Held {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.0).into_bytes()
    }
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Zeroizing::new(String::deserialize(from)?)))
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

/// Where default branches are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Heads {
    pub(crate) nodes: Vec<Option<HeadNode>>,
}

/// One repository; empty where the id is that of something else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HeadNode {
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default, rename = "nameWithOwner")]
    pub(crate) name: Option<String>,
    #[serde(default, rename = "isEmpty")]
    pub(crate) is_empty: Option<bool>,
    #[serde(default, rename = "defaultBranchRef")]
    pub(crate) branch: Option<Branch>,
}

/// A branch and its commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Branch {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) target: Option<Target>,
}

/// A commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) oid: String,
    #[serde(default)]
    pub(crate) tree: Option<Oid>,
}

/// The id of an object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Oid {
    pub(crate) oid: String,
}

/// The places of a document with several, by their names.
pub(crate) type Places<T> = BTreeMap<String, Option<Place<T>>>;

/// What stands in one place: a repository with an object of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place<T> {
    #[serde(default = "Option::default")]
    pub(crate) object: Option<T>,
}

/// The text of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BlobNode {
    pub(crate) oid: String,
    #[serde(default, rename = "isBinary")]
    pub(crate) is_binary: Option<bool>,
    #[serde(default, rename = "isTruncated")]
    pub(crate) is_truncated: Option<bool>,
    #[serde(default, skip_serializing)]
    pub(crate) text: Option<Held>,
}

/// A commit with the last change of a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HistoryNode {
    #[serde(default)]
    pub(crate) history: Option<History>,
}

/// The end of a path's history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct History {
    #[serde(default, rename = "pageInfo")]
    pub(crate) page: Option<More>,
    #[serde(default)]
    pub(crate) nodes: Vec<Option<CommitNode>>,
}

/// Whether there is more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct More {
    #[serde(rename = "hasNextPage")]
    pub(crate) has_next_page: bool,
}

/// A commit. Of its message only the marks of agents are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CommitNode {
    pub(crate) oid: String,
    #[serde(default, rename = "committedDate")]
    pub(crate) at: Option<Timestamp>,
    #[serde(default, rename = "message", deserialize_with = "marks")]
    pub(crate) marks: Vec<Mark>,
    #[serde(default)]
    pub(crate) signature: Option<Signature>,
    #[serde(default)]
    pub(crate) author: Option<Actor>,
    #[serde(default)]
    pub(crate) authors: Option<Actors>,
}

/// Whether a commit is what its signer made.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Signature {
    #[serde(default, rename = "isValid")]
    pub(crate) is_valid: Option<bool>,
    #[serde(default, rename = "wasSignedByGitHub")]
    pub(crate) by_github: Option<bool>,
}

/// Authors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Actors {
    #[serde(default)]
    pub(crate) nodes: Vec<Option<Actor>>,
}

/// An author: an address, and the account it belongs to, if any.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Actor {
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) user: Option<Account>,
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default, rename = "databaseId")]
    pub(crate) id: Option<u64>,
}

/// The message as GitHub sends it, or the marks as they were recorded.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    Text(Held),
    Marks(Vec<Mark>),
    Absent(()),
}

fn marks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Mark>, D::Error> {
    Ok(match Message::deserialize(from)? {
        Message::Text(text) => agents::marks(text.text()),
        Message::Marks(marks) => marks,
        Message::Absent(()) => Vec::new(),
    })
}

/// A tree, with everything below it or one level.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tree {
    #[serde(default)]
    pub(crate) truncated: bool,
    pub(crate) tree: ListOf<TreeEntry>,
}

/// An entry of a tree.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TreeEntry {
    pub(crate) path: String,
    /// `100644`, `100755`, `120000` for links, `040000` for folders.
    #[serde(default)]
    pub(crate) mode: String,
    /// `blob`, `tree` or `commit`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) sha: String,
    #[serde(default)]
    pub(crate) size: Option<u64>,
}

/// A file as plain calls give it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RawBlob {
    #[serde(default, skip_serializing)]
    pub(crate) content: Option<Held>,
    #[serde(default)]
    pub(crate) encoding: Option<String>,
}
