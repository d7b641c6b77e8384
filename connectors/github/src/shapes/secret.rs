//! Names of secrets and variables. Neither has a field for its value: GitHub sends the values of
//! variables in plain text, and they are dropped while they are read.

use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

/// A secret by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Secret {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    /// Of an organisation: `all`, `private` or `selected`.
    #[serde(default)]
    pub(crate) visibility: Option<String>,
}

/// A variable by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Variable {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    /// Of an organisation: `all`, `private` or `selected`.
    #[serde(default)]
    pub(crate) visibility: Option<String>,
}
