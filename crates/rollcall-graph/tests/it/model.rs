//! A small company as plain data: the truth that snapshots are built from and compared with.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rollcall_graph::{
    ActivityRow, Delta, Derived, EntityRow, OwnerState, PresenceWord, Reach, RelationRow, ScopeRow,
    Snapshot, SnapshotBuilder, SnapshotId, Standing, UsageVerdict,
};
use rollcall_model::{
    AccessLevel, EntityKey, EntityType, IdentityClass, NodeId, Reference, Relation, ScopeState,
    Timestamp,
};

pub(crate) const ENTITIES: u8 = 12;
pub(crate) const REFERENCES: u8 = 6;
/// The moment from which tests look.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// What can be said about an entity, as small numbers.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) name: u8,
    pub(crate) bits: u32,
    pub(crate) aliases: BTreeSet<u8>,
    pub(crate) is_gone: bool,
}

/// A change.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Put(u8, Facts),
    Remove(u8),
    Relate(End, u8, End, (Option<u8>, bool)),
    Part(usize),
    Use(End, u32),
    Judge(u8, Option<u32>),
    Read(i64, u32),
    Close(i64),
}

/// An end of a relation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum End {
    Entity(u8),
    Reference(u8),
}

pub(crate) fn key(n: u8) -> EntityKey {
    let provider = ["aws", "github", "okta"][usize::from(n % 3)];
    let kind = ["aws.iam-role", "github.app", "okta.user"][usize::from(n % 3)];
    EntityKey::new(provider, &format!("realm-{}", n % 4), kind, &format!("AROA{n:04}X")).unwrap()
}

pub(crate) fn reference(n: u8) -> Reference {
    let namespace = ["aws.arn", "git.email"][usize::from(n % 2)];
    Reference::new(namespace, "aws", &format!("arn:aws:iam::1:role/Ref-{n}"))
}

impl End {
    pub(crate) fn id(self) -> NodeId {
        match self {
            Self::Entity(n) => key(n).node_id(),
            Self::Reference(n) => reference(n).node_id(),
        }
    }
}

pub(crate) fn end() -> impl Strategy<Value = End> {
    prop_oneof![(0..ENTITIES).prop_map(End::Entity), (0..REFERENCES).prop_map(End::Reference),]
}

fn facts() -> impl Strategy<Value = Facts> {
    let aliases = proptest::collection::btree_set(0..REFERENCES, 0..3);
    (0..8_u8, any::<u32>(), aliases, proptest::bool::weighted(0.2))
        .prop_map(|(name, bits, aliases, is_gone)| Facts { name, bits, aliases, is_gone })
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let level = (proptest::option::of(0..5_u8), any::<bool>());
    prop_oneof![
        4 => (0..ENTITIES, facts()).prop_map(|(n, facts)| Step::Put(n, facts)),
        1 => (0..ENTITIES).prop_map(Step::Remove),
        5 => (end(), 0..21_u8, end(), level).prop_map(|(a, r, b, l)| Step::Relate(a, r, b, l)),
        2 => (0..40_usize).prop_map(Step::Part),
        1 => (end(), 0..500_u32).prop_map(|(e, at)| Step::Use(e, at)),
        2 => (0..ENTITIES, proptest::option::of(any::<u32>())).prop_map(|(n, j)| Step::Judge(n, j)),
        2 => (1..=SCOPES, any::<u32>()).prop_map(|(n, bits)| Step::Read(n, bits)),
        1 => (1..=SCOPES).prop_map(Step::Close),
    ]
}

fn seconds(n: u32) -> Timestamp {
    Timestamp::from_seconds(1_780_000_000 + i64::from(n % 997) * 10_000)
}

pub(crate) fn row(n: u8, facts: &Facts) -> EntityRow {
    let b = |shift: u32, most: u32| (facts.bits >> shift) % most;
    let when = |shift: u32| (b(shift, 3) > 0).then(|| seconds(facts.bits >> shift));
    let types = EntityType::ALL;
    let name = ["Deploy-Bot", "billing svc", "Ägir", "prod/api", "x", "deploy-bot", "ÄGIR", "zz"];
    EntityRow {
        entity_type: types.get(b(0, 9) as usize).copied(),
        class: [None, Some(IdentityClass::Human), Some(IdentityClass::Agent)][b(2, 3) as usize],
        aliases: facts.aliases.iter().map(|r| (reference(*r).node_id(), reference(*r))).collect(),
        disabled: [None, Some(true), Some(false)][b(5, 3) as usize],
        created_at: when(3),
        expires_at: when(6),
        first_seen: when(1),
        last_seen: when(4),
        gone_at: facts.is_gone.then(|| seconds(facts.bits)),
        missing: b(7, 2) == 1,
        // Scope 9 is known to nobody, and 8 is closed.
        scopes: (1..10).filter(|i| facts.bits >> (2 * i) & 3 == 3).collect(),
        missing_in: (1..10).filter(|i| facts.bits >> (2 * i + 3) & 7 == 7).collect(),
        env: [None, Some("prod".into()), Some("dev".into())][b(9, 3) as usize].clone(),
        collected: b(11, 4) > 0,
        document: (b(13, 3) > 0).then(|| format!("{{\"n\":{}}}", b(13, 3)).into()),
        ..EntityRow::new(key(n), EntityType::Identity, name[usize::from(facts.name)])
    }
}

pub(crate) fn judged(bits: u32) -> Derived {
    let b = |shift: u32, most: u32| (bits >> shift) % most;
    let level = [AccessLevel::Read, AccessLevel::Admin, AccessLevel::Secrets][b(3, 3) as usize];
    Derived {
        owner_state: OwnerState::ALL[b(0, 8) as usize],
        owner: ["", "dana@example.com", "Eve"][b(1, 3) as usize].into(),
        team: ["", "payments", "core"][b(2, 3) as usize].into(),
        score: b(4, 1000) as u16,
        usage: UsageVerdict::ALL[b(5, 7) as usize],
        usage_at: (b(6, 2) == 1).then(|| seconds(bits)),
        usage_grade: b(7, 9) as u16,
        findings: (b(8, 3) > 0).then(|| {
            (0..2).filter(|i| bits >> (9 + i) & 1 == 1).map(|i| format!("rule-{i}")).collect()
        }),
        reach: [
            Reach::PENDING,
            Reach::NOTHING,
            Reach::UNDETERMINED_REACH,
            Reach::NOTHING.with(0, level),
        ][b(11, 4) as usize],
        standing: Standing::ALL[b(13, 5) as usize],
        presence: PresenceWord::ALL[b(14, 11) as usize],
    }
}

pub(crate) const SCOPES: i64 = 7;
const CLOSED: i64 = 8;

/// A scope in one of its states.
pub(crate) fn scope(n: i64, bits: u32) -> ScopeRow {
    let b = |shift: u32, most: u32| (bits >> shift) % most;
    let states = [ScopeState::Complete, ScopeState::Forbidden, ScopeState::Partial];
    ScopeRow {
        id: n,
        source: format!("source-{}", n as u32 % 3 + b(0, 2)),
        provider: ["aws", "github", "okta"][n as usize % 3].into(),
        stream: "roles".into(),
        realm: format!("realm-{}", n % 4),
        part: String::new(),
        state: states.get(b(1, 4) as usize).copied(),
        complete_at: (b(3, 3) > 0).then(|| seconds(bits)),
        parent: (b(5, 2) == 1).then(|| key(n as u8).node_id()),
        held: b(6, 5).saturating_sub(3).into(),
        lost: b(7, 4) == 0,
        live_entities: b(8, 50).into(),
    }
}

/// The truth.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) entities: BTreeMap<u8, Facts>,
    pub(crate) relations: BTreeMap<(End, u8, End), (Option<u8>, bool)>,
    pub(crate) used: BTreeMap<End, u32>,
    pub(crate) derived: BTreeMap<u8, u32>,
    /// What scopes were last said to be; `None` for closed ones, with the last name of the source.
    pub(crate) scopes: BTreeMap<i64, (Option<u32>, String)>,
}

fn relation_row(
    (from, relation, to): (End, u8, End),
    (level, weak): (Option<u8>, bool),
) -> RelationRow {
    let levels = [
        AccessLevel::Read,
        AccessLevel::Write,
        AccessLevel::Deploy,
        AccessLevel::Admin,
        AccessLevel::Secrets,
    ];
    RelationRow {
        from: from.id(),
        relation: Relation::ALL[usize::from(relation)],
        to: to.id(),
        level: level.map(|l| levels[usize::from(l)]),
        weak,
    }
}

impl Model {
    /// Takes a change over, and adds it to a delta.
    pub(crate) fn take(&mut self, step: &Step, delta: &mut Delta) {
        match step {
            // What is removed and comes again in one delta would only be changed by it.
            Step::Put(n, _) if delta.removed.contains(&key(*n).node_id()) => {}
            Step::Put(n, facts) => {
                self.entities.insert(*n, facts.clone());
                delta.entities.push(row(*n, facts));
            }
            Step::Remove(n) => {
                // A delta says of one entity one thing: what comes first is taken back.
                let id = key(*n).node_id();
                let is_new = delta.entities.iter().any(|e| e.id == id)
                    || delta.derived.iter().any(|(d, _)| *d == id)
                    || delta.activity.iter().any(|a| a.id == id);
                if !is_new && self.entities.remove(n).is_some() {
                    self.used.remove(&End::Entity(*n));
                    self.derived.remove(n);
                    delta.removed.push(id);
                }
            }
            Step::Relate(from, relation, to, level) => {
                let name = (*from, *relation, *to);
                self.relations.insert(name, *level);
                let row = relation_row(name, *level);
                let same = |r: &RelationRow| {
                    (r.from, r.relation, r.to) == (row.from, row.relation, row.to)
                };
                delta.relations.retain(|r| !same(r));
                delta.relations_removed.retain(|r| !same(r));
                delta.relations.push(row);
                for end in [from, to] {
                    if let End::Reference(n) = end {
                        delta.references.push(reference(*n));
                    }
                }
            }
            Step::Part(n) => {
                let Some(name) = self.relations.keys().nth(*n).copied() else { return };
                let row = relation_row(name, self.relations.remove(&name).unwrap_or_default());
                delta
                    .relations
                    .retain(|r| (r.from, r.relation, r.to) != (row.from, row.relation, row.to));
                delta.relations_removed.push(row);
            }
            Step::Use(end, at) => {
                let is_there = match end {
                    End::Entity(n) => self.entities.contains_key(n),
                    End::Reference(_) => true,
                };
                if is_there {
                    let known = self.used.entry(*end).or_default();
                    *known = (*at).max(*known);
                    delta.activity.push(ActivityRow { id: end.id(), at: seconds(*at), grade: 3 });
                }
            }
            Step::Judge(n, bits) => {
                if self.entities.contains_key(n) {
                    match bits {
                        Some(bits) => drop(self.derived.insert(*n, *bits)),
                        None => drop(self.derived.remove(n)),
                    }
                    delta.derived.push((key(*n).node_id(), bits.map(judged)));
                }
            }
            Step::Read(n, bits) => {
                let row = scope(*n, *bits);
                self.scopes.insert(*n, (Some(*bits), row.source.clone()));
                delta.scopes_closed.retain(|(id, _)| id != n);
                delta.scopes.retain(|scope| scope.id != *n);
                delta.scopes.push(row);
            }
            Step::Close(n) => {
                let Some((bits, source)) = self.scopes.get_mut(n) else { return };
                *bits = None;
                delta.scopes.retain(|scope| scope.id != *n);
                delta.scopes_closed.push((*n, source.clone()));
            }
        }
    }

    /// A snapshot of it, built anew.
    pub(crate) fn build(&self) -> Snapshot {
        let mut builder = SnapshotBuilder::new();
        builder.closed_scope(CLOSED, "source-8");
        for (n, (bits, source)) in &self.scopes {
            match bits {
                Some(bits) => builder.scope(scope(*n, *bits)),
                None => builder.closed_scope(*n, source),
            }
        }
        // In no order that a column could lean on.
        for (n, facts) in self.entities.iter().rev() {
            builder.entity(&row(*n, facts));
        }
        (0..REFERENCES).for_each(|n| builder.reference(reference(n).node_id(), &reference(n)));
        for (name, level) in &self.relations {
            builder.relation(relation_row(*name, *level));
        }
        for (end, at) in &self.used {
            builder.activity(ActivityRow { id: end.id(), at: seconds(*at), grade: 3 });
        }
        for (n, bits) in &self.derived {
            builder.derived(key(*n).node_id(), &judged(*bits));
        }
        builder.finish(SnapshotId { store: "test".into(), sequence: 7 }).unwrap()
    }
}

/// Some lots of changes.
pub(crate) fn lots() -> impl Strategy<Value = Vec<Vec<Step>>> {
    proptest::collection::vec(proptest::collection::vec(step(), 0..14), 1..6)
}

/// The model and the snapshot after some lots of changes: the first builds the base, the others are
/// laid over it.
pub(crate) fn grown(lots: &[Vec<Step>]) -> (Model, Snapshot) {
    let mut model = Model::default();
    let (first, rest) = lots.split_first().unwrap();
    first.iter().for_each(|step| model.take(step, &mut Delta::default()));
    let mut snapshot = model.build();
    for lot in rest {
        let mut delta = Delta::default();
        lot.iter().for_each(|step| model.take(step, &mut delta));
        snapshot = snapshot.apply(SnapshotId { store: "test".into(), sequence: 7 }, &delta);
    }
    (model, snapshot)
}
