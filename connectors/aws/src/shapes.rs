//! What is kept of AWS's answers: our own shapes, which recordings hold too. No shape has a field
//! for a secret. What AWS documents as always there may still be missing; the mapping decides.

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;
use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

/// One page of a listing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) truncated: bool,
    pub(crate) marker: Option<String>,
}

/// One page of the account authorization details.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) users: Vec<Principal>,
    pub(crate) roles: Vec<Principal>,
    pub(crate) groups: Vec<Principal>,
    pub(crate) policies: Vec<ManagedPolicy>,
    /// Whether any of the four lists was there at all; an answer without them is no empty account.
    pub(crate) any_list: bool,
    pub(crate) truncated: bool,
    pub(crate) marker: Option<String>,
}

/// A user, role or group with its policies. Documents are still percent-encoded.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Principal {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) trust: Option<String>,
    pub(crate) inline: Vec<InlinePolicy>,
    pub(crate) attached: Vec<String>,
    pub(crate) boundary: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) tags: Tags,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) last_used_region: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InlinePolicy {
    pub(crate) name: String,
    pub(crate) document: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) default_version: Option<String>,
    pub(crate) document: Option<String>,
}

pub(crate) type Tags = BTreeMap<String, String>;

/// A user as the user list has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) created_at: Option<Timestamp>,
}

/// A role as the role list has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RoleName {
    pub(crate) id: String,
    pub(crate) arn: String,
}

/// An account of the organisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) arn: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) joined_by: Option<String>,
    pub(crate) joined_at: Option<Timestamp>,
}

/// The organisation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: Option<String>,
    pub(crate) management: Option<String>,
}

/// Whom the provider takes a credential for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Caller {
    pub(crate) arn: Option<String>,
    pub(crate) account: Option<String>,
}

/// Any credential of a user that has an id, a status and a date.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) id: String,
    pub(crate) status: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) service: Option<String>,
    pub(crate) service_user_name: Option<String>,
    pub(crate) alias: Option<String>,
    /// A certificate in PEM form, which is public.
    pub(crate) certificate: Option<String>,
}

/// When an access key was last used. Without a date the key was not used since 2015.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyUse {
    pub(crate) at: Option<Timestamp>,
    pub(crate) service: Option<String>,
    pub(crate) region: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LoginProfile {
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) reset_required: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServerCertificate {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InstanceProfile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) role_ids: Vec<String>,
    pub(crate) tags: Tags,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OidcProvider {
    pub(crate) url: Option<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) thumbprints: Vec<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) tags: Tags,
}

/// What is kept of a SAML provider; of its metadata only what is listed here.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SamlProvider {
    pub(crate) uuid: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) valid_until: Option<Timestamp>,
    pub(crate) tags: Tags,
    pub(crate) private_keys: Vec<String>,
    pub(crate) encryption: Option<String>,
    /// What the metadata says, or why it could not be read.
    pub(crate) metadata: Result<crate::saml::Metadata, String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outbound {
    pub(crate) issuer: Option<String>,
    pub(crate) enabled: bool,
}

/// Where a job that AWS works on stands.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServiceUsePage {
    pub(crate) status: String,
    pub(crate) error: Option<String>,
    pub(crate) services: Vec<ServiceUse>,
    pub(crate) truncated: bool,
    pub(crate) marker: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceUse {
    pub(crate) service: String,
    pub(crate) at: Timestamp,
    pub(crate) region: Option<String>,
}

/// A date of AWS. The SDK fills a missing required date with the epoch, at which AWS did not exist.
pub(crate) fn time(at: DateTime) -> Option<Timestamp> {
    let micros =
        at.secs().checked_mul(1_000_000)?.checked_add(i64::from(at.subsec_nanos() / 1000))?;
    (micros != 0).then(|| Timestamp::from_micros(micros))
}

/// A text that says something.
pub(crate) fn text(value: String) -> Option<String> {
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_missing_date_is_no_date() {
        assert_eq!(time(DateTime::from_secs(0)), None);
        assert_eq!(time(DateTime::from_secs(1)), Some(Timestamp::from_seconds(1)));
    }

    proptest! {
        #[test]
        fn no_date_panics(secs in any::<i64>(), nanos in 0..1_000_000_000_u32) {
            let _ = time(DateTime::from_secs_and_nanos(secs, nanos));
        }
    }
}
