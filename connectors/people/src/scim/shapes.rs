//! What is kept of the server's answers. Attributes are as RFC 7643 spells them; servers differ in
//! their types, so those that do are read leniently. There is no field for a password or a key.

use rollcall_connector::transport::ListOf;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A page of a listing (RFC 7644, section 3.4.2).
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: serde::de::DeserializeOwned", serialize = "T: Serialize"))]
pub(crate) struct Page<T> {
    #[serde(rename = "totalResults")]
    pub(crate) total: u64,
    /// Absent where there is none.
    #[serde(rename = "Resources", default)]
    pub(crate) resources: ListOf<T>,
}

/// What the server can do (RFC 7643, section 5).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProviderConfig {
    #[serde(default)]
    pub(crate) filter: Option<FilterSupport>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct FilterSupport {
    #[serde(rename = "maxResults", default)]
    pub(crate) max_results: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) user_name: Option<String>,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<Name>,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) user_type: Option<String>,
    #[serde(default, deserialize_with = "yes_or_no")]
    pub(crate) active: Option<bool>,
    #[serde(default, deserialize_with = "absent_as_none")]
    pub(crate) emails: Vec<Value1>,
    #[serde(default)]
    pub(crate) meta: Option<Meta>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", default)]
    pub(crate) enterprise: Option<Enterprise>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Name {
    #[serde(default)]
    pub(crate) formatted: Option<String>,
    #[serde(default)]
    pub(crate) given_name: Option<String>,
    #[serde(default)]
    pub(crate) family_name: Option<String>,
}

/// A value of a list, such as an address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Value1 {
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default, deserialize_with = "yes_or_no")]
    pub(crate) primary: Option<bool>,
    #[serde(rename = "type", default)]
    pub(crate) sort: Option<String>,
    #[serde(rename = "$ref", default)]
    pub(crate) address: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    #[serde(default)]
    pub(crate) created: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Enterprise {
    #[serde(default)]
    pub(crate) department: Option<String>,
    #[serde(default, deserialize_with = "id_or_object")]
    pub(crate) manager: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default, deserialize_with = "absent_as_none")]
    pub(crate) members: Vec<Value1>,
    #[serde(default)]
    pub(crate) meta: Option<Meta>,
}

/// Some servers write `"True"` for true.
fn yes_or_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::Bool(yes)) => Some(yes),
        Some(Value::String(text)) => text.to_lowercase().parse().ok(),
        _ => None,
    })
}

/// A manager is an object with a value; some servers write the value alone.
fn id_or_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        Some(Value::String(text)) => Some(text),
        Some(Value::Object(fields)) => {
            fields.get("value").and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    }
    .filter(|id| !id.is_empty()))
}

/// `null` where others leave the list away.
fn absent_as_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Value1>, D::Error> {
    Ok(Option::<Vec<Value1>>::deserialize(deserializer)?.unwrap_or_default())
}
