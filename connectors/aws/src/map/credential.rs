//! What users prove themselves with.

use rollcall_model::{EntityKey, EntityType, Relation, Timestamp};
use rollcall_record::{EntityRecord, Problem, Record, RelationRecord};

use super::{Realm, last_use, malformed, named};
use crate::kinds;
use crate::shapes::{Credential, KeyUse, LoginProfile, User};

/// Whether AWS's word for a credential's state means that it does not work.
/// Source: IAM API reference, `statusType`: `Active`, `Inactive`, `Expired`.
fn off(status: Option<&str>) -> Option<bool> {
    status.filter(|s| !s.is_empty()).map(|s| s != "Active")
}

fn of_user(
    realm: &Realm,
    user: &User,
    entity: EntityRecord,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let owner = realm.key(kinds::USER, &user.id)?;
    let relation = RelationRecord::new(&entity.key, Relation::AuthenticatesAs, owner);
    out.push(Record::Entity(entity));
    out.push(Record::Relation(relation));
    Ok(())
}

/// An access key. Its id is public; CloudTrail names it.
pub(crate) fn access_key(
    realm: &Realm,
    user: &User,
    from: Credential,
    used: Option<KeyUse>,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::ACCESS_KEY, &from.id)?;
    let entity = named(key.clone(), EntityType::Credential, &from.id)
        .created_at(from.created_at)
        .disabled(off(from.status.as_deref()))
        .attribute("status", from.status);
    of_user(realm, user, entity, out)?;
    realm.claims(&key, "", &from.id, out);
    if let Some(KeyUse { at: Some(at), service, region }) = used {
        let details =
            [("service", service.unwrap_or_default()), ("region", region.unwrap_or_default())];
        let details = details.each_ref().map(|(name, value)| (*name, value.as_str()));
        out.push(last_use(key, "aws.access-key-last-used", at, &details));
    }
    Ok(())
}

/// The key of a user's console password: a user has one at most.
pub(crate) fn password_key(realm: &Realm, user: &User) -> Result<EntityKey, Problem> {
    realm.key(kinds::PASSWORD, &user.id)
}

/// A console password, as the user's login profile tells.
pub(crate) fn password(
    realm: &Realm,
    user: &User,
    from: &LoginProfile,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let entity = named(password_key(realm, user)?, EntityType::Credential, &user.name)
        .created_at(from.created_at)
        .attribute("reset_required", from.reset_required.then_some(true));
    of_user(realm, user, entity, out)
}

/// A console password of which only its existence is known, from the credential report.
pub(crate) fn reported_password(
    realm: &Realm,
    user: &User,
    used: Option<Timestamp>,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = password_key(realm, user)?;
    of_user(realm, user, named(key.clone(), EntityType::Credential, &user.name), out)?;
    if let Some(at) = used {
        out.push(last_use(key, "aws.password-last-used", at, &[]));
    }
    Ok(())
}

/// An MFA device. Virtual ones and security keys have ARNs for serial numbers, which hold names
/// that can be given again.
pub(crate) fn mfa_device(
    realm: &Realm,
    user: &User,
    from: Credential,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.named_key(kinds::MFA, &from.id, from.created_at)?;
    let resource = crate::arn::Arn::parse(&from.id).map(|a| (a.resource, a.name()));
    let (form, name) = match resource {
        Some((resource, name)) if resource.starts_with("mfa/") => ("virtual", name),
        Some((resource, name)) if resource.starts_with("u2f/") => ("security-key", name),
        Some((_, name)) => ("other", name),
        None => ("hardware", from.id.as_str()),
    };
    let entity = named(key.clone(), EntityType::Credential, name)
        .created_at(from.created_at)
        .attribute("form", form);
    of_user(realm, user, entity, out)?;
    if resource.is_some() {
        realm.claims(&key, &from.id, "", out);
    }
    Ok(())
}

/// A credential for one service: an API key or a password of its own.
pub(crate) fn service_credential(
    realm: &Realm,
    user: &User,
    from: Credential,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::SERVICE_CREDENTIAL, &from.id)?;
    let name = match (&from.alias, &from.service_user_name) {
        (Some(alias), _) => alias.clone(),
        (None, Some(name)) => name.clone(),
        (None, None) => from.id.clone(),
    };
    let entity = named(key.clone(), EntityType::Credential, &name)
        .created_at(from.created_at)
        .expires_at(from.expires_at)
        .disabled(off(from.status.as_deref()))
        .attribute("status", from.status)
        .attribute("service", from.service)
        .attribute("service_user_name", from.service_user_name)
        .attribute("alias", from.alias);
    of_user(realm, user, entity, out)?;
    realm.claims(&key, "", &from.id, out);
    Ok(())
}

/// An SSH public key.
pub(crate) fn ssh_key(
    realm: &Realm,
    user: &User,
    from: Credential,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::SSH_KEY, &from.id)?;
    let entity = named(key.clone(), EntityType::Credential, &from.id)
        .created_at(from.created_at)
        .disabled(off(from.status.as_deref()))
        .attribute("status", from.status);
    of_user(realm, user, entity, out)?;
    realm.claims(&key, "", &from.id, out);
    Ok(())
}

/// A signing certificate. One that cannot be read has no known expiry, which is a problem of its own.
pub(crate) fn signing_certificate(
    realm: &Realm,
    user: &User,
    from: Credential,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::SIGNING_CERTIFICATE, &from.id)?;
    let read = crate::certificate::from_pem(from.certificate.as_deref().unwrap_or_default());
    let mut entity = named(key, EntityType::Credential, &from.id)
        .created_at(from.created_at)
        .disabled(off(from.status.as_deref()))
        .attribute("status", from.status);
    match read {
        Ok(certificate) => {
            entity = entity
                .expires_at(Some(certificate.expires_at))
                .attribute("subject", certificate.subject)
                .attribute("issuer", certificate.issuer);
        }
        Err(why) => {
            let mut problem =
                malformed(format!("the signing certificate {} cannot be read: {why}", from.id));
            problem.code = "certificate_unreadable".to_owned();
            out.push(Record::Problem(problem.hides("when this certificate expires")));
        }
    }
    of_user(realm, user, entity, out)
}
