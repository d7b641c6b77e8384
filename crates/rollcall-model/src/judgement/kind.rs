//! What a connector knows about a kind, beyond what it says of each entity: what absence means, how
//! use shows, what a credential proves.

use serde::{Deserialize, Serialize};

use crate::{Grade, Timestamp};

/// Who authenticates with a credential.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authenticates {
    /// A person, at a prompt.
    Person,
    /// Whatever holds it.
    Program,
    /// Nobody by itself: it only adds to another credential.
    Nobody,
}

/// One way in which use shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UsageView {
    /// The streams that tell it. Only where each of them was read to its end does it mean anything
    /// that no use is seen.
    pub streams: Vec<String>,
    /// It is seen at the credentials of the identity, not at the identity.
    #[serde(default)]
    pub at_credentials: bool,
    /// How good it is.
    pub grade: Grade,
    /// How fine it is, in a few words: `role level`.
    pub precision: String,
    /// How many hours it lags, about.
    pub lag_hours: u32,
    /// How many days it reaches back; `None` for as long as there are records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_days: Option<u32>,
    /// When records began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracked_since: Option<Timestamp>,
    /// What it cannot see, one short phrase each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind_spots: Vec<String>,
}

/// What is known of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct KindFacts {
    /// The streams that tell everything about an entity of this kind, its tags and its owners
    /// included. What is not said is not so where all of them that read its realm were read to the
    /// end, at least one; otherwise it may yet be so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub described_by: Vec<String>,
    /// The ways in which its use shows. None: it never does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage: Vec<UsageView>,
    /// Of a credential: who authenticates with it; `None` where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticates: Option<Authenticates>,
    /// Nobody can authenticate as such an identity without a credential of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_credential: bool,
    /// It comes with its realm and cannot be removed, so not using it is right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub permanent: bool,
    /// A file that names the owners of other files in its realm.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names_owners: bool,
    /// A directory's person: the streams that describe this kind say who is here and who has left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub directory: bool,
}

impl KindFacts {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
