//! What the connector is, as data: streams, operations, configuration.

use rollcall_connector::{ConfigField, ConfigShape, Definition, Rank, StreamDef};
use rollcall_model::Listing;

use crate::kinds;

/// One listing, with everything that is said about it in one place.
pub(crate) struct Stream {
    /// Its name.
    pub(crate) name: &'static str,
    title: &'static str,
    rank: Rank,
    /// The operations it performs, as IAM permissions name them: `iam:ListUsers`.
    pub(crate) permissions: &'static [&'static str],
    /// What it can see; also what a denial hides.
    pub(crate) sees: &'static str,
    blind_spots: &'static [&'static str],
}

/// What is called before any stream: who the credential is, and the way into other accounts.
pub(crate) const SESSION_PERMISSIONS: [&str; 2] = ["sts:GetCallerIdentity", "sts:AssumeRole"];

const LAG: &str = "Last use lags by some hours and holds only the latest use.";

/// The streams, in the order in which they are read.
pub(crate) const STREAMS: [Stream; 15] = [
    Stream {
        name: "accounts",
        title: "Accounts",
        rank: Rank::Authoritative,
        permissions: &["organizations:DescribeOrganization", "organizations:ListAccounts"],
        sees: "the accounts of the organisation, their state, e-mail address and join date",
        blind_spots: &["Without `organization = true` only the credential's own account is known."],
    },
    Stream {
        name: "authorization-details",
        title: "Users, roles, groups and policies",
        rank: Rank::Authoritative,
        permissions: &["iam:GetAccountAuthorizationDetails"],
        sees: "users, roles, groups, managed and inline policies, trust policies, boundaries, tags, \
               group membership and when roles were last used",
        blind_spots: &[
            "A role's last use covers the trailing 400 days; a role without one was not used in that time.",
            "AWS managed policies are listed only while something is attached to them.",
            "Service control, resource control and session policies are not read.",
        ],
    },
    Stream {
        name: "credential-report",
        title: "Credential report",
        rank: Rank::Secondary,
        permissions: &["iam:GenerateCredentialReport", "iam:GetCredentialReport", "iam:ListUsers"],
        sees: "the root user, and when passwords were last used and changed",
        blind_spots: &["A report may be up to four hours old."],
    },
    Stream {
        name: "access-keys",
        title: "Access keys",
        rank: Rank::Authoritative,
        permissions: &["iam:ListUsers", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"],
        sees: "the access keys of users, their status and when they were last used",
        blind_spots: &[
            LAG,
            "Use before 22 April 2015 was not tracked.",
            "Access keys of the root user have no listing; the credential report counts them.",
        ],
    },
    Stream {
        name: "login-profiles",
        title: "Console passwords",
        rank: Rank::Authoritative,
        permissions: &["iam:ListUsers", "iam:GetLoginProfile"],
        sees: "which users can sign in to the console with a password",
        blind_spots: &["Passwords are used in CloudTrail under the user, not under the password."],
    },
    Stream {
        name: "mfa-devices",
        title: "MFA devices",
        rank: Rank::Authoritative,
        permissions: &["iam:ListUsers", "iam:ListMFADevices"],
        sees: "the MFA devices of users",
        blind_spots: &["AWS tells no last use of an MFA device."],
    },
    Stream {
        name: "service-specific-credentials",
        title: "Service-specific credentials",
        rank: Rank::Authoritative,
        permissions: &["iam:ListUsers", "iam:ListServiceSpecificCredentials"],
        sees: "long-term API keys for Bedrock and CloudWatch Logs, and passwords for CodeCommit and Keyspaces",
        blind_spots: &[
            "AWS tells no last use of them.",
            "Short-term Bedrock keys are never listed.",
        ],
    },
    Stream {
        name: "ssh-public-keys",
        title: "SSH public keys",
        rank: Rank::Authoritative,
        permissions: &["iam:ListUsers", "iam:ListSSHPublicKeys"],
        sees: "SSH public keys of users for CodeCommit",
        blind_spots: &["AWS tells no last use of them."],
    },
    Stream {
        name: "signing-certificates",
        title: "Signing certificates",
        rank: Rank::Authoritative,
        permissions: &["iam:ListUsers", "iam:ListSigningCertificates"],
        sees: "X.509 signing certificates of users and when they expire",
        blind_spots: &["AWS tells no last use of them."],
    },
    Stream {
        name: "server-certificates",
        title: "Server certificates",
        rank: Rank::Authoritative,
        permissions: &["iam:ListServerCertificates"],
        sees: "server certificates that are stored in IAM and when they expire",
        blind_spots: &["Which load balancers use them is not read."],
    },
    Stream {
        name: "oidc-providers",
        title: "OpenID Connect providers",
        rank: Rank::Authoritative,
        permissions: &["iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider"],
        sees: "which OpenID Connect issuers the account trusts, and for which audiences",
        blind_spots: &[],
    },
    Stream {
        name: "saml-providers",
        title: "SAML providers",
        rank: Rank::Authoritative,
        permissions: &["iam:ListSAMLProviders", "iam:GetSAMLProvider"],
        sees: "which SAML identity providers the account trusts and when their certificates expire",
        blind_spots: &[],
    },
    Stream {
        name: "instance-profiles",
        title: "Instance profiles",
        rank: Rank::Authoritative,
        permissions: &["iam:ListInstanceProfiles"],
        sees: "instance profiles and the role that each hands to its instances",
        blind_spots: &["The instances themselves are not read."],
    },
    Stream {
        name: "account-settings",
        title: "Account settings",
        rank: Rank::Secondary,
        permissions: &[
            "iam:ListAccountAliases",
            "iam:GetAccountSummary",
            "iam:GetOutboundWebIdentityFederationInfo",
        ],
        sees: "the account's alias, whether root has MFA and keys, and whether the account issues web identity tokens",
        blind_spots: &[],
    },
    Stream {
        name: "service-last-accessed",
        title: "Services last used",
        rank: Rank::Secondary,
        permissions: &[
            "iam:ListUsers",
            "iam:ListRoles",
            "iam:GenerateServiceLastAccessedDetails",
            "iam:GetServiceLastAccessedDetails",
        ],
        sees: "which services each user and role used last, and when",
        blind_spots: &[
            "Attempts that were denied count as use.",
            "Resource policies, service control policies and boundaries are left out by AWS.",
            "Data lags by about four hours and reaches back about 400 days.",
        ],
    },
];

/// The stream with a name.
pub(crate) fn stream(name: &str) -> Option<&'static Stream> {
    STREAMS.iter().find(|s| s.name == name)
}

/// Every permission of some streams and of opening sessions, sorted.
pub(crate) fn permissions_of<'a>(
    streams: impl IntoIterator<Item = &'a Stream>,
) -> Vec<&'static str> {
    let mut all: Vec<&'static str> =
        streams.into_iter().flat_map(|s| s.permissions).copied().collect();
    all.extend(SESSION_PERMISSIONS);
    all.sort_unstable();
    all.dedup();
    all
}

/// The connector, described as data.
#[must_use]
pub fn definition() -> Definition {
    let texts = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    Definition {
        id: "aws".to_owned(),
        title: "AWS".to_owned(),
        summary: "Reads IAM of one AWS account or of every account of an organisation. It needs a \
                  credential that may call the listed read operations, and, for other accounts, a \
                  read role in each."
            .to_owned(),
        provider: "aws".to_owned(),
        streams: STREAMS
            .iter()
            .map(|s| StreamDef {
                name: s.name.to_owned(),
                title: s.title.to_owned(),
                listing: Listing::Full,
                rank: s.rank,
                part: None,
                permissions: texts(s.permissions),
                tier: None,
                sees: s.sees.to_owned(),
                blind_spots: texts(s.blind_spots),
                shifting: false,
                careful: false,
            })
            .collect(),
        kinds: kinds::kinds(),
        config: config_fields(),
        operations: permissions_of(&STREAMS).into_iter().map(|p| format!("aws:{p}")).collect(),
        access_formats: texts(&["policy", "terraform", "cloudformation"]),
    }
}

fn config_fields() -> Vec<ConfigField> {
    use ConfigShape::{Boolean, Integer, Secret, Text, Texts};
    let field = |name, shape, default: Option<&str>, title| ConfigField {
        default: default.map(str::to_owned),
        ..ConfigField::optional(name, shape, title)
    };
    vec![
        field(
            "profile",
            Text,
            None,
            "A profile of the shared AWS configuration files, whatever credentials the environment holds; without it the SDK's usual credential chain.",
        ),
        field(
            "config_file",
            Text,
            None,
            "The file that the profile is read from, in place of the shared ones.",
        ),
        field("endpoint_url", Text, None, "Another address than AWS's own, such as an emulator's."),
        field(
            "region",
            Text,
            Some("\"us-east-1\""),
            "A region of the partition to speak to. For China \"cn-north-1\", for GovCloud \"us-gov-west-1\"; known from role_arn by itself.",
        ),
        field("role_arn", Text, None, "A role to assume before anything else."),
        field("external_id", Secret, None, "The external id for every role that is assumed."),
        field(
            "organization",
            Boolean,
            Some("false"),
            "Find every account of the organisation and read each through member_role_name.",
        ),
        field(
            "member_role_name",
            Text,
            Some("\"rollcall-read\""),
            "The role to assume in every account but the credential's own.",
        ),
        field(
            "accounts",
            Texts,
            None,
            "Only these account numbers. Without organization they are read through member_role_name.",
        ),
        field("skip_accounts", Texts, None, "Not these account numbers."),
        field("skip_streams", Texts, None, "Not these streams."),
        field(
            "session_name",
            Text,
            Some("\"rollcall\""),
            "The session name that CloudTrail shows.",
        ),
        field(
            "service_last_accessed",
            Boolean,
            Some("true"),
            "Ask for every user and role which services it used last: two or more calls each.",
        ),
        field(
            "concurrency",
            Integer,
            Some("8"),
            "How many calls may be under way at once in one account.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_connector::transport::AllowList;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_only_reads() {
        AllowList::new(&definition()).unwrap();
    }

    #[test]
    fn names_are_unique_and_configuration_is_complete() {
        let definition = definition();
        let names: BTreeSet<_> = definition.streams.iter().map(|s| &s.name).collect();
        assert_eq!(names.len(), definition.streams.len());
        for field in &definition.config {
            // A field that the configuration does not know would be refused by name.
            let wrong = serde_json::json!({ field.name.as_str(): {"not": "its shape"} });
            let message = crate::Config::parse(&wrong).unwrap_err().message;
            assert!(!message.contains("unknown field"), "{message}");
        }
    }
}
