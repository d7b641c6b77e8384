//! Repositories, and what each holds.

use std::collections::BTreeMap;

use rollcall_model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Account, User};

/// A repository.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Repo {
    /// Its number, which never changes.
    pub(crate) id: u64,
    /// Its id in GraphQL.
    #[serde(default)]
    pub(crate) node_id: Option<String>,
    /// `owner/name`, as spelled.
    pub(crate) full_name: String,
    /// Whose it is.
    #[serde(default)]
    pub(crate) owner: Option<Account>,
    /// The branch that is shown first.
    #[serde(default)]
    pub(crate) default_branch: Option<String>,
    /// Read-only.
    #[serde(default)]
    pub(crate) archived: Option<bool>,
    /// Switched off by GitHub.
    #[serde(default)]
    pub(crate) disabled: Option<bool>,
    /// `public`, `private`, `internal`.
    #[serde(default)]
    pub(crate) visibility: Option<String>,
    /// In its place where `visibility` is absent.
    #[serde(default)]
    pub(crate) private: Option<bool>,
    /// Made from another repository.
    #[serde(default)]
    pub(crate) fork: Option<bool>,
    /// A pattern for other repositories.
    #[serde(default)]
    pub(crate) is_template: Option<bool>,
    /// The last push; absent when there was none.
    #[serde(default)]
    pub(crate) pushed_at: Option<Timestamp>,
    /// When it was made.
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    /// The last change of its settings.
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    /// Its topics.
    #[serde(default)]
    pub(crate) topics: Option<Vec<String>>,
    /// Its custom properties: text, or list of text.
    #[serde(default)]
    pub(crate) custom_properties: Option<BTreeMap<String, Value>>,
}

/// A repository by id and name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct RepositoryName {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) full_name: Option<String>,
    /// Of a team's repository: what the team may do, as a role's name.
    #[serde(default)]
    pub(crate) role_name: Option<String>,
    #[serde(default)]
    pub(crate) permissions: Option<super::RepositoryPermissions>,
}

/// An environment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Environment {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) can_admins_bypass: Option<bool>,
    #[serde(default)]
    pub(crate) protection_rules: Option<Vec<ProtectionRule>>,
    #[serde(default)]
    pub(crate) deployment_branch_policy: Option<BranchPolicy>,
}

/// One protection of an environment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ProtectionRule {
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) wait_timer: Option<u64>,
    #[serde(default)]
    pub(crate) prevent_self_review: Option<bool>,
    #[serde(default)]
    pub(crate) reviewers: Option<Vec<Reviewer>>,
}

/// Who must agree to a deployment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Reviewer {
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) reviewer: Option<ReviewerName>,
}

/// A user's login or a team's slug.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ReviewerName {
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default)]
    pub(crate) slug: Option<String>,
}

/// Which branches may deploy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct BranchPolicy {
    #[serde(default)]
    pub(crate) protected_branches: Option<bool>,
    #[serde(default)]
    pub(crate) custom_branch_policies: Option<bool>,
}

/// A deploy key; `key` is its public half.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct DeployKey {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) verified: Option<bool>,
    #[serde(default)]
    pub(crate) read_only: Option<bool>,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) added_by: Option<String>,
    #[serde(default)]
    pub(crate) last_used: Option<Timestamp>,
    #[serde(default)]
    pub(crate) enabled: Option<bool>,
}

/// A webhook.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Hook {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) active: Option<bool>,
    #[serde(default)]
    pub(crate) events: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) config: Option<HookConfig>,
}

/// How a webhook calls. Its address may hold credentials; only host and path are kept of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct HookConfig {
    #[serde(default, deserialize_with = "clean_address")]
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) content_type: Option<String>,
    /// `"0"`, `"1"`, or the number.
    #[serde(default)]
    pub(crate) insecure_ssl: Option<Value>,
}

/// A secret that was found in a repository. The secret itself is neither asked for nor kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Alert {
    pub(crate) number: u64,
    #[serde(default)]
    pub(crate) state: Option<String>,
    #[serde(default)]
    pub(crate) resolution: Option<String>,
    #[serde(default)]
    pub(crate) secret_type: Option<String>,
    #[serde(default)]
    pub(crate) secret_type_display_name: Option<String>,
    #[serde(default)]
    pub(crate) validity: Option<String>,
    #[serde(default)]
    pub(crate) publicly_leaked: Option<bool>,
    #[serde(default)]
    pub(crate) multi_repo: Option<bool>,
    #[serde(default)]
    pub(crate) push_protection_bypassed: Option<bool>,
    #[serde(default)]
    pub(crate) push_protection_bypassed_by: Option<User>,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) html_url: Option<String>,
    #[serde(default)]
    pub(crate) repository: Option<RepositoryName>,
}

fn clean_address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.map(|text| crate::map::host_and_path(&text)))
}

impl Repo {
    /// Its owner and its name, for paths.
    #[must_use]
    pub(crate) fn owner_and_name(&self) -> (&str, &str) {
        self.full_name.split_once('/').unwrap_or((&self.full_name, ""))
    }

    /// The number of its owner, where it was told.
    #[must_use]
    pub(crate) fn owner_id(&self) -> Option<u64> {
        self.owner.as_ref().map(|owner| owner.id)
    }

    /// Its number as text: the part of its scopes.
    #[must_use]
    pub(crate) fn part(&self) -> String {
        self.id.to_string()
    }

    /// Who can see it.
    #[must_use]
    pub(crate) fn seen_by(&self) -> Option<&str> {
        let private = |private: bool| if private { "private" } else { "public" };
        self.visibility.as_deref().or_else(|| self.private.map(private))
    }
}
