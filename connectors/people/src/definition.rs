//! What the connector is, as data.

use rollcall_connector::directory::{person_kind, team_kind};
use rollcall_connector::{ConfigField, ConfigShape, Definition, KindDef, Rank, StreamDef};
use rollcall_model::Listing;

pub(crate) const FILE_PERSON: &str = "people.person";
pub(crate) const FILE_TEAM: &str = "people.team";
pub(crate) const LDAP_PERSON: &str = "ldap.person";
pub(crate) const LDAP_GROUP: &str = "ldap.group";
pub(crate) const SCIM_USER: &str = "scim.user";
pub(crate) const SCIM_GROUP: &str = "scim.group";

/// The streams.
pub(crate) const PEOPLE: &str = "people";
pub(crate) const USERS: &str = "users";
pub(crate) const GROUPS: &str = "groups";

/// The calls of the SCIM client.
pub(crate) const PROVIDER_CONFIG: &str = "GET /ServiceProviderConfig";
pub(crate) const LIST_USERS: &str = "GET /Users";
pub(crate) const LIST_GROUPS: &str = "GET /Groups";

/// What the connector declares about itself.
#[must_use]
pub fn definition() -> Definition {
    Definition {
        id: "people".to_owned(),
        title: "People: files and SCIM".to_owned(),
        summary: "Reads who is here, who has left and who reports to whom from exports of personnel systems \
                  and directories (CSV, JSON lines, LDIF) and from a SCIM 2.0 server. Needs read access to \
                  the files, or a token that may list users and groups."
            .to_owned(),
        provider: "people".to_owned(),
        streams: streams(),
        kinds: kinds(),
        config: config(),
        operations: ["read the configured files", PROVIDER_CONFIG, LIST_USERS, LIST_GROUPS]
            .map(str::to_owned)
            .to_vec(),
        access_formats: vec!["text".to_owned()],
    }
}

fn streams() -> Vec<StreamDef> {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    vec![
        StreamDef {
            name: PEOPLE.to_owned(),
            title: "People in files".to_owned(),
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: Some("file".to_owned()),
            permissions: vec!["read access to the files".to_owned()],
            tier: None,
            sees: "the people of each file with addresses, status, dates, manager and teams, and the groups of \
                   LDAP exports with their members"
                .to_owned(),
            blind_spots: texts(&[
                "A file is as old as its export; who was hired or left since is not in it.",
                "Groups whose entries are not in an LDAP export are known by name only.",
                "Entries of LDAP exports without an immutable id are known by their distinguished name.",
                "Teams of CSV and JSON files are known by name: a renamed team is another team.",
            ]),
            shifting: false,
            careful: true,
        },
        StreamDef {
            name: USERS.to_owned(),
            title: "SCIM users".to_owned(),
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: None,
            permissions: vec!["read /Users".to_owned()],
            tier: None,
            sees: "the users with addresses, whether they are active, employee type, department and manager"
                .to_owned(),
            blind_spots: texts(&[
                "A user who is not active may have left or be suspended; SCIM does not tell which.",
                "SCIM has no dates of start, end or leave.",
                "Attributes that the server does not return by default are not asked for.",
            ]),
            shifting: true,
            careful: true,
        },
        StreamDef {
            name: GROUPS.to_owned(),
            title: "SCIM groups".to_owned(),
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: None,
            permissions: vec!["read /Groups".to_owned()],
            tier: None,
            sees: "the groups and their members".to_owned(),
            blind_spots: texts(&["Servers may leave out the members of large groups without saying so."]),
            shifting: true,
            careful: true,
        },
    ]
}

fn kinds() -> Vec<KindDef> {
    let person =
        |kind: &str, title, stream| Some(person_kind(kind.parse().ok()?, title, &[stream]));
    let team = |kind: &str, title, stream| Some(team_kind(kind.parse().ok()?, title, &[stream]));
    let by_name = |kind: KindDef| KindDef { name_keyed: true, ..kind };
    [
        person(FILE_PERSON, "A person in a CSV or JSON file.", PEOPLE),
        team(FILE_TEAM, "A team that people of a CSV or JSON file are in.", PEOPLE).map(by_name),
        person(LDAP_PERSON, "A person's entry in an LDAP directory or Active Directory.", PEOPLE),
        team(LDAP_GROUP, "A group of an LDAP directory or Active Directory.", PEOPLE),
        person(SCIM_USER, "A user of a SCIM server.", USERS),
        team(SCIM_GROUP, "A group of a SCIM server.", GROUPS),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn config() -> Vec<ConfigField> {
    use ConfigShape::{Integer, Secret, Text, Texts};
    let with_default = |name: &str, shape, default: &str, title: &str| ConfigField {
        default: Some(default.to_owned()),
        ..ConfigField::optional(name, shape, title)
    };
    vec![
        ConfigField::optional("files", Texts, "Files of people; each is listed as a whole."),
        ConfigField::optional(
            "format",
            Text,
            "csv, jsonl or ldif, where it does not follow from the files' names.",
        ),
        ConfigField::optional(
            "realm",
            Text,
            "A word for whose people these are that never changes, such as the company's domain. Files need it; \
             for a SCIM server it is the server's host otherwise.",
        ),
        ConfigField::optional(
            "columns",
            Texts,
            "Which column says what, such as \"id=Worker ID\", \"status=Worker Status\", \"left_at=\" for none, or \
             \"login:github=GitHub user\". Usual headers are recognised.",
        ),
        ConfigField::optional(
            "statuses",
            Texts,
            "What the company's own words for a status mean, such as \"gardening=active\": active, on_leave, \
             suspended, left or pending.",
        ),
        with_default(
            "date_order",
            Text,
            "ymd",
            "The order of dates with slashes or dots: ymd, dmy or mdy.",
        ),
        ConfigField::optional(
            "delimiter",
            Text,
            "What separates the cells of CSV files; found out otherwise.",
        ),
        with_default("max_file_bytes", Integer, "268435456", "Bigger files are not read."),
        ConfigField::optional(
            "scim_url",
            Text,
            "The base address of a SCIM 2.0 server, with its path, such as https://example.org/scim/v2.",
        ),
        ConfigField::optional("scim_token", Secret, "The bearer token for the SCIM server."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_connector::testkit::assert_contract;

    #[test]
    fn the_contract_is_kept_and_every_kind_is_there() {
        assert_contract(&definition());
        assert_eq!(definition().kinds.len(), 6);
    }
}
