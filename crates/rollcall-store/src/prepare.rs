//! From records to rows: ids, canonical bodies and content hashes. Pure.

use rollcall_model::{
    CanonicalError, ContentHash, Endpoint, EntityKey, EntityType, IdentityClass, NodeId,
    RelationId, RelationKey, Timestamp, canonical_map, content_hash,
};
use rollcall_record::{
    ActivityRecord, EntityRecord, EventKind, EventRecord, Evidence, ReferenceRecord, RelationRecord,
};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{ActivityRow, EntityClaim, EventRow, ReferenceClaim, RelationClaim};

type Fields = Map<String, Value>;

/// What a claim says about an entity besides its key. Its fields stand in the order of their names,
/// so that serialising gives canonical JSON.
///
/// Evidence is kept but not part of the content hash: a file that moved by a line, or a newer commit
/// that says the same, makes no new version, and the commit that was recorded stays true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntityBody {
    /// Facts under the names of the kind's schema.
    #[serde(default, skip_serializing_if = "Map::is_empty", serialize_with = "fields")]
    pub attributes: Fields,
    /// Human, service or agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<IdentityClass>,
    /// When the provider says it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Whether it is switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Where this is stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// When it stops working by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What people call it.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub entity_type: EntityType,
}

/// What a claim says about a relation besides its ends; fields in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RelationBody {
    /// Level, actions, conditions and the like.
    #[serde(default, skip_serializing_if = "Map::is_empty", serialize_with = "fields")]
    pub attributes: Fields,
    /// What tells parallel relations apart.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub discriminator: String,
    /// Where this is stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

fn fields<S: Serializer>(fields: &Fields, serializer: S) -> Result<S::Ok, S::Error> {
    canonical_map(fields, serializer)
}

fn to_json<T: Serialize>(value: &T) -> Result<String, CanonicalError> {
    Ok(serde_json::to_string(value)?)
}

/// The row for an entity record, beside its key. Whoever writes it gives it its number.
///
/// # Errors
/// When an attribute holds a float.
pub fn prepare_entity(record: EntityRecord) -> Result<(EntityKey, EntityClaim), CanonicalError> {
    let id = record.key.node_id();
    let mut body = EntityBody {
        attributes: record.attributes,
        class: record.class,
        created_at: record.created_at,
        disabled: record.disabled,
        evidence: Vec::new(),
        expires_at: record.expires_at,
        name: record.name,
        entity_type: record.entity_type,
    };
    let mut json = to_json(&body)?;
    let hash = content_hash(json.as_bytes());
    if !record.evidence.is_empty() {
        body.evidence = record.evidence;
        json = to_json(&body)?;
    }
    let claim = EntityClaim {
        number: 0,
        id,
        hash,
        entity_type: body.entity_type,
        class: body.class,
        name: body.name,
        body: json,
    };
    Ok((record.key, claim))
}

/// The row for a relation record, beside its two ends.
///
/// # Errors
/// When an attribute holds a float.
pub fn prepare_relation(
    record: RelationRecord,
) -> Result<([Endpoint; 2], RelationClaim), CanonicalError> {
    let ends = [record.from.node_id(), record.to.node_id()];
    prepare_relation_between(record, ends)
}

/// The same, for whoever knows the ids of both ends already.
///
/// # Errors
/// When an attribute holds a float.
pub fn prepare_relation_between(
    record: RelationRecord,
    [from, to]: [NodeId; 2],
) -> Result<([Endpoint; 2], RelationClaim), CanonicalError> {
    let (relation, discriminator) = (record.relation, record.discriminator);
    let key = RelationKey { from, relation, to, discriminator };
    let (id, mut hash) = key.id_and_hash();
    let mut body = RelationBody {
        attributes: record.attributes,
        discriminator: key.discriminator,
        evidence: Vec::new(),
    };
    let plain = body.attributes.is_empty();
    let mut json = String::new();
    if !plain || !body.discriminator.is_empty() {
        json = to_json(&body)?;
    }
    // The key's hash covers both ends and the discriminator; it stands alone where that is all.
    if !plain {
        let mut bytes = hash.0.to_vec();
        bytes.extend_from_slice(json.as_bytes());
        hash = content_hash(&bytes);
    }
    if !record.evidence.is_empty() {
        body.evidence = record.evidence;
        json = to_json(&body)?;
    }
    let claim = RelationClaim { number: 0, id, hash, relation, from, to, body: json };
    Ok(([record.from, record.to], claim))
}

/// The hash of a reference claim: both ends are all there is to it.
fn hash_of_ends(entity: NodeId, reference: NodeId) -> ContentHash {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&entity.0.to_le_bytes());
    bytes[8..].copy_from_slice(&reference.0.to_le_bytes());
    content_hash(&bytes)
}

/// The row for a reference record.
#[must_use]
pub fn prepare_reference(record: &ReferenceRecord) -> ReferenceClaim {
    let (entity, reference) = (record.entity.node_id(), record.reference.node_id());
    let hash = hash_of_ends(entity, reference);
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    let id = (u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 1) as i64;
    ReferenceClaim { number: 0, id: RelationId(id.max(1)), hash, entity, reference }
}

/// The row for an activity record.
///
/// # Errors
/// When an attribute holds a float.
pub fn prepare_activity(record: ActivityRecord) -> Result<ActivityRow, CanonicalError> {
    let body = if record.attributes.is_empty() {
        String::new()
    } else {
        to_json(&ActivityBody { attributes: record.attributes })?
    };
    Ok(ActivityRow {
        node: record.entity.node_id(),
        evidence: record.evidence,
        first_at: record.first_at.min(record.last_at),
        last_at: record.last_at,
        count: record.count.map(|n| i64::try_from(n).unwrap_or(i64::MAX)),
        body,
    })
}

#[derive(Serialize)]
struct ActivityBody {
    #[serde(serialize_with = "fields")]
    attributes: Fields,
}

#[derive(Serialize)]
struct EventBody {
    #[serde(skip_serializing_if = "Map::is_empty", serialize_with = "fields")]
    attributes: Fields,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Endpoint>,
    kind: EventKind,
}

/// The row for an event record.
///
/// # Errors
/// When an attribute holds a float.
pub fn prepare_event(record: EventRecord) -> Result<EventRow, CanonicalError> {
    let node = record.entity.node_id();
    let body =
        to_json(&EventBody { attributes: record.attributes, by: record.by, kind: record.kind })?;
    Ok(EventRow { id: record.id, node, body, at: record.at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_model::Relation;
    use rollcall_record::entity;

    fn role() -> EntityRecord {
        let key = EntityKey::new("aws", "1", "aws.iam-role", "AROA1").unwrap();
        entity(key, EntityType::Identity, "deploy").attribute("path", "/").attribute("age", 3)
    }

    #[test]
    fn evidence_is_kept_and_makes_no_version() {
        let plain = prepare_entity(role()).unwrap().1;
        let line = Evidence { line: Some(7), ..Evidence::default() };
        let with = prepare_entity(role().evidence(line.clone())).unwrap().1;
        assert_eq!(plain.hash, with.hash);
        let body: EntityBody = serde_json::from_str(&with.body).unwrap();
        assert_eq!(body.evidence, [line]);
    }

    #[test]
    fn any_other_difference_makes_a_version() {
        let plain = prepare_entity(role()).unwrap().1.hash;
        assert_ne!(plain, prepare_entity(role().disabled(Some(false))).unwrap().1.hash);
        assert_ne!(plain, prepare_entity(role().attribute("age", 4)).unwrap().1.hash);
    }

    #[test]
    fn the_body_is_canonical() {
        let body = prepare_entity(role()).unwrap().1.body;
        let again: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(rollcall_model::canonical_json(&again).unwrap(), body);
    }

    #[test]
    fn a_relation_hash_covers_its_ends() {
        let (a, b) = (role().key, EntityKey::new("aws", "1", "aws.iam-role", "AROA2").unwrap());
        let hash = |from: &EntityKey, to: &EntityKey| {
            prepare_relation(RelationRecord::new(from, Relation::HasGrant, to)).unwrap().1.hash
        };
        assert_ne!(hash(&a, &b), hash(&b, &a));
    }
}
