//! The kinds of entity the connector emits, with their attributes.

use rollcall_connector::{AttributeDef, KindDef};
use rollcall_model::EntityType;

use crate::facts::facts;

pub(crate) const ACCOUNT: &str = "aws.account";
pub(crate) const USER: &str = "aws.iam-user";
pub(crate) const ROLE: &str = "aws.iam-role";
pub(crate) const ROOT: &str = "aws.root-user";
pub(crate) const GROUP: &str = "aws.iam-group";
pub(crate) const POLICY: &str = "aws.iam-policy";
pub(crate) const ACCESS_KEY: &str = "aws.access-key";
pub(crate) const PASSWORD: &str = "aws.console-password";
pub(crate) const MFA: &str = "aws.mfa-device";
pub(crate) const SERVICE_CREDENTIAL: &str = "aws.service-specific-credential";
pub(crate) const SSH_KEY: &str = "aws.ssh-public-key";
pub(crate) const SIGNING_CERTIFICATE: &str = "aws.signing-certificate";
pub(crate) const SERVER_CERTIFICATE: &str = "aws.server-certificate";
pub(crate) const OIDC_PROVIDER: &str = "aws.oidc-provider";
pub(crate) const SAML_PROVIDER: &str = "aws.saml-provider";
pub(crate) const INSTANCE_PROFILE: &str = "aws.instance-profile";

/// Analysed or not, name, shape, what it says.
type Attribute = (bool, &'static str, &'static str, &'static str);

const PATH: Attribute = (false, "path", "text", "Its path, when that is not /");
const TAGS: Attribute = (true, "tags", "object", "Its tags, name to value");
const POLICIES: Attribute = (
    true,
    "policies",
    "list of policy",
    "Trust, permission and boundary policies, parsed. A boundary names its policy by ARN and carries no statements",
);
const UNREADABLE: Attribute = (
    true,
    "policy_unreadable",
    "list of text",
    "Documents that could not be parsed, so that what they grant is unknown",
);
const MANAGED: Attribute = (true, "provider_managed", "boolean", "AWS made it and manages it");
const STATUS: Attribute = (true, "status", "text", "AWS's own word for its state");
const SUBJECT: Attribute = (false, "subject", "text", "The certificate's subject");
const ISSUER: Attribute = (false, "issuer", "text", "The certificate's issuer");

fn kind(
    kind: &str,
    entity_type: EntityType,
    name_keyed: bool,
    title: &str,
    attributes: &[Attribute],
) -> Option<KindDef> {
    Some(KindDef {
        // The constants are checked by a test that counts the kinds.
        kind: kind.parse().ok()?,
        entity_type,
        title: title.to_owned(),
        name_keyed,
        attributes: attributes
            .iter()
            .map(|(analysed, name, shape, title)| AttributeDef {
                name: (*name).to_owned(),
                shape: (*shape).to_owned(),
                analysed: *analysed,
                title: (*title).to_owned(),
            })
            .collect(),
        facts: facts(kind),
    })
}

/// All kinds.
pub(crate) fn kinds() -> Vec<KindDef> {
    use EntityType::{Credential, Grant, Group, Identity, Resource, Workload};
    [
        kind(ACCOUNT, Resource, false, "An AWS account.", &[
            (false, "email", "text", "The address of the root user"),
            (true, "state", "text", "AWS's own word for the account's state"),
            (false, "joined_by", "text", "Whether it was invited or created"),
            (true, "joined_at", "time", "When it joined the organisation"),
            (true, "organization", "text", "The id of its organisation"),
            (true, "management", "boolean", "It is the organisation's management account"),
            (false, "aliases", "list of text", "The account's aliases"),
            (true, "root_mfa", "boolean", "The root user has an MFA device"),
            (true, "root_access_keys", "boolean", "The root user has access keys"),
            (true, "root_signing_certificates", "boolean", "The root user has signing certificates"),
            (true, "outbound_issuer", "text", "The issuer of the web identity tokens this account hands out"),
            (true, "outbound_enabled", "boolean", "The account hands out web identity tokens"),
        ]),
        kind(USER, Identity, false, "An IAM user. AWS does not tell whether a person or a program is behind it, so it has no class here.", &[
            PATH, TAGS, POLICIES, UNREADABLE,
            (true, "password_enabled", "boolean", "It has a console password, says the credential report"),
            (true, "mfa_active", "boolean", "It has an MFA device, says the credential report"),
            (false, "password_changed_at", "time", "When its password was changed last"),
            (false, "password_next_rotation", "time", "When its password must be changed"),
        ]),
        kind(ROLE, Identity, false, "An IAM role. Class service, but human where IAM Identity Center made it for people.", &[
            PATH, TAGS, POLICIES, UNREADABLE, MANAGED,
        ]),
        kind(ROOT, Identity, false, "The root user of an account. Class human: it is signed in to with an e-mail address.", &[
            (true, "mfa_active", "boolean", "It has an MFA device"),
            (true, "password_enabled", "boolean", "It has a password"),
            (true, "access_keys", "integer", "How many active access keys it has"),
            (true, "signing_certificates", "integer", "How many active signing certificates it has"),
            (false, "password_changed_at", "time", "When its password was changed last"),
            (false, "access_keys_rotated_at", "list of time", "When its active access keys were made"),
        ]),
        kind(GROUP, Group, false, "An IAM group.", &[PATH, POLICIES, UNREADABLE]),
        kind(POLICY, Grant, false, "A managed policy. Those that AWS makes are in the realm aws and keyed by ARN.", &[
            PATH, POLICIES, UNREADABLE, MANAGED,
            (false, "description", "text", "What its author says about it"),
            (false, "default_version", "text", "The version in force"),
            (false, "updated_at", "time", "When it was changed last"),
            (false, "keyed_by_arn", "boolean", "The server told no id, so that its ARN is its key"),
        ]),
        kind(ACCESS_KEY, Credential, false, "An access key of a user.", &[STATUS]),
        kind(PASSWORD, Credential, false, "The console password of a user; keyed by the user's id, of which each has one at most.", &[
            (false, "reset_required", "boolean", "It must be changed at the next sign-in"),
        ]),
        kind(MFA, Credential, true, "An MFA device of a user.", &[
            (false, "form", "text", "virtual, security-key or hardware, as its serial number says"),
        ]),
        kind(SERVICE_CREDENTIAL, Credential, false, "A user's credential for one service: an API key for Bedrock, a password for CodeCommit.", &[
            STATUS,
            (true, "service", "text", "The service it is for"),
            (false, "service_user_name", "text", "The user name that goes with it"),
            (false, "alias", "text", "Its alias"),
        ]),
        kind(SSH_KEY, Credential, false, "An SSH public key of a user.", &[STATUS]),
        kind(SIGNING_CERTIFICATE, Credential, false, "An X.509 signing certificate of a user.", &[STATUS, SUBJECT, ISSUER]),
        kind(SERVER_CERTIFICATE, Credential, false, "A server certificate that is stored in IAM.", &[PATH]),
        kind(OIDC_PROVIDER, Resource, true, "An OpenID Connect issuer that the account trusts.", &[
            TAGS,
            (true, "issuer", "text", "The issuer's address without scheme"),
            (true, "audiences", "list of text", "The audiences it may speak to"),
            (false, "thumbprints", "list of text", "Thumbprints of its certificates"),
        ]),
        kind(SAML_PROVIDER, Resource, true, "A SAML identity provider that the account trusts.", &[
            TAGS,
            (true, "entity_id", "text", "The entity id of the identity provider"),
            (true, "signing_certificates", "list of object", "Subject and expiry of its signing certificates"),
            (false, "private_keys", "list of text", "Ids of the keys that decrypt assertions"),
            (false, "encryption", "text", "Whether assertions must be encrypted"),
        ]),
        kind(INSTANCE_PROFILE, Workload, false, "What hands a role to EC2 instances.", &[PATH, TAGS]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_is_a_kind() {
        assert_eq!(kinds().len(), 16);
        assert!(kinds().iter().all(|k| k.kind.provider() == "aws"));
    }
}
