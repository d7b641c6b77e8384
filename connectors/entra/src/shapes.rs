//! What is kept of Microsoft Graph's answers. There is no field for a password or a key.

use rollcall_connector::transport::ListOf;
use serde::{Deserialize, Serialize};

/// A page of a listing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: serde::de::DeserializeOwned", serialize = "T: Serialize"))]
pub(crate) struct Page<T> {
    pub(crate) value: ListOf<T>,
    #[serde(rename = "@odata.nextLink", default)]
    pub(crate) next: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    #[serde(rename = "@odata.type", default)]
    pub(crate) sort: Option<String>,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) mail: Option<String>,
    #[serde(default)]
    pub(crate) other_mails: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) proxy_addresses: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) user_principal_name: Option<String>,
    #[serde(default)]
    pub(crate) account_enabled: Option<bool>,
    #[serde(default)]
    pub(crate) user_type: Option<String>,
    #[serde(default)]
    pub(crate) external_user_state: Option<String>,
    #[serde(default)]
    pub(crate) employee_type: Option<String>,
    #[serde(default)]
    pub(crate) employee_hire_date: Option<String>,
    #[serde(default)]
    pub(crate) employee_leave_date_time: Option<String>,
    #[serde(default)]
    pub(crate) department: Option<String>,
    #[serde(default)]
    pub(crate) job_title: Option<String>,
    #[serde(default)]
    pub(crate) on_premises_sam_account_name: Option<String>,
    #[serde(default)]
    pub(crate) created_date_time: Option<String>,
    #[serde(default)]
    pub(crate) deleted_date_time: Option<String>,
    #[serde(default)]
    pub(crate) manager: Option<Object>,
}

/// A manager or a member: which object, and of which sort.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(crate) id: String,
    #[serde(rename = "@odata.type", default)]
    pub(crate) sort: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) mail: Option<String>,
    #[serde(default)]
    pub(crate) proxy_addresses: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) group_types: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) security_enabled: Option<bool>,
    #[serde(default)]
    pub(crate) visibility: Option<String>,
    #[serde(default)]
    pub(crate) created_date_time: Option<String>,
}
