//! What is kept of the Directory API's answers. There is no field for a password or its hash.

use rollcall_connector::transport::ListOf;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Users {
    /// Always there: what lacks it is no page, and no empty one.
    pub(crate) kind: String,
    /// Absent where there is none.
    #[serde(default)]
    pub(crate) users: ListOf<User>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Groups {
    /// Always there: what lacks it is no page, and no empty one.
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) groups: ListOf<Group>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Members {
    /// Always there: what lacks it is no page, and no empty one.
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) members: ListOf<InGroup>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

/// A page of a listing, whatever it lists.
pub(crate) trait Page {
    type Entry;
    fn next(&self) -> Option<String>;
    fn entries(self) -> ListOf<Self::Entry>;
}

impl Page for Users {
    type Entry = User;
    fn next(&self) -> Option<String> {
        self.next_page_token.clone()
    }
    fn entries(self) -> ListOf<User> {
        self.users
    }
}

impl Page for Groups {
    type Entry = Group;
    fn next(&self) -> Option<String> {
        self.next_page_token.clone()
    }
    fn entries(self) -> ListOf<Group> {
        self.groups
    }
}

impl Page for Members {
    type Entry = InGroup;
    fn next(&self) -> Option<String> {
        self.next_page_token.clone()
    }
    fn entries(self) -> ListOf<InGroup> {
        self.members
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) primary_email: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<Name>,
    #[serde(default)]
    pub(crate) suspended: Option<bool>,
    #[serde(default)]
    pub(crate) archived: Option<bool>,
    #[serde(default)]
    pub(crate) creation_time: Option<String>,
    #[serde(default)]
    pub(crate) deletion_time: Option<String>,
    #[serde(default)]
    pub(crate) aliases: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) non_editable_aliases: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) emails: Option<Vec<Email>>,
    #[serde(default)]
    pub(crate) relations: Option<Vec<Relative>>,
    #[serde(default)]
    pub(crate) organizations: Option<Vec<Organization>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Name {
    #[serde(default)]
    pub(crate) full_name: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Email {
    #[serde(default)]
    pub(crate) address: Option<String>,
}

/// Somebody to whom a person stands in a relation; a manager is named by address.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Relative {
    #[serde(rename = "type", default)]
    pub(crate) sort: Option<String>,
    #[serde(default)]
    pub(crate) value: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Organization {
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) department: Option<String>,
    /// What the admin console calls the type of employee.
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) primary: Option<bool>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) aliases: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct InGroup {
    /// Absent for whole domains.
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(rename = "type", default)]
    pub(crate) sort: Option<String>,
}
