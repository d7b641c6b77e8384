//! What the connector is, as data.

use rollcall_connector::directory::{
    DELETED_USERS, GROUP_MEMBERS, GROUPS, USERS, directory_stream, person_kind, team_kind,
};
use rollcall_connector::{ConfigField, ConfigShape, Definition};

pub(crate) const USER: &str = "google-workspace.user";
pub(crate) const GROUP: &str = "google-workspace.group";

/// The scopes of the service account.
pub(crate) const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.member.readonly",
];

pub(crate) const TOKEN: &str = "POST /token";
pub(crate) const LIST_USERS: &str = "GET /admin/directory/v1/users";
pub(crate) const LIST_GROUPS: &str = "GET /admin/directory/v1/groups";
pub(crate) const LIST_MEMBERS: &str = "GET /admin/directory/v1/groups/{groupKey}/members";

/// What the connector declares about itself.
#[must_use]
pub fn definition() -> Definition {
    let person = USER
        .parse()
        .ok()
        .map(|kind| person_kind(kind, "A user of a Google Workspace customer.", &[USERS]));
    let team = GROUP.parse().ok().map(|kind| {
        team_kind(kind, "A group of a Google Workspace customer.", &[GROUPS, GROUP_MEMBERS])
    });
    Definition {
        id: "google-workspace".to_owned(),
        title: "Google Workspace".to_owned(),
        summary: "Reads the people of a Google Workspace customer, their managers and groups, and who was deleted \
                  in the last twenty days. Needs a service account with domain-wide delegation to an \
                  administrator who may read users and groups."
            .to_owned(),
        provider: "google-workspace".to_owned(),
        streams: vec![
            directory_stream((USERS, "Users"), None, SCOPES[0], "every user with status, addresses, aliases, manager and employment", &[
                "A suspended account may be that of somebody who left; Google does not tell why it is suspended.",
                "Dates of start, end and leave are not told.",
                "Fields that a company added to its users are not read.",
            ]),
            directory_stream((DELETED_USERS, "Deleted users"), None, SCOPES[0], "users who were deleted in the last twenty days", &[
                "Who was deleted before is not listed; they are taken for gone.",
            ]),
            directory_stream((GROUPS, "Groups"), None, SCOPES[1], "every group with its addresses", &[]),
            directory_stream((GROUP_MEMBERS, "Members of groups"), Some("group"), SCOPES[2], "the users and groups in each group", &[
                "Members from outside are known by id only.",
            ]),
        ],
        kinds: person.into_iter().chain(team).collect(),
        config: config(),
        operations: [TOKEN, LIST_USERS, LIST_GROUPS, LIST_MEMBERS].map(str::to_owned).to_vec(),
        access_formats: vec!["text".to_owned()],
    }
}

fn config() -> Vec<ConfigField> {
    use ConfigShape::{Secret, Text};
    let required = |name: &str, shape, title: &str| ConfigField {
        required: true,
        ..ConfigField::optional(name, shape, title)
    };
    let with_default = |name: &str, default: &str, title: &str| ConfigField {
        default: Some(default.to_owned()),
        ..ConfigField::optional(name, Text, title)
    };
    vec![
        required("customer_id", Text, "The customer's id, such as C01abcdef."),
        required("admin", Text, "The address of the administrator in whose name is read."),
        required("service_account_key", Secret, "The service account's key file (JSON)."),
        with_default("api_url", "https://admin.googleapis.com", "The Admin SDK API."),
        with_default("token_url", "https://oauth2.googleapis.com", "The token service."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_connector::testkit::assert_contract;

    #[test]
    fn the_contract_is_kept() {
        assert_contract(&definition());
        assert_eq!(definition().kinds.len(), 2);
    }
}
