//! What the connector is, as data.

use rollcall_connector::directory::{
    DELETED_USERS, GROUP_MEMBERS, GROUPS, USERS, directory_stream, person_kind, team_kind,
};
use rollcall_connector::{ConfigField, ConfigShape, Definition};

pub(crate) const USER: &str = "entra.user";
pub(crate) const GROUP: &str = "entra.group";

/// The application permissions.
pub(crate) const USER_PERMISSION: &str = "User.Read.All";
pub(crate) const GROUP_PERMISSION: &str = "GroupMember.Read.All";
pub(crate) const LEAVE_PERMISSION: &str = "User-LifeCycleInfo.Read.All";

pub(crate) const TOKEN: &str = "POST /{tenant}/oauth2/v2.0/token";
pub(crate) const LIST_USERS: &str = "GET /v1.0/users";
pub(crate) const LIST_DELETED: &str = "GET /v1.0/directory/deletedItems/microsoft.graph.user";
pub(crate) const LIST_GROUPS: &str = "GET /v1.0/groups";
pub(crate) const LIST_MEMBERS: &str = "GET /v1.0/groups/{id}/members";

/// What the connector declares about itself.
#[must_use]
pub fn definition() -> Definition {
    let person =
        USER.parse().ok().map(|kind| person_kind(kind, "A user of an Entra tenant.", &[USERS]));
    let team = GROUP
        .parse()
        .ok()
        .map(|kind| team_kind(kind, "A group of an Entra tenant.", &[GROUPS, GROUP_MEMBERS]));
    Definition {
        id: "entra".to_owned(),
        title: "Microsoft Entra ID".to_owned(),
        summary: "Reads the people of an Entra tenant, guests included, their managers and groups, and who was \
                  deleted in the last thirty days. Needs an application with User.Read.All and \
                  GroupMember.Read.All."
            .to_owned(),
        provider: "entra".to_owned(),
        streams: vec![
            directory_stream((USERS, "Users"), None, USER_PERMISSION, "every user with status, addresses, manager, dates of hire and, where asked for, of leaving; guests as contractors", &[
                "Shared mailboxes and rooms are users whose accounts are switched off.",
                "The date at which somebody leaves needs leave_dates and User-LifeCycleInfo.Read.All.",
                "Leaves of absence are not told.",
                "The users of agents are left out.",
            ]),
            directory_stream((DELETED_USERS, "Deleted users"), None, USER_PERMISSION, "users who were deleted in the last thirty days", &[
                "Who was deleted before, or for good, is not listed; they are taken for gone.",
            ]),
            directory_stream((GROUPS, "Groups"), None, GROUP_PERMISSION, "every group with its addresses and sort", &[]),
            directory_stream((GROUP_MEMBERS, "Members of groups"), Some("group"), GROUP_PERMISSION, "the users and groups in each group", &[
                "Groups with hidden membership show nobody without Member.Read.Hidden.",
                "Devices, contacts and service principals in groups are left out.",
            ]),
        ],
        kinds: person.into_iter().chain(team).collect(),
        config: config(),
        operations: [TOKEN, LIST_USERS, LIST_DELETED, LIST_GROUPS, LIST_MEMBERS]
            .map(str::to_owned)
            .to_vec(),
        access_formats: vec!["text".to_owned(), "azure-cli".to_owned()],
    }
}

fn config() -> Vec<ConfigField> {
    use ConfigShape::{Boolean, Secret, Text};
    let required = |name: &str, title: &str| ConfigField {
        required: true,
        ..ConfigField::optional(name, Text, title)
    };
    let with_default = |name: &str, shape, default: &str, title: &str| ConfigField {
        default: Some(default.to_owned()),
        ..ConfigField::optional(name, shape, title)
    };
    vec![
        required("tenant_id", "The directory's id (a GUID)."),
        required("client_id", "The application's id."),
        ConfigField::optional(
            "certificate",
            Secret,
            "The application's certificate and its private key (RSA), in one PEM text.",
        ),
        ConfigField::optional(
            "client_secret",
            Secret,
            "A client secret in place of a certificate.",
        ),
        with_default(
            "leave_dates",
            Boolean,
            "false",
            "Read the date at which people leave; needs User-LifeCycleInfo.Read.All.",
        ),
        with_default(
            "graph_url",
            Text,
            "https://graph.microsoft.com",
            "Microsoft Graph, where it is a national one.",
        ),
        with_default(
            "login_url",
            Text,
            "https://login.microsoftonline.com",
            "The sign-in service, where it is a national one.",
        ),
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
