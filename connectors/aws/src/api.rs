//! The listings of IAM that go by user, and those of a whole account: one function each, from the
//! SDK's types to our shapes.

use aws_sdk_iam::types::{EntityType, Tag, User as SdkUser};
use aws_smithy_types::date_time::DateTime;
use rollcall_connector::transport::CallError;

use crate::client::Account;
use crate::details;
use crate::saml;
use crate::shapes::{
    Credential, Details, InstanceProfile, KeyUse, LoginProfile, OidcProvider, Page, RoleName,
    SamlProvider, ServerCertificate, Tags, User, text, time,
};

/// What IAM lists allow at most.
const PAGE: i32 = 1000;

/// What is asked of the account authorization details.
pub(crate) const FILTERS: [EntityType; 5] = [
    EntityType::User,
    EntityType::Role,
    EntityType::Group,
    EntityType::LocalManagedPolicy,
    EntityType::AwsManagedPolicy,
];

pub(crate) fn tags(tags: Option<Vec<Tag>>) -> Tags {
    tags.unwrap_or_default().into_iter().map(|t| (t.key, t.value)).collect()
}

fn date(at: Option<DateTime>) -> Option<rollcall_model::Timestamp> {
    at.and_then(time)
}

impl Account {
    /// One page of the account authorization details.
    pub(crate) async fn details(&self, marker: Option<&str>) -> Result<Details, CallError> {
        self.call(
            "aws:iam:GetAccountAuthorizationDetails",
            marker.unwrap_or_default(),
            || {
                self.iam
                    .get_account_authorization_details()
                    .set_filter(Some(FILTERS.to_vec()))
                    .max_items(PAGE)
                    .set_marker(marker.map(str::to_owned))
                    .send()
            },
            details::page,
        )
        .await
    }

    /// Every user, listed once.
    pub(crate) async fn list_users(&self) -> Result<Vec<User>, CallError> {
        const OPERATION: &str = "aws:iam:ListUsers";
        let keep = |u: SdkUser| User {
            id: u.user_id,
            name: u.user_name,
            arn: u.arn,
            created_at: time(u.create_date),
        };
        self.list(
            OPERATION,
            "",
            |marker| self.iam.list_users().max_items(PAGE).set_marker(marker).send(),
            |o| Page {
                items: o.users.into_iter().map(keep).collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    /// Every role, by id and ARN.
    pub(crate) async fn list_roles(&self) -> Result<Vec<RoleName>, CallError> {
        const OPERATION: &str = "aws:iam:ListRoles";
        self.list(
            OPERATION,
            "",
            |marker| self.iam.list_roles().max_items(PAGE).set_marker(marker).send(),
            |o| Page {
                items: o
                    .roles
                    .into_iter()
                    .map(|r| RoleName { id: r.role_id, arn: r.arn })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn access_keys(&self, user: &str) -> Result<Vec<Credential>, CallError> {
        const OPERATION: &str = "aws:iam:ListAccessKeys";
        self.list(
            OPERATION,
            user,
            |marker| self.iam.list_access_keys().user_name(user).set_marker(marker).send(),
            |o| Page {
                items: o
                    .access_key_metadata
                    .into_iter()
                    .map(|k| Credential {
                        id: k.access_key_id.unwrap_or_default(),
                        status: k.status.map(|s| s.as_str().to_owned()),
                        created_at: date(k.create_date),
                        ..Credential::default()
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn key_use(&self, key: &str) -> Result<KeyUse, CallError> {
        self.call(
            "aws:iam:GetAccessKeyLastUsed",
            key,
            || self.iam.get_access_key_last_used().access_key_id(key).send(),
            |o| {
                let used = o.access_key_last_used;
                KeyUse {
                    at: used.as_ref().and_then(|u| date(u.last_used_date)),
                    service: used.as_ref().and_then(|u| text(u.service_name.clone())),
                    region: used.and_then(|u| text(u.region)),
                }
            },
        )
        .await
    }

    pub(crate) async fn login_profile(&self, user: &str) -> Result<LoginProfile, CallError> {
        self.call(
            "aws:iam:GetLoginProfile",
            user,
            || self.iam.get_login_profile().user_name(user).send(),
            |o| {
                let found = o.login_profile;
                LoginProfile {
                    created_at: found.as_ref().and_then(|p| time(p.create_date)),
                    reset_required: found.is_some_and(|p| p.password_reset_required),
                }
            },
        )
        .await
    }

    pub(crate) async fn mfa_devices(&self, user: &str) -> Result<Vec<Credential>, CallError> {
        const OPERATION: &str = "aws:iam:ListMFADevices";
        self.list(
            OPERATION,
            user,
            |marker| self.iam.list_mfa_devices().user_name(user).set_marker(marker).send(),
            |o| Page {
                items: o
                    .mfa_devices
                    .into_iter()
                    .map(|d| Credential {
                        id: d.serial_number,
                        created_at: time(d.enable_date),
                        ..Credential::default()
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn service_credentials(
        &self,
        user: &str,
    ) -> Result<Vec<Credential>, CallError> {
        const OPERATION: &str = "aws:iam:ListServiceSpecificCredentials";
        self.list(
            OPERATION,
            user,
            |marker| {
                self.iam
                    .list_service_specific_credentials()
                    .user_name(user)
                    .set_marker(marker)
                    .send()
            },
            |o| Page {
                items: o
                    .service_specific_credentials
                    .unwrap_or_default()
                    .into_iter()
                    .map(|c| Credential {
                        id: c.service_specific_credential_id,
                        status: text(c.status.as_str().to_owned()),
                        created_at: time(c.create_date),
                        expires_at: date(c.expiration_date),
                        service: text(c.service_name),
                        service_user_name: text(c.service_user_name),
                        alias: c.service_credential_alias,
                        certificate: None,
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn ssh_keys(&self, user: &str) -> Result<Vec<Credential>, CallError> {
        const OPERATION: &str = "aws:iam:ListSSHPublicKeys";
        self.list(
            OPERATION,
            user,
            |marker| self.iam.list_ssh_public_keys().user_name(user).set_marker(marker).send(),
            |o| Page {
                items: o
                    .ssh_public_keys
                    .unwrap_or_default()
                    .into_iter()
                    .map(|k| Credential {
                        id: k.ssh_public_key_id,
                        status: text(k.status.as_str().to_owned()),
                        created_at: time(k.upload_date),
                        ..Credential::default()
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn signing_certificates(
        &self,
        user: &str,
    ) -> Result<Vec<Credential>, CallError> {
        const OPERATION: &str = "aws:iam:ListSigningCertificates";
        self.list(
            OPERATION,
            user,
            |marker| self.iam.list_signing_certificates().user_name(user).set_marker(marker).send(),
            |o| Page {
                items: o
                    .certificates
                    .into_iter()
                    .map(|c| Credential {
                        id: c.certificate_id,
                        status: text(c.status.as_str().to_owned()),
                        created_at: date(c.upload_date),
                        certificate: text(c.certificate_body),
                        ..Credential::default()
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn server_certificates(&self) -> Result<Vec<ServerCertificate>, CallError> {
        const OPERATION: &str = "aws:iam:ListServerCertificates";
        self.list(
            OPERATION,
            "",
            |marker| self.iam.list_server_certificates().max_items(PAGE).set_marker(marker).send(),
            |o| Page {
                items: o
                    .server_certificate_metadata_list
                    .into_iter()
                    .map(|c| ServerCertificate {
                        id: c.server_certificate_id,
                        name: c.server_certificate_name,
                        arn: c.arn,
                        path: c.path,
                        created_at: date(c.upload_date),
                        expires_at: date(c.expiration),
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    pub(crate) async fn instance_profiles(&self) -> Result<Vec<InstanceProfile>, CallError> {
        const OPERATION: &str = "aws:iam:ListInstanceProfiles";
        self.list(
            OPERATION,
            "",
            |marker| self.iam.list_instance_profiles().max_items(PAGE).set_marker(marker).send(),
            |o| Page {
                items: o
                    .instance_profiles
                    .into_iter()
                    .map(|p| InstanceProfile {
                        id: p.instance_profile_id,
                        name: p.instance_profile_name,
                        arn: p.arn,
                        path: p.path,
                        created_at: time(p.create_date),
                        role_ids: p.roles.into_iter().map(|r| r.role_id).collect(),
                        tags: tags(p.tags),
                    })
                    .collect(),
                truncated: o.is_truncated,
                marker: o.marker,
            },
        )
        .await
    }

    /// The ARNs of the OpenID Connect providers. The list has no pages.
    pub(crate) async fn oidc_providers(&self) -> Result<Vec<String>, CallError> {
        let send = || self.iam.list_open_id_connect_providers().send();
        self.call("aws:iam:ListOpenIDConnectProviders", "", send, |o| {
            let list = o.open_id_connect_provider_list.unwrap_or_default();
            list.into_iter().map(|p| p.arn.unwrap_or_default()).collect()
        })
        .await
    }

    pub(crate) async fn oidc_provider(&self, arn: &str) -> Result<OidcProvider, CallError> {
        let send =
            || self.iam.get_open_id_connect_provider().open_id_connect_provider_arn(arn).send();
        self.call("aws:iam:GetOpenIDConnectProvider", arn, send, |o| OidcProvider {
            url: o.url,
            audiences: o.client_id_list.unwrap_or_default(),
            thumbprints: o.thumbprint_list.unwrap_or_default(),
            created_at: date(o.create_date),
            tags: tags(o.tags),
        })
        .await
    }

    /// The ARNs of the SAML providers. The list has no pages.
    pub(crate) async fn saml_providers(&self) -> Result<Vec<String>, CallError> {
        let send = || self.iam.list_saml_providers().send();
        self.call("aws:iam:ListSAMLProviders", "", send, |o| {
            let list = o.saml_provider_list.unwrap_or_default();
            list.into_iter().map(|p| p.arn.unwrap_or_default()).collect()
        })
        .await
    }

    pub(crate) async fn saml_provider(&self, arn: &str) -> Result<SamlProvider, CallError> {
        let send = || self.iam.get_saml_provider().saml_provider_arn(arn).send();
        self.call("aws:iam:GetSAMLProvider", arn, send, |o| {
            let keys = o.private_key_list.unwrap_or_default();
            SamlProvider {
                uuid: o.saml_provider_uuid,
                created_at: date(o.create_date),
                valid_until: date(o.valid_until),
                tags: tags(o.tags),
                private_keys: keys.into_iter().filter_map(|k| k.key_id).collect(),
                encryption: o.assertion_encryption_mode.map(|m| m.as_str().to_ascii_lowercase()),
                metadata: match o.saml_metadata_document {
                    Some(document) => saml::parse(&document),
                    None => Err("the answer holds no metadata".to_owned()),
                },
            }
        })
        .await
    }

    // The probes of `check`: the same operations, one entry each.

    pub(crate) async fn probe_details(&self) -> Result<(), CallError> {
        let send = || {
            self.iam
                .get_account_authorization_details()
                .set_filter(Some(FILTERS.to_vec()))
                .max_items(1)
                .send()
        };
        self.call("aws:iam:GetAccountAuthorizationDetails", "probe", send, |_| ()).await
    }

    /// Name and ARN of one user.
    pub(crate) async fn probe_users(&self) -> Result<Option<(String, String)>, CallError> {
        let send = || self.iam.list_users().max_items(1).send();
        self.call("aws:iam:ListUsers", "probe", send, |o| {
            o.users.into_iter().map(|u| (u.user_name, u.arn)).next()
        })
        .await
    }

    /// ARN of one role.
    pub(crate) async fn probe_roles(&self) -> Result<Option<String>, CallError> {
        let send = || self.iam.list_roles().max_items(1).send();
        self.call("aws:iam:ListRoles", "probe", send, |o| o.roles.into_iter().map(|r| r.arn).next())
            .await
    }

    pub(crate) async fn probe_server_certificates(&self) -> Result<(), CallError> {
        let send = || self.iam.list_server_certificates().max_items(1).send();
        self.call("aws:iam:ListServerCertificates", "probe", send, |_| ()).await
    }

    pub(crate) async fn probe_instance_profiles(&self) -> Result<(), CallError> {
        let send = || self.iam.list_instance_profiles().max_items(1).send();
        self.call("aws:iam:ListInstanceProfiles", "probe", send, |_| ()).await
    }
}
