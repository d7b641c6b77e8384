//! What is kept of Okta's answers, by its OpenAPI description. There is no field for credentials.

use rollcall_connector::directory::Extra;
use serde::{Deserialize, Serialize};

/// `/.well-known/okta-organization`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<String>,
    #[serde(default)]
    pub(crate) status_changed: Option<String>,
    #[serde(default)]
    pub(crate) profile: Option<Profile>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profile {
    #[serde(default)]
    pub(crate) login: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) second_email: Option<String>,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) first_name: Option<String>,
    #[serde(default)]
    pub(crate) last_name: Option<String>,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) department: Option<String>,
    #[serde(default)]
    pub(crate) user_type: Option<String>,
    #[serde(default)]
    pub(crate) employee_number: Option<String>,
    #[serde(default)]
    pub(crate) manager_id: Option<String>,
    #[serde(default)]
    pub(crate) manager: Option<String>,
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

/// A member of a group: of users in groups only the id is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InGroup {
    pub(crate) id: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) created: Option<String>,
    #[serde(rename = "type", default)]
    pub(crate) sort: Option<String>,
    #[serde(default)]
    pub(crate) profile: Option<GroupProfile>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GroupProfile {
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
}
