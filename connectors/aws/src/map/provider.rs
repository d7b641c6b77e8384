//! Identity providers, server certificates and instance profiles.

use rollcall_model::{EntityType, Relation};
use rollcall_record::{Problem, Record, RelationRecord};
use serde_json::{Value, json};

use super::{Realm, malformed, named, path, put};
use crate::arn::Arn;
use crate::kinds;
use crate::shapes::{InstanceProfile, OidcProvider, SamlProvider, ServerCertificate, Tags};

fn tags(tags: Tags) -> Value {
    tags.into_iter().map(|(k, v)| (k, Value::from(v))).collect()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort_unstable();
    list.dedup();
    list
}

/// An OpenID Connect provider. It has no id but its ARN, which a later one of the same issuer gets
/// again.
pub(crate) fn oidc(
    realm: &Realm,
    arn: &str,
    from: OidcProvider,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.named_key(kinds::OIDC_PROVIDER, arn, from.created_at)?;
    let issuer = from.url.unwrap_or_default();
    let issuer = issuer.strip_prefix("https://").unwrap_or(&issuer).to_owned();
    let of_arn = Arn::parse(arn).and_then(|a| a.resource.strip_prefix("oidc-provider/"));
    let issuer = if issuer.is_empty() { of_arn.unwrap_or_default().to_owned() } else { issuer };
    let mut entity = named(key.clone(), EntityType::Resource, &issuer)
        .created_at(from.created_at)
        .attribute("issuer", issuer)
        .attribute("audiences", sorted(from.audiences))
        .attribute("thumbprints", sorted(from.thumbprints));
    put(&mut entity, "tags", tags(from.tags));
    out.push(Record::Entity(entity));
    realm.claims(&key, arn, "", out);
    realm.contains(&key, out)
}

/// A SAML provider, keyed by its UUID where the server tells one, by ARN otherwise.
pub(crate) fn saml(
    realm: &Realm,
    arn: &str,
    from: SamlProvider,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = match from.uuid.as_deref().filter(|u| !u.is_empty()) {
        Some(uuid) => realm.key(kinds::SAML_PROVIDER, uuid)?,
        None => realm.named_key(kinds::SAML_PROVIDER, arn, from.created_at)?,
    };
    let name = Arn::parse(arn).map_or(arn, |a| a.name());
    let mut entity = named(key.clone(), EntityType::Resource, name)
        .created_at(from.created_at)
        .expires_at(from.valid_until)
        .attribute("private_keys", sorted(from.private_keys))
        .attribute("encryption", from.encryption);
    put(&mut entity, "tags", tags(from.tags));
    let unreadable = match from.metadata {
        Ok(metadata) => {
            let signing: Vec<Value> = metadata
                .signing
                .iter()
                .map(|c| json!({"subject": c.subject, "expires_at": c.expires_at}))
                .collect();
            put(&mut entity, "signing_certificates", signing.into());
            entity = entity.attribute("entity_id", metadata.entity_id);
            (metadata.unreadable > 0).then(|| format!("{} certificates", metadata.unreadable))
        }
        Err(why) => Some(why),
    };
    if let Some(why) = unreadable {
        let mut problem = malformed(format!("the metadata of {arn} cannot be read: {why}"));
        problem.code = "metadata_unreadable".to_owned();
        out.push(Record::Problem(problem.hides("when its certificates expire")));
    }
    out.push(Record::Entity(entity));
    realm.claims(&key, arn, "", out);
    realm.contains(&key, out)
}

/// A server certificate. No identity stands behind it.
pub(crate) fn server_certificate(
    realm: &Realm,
    from: &ServerCertificate,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::SERVER_CERTIFICATE, &from.id)?;
    let entity = named(key.clone(), EntityType::Credential, &from.name)
        .created_at(from.created_at)
        .expires_at(from.expires_at)
        .attribute("path", path(&from.path));
    out.push(Record::Entity(entity));
    realm.claims(&key, &from.arn, &from.id, out);
    realm.contains(&key, out)
}

/// An instance profile and the role it hands out.
pub(crate) fn instance_profile(
    realm: &Realm,
    from: InstanceProfile,
    out: &mut Vec<Record>,
) -> Result<(), Problem> {
    let key = realm.key(kinds::INSTANCE_PROFILE, &from.id)?;
    let mut entity = named(key.clone(), EntityType::Workload, &from.name)
        .created_at(from.created_at)
        .attribute("path", path(&from.path));
    put(&mut entity, "tags", tags(from.tags));
    out.push(Record::Entity(entity));
    realm.claims(&key, &from.arn, &from.id, out);
    realm.contains(&key, out)?;
    for role in sorted(from.role_ids) {
        let role = realm.key(kinds::ROLE, &role)?;
        out.push(Record::Relation(RelationRecord::new(&key, Relation::RunsAs, role)));
    }
    Ok(())
}
