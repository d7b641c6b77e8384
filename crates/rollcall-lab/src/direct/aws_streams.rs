//! The smaller streams of an AWS account, and the list of accounts.

use rollcall_model::{
    EntityKey, EntityType, IdentityClass, ProblemClass, Reference, Relation, ScopeKey, Timestamp,
};
use rollcall_record::{
    ActivityRecord, EntityRecord, Problem, ReferenceRecord, RelationRecord, entity,
};
use serde_json::{Map, Value, json};

use super::aws::claims;
use super::{Out, Scope};
use crate::keys;
use crate::plan::{Account, Company, Entry, LabError, Use, User, shown};

/// The accounts of the organisation.
pub(super) fn accounts(company: &Company, out: &mut Out<'_>) -> Result<(), LabError> {
    let organization = &company.organization;
    let mut scope = out.scope(ScopeKey::realm("accounts", organization), None);
    let management = company.account_id(0);
    for number in 0..company.accounts {
        let account = company.account_head(number);
        let key = keys::aws(&account.id, "aws.account", &account.id)?;
        let record = entity(key.clone(), EntityType::Resource, &account.name)
            .disabled(Some(false))
            .attribute("email", account.email(&company.domain))
            .attribute("state", "ACTIVE")
            .attribute("joined_by", "created")
            .attribute("joined_at", account.joined)
            .attribute("organization", organization)
            .attribute("management", (number == 0).then_some(true));
        scope.entity(record);
        let arn =
            format!("arn:aws:organizations::{management}:account/{organization}/{}", account.id);
        claims(&key, &arn, None, &mut scope);
        let by_number = Reference::new("aws.account-id", "aws", &account.id);
        scope.reference(ReferenceRecord::new(&key, by_number));
    }
    scope.finish();
    Ok(())
}

/// The credential report.
pub(super) fn report(
    account: &Account,
    parent: &EntityKey,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let key = keys::aws(&account.id, "aws.root-user", &account.id)?;
    let root = entity(key.clone(), EntityType::Identity, "root")
        .class(IdentityClass::Human)
        .created_at(Some(account.root.created))
        .attribute("mfa_active", true)
        .attribute("access_keys", u64::from(account.root.key.is_some()))
        .attribute("access_keys_rotated_at", account.root.key.into_iter().collect::<Vec<_>>())
        .attribute("signing_certificates", 0);
    scope.entity(root);
    claims(&key, &account.arn("root"), None, scope);
    scope.relation(RelationRecord::new(parent, Relation::Contains, &key));
    if let Some(at) = account.root.used {
        scope.activity(last_use(&key, "aws.root-password-last-used", at, &[]));
    }
    for user in &account.users {
        let key = keys::aws(&account.id, "aws.iam-user", &user.id)?;
        let record = entity(key, EntityType::Identity, &user.name)
            .created_at(Some(user.created))
            .attribute("password_enabled", user.password.is_some())
            .attribute("mfa_active", user.mfa.is_some())
            .attribute("password_changed_at", user.password.as_ref().map(|p| p.created));
        scope.entity(record);
        if let Some(password) = &user.password {
            let key = keys::aws(&account.id, "aws.console-password", &user.id)?;
            of_user(account, user, entity(key.clone(), EntityType::Credential, &user.name), scope)?;
            if let Some(at) = password.used {
                scope.activity(last_use(&key, "aws.password-last-used", at, &[]));
            }
        }
    }
    Ok(())
}

/// A credential and whose it is.
fn of_user(
    account: &Account,
    user: &User,
    credential: EntityRecord,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let owner = keys::aws(&account.id, "aws.iam-user", &user.id)?;
    let relation = RelationRecord::new(&credential.key, Relation::AuthenticatesAs, owner);
    scope.entity(credential);
    scope.relation(relation);
    Ok(())
}

/// Access keys, and when they were used, unless that is refused.
pub(super) fn access_keys(account: &Account, scope: &mut Scope<'_, '_>) -> Result<(), LabError> {
    let limited = account.entry == Entry::Limited;
    if limited {
        let message = "the read role may not call iam:GetAccessKeyLastUsed";
        let problem = Problem::new(ProblemClass::Permission, "access_denied", message);
        scope.problem(problem.hides("when access keys were last used"));
    }
    for user in &account.users {
        for access in &user.keys {
            let key = keys::aws(&account.id, "aws.access-key", &access.id)?;
            let record = entity(key.clone(), EntityType::Credential, &access.id)
                .created_at(Some(access.created))
                .disabled(Some(!access.active))
                .attribute("status", if access.active { "Active" } else { "Inactive" });
            of_user(account, user, record, scope)?;
            claims(&key, "", Some(&access.id), scope);
            if let Some(Use { at, region, service }) = access.used.as_ref().filter(|_| !limited) {
                let details = [("service", service.as_ref()), ("region", region.as_ref())];
                scope.activity(last_use(&key, "aws.access-key-last-used", *at, &details));
            }
        }
    }
    Ok(())
}

/// Console passwords.
pub(super) fn passwords(account: &Account, scope: &mut Scope<'_, '_>) -> Result<(), LabError> {
    for user in &account.users {
        if let Some(password) = &user.password {
            let key = keys::aws(&account.id, "aws.console-password", &user.id)?;
            let record = entity(key, EntityType::Credential, &user.name);
            of_user(account, user, record.created_at(Some(password.created)), scope)?;
        }
    }
    Ok(())
}

/// MFA devices.
pub(super) fn mfa_devices(account: &Account, scope: &mut Scope<'_, '_>) -> Result<(), LabError> {
    for user in &account.users {
        if let Some(since) = user.mfa {
            let serial = account.arn(&format!("mfa/{}", user.name));
            let key = keys::aws_named(&account.id, "aws.mfa-device", &serial, since)?;
            let record = entity(key.clone(), EntityType::Credential, &user.name)
                .created_at(Some(since))
                .attribute("form", "virtual");
            of_user(account, user, record, scope)?;
            claims(&key, &serial, None, scope);
        }
    }
    Ok(())
}

/// API keys for Bedrock.
pub(super) fn service_keys(account: &Account, scope: &mut Scope<'_, '_>) -> Result<(), LabError> {
    for user in &account.users {
        if let Some((id, made)) = &user.service_key {
            let name = format!("{}-at-{}", user.name, account.id);
            let key = keys::aws(&account.id, "aws.service-specific-credential", id)?;
            let record = entity(key.clone(), EntityType::Credential, &name)
                .created_at(Some(*made))
                .disabled(Some(false))
                .attribute("status", "Active")
                .attribute("service", "bedrock.amazonaws.com")
                .attribute("service_user_name", &name);
            of_user(account, user, record, scope)?;
            claims(&key, "", Some(id), scope);
        }
    }
    Ok(())
}

/// Issuers that the account trusts.
pub(super) fn issuers(
    account: &Account,
    parent: &EntityKey,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    for (issuer, made) in &account.issuers {
        let arn = account.arn(&format!("oidc-provider/{issuer}"));
        let key = keys::aws_named(&account.id, "aws.oidc-provider", &arn, *made)?;
        let record = entity(key.clone(), EntityType::Resource, issuer)
            .created_at(Some(*made))
            .attribute("issuer", issuer)
            .attribute("audiences", ["sts.amazonaws.com"]);
        scope.entity(record);
        claims(&key, &arn, None, scope);
        scope.relation(RelationRecord::new(parent, Relation::Contains, &key));
    }
    Ok(())
}

/// Settings of the account.
pub(super) fn settings(account: &Account, parent: &EntityKey, scope: &mut Scope<'_, '_>) {
    let record = entity(parent.clone(), EntityType::Resource, &account.name)
        .attribute("aliases", [&account.name])
        .attribute("root_mfa", true)
        .attribute("root_access_keys", account.root.key.is_some())
        .attribute("root_signing_certificates", false)
        .attribute("outbound_enabled", false);
    scope.entity(record);
}

/// Which services users and roles used last.
pub(super) fn service_use(
    account: &Account,
    scope: &mut Scope<'_, '_>,
    now: Timestamp,
) -> Result<(), LabError> {
    for user in &account.users {
        if let Some(used) = user.last_service(now) {
            services(&keys::aws(&account.id, "aws.iam-user", &user.id)?, used, scope);
        }
    }
    for role in &account.roles {
        if let Some(used) = shown(role.used.as_ref(), now) {
            services(&keys::aws(&account.id, "aws.iam-role", &role.id)?, used, scope);
        }
    }
    Ok(())
}

fn services(key: &EntityKey, used: &Use, scope: &mut Scope<'_, '_>) {
    let service = json!({"service": used.service, "at": used.at, "region": used.region});
    scope.activity(ActivityRecord {
        entity: key.into(),
        evidence: "aws.service-last-accessed".to_owned(),
        first_at: used.at,
        last_at: used.at,
        count: None,
        attributes: Map::from_iter([("services".to_owned(), Value::Array(vec![service]))]),
    });
}

/// A single use, the last one that is told.
pub(super) fn last_use(
    key: &EntityKey,
    evidence: &str,
    at: Timestamp,
    attributes: &[(&str, &str)],
) -> ActivityRecord {
    let attributes = attributes.iter().map(|(n, v)| ((*n).to_owned(), Value::from(*v)));
    ActivityRecord {
        entity: key.into(),
        evidence: evidence.to_owned(),
        first_at: at,
        last_at: at,
        count: None,
        attributes: attributes.collect(),
    }
}
