//! Events of the audit log, and links of single sign-on.

use rollcall_connector::transport::ListOf;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// One event. Which fields there are differs from action to action.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct AuditEvent {
    #[serde(default, rename = "_document_id")]
    pub(crate) document_id: Option<String>,
    #[serde(default)]
    pub(crate) action: Option<String>,
    #[serde(default)]
    pub(crate) actor: Option<String>,
    #[serde(default)]
    pub(crate) actor_id: Option<i64>,
    /// Milliseconds since the epoch.
    #[serde(default)]
    pub(crate) created_at: Option<i64>,
    /// Milliseconds since the epoch.
    #[serde(default, rename = "@timestamp")]
    pub(crate) timestamp: Option<i64>,
    #[serde(default)]
    pub(crate) repo: Option<Text>,
    #[serde(default)]
    pub(crate) repo_id: Option<i64>,
    #[serde(default)]
    pub(crate) user: Option<Text>,
    /// A secret's name, by action.
    #[serde(default)]
    pub(crate) key: Option<Text>,
    #[serde(default)]
    pub(crate) name: Option<Text>,
    #[serde(default)]
    pub(crate) integration: Option<Text>,
    #[serde(default)]
    pub(crate) fingerprint: Option<Text>,
    #[serde(default)]
    pub(crate) hook_id: Option<i64>,
    #[serde(default)]
    pub(crate) environment_name: Option<Text>,
    #[serde(default)]
    pub(crate) token_id: Option<i64>,
    #[serde(default)]
    pub(crate) programmatic_access_type: Option<Text>,
}

/// The answer of the query for linked identities.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct LinksAnswer {
    #[serde(default)]
    pub(crate) organization: Option<LinksOrganization>,
}

/// An organisation with its identity provider.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct LinksOrganization {
    #[serde(default, rename = "samlIdentityProvider")]
    pub(crate) provider: Option<LinksProvider>,
}

/// An identity provider.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct LinksProvider {
    #[serde(rename = "externalIdentities")]
    pub(crate) identities: Links,
}

/// A page of linked identities.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Links {
    #[serde(rename = "pageInfo")]
    pub(crate) page: PageInfo,
    pub(crate) nodes: ListOf<ExternalIdentity>,
}

/// Where a GraphQL listing goes on.
#[derive(Clone, PartialEq, Debug, Eq, Serialize, Deserialize)]
pub(crate) struct PageInfo {
    /// There is more.
    #[serde(rename = "hasNextPage")]
    pub(crate) has_next_page: bool,
    /// After what.
    #[serde(default, rename = "endCursor")]
    pub(crate) end_cursor: Option<String>,
}

/// One identity at the provider, and the user it is linked to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ExternalIdentity {
    #[serde(default)]
    pub(crate) guid: Option<String>,
    #[serde(default, rename = "samlIdentity")]
    pub(crate) saml: Option<ExternalName>,
    #[serde(default, rename = "scimIdentity")]
    pub(crate) scim: Option<ExternalName>,
    #[serde(default)]
    pub(crate) user: Option<LinkedUser>,
}

/// What the provider calls somebody.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ExternalName {
    #[serde(default, rename = "nameId")]
    pub(crate) name_id: Option<String>,
    #[serde(default)]
    pub(crate) username: Option<String>,
    #[serde(default)]
    pub(crate) emails: Option<Vec<ExternalEmail>>,
}

/// An address.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct ExternalEmail {
    #[serde(default)]
    pub(crate) value: Option<String>,
}

/// A user of GitHub.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct LinkedUser {
    #[serde(default, rename = "databaseId")]
    pub(crate) id: Option<u64>,
    #[serde(default)]
    pub(crate) login: Option<String>,
}

/// The answer of the query that counts environments.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct CountsAnswer {
    #[serde(default)]
    pub(crate) organization: Option<CountsOrganization>,
}

/// An organisation with its repositories.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct CountsOrganization {
    pub(crate) repositories: Counts,
}

/// A page of repositories.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Counts {
    #[serde(rename = "pageInfo")]
    pub(crate) page: PageInfo,
    pub(crate) nodes: ListOf<CountedRepository>,
}

/// A repository with the number of its environments.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct CountedRepository {
    #[serde(default, rename = "databaseId")]
    pub(crate) id: Option<u64>,
    #[serde(default)]
    pub(crate) environments: Option<Count>,
}

/// How many.
#[derive(Clone, PartialEq, Debug, Copy, Serialize, Deserialize)]
pub(crate) struct Count {
    #[serde(rename = "totalCount")]
    pub(crate) total: u64,
}

/// A text, or nothing where something else stands: fields of events hold lists and objects too.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(from)? {
            Value::String(text) => text,
            _ => String::new(),
        }))
    }
}
