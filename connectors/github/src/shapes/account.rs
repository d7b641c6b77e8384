//! Organisations, users and what binds them.

use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

/// A user or bot, as listings name them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) login: String,
    /// `User`, `Bot`, `Organization`, `Mannequin`.
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) site_admin: Option<bool>,
    /// Of a collaborator: what it may do, as a role's name.
    #[serde(default)]
    pub(crate) role_name: Option<String>,
    /// Of a collaborator: what it may do.
    #[serde(default)]
    pub(crate) permissions: Option<RepositoryPermissions>,
    /// Of whoever holds an organisation role: `direct`, `indirect`, `mixed`.
    #[serde(default)]
    pub(crate) assignment: Option<String>,
}

/// What somebody may do with a repository.
#[derive(Clone, PartialEq, Debug, Copy, Default, Serialize, Deserialize)]
pub(crate) struct RepositoryPermissions {
    #[serde(default)]
    pub(crate) pull: Option<bool>,
    #[serde(default)]
    pub(crate) triage: Option<bool>,
    #[serde(default)]
    pub(crate) push: Option<bool>,
    #[serde(default)]
    pub(crate) maintain: Option<bool>,
    #[serde(default)]
    pub(crate) admin: Option<bool>,
}

/// An account by id and login.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
}

/// An organisation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct OrganizationDetail {
    pub(crate) id: u64,
    pub(crate) login: String,
    #[serde(default)]
    pub(crate) node_id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) archived_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) plan: Option<Plan>,
    #[serde(default)]
    pub(crate) is_verified: Option<bool>,
    #[serde(default)]
    pub(crate) two_factor_requirement_enabled: Option<bool>,
    #[serde(default)]
    pub(crate) default_repository_permission: Option<String>,
    #[serde(default)]
    pub(crate) members_can_create_repositories: Option<bool>,
    #[serde(default)]
    pub(crate) members_can_fork_private_repositories: Option<bool>,
    #[serde(default)]
    pub(crate) deploy_keys_enabled_for_repositories: Option<bool>,
    #[serde(default)]
    pub(crate) web_commit_signoff_required: Option<bool>,
}

/// What an organisation pays for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    #[serde(default)]
    pub(crate) name: Option<String>,
}

/// An invitation that was not accepted yet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default, deserialize_with = "super::lenient")]
    pub(crate) created_at: Option<Timestamp>,
    /// GitHub writes `""` where the invitation did not fail.
    #[serde(default, deserialize_with = "super::lenient")]
    pub(crate) failed_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) inviter: Option<User>,
    #[serde(default)]
    pub(crate) invitation_source: Option<String>,
}

/// Whom a token acts for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Viewer {
    pub(crate) id: u64,
    pub(crate) login: String,
}

/// Limits of a credential.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct RateLimits {
    pub(crate) resources: RateResources,
}

/// The limits that are looked at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct RateResources {
    pub(crate) core: RateLimit,
}

/// One limit, in calls an hour.
#[derive(Clone, PartialEq, Debug, Copy, Serialize, Deserialize)]
pub(crate) struct RateLimit {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
}
