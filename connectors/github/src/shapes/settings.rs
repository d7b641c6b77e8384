//! Settings of Actions, its OpenID Connect subjects, and Copilot.

use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Team, User};

/// What Actions may run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ActionsPermissions {
    /// Of an organisation: `all`, `none`, `selected`.
    #[serde(default)]
    pub(crate) enabled_repositories: Option<String>,
    /// Of a repository.
    #[serde(default)]
    pub(crate) enabled: Option<bool>,
    /// `all`, `local_only`, `selected`.
    #[serde(default)]
    pub(crate) allowed_actions: Option<String>,
    #[serde(default)]
    pub(crate) sha_pinning_required: Option<bool>,
}

/// What the token of a workflow may do where the workflow says nothing.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct DefaultWorkflowPermissions {
    /// `read` or `write`.
    #[serde(default)]
    pub(crate) default_workflow_permissions: Option<String>,
    #[serde(default)]
    pub(crate) can_approve_pull_request_reviews: Option<bool>,
}

/// Which actions may be used where only selected ones may.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct SelectedActions {
    #[serde(default)]
    pub(crate) github_owned_allowed: Option<bool>,
    #[serde(default)]
    pub(crate) verified_allowed: Option<bool>,
    #[serde(default)]
    pub(crate) patterns_allowed: Option<Vec<String>>,
}

/// The form of the subjects of an organisation or a repository.
#[derive(Clone, PartialEq, Debug, Eq, Default, Serialize, Deserialize)]
pub(crate) struct SubjectTemplate {
    /// Of a repository: it uses the default form, whatever its organisation says.
    #[serde(default)]
    pub(crate) use_default: Option<bool>,
    /// The claims that make up a subject, in their order.
    #[serde(default)]
    pub(crate) include_claim_keys: Option<Vec<String>>,
    /// The form with ids in it.
    #[serde(default)]
    pub(crate) use_immutable_subject: Option<bool>,
    /// What subjects begin with, where GitHub tells.
    #[serde(default)]
    pub(crate) sub_claim_prefix: Option<String>,
}

/// A seat of Copilot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Seat {
    #[serde(default)]
    pub(crate) assignee: Option<User>,
    #[serde(default)]
    pub(crate) assigning_team: Option<Team>,
    #[serde(default)]
    pub(crate) last_activity_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) last_activity_editor: Option<String>,
    /// A day: `2026-05-01`.
    #[serde(default)]
    pub(crate) pending_cancellation_date: Option<String>,
    #[serde(default)]
    pub(crate) plan_type: Option<String>,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
}
