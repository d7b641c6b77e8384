//! Apps, tokens and single sign-on.

use std::collections::BTreeMap;

use rollcall_connector::transport::Token;
use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Account, Text, User};

/// An App that is installed somewhere.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Installation {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) account: Option<Account>,
    #[serde(default)]
    pub(crate) app_id: Option<u64>,
    #[serde(default)]
    pub(crate) app_slug: Option<String>,
    #[serde(default)]
    pub(crate) client_id: Option<String>,
    #[serde(default)]
    pub(crate) target_type: Option<String>,
    /// `all` or `selected`.
    #[serde(default)]
    pub(crate) repository_selection: Option<String>,
    #[serde(default)]
    pub(crate) permissions: Option<BTreeMap<String, Option<Text>>>,
    #[serde(default)]
    pub(crate) events: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) suspended_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) suspended_by: Option<User>,
}

/// A fine-grained personal access token, or the request for one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct PersonalToken {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) owner: Option<User>,
    /// `none`, `all` or `subset`.
    #[serde(default)]
    pub(crate) repository_selection: Option<String>,
    #[serde(default)]
    pub(crate) permissions: Option<TokenPermissions>,
    #[serde(default, deserialize_with = "super::lenient")]
    pub(crate) access_granted_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "super::lenient")]
    pub(crate) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) token_id: Option<u64>,
    #[serde(default)]
    pub(crate) token_name: Option<String>,
    #[serde(default)]
    pub(crate) token_expired: Option<bool>,
    /// As GitHub writes it: an expiry that cannot be read is not none.
    #[serde(default)]
    pub(crate) token_expires_at: Option<String>,
    #[serde(default, deserialize_with = "super::lenient")]
    pub(crate) token_last_used_at: Option<Timestamp>,
}

/// What a fine-grained token may do.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TokenPermissions {
    #[serde(default)]
    pub(crate) organization: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) repository: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) other: Option<BTreeMap<String, String>>,
}

/// A classic token or SSH key that single sign-on let in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct CredentialAuthorization {
    pub(crate) credential_id: u64,
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default)]
    pub(crate) credential_type: Option<String>,
    #[serde(default)]
    pub(crate) credential_authorized_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) credential_accessed_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) authorized_credential_id: Option<u64>,
    #[serde(default)]
    pub(crate) authorized_credential_title: Option<String>,
    #[serde(default)]
    pub(crate) authorized_credential_note: Option<String>,
    #[serde(default)]
    pub(crate) authorized_credential_expires_at: Option<Timestamp>,
    #[serde(default)]
    pub(crate) scopes: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) fingerprint: Option<String>,
}

/// A token that was minted for an installation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Minted {
    pub(crate) token: Token,
    #[serde(default, deserialize_with = "super::lenient")]
    pub(crate) expires_at: Option<Timestamp>,
}

impl Installation {
    /// What it may do, permission to level.
    pub(crate) fn granted(&self) -> BTreeMap<String, String> {
        let told = self.permissions.iter().flatten();
        told.filter_map(|(name, level)| Some((name.clone(), level.as_ref()?.0.clone())))
            .filter(|(_, level)| !level.is_empty())
            .collect()
    }

    /// Whether it reaches chosen repositories only.
    pub(crate) fn is_selective(&self) -> bool {
        self.repository_selection.as_deref() == Some("selected")
    }
}
