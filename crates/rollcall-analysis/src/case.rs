//! One entity with everything that rules look at.

use rollcall_graph::{Entity, Link, Node};
use rollcall_model::{
    Authenticates, EntityType, KindFacts, OwnerState, Relation, Timestamp, UsageVerdict,
};

use crate::analysis::Analysis;
use crate::class::{Class, classify};
use crate::horizon::Horizon;
use crate::own::{Owner, own};
use crate::tags::Document;
use crate::usage::{Usage, usage};

/// Whether anybody can act as an identity or with a credential.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Life {
    /// Somebody can.
    Live,
    /// Nobody can, and why.
    Off(&'static str),
    /// What would tell was not read.
    Unknown,
}

/// A credential of an identity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credential<'a> {
    pub(crate) entity: Entity<'a>,
    pub(crate) facts: &'a KindFacts,
    pub(crate) is_live: bool,
}

/// An entity to be judged.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) analysis: &'a Analysis<'a>,
    pub(crate) node: Node,
    pub(crate) entity: Entity<'a>,
    pub(crate) facts: &'a KindFacts,
    pub(crate) document: Document<'a>,
    pub(crate) credentials: Vec<Credential<'a>>,
    pub(crate) described: Horizon<'a>,
    pub(crate) life: Life,
    pub(crate) class: Class,
    pub(crate) usage: Usage<'a>,
    pub(crate) owner: Owner,
}

impl<'a> Case<'a> {
    pub(crate) fn new(analysis: &'a Analysis<'a>, node: Node) -> Self {
        let mut case = Self::described_only(analysis, node);
        if case.is_judged() {
            case.life = life(&case);
            case.class = classify(&case);
            case.usage = usage(&case);
            case.owner = own(&case);
        } else {
            case.usage.verdict = UsageVerdict::Undetermined;
            case.owner.state = OwnerState::Undetermined;
        }
        case
    }

    /// The same without any judgement.
    pub(crate) fn described_only(analysis: &'a Analysis<'a>, node: Node) -> Self {
        let entity = analysis.snapshot.entity(node);
        let facts = analysis.knowledge.of(entity.kind());
        let document = Document::read(entity.document());
        let credentials = credentials(analysis, node, entity);
        let described = Horizon::new(analysis, entity, &facts.described_by);
        Self {
            analysis,
            node,
            entity,
            facts,
            document,
            credentials,
            described,
            life: Life::Unknown,
            class: Class::default(),
            usage: Usage::default(),
            owner: Owner::default(),
        }
    }

    /// Whether it is something to be judged: it was read, and it is still there.
    pub(crate) fn is_judged(&self) -> bool {
        self.entity.is_collected() && self.entity.gone_at().is_none()
    }

    /// Whether it is an identity.
    pub(crate) fn is_identity(&self) -> bool {
        self.entity.entity_type() == Some(EntityType::Identity)
    }

    /// The other ends of a relation that comes from it, each once.
    pub(crate) fn out(&self, relation: Relation) -> Vec<Node> {
        once(self.analysis.snapshot.relations_out(self.node), relation)
    }

    /// The other ends of a relation that leads to it, each once.
    pub(crate) fn into(&self, relation: Relation) -> Vec<Node> {
        once(self.analysis.snapshot.relations_in(self.node), relation)
    }

    /// The time up to which what is not said of it is not so; never in the future.
    pub(crate) fn known_until(&self) -> Option<Timestamp> {
        self.described.all().map(|at| at.min(self.analysis.now))
    }
}

/// The ends of a relation; one that is named by key and by reference comes twice.
fn once(links: impl Iterator<Item = Link>, relation: Relation) -> Vec<Node> {
    let ends = links.filter(|link| link.relation == relation).map(|link| link.node);
    let mut nodes: Vec<Node> = ends.collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

fn credentials<'a>(analysis: &Analysis<'a>, node: Node, entity: Entity<'a>) -> Vec<Credential<'a>> {
    if entity.entity_type() != Some(EntityType::Identity) {
        return Vec::new();
    }
    let snapshot = analysis.snapshot;
    let ends = once(snapshot.relations_in(node), Relation::AuthenticatesAs);
    let found = ends.into_iter().map(|end| {
        let entity = snapshot.entity(end);
        let facts = analysis.knowledge.of(entity.kind());
        let is_live = entity.gone_at().is_none()
            && entity.disabled() != Some(true)
            && entity.expires_at().is_none_or(|at| at > analysis.now)
            && facts.authenticates != Some(Authenticates::Nobody);
        Credential { entity, facts, is_live }
    });
    found.collect()
}

fn life(case: &Case<'_>) -> Life {
    let entity = &case.entity;
    if entity.disabled() == Some(true) {
        return Life::Off("it is disabled");
    }
    if entity.expires_at().is_some_and(|at| at <= case.analysis.now) {
        return Life::Off("it has expired");
    }
    if !case.facts.needs_credential || case.credentials.iter().any(|c| c.is_live) {
        return Life::Live;
    }
    let streams = case.analysis.knowledge.credential_streams(entity.provider());
    match Horizon::new(case.analysis, case.entity, streams).any() {
        Some(_) => Life::Off("it has no live credential"),
        None => Life::Unknown,
    }
}
