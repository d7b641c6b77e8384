//! Self-hosted runners.

use serde::{Deserialize, Serialize};

/// A runner.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Runner {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) os: Option<String>,
    /// `online` or `offline`.
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) labels: Option<Vec<Label>>,
    #[serde(default)]
    pub(crate) runner_group_id: Option<u64>,
    #[serde(default)]
    pub(crate) ephemeral: Option<bool>,
}

/// A word that jobs ask for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Label {
    #[serde(default)]
    pub(crate) name: Option<String>,
}

/// A group of runners.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct RunnerGroup {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// `all`, `private` or `selected`.
    #[serde(default)]
    pub(crate) visibility: Option<String>,
    #[serde(default)]
    pub(crate) default: Option<bool>,
    #[serde(default)]
    pub(crate) inherited: Option<bool>,
    #[serde(default)]
    pub(crate) allows_public_repositories: Option<bool>,
    #[serde(default)]
    pub(crate) restricted_to_workflows: Option<bool>,
    #[serde(default)]
    pub(crate) selected_workflows: Option<Vec<String>>,
}
