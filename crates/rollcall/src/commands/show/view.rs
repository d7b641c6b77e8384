//! Everything that is known about one entity.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::{Entity, coverage};
use rollcall_model::{
    Endpoint, EntityKey, EntityType, IdentityClass, PublicId, Reference, Relation, ScopeKey,
    ScopeState, Timestamp,
};
use rollcall_record::Evidence;
use rollcall_store::{ClaimedEntity, ClaimedRelation, Store, StoredActivity};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::resolve::{End, Resolver};

/// How many days of use are shown.
const DAYS_OF_USE: i64 = 60;

/// One entity with everything around it.
#[derive(Serialize)]
pub(super) struct View {
    pub(super) id: PublicId,
    pub(super) collected: bool,
    pub(super) key: EntityKey,
    #[serde(rename = "type")]
    pub(super) entity_type: EntityType,
    pub(super) class: Option<IdentityClass>,
    pub(super) name: String,
    pub(super) disabled: Option<bool>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) first_seen: Option<Timestamp>,
    pub(super) last_seen: Option<Timestamp>,
    pub(super) gone_at: Option<Timestamp>,
    pub(super) missing: bool,
    pub(super) attributes: Map<String, Value>,
    /// For each attribute, which of `claims` it was taken from.
    pub(super) attribute_from: BTreeMap<String, usize>,
    /// Attributes about which sources differ: the words that do not count.
    pub(super) disagreements: Vec<Disagreement>,
    pub(super) claims: Vec<Claim>,
    pub(super) references: Vec<Reference>,
    pub(super) relations: Vec<RelationView>,
    pub(super) activity: Vec<ActivityView>,
}

/// One scope's word about the entity.
#[derive(Serialize)]
pub(super) struct Claim {
    pub(super) source: String,
    pub(super) scope: ScopeKey,
    /// What counts most comes first: 0 authoritative, 1 secondary, 2 declared.
    pub(super) rank: i64,
    pub(super) first_seen: Option<Timestamp>,
    pub(super) last_seen: Option<Timestamp>,
    pub(super) gone_at: Option<Timestamp>,
    pub(super) missing: bool,
    /// How the scope's last reading ended.
    pub(super) state: Option<ScopeState>,
    pub(super) gap: bool,
    pub(super) evidence: Vec<Evidence>,
}

#[derive(Serialize)]
pub(super) struct Disagreement {
    pub(super) attribute: String,
    pub(super) value: Value,
    pub(super) claim: usize,
}

#[derive(Serialize)]
pub(super) struct RelationView {
    /// `out`: the entity stands at the beginning.
    pub(super) direction: &'static str,
    pub(super) relation: Relation,
    pub(super) other: End,
    pub(super) source: String,
    pub(super) scope: ScopeKey,
    pub(super) attributes: Map<String, Value>,
    pub(super) evidence: Vec<Evidence>,
}

#[derive(Serialize)]
pub(super) struct ActivityView {
    pub(super) evidence: String,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    pub(super) count: Option<i64>,
    pub(super) source: String,
    pub(super) scope: ScopeKey,
    pub(super) attributes: Value,
}

/// What others name and no source has read.
#[derive(Serialize)]
pub(super) struct Stub<'r> {
    id: PublicId,
    collected: bool,
    reference: &'r Reference,
}

impl<'r> Stub<'r> {
    pub(super) fn new(reference: &'r Reference) -> Self {
        Self { id: reference.public_id(), collected: false, reference }
    }
}

/// Collects it.
pub(super) async fn load(store: &Arc<dyn Store>, entity: Entity) -> Result<View> {
    let mut claims = store.claims_about(&entity.key).await?;
    // As the merge counts them, so that the first word with a fact is the one that stands.
    claims.sort_by(|a, b| {
        (a.gone_at.is_some(), a.rank, std::cmp::Reverse(a.last_seen), &a.source, &a.scope).cmp(&(
            b.gone_at.is_some(),
            b.rank,
            std::cmp::Reverse(b.last_seen),
            &b.source,
            &b.scope,
        ))
    });
    let (attribute_from, disagreements) = words(&claims, &entity);
    let references = store.references_of(&entity.key).await?;
    let activity = store.activity_of(&entity.key, DAYS_OF_USE).await?;
    Ok(View {
        id: entity.id,
        collected: true,
        relations: relations(store, &entity.key, &references).await?,
        claims: with_states(store, claims).await?,
        key: entity.key,
        entity_type: entity.entity_type,
        class: entity.class,
        name: entity.name,
        disabled: entity.disabled,
        created_at: entity.created_at,
        expires_at: entity.expires_at,
        first_seen: entity.first_seen,
        last_seen: entity.last_seen,
        gone_at: entity.gone_at,
        missing: entity.missing,
        attributes: entity.attributes,
        attribute_from,
        disagreements,
        references,
        activity: activity.into_iter().map(use_of).collect(),
    })
}

/// Whose word each attribute is, and the words that do not count.
fn words(
    claims: &[ClaimedEntity],
    entity: &Entity,
) -> (BTreeMap<String, usize>, Vec<Disagreement>) {
    let (mut from, mut others) = (BTreeMap::new(), Vec::new());
    for (index, claim) in claims.iter().enumerate() {
        for (name, value) in &claim.body.attributes {
            match entity.attributes.get(name) {
                Some(standing) if standing == value => {
                    from.entry(name.clone()).or_insert(index);
                }
                Some(_) if claim.gone_at.is_none() => others.push(Disagreement {
                    attribute: name.clone(),
                    value: value.clone(),
                    claim: index,
                }),
                _ => {}
            }
        }
    }
    (from, others)
}

async fn with_states(store: &Arc<dyn Store>, claims: Vec<ClaimedEntity>) -> Result<Vec<Claim>> {
    let mut states: HashMap<(String, ScopeKey), (Option<ScopeState>, bool)> = HashMap::new();
    for source in coverage(store).await? {
        for scope in source.scopes {
            let key = (source.source.name.clone(), scope.scope.key.clone());
            states.insert(key, (scope.scope.state, scope.gap));
        }
    }
    let with_state = |claim: ClaimedEntity| {
        let known = states.get(&(claim.source.clone(), claim.scope.clone()));
        Claim {
            state: known.and_then(|(state, _)| *state),
            gap: known.is_some_and(|(_, gap)| *gap),
            source: claim.source,
            scope: claim.scope,
            rank: claim.rank,
            first_seen: claim.first_seen,
            last_seen: claim.last_seen,
            gone_at: claim.gone_at,
            missing: claim.missing,
            evidence: claim.body.evidence,
        }
    };
    Ok(claims.into_iter().map(with_state).collect())
}

async fn relations(
    store: &Arc<dyn Store>,
    key: &EntityKey,
    references: &[Reference],
) -> Result<Vec<RelationView>> {
    let mut resolver = Resolver::new(store);
    let is_self = |endpoint: &Endpoint| match endpoint {
        Endpoint::Key(other) => other == key,
        Endpoint::Reference(reference) => references.contains(reference),
    };
    let mut views = Vec::new();
    for claim in store.relations_of(key).await? {
        let ClaimedRelation { from, relation, to, source, scope, body } = claim;
        let (direction, other) = if is_self(&from) { ("out", to) } else { ("in", from) };
        views.push(RelationView {
            direction,
            relation,
            other: resolver.resolve(&other).await?,
            source,
            scope,
            attributes: body.attributes,
            evidence: body.evidence,
        });
    }
    views.sort_by(|a, b| {
        let of = |v: &RelationView| (v.direction == "in", v.relation, v.other.describe());
        of(a).cmp(&of(b)).then_with(|| (&a.source, &a.scope).cmp(&(&b.source, &b.scope)))
    });
    Ok(views)
}

fn use_of(activity: StoredActivity) -> ActivityView {
    ActivityView {
        evidence: activity.evidence,
        first_at: activity.first_at,
        last_at: activity.last_at,
        count: activity.count,
        source: activity.source,
        scope: activity.scope,
        attributes: serde_json::from_str(&activity.body).unwrap_or_default(),
    }
}
