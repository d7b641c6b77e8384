//! Entities and relations as programs get them.

use rollcall_graph::{Coverage, Direction, Entity, Gap, Neighbour, Node, Snapshot};
use rollcall_model::{
    AccessLevel, EntityKey, EntityType, Grade, IdentityClass, PublicId, Reference, Relation,
    ScopeState, Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

/// An entity in the words of `rollcall ls --json`, as far as the snapshot knows it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntityView {
    #[schema(value_type = Option<String>)]
    id: Option<PublicId>,
    #[schema(value_type = Option<Object>)]
    key: Option<EntityKey>,
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    entity_type: Option<EntityType>,
    #[schema(value_type = Option<String>)]
    class: Option<IdentityClass>,
    kind: String,
    provider: String,
    realm: String,
    name: String,
    /// The references it answers to.
    #[schema(value_type = Vec<Object>)]
    aliases: Vec<Reference>,
    owner: OwnerView,
    usage: UsageView,
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    first_seen: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    gone_at: Option<Timestamp>,
    /// Null where it is not known.
    disabled: Option<bool>,
    /// The rules with an open finding about it; null while the rules have not run.
    findings: Option<Vec<String>>,
    standing: &'static str,
    /// Whether the person or team itself is here; of anything else, whether who answers for it is.
    presence: &'static str,
    env: Option<String>,
    /// Complete readings miss it, but it is held live.
    missing: bool,
    /// One of the scopes that say so is not known to be current.
    gap: bool,
    /// Some source has read it; otherwise others only name it.
    collected: bool,
    sources: Vec<String>,
}

/// Who answers for an entity.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnerView {
    /// `pending` while the analysis has not looked at it.
    state: &'static str,
    name: Option<String>,
    team: Option<String>,
    /// How sure that is, in thousandths.
    score: Option<u16>,
}

/// Whether an entity is used.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageView {
    /// `pending` while the analysis has not looked at it; never says unused without evidence.
    verdict: &'static str,
    /// The point in time that the verdict speaks of.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// How good the evidence is, from A to D.
    #[schema(value_type = Option<String>)]
    grade: Option<Grade>,
    /// The last use that was seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used: Option<Timestamp>,
}

impl EntityView {
    pub(crate) fn of(entity: Entity<'_>) -> Self {
        let text = |text: &str| Some(text).filter(|t| !t.is_empty()).map(str::to_owned);
        let owner = text(entity.owner());
        Self {
            id: entity.public_id(),
            key: entity.key(),
            entity_type: entity.entity_type(),
            class: entity.class(),
            kind: entity.kind().to_owned(),
            provider: entity.provider().to_owned(),
            realm: entity.realm().to_owned(),
            name: entity.name().to_owned(),
            aliases: entity.aliases().map(|(_, reference)| reference).collect(),
            owner: OwnerView {
                state: entity.owner_state().as_str(),
                score: owner.as_ref().map(|_| entity.score()),
                name: owner,
                team: entity.team().and_then(text),
            },
            usage: UsageView {
                verdict: entity.usage().as_str(),
                at: entity.usage_at().map(|(at, _)| at),
                grade: entity.usage_at().and_then(|(_, grade)| Grade::from_number(grade)),
                last_used: entity.last_used().map(|(at, _)| at),
            },
            created_at: entity.created_at(),
            expires_at: entity.expires_at(),
            first_seen: entity.first_seen(),
            last_seen: entity.last_seen(),
            gone_at: entity.gone_at(),
            disabled: entity.disabled(),
            findings: entity.findings().map(|rules| rules.into_iter().map(str::to_owned).collect()),
            standing: entity.standing().as_str(),
            presence: entity.presence().as_str(),
            env: entity.env().map(str::to_owned),
            missing: entity.is_missing(),
            gap: entity.scopes().any(rollcall_graph::ScopeRow::is_gap),
            collected: entity.is_collected(),
            sources: entity.sources().map(str::to_owned).collect(),
        }
    }
}

/// An entity by its name, where it is one of many.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointView {
    #[schema(value_type = Option<String>)]
    id: Option<PublicId>,
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    entity_type: Option<EntityType>,
    kind: String,
    realm: String,
    name: String,
    /// Some source has read it; otherwise others only name it.
    collected: bool,
}

impl PointView {
    pub(crate) fn of(snapshot: &Snapshot, node: Node) -> Self {
        let entity = snapshot.entity(node);
        Self {
            id: entity.public_id(),
            entity_type: entity.entity_type(),
            kind: entity.kind().to_owned(),
            realm: entity.realm().to_owned(),
            name: entity.name().to_owned(),
            collected: entity.is_collected(),
        }
    }
}

/// A relation of an entity, with what is at its other end.
#[derive(Serialize, ToSchema)]
pub(crate) struct NeighbourView {
    /// `outward` from the entity, or `inward` to it.
    direction: &'static str,
    #[schema(value_type = String)]
    relation: Relation,
    #[schema(value_type = Option<String>)]
    level: Option<AccessLevel>,
    entity: PointView,
}

impl NeighbourView {
    pub(crate) fn of(snapshot: &Snapshot, neighbour: &Neighbour) -> Self {
        Self {
            direction: direction_word(neighbour.direction),
            relation: neighbour.relation,
            level: neighbour.level,
            entity: PointView::of(snapshot, neighbour.node),
        }
    }
}

pub(crate) const fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Outward => "outward",
        Direction::Inward => "inward",
    }
}

/// How completely the scopes were read that could hold what was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageView {
    /// How many scopes there are.
    scopes: usize,
    /// How many of them were read to their end at the last attempt.
    complete: usize,
    /// The others, the first hundred of them.
    gaps: Vec<GapView>,
}

/// A scope that was not read to its end at the last attempt.
#[derive(Serialize, ToSchema)]
struct GapView {
    source: String,
    stream: String,
    realm: String,
    part: String,
    /// How the last attempt ended; null before the first.
    #[schema(value_type = Option<String>)]
    state: Option<ScopeState>,
    /// When it was last read to its end; null for never.
    #[schema(value_type = Option<String>, format = DateTime)]
    complete_at: Option<Timestamp>,
}

/// Gaps that are told one by one.
const MOST_GAPS: usize = 100;

impl From<Coverage> for CoverageView {
    fn from(coverage: Coverage) -> Self {
        let gap = |gap: Gap| GapView {
            source: gap.source,
            stream: gap.stream,
            realm: gap.realm,
            part: gap.part,
            state: gap.state,
            complete_at: gap.since,
        };
        Self {
            scopes: coverage.scopes,
            complete: coverage.complete,
            gaps: coverage.gaps.into_iter().take(MOST_GAPS).map(gap).collect(),
        }
    }
}
