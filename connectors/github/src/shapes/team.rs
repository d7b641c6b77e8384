//! Teams and organisation roles.

use serde::{Deserialize, Serialize};

/// A team.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Team {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) slug: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) privacy: Option<String>,
    /// `organization` or `enterprise`.
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) parent: Option<ParentTeam>,
    /// Of a team that holds an organisation role: `direct`, `indirect`, `mixed`.
    #[serde(default)]
    pub(crate) assignment: Option<String>,
}

/// The team above.
#[derive(Clone, PartialEq, Debug, Copy, Serialize, Deserialize)]
pub(crate) struct ParentTeam {
    pub(crate) id: u64,
}

/// A role in an organisation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct OrganizationRole {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) base_role: Option<String>,
    /// `Predefined`, `Organization`, `Enterprise`.
    #[serde(default)]
    pub(crate) source: Option<String>,
    #[serde(default)]
    pub(crate) permissions: Option<Vec<String>>,
}
