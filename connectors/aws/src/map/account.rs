//! Accounts, their settings, and the rows of the credential report.

use rollcall_model::{EntityKey, EntityType, IdentityClass, Reference};
use rollcall_record::{Problem, Record, ReferenceRecord, entity};

use super::{Realm, credential, last_use, named};
use crate::kinds;
use crate::report::{Cell, Row};
use crate::shapes::{Member, User};

/// States in which nobody can sign in to an account.
/// Source: Organizations API reference, `AccountState` and `AccountStatus`.
pub(crate) fn is_closed(state: Option<&str>) -> bool {
    matches!(state, Some("SUSPENDED" | "PENDING_CLOSURE" | "CLOSED" | "PENDING_ACTIVATION"))
}

/// An account.
pub(crate) fn account(
    partition: &str,
    from: &Member,
    organization: Option<&str>,
    management: Option<&str>,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let realm = Realm::new(partition, &from.id);
    let key = realm.account_key()?;
    let entity = named(key.clone(), EntityType::Resource, from.name.as_deref().unwrap_or(&from.id))
        .disabled(from.state.as_deref().map(|s| is_closed(Some(s))))
        .attribute("email", &from.email)
        .attribute("state", &from.state)
        .attribute("joined_by", &from.joined_by)
        .attribute("joined_at", from.joined_at)
        .attribute("organization", organization)
        .attribute("management", (management == Some(from.id.as_str())).then_some(true));
    out.push(Record::Entity(entity));
    realm.claims(&key, from.arn.as_deref().unwrap_or_default(), "", out);
    out.push(Record::Reference(account_id(&realm, &key)));
    Ok(())
}

fn account_id(realm: &Realm, key: &EntityKey) -> ReferenceRecord {
    ReferenceRecord::new(key, Reference::new("aws.account-id", &realm.partition, &realm.account))
}

/// Settings of an account; absent where they could not be read.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) aliases: Vec<String>,
    pub(crate) root_mfa: Option<bool>,
    pub(crate) root_access_keys: Option<bool>,
    pub(crate) root_signing_certificates: Option<bool>,
    pub(crate) outbound_enabled: Option<bool>,
    pub(crate) outbound_issuer: Option<String>,
}

/// What the settings say about the account.
pub(crate) fn settings(
    realm: &Realm,
    from: Settings,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let mut aliases = from.aliases;
    aliases.sort_unstable();
    let name = aliases.first().cloned().unwrap_or_else(|| realm.account.to_string());
    let entity = entity(realm.account_key()?, EntityType::Resource, name)
        .attribute("aliases", aliases)
        .attribute("root_mfa", from.root_mfa)
        .attribute("root_access_keys", from.root_access_keys)
        .attribute("root_signing_certificates", from.root_signing_certificates)
        .attribute("outbound_enabled", from.outbound_enabled)
        .attribute("outbound_issuer", from.outbound_issuer);
    out.push(Record::Entity(entity));
    Ok(())
}

/// The root user's row. AWS gives root no unique id; CloudTrail names it by the account number.
pub(crate) fn root(realm: &Realm, row: &Row, out: &mut Vec<Record>) -> Result<(), Problem> {
    let key = realm.key(kinds::ROOT, &realm.account)?;
    let count = |cells: &[Cell<bool>]| {
        let known: Vec<bool> = cells.iter().filter_map(|c| c.known()).collect();
        (known.len() == cells.len()).then(|| known.into_iter().filter(|on| *on).count())
    };
    let active = row.keys.iter().filter(|k| k.active == Cell::Known(true));
    let mut rotated: Vec<_> = active.filter_map(|k| k.rotated_at.known()).collect();
    rotated.sort_unstable();
    let entity = named(key.clone(), EntityType::Identity, "root")
        .class(IdentityClass::Human)
        .created_at(row.created_at.known())
        .attribute("mfa_active", row.mfa_active.known())
        .attribute("password_enabled", row.password_enabled.known())
        .attribute("password_changed_at", row.password_last_changed.known())
        .attribute("access_keys", count(&[row.keys[0].active, row.keys[1].active]))
        .attribute("access_keys_rotated_at", rotated)
        .attribute("signing_certificates", count(&row.certificates_active));
    out.push(Record::Entity(entity));
    realm.claims(&key, &row.arn, "", out);
    realm.contains(&key, out)?;
    if let Some(at) = row.password_last_used.known() {
        out.push(last_use(key.clone(), "aws.root-password-last-used", at, &[]));
    }
    for used in &row.keys {
        if let Some(at) = used.used_at.known() {
            let details = [
                ("service", used.service.as_deref().unwrap_or_default()),
                ("region", used.region.as_deref().unwrap_or_default()),
            ];
            out.push(last_use(key.clone(), "aws.root-access-key-last-used", at, &details));
        }
    }
    Ok(())
}

/// The root user of an account whose report has no row of it: it is there, and nothing more is known.
pub(crate) fn silent_root(realm: &Realm, out: &mut Vec<Record>) -> Result<(), Problem> {
    let key = realm.key(kinds::ROOT, &realm.account)?;
    let entity = named(key.clone(), EntityType::Identity, "root").class(IdentityClass::Human);
    out.push(Record::Entity(entity));
    let arn = format!("arn:{}:iam::{}:root", realm.partition, realm.account);
    realm.claims(&key, &arn, "", out);
    realm.contains(&key, out)
}

/// The row of a user who still exists.
pub(crate) fn reported_user(
    realm: &Realm,
    user: &User,
    row: &Row,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let entity = named(realm.key(kinds::USER, &user.id)?, EntityType::Identity, &user.name)
        .created_at(user.created_at)
        .attribute("password_enabled", row.password_enabled.known())
        .attribute("mfa_active", row.mfa_active.known())
        .attribute("password_changed_at", row.password_last_changed.known())
        .attribute("password_next_rotation", row.password_next_rotation.known());
    out.push(Record::Entity(entity));
    if row.password_enabled == Cell::Known(true) {
        credential::reported_password(realm, user, row.password_last_used.known(), out)?;
    }
    Ok(())
}
