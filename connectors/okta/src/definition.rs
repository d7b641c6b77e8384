//! What the connector is, as data.

use rollcall_connector::directory::{
    GROUP_MEMBERS, GROUPS, USERS, directory_stream, person_kind, team_kind,
};
use rollcall_connector::{ConfigField, ConfigShape, Definition};

pub(crate) const USER: &str = "okta.user";
pub(crate) const GROUP: &str = "okta.group";

/// The scopes a service app needs.
pub(crate) const SCOPES: [&str; 2] = ["okta.users.read", "okta.groups.read"];

pub(crate) const TOKEN: &str = "POST /oauth2/v1/token";
pub(crate) const ORGANIZATION: &str = "GET /.well-known/okta-organization";
pub(crate) const LIST_USERS: &str = "GET /api/v1/users";
pub(crate) const LIST_GROUPS: &str = "GET /api/v1/groups";
pub(crate) const LIST_MEMBERS: &str = "GET /api/v1/groups/{groupId}/users";

/// What the connector declares about itself.
#[must_use]
pub fn definition() -> Definition {
    let person = USER
        .parse()
        .ok()
        .map(|kind| person_kind(kind, "A user of an Okta organisation.", &[USERS]));
    let team = GROUP
        .parse()
        .ok()
        .map(|kind| team_kind(kind, "A group of an Okta organisation.", &[GROUPS, GROUP_MEMBERS]));
    Definition {
        id: "okta".to_owned(),
        title: "Okta".to_owned(),
        summary: "Reads the people of an Okta organisation, their status, managers and groups. Needs a service \
                  app with the scopes okta.users.read and okta.groups.read, or an API token of a read-only \
                  administrator."
            .to_owned(),
        provider: "okta".to_owned(),
        streams: vec![
            directory_stream((USERS, "Users"), None, SCOPES[0], "every user with status, addresses, manager, dates and logins of the profile, the deprovisioned ones included", &[
                "Users who were deleted are not listed; they are taken for gone.",
                "Dates and logins of other systems are in profiles only where the company added them under usual names, such as terminationDate or githubUsername.",
                "A manager is what the profile says; Okta does not check it.",
            ]),
            directory_stream((GROUPS, "Groups"), None, SCOPES[1], "every group with its sort", &[
                "Administrators with a role for some groups see only those.",
            ]),
            directory_stream((GROUP_MEMBERS, "Members of groups"), Some("group"), SCOPES[1], "the users in each group", &[]),
        ],
        kinds: person.into_iter().chain(team).collect(),
        config: config(),
        operations: [TOKEN, ORGANIZATION, LIST_USERS, LIST_GROUPS, LIST_MEMBERS]
            .map(str::to_owned)
            .to_vec(),
        access_formats: vec!["text".to_owned()],
    }
}

fn config() -> Vec<ConfigField> {
    use ConfigShape::{Secret, Text};
    vec![
        ConfigField {
            required: true,
            ..ConfigField::optional(
                "url",
                Text,
                "The organisation's address, such as https://acme.okta.com.",
            )
        },
        ConfigField::optional("client_id", Text, "The client id of the service app."),
        ConfigField::optional("private_key", Secret, "The service app's private key in PEM form."),
        ConfigField::optional(
            "key_id",
            Text,
            "The id of that key (kid), where the app has several.",
        ),
        ConfigField::optional(
            "api_token",
            Secret,
            "An API token in place of a service app. It has all rights of the person who made it.",
        ),
        ConfigField::optional(
            "realm",
            Text,
            "The organisation's id, where Okta is not to be asked for it.",
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
