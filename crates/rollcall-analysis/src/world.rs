//! A cloud, two directories and a code host, made row by row, for the tests of rules.

use rollcall_graph::{EntityRow, RelationRow, ScopeRow, Snapshot, SnapshotBuilder, SnapshotId};
use rollcall_model::{
    Check, EntityKey, EntityType, IdentityClass, Judgement, KindFacts, NodeId, Reference, Relation,
    ScopeState, Timestamp,
};
use serde_json::Value;

use crate::{Analysis, Knowledge, Settings};

/// The scopes, by number: what the cloud has, who is here by two directories, what the code host has.
pub(crate) const CLOUD: i64 = 1;
pub(crate) const HR: i64 = 2;
pub(crate) const OKTA: i64 = 3;
pub(crate) const GITHUB: i64 = 4;

const SCOPES: [(i64, &str, &str); 4] = [
    (CLOUD, "cloud", "roles"),
    (HR, "hr", "people"),
    (OKTA, "okta", "users"),
    (GITHUB, "github", "teams"),
];

/// Kinds with their type and the stream that describes them.
const KINDS: [(&str, EntityType, &str); 8] = [
    ("aws.role", EntityType::Identity, "roles"),
    ("hr.person", EntityType::Person, "people"),
    ("hr.team", EntityType::Team, "people"),
    ("okta.user", EntityType::Person, "users"),
    ("okta.group", EntityType::Team, "users"),
    ("github.user", EntityType::Identity, "teams"),
    ("github.team", EntityType::Team, "teams"),
    ("github.token", EntityType::Credential, "teams"),
];

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(days: i64) -> Timestamp {
    now().plus_seconds(-days * 86_400)
}

pub(crate) fn key(kind: &str, id: &str) -> EntityKey {
    EntityKey::new(kind.split('.').next().unwrap(), "acme", kind, id).unwrap()
}

pub(crate) struct World {
    scopes: Vec<ScopeRow>,
    entities: Vec<EntityRow>,
    relations: Vec<RelationRow>,
    pub(crate) now: Timestamp,
}

impl World {
    /// Everything was read a moment ago.
    pub(crate) fn new() -> Self {
        let scope = |(id, source, stream): (i64, &str, &str)| ScopeRow {
            id,
            source: source.to_owned(),
            provider: source.to_owned(),
            stream: stream.to_owned(),
            realm: "acme".to_owned(),
            part: String::new(),
            state: Some(ScopeState::Complete),
            complete_at: Some(now()),
            parent: None,
            held: 0,
            lost: false,
            live_entities: 1,
        };
        Self {
            scopes: SCOPES.map(scope).to_vec(),
            entities: Vec::new(),
            relations: Vec::new(),
            now: now(),
        }
    }

    /// How the last reading of a scope ended, and when it was last read to its end.
    pub(crate) fn read(&mut self, scope: i64, state: ScopeState, complete_at: Option<Timestamp>) {
        let row = self.scopes.iter_mut().find(|row| row.id == scope).unwrap();
        (row.state, row.complete_at) = (Some(state), complete_at);
    }

    /// Adds an entity; its kind says where.
    pub(crate) fn add(
        &mut self,
        kind: &str,
        id: &str,
        with: impl FnOnce(&mut EntityRow),
    ) -> NodeId {
        let (_, entity_type, stream) = KINDS.into_iter().find(|(name, ..)| *name == kind).unwrap();
        let mut row = EntityRow::new(key(kind, id), entity_type, id);
        let scope = SCOPES.into_iter().find(|(.., name)| *name == stream).unwrap();
        row.scopes = vec![scope.0];
        with(&mut row);
        self.entities.push(row);
        key(kind, id).node_id()
    }

    /// A person of a directory, by attributes. The address is `ID@acme.example` unless said otherwise.
    pub(crate) fn person(&mut self, kind: &str, id: &str, attributes: Value) -> NodeId {
        let mut attributes = attributes;
        let address = format!("{id}@acme.example");
        let fields = attributes.as_object_mut().unwrap();
        fields.entry("email").or_insert_with(|| address.into());
        self.add(kind, id, |row| {
            row.disabled = Some(
                ["suspended", "left"].iter().any(|s| fields.get("status") == Some(&(*s).into())),
            );
            row.document = Some(serde_json::to_string(fields).unwrap().into());
        })
    }

    /// The same for somebody whom a complete reading did not list any more.
    pub(crate) fn gone(&mut self, id: NodeId, at: Timestamp) {
        let row = self.entities.iter_mut().find(|row| row.id == id).unwrap();
        row.gone_at = Some(at);
    }

    /// The same for somebody who is missing and held.
    pub(crate) fn held(&mut self, id: NodeId) {
        let row = self.entities.iter_mut().find(|row| row.id == id).unwrap();
        row.missing = true;
        row.missing_in = row.scopes.clone();
    }

    /// A role with an owner tag.
    pub(crate) fn role(&mut self, owner: &str) -> NodeId {
        self.add("aws.role", "role", |row| {
            row.class = Some(IdentityClass::Service);
            row.created_at = Some(ago(300));
            row.document = Some(serde_json::json!({"tags": {"owner": owner}}).to_string().into());
        })
    }

    /// A team with members.
    pub(crate) fn team(&mut self, kind: &str, id: &str, members: &[NodeId]) -> NodeId {
        let team = self.add(kind, id, |_| {});
        members.iter().for_each(|member| self.relate(*member, Relation::MemberOf, team));
        team
    }

    /// A user of the code host.
    pub(crate) fn user(&mut self, login: &str) -> NodeId {
        let reference = user_reference(login);
        self.add("github.user", login, |row| row.aliases = vec![(reference.node_id(), reference)])
    }

    pub(crate) fn relate(&mut self, from: NodeId, relation: Relation, to: NodeId) {
        self.relations.push(RelationRow { from, relation, to, level: None, weak: false });
    }

    fn snapshot(&self) -> Snapshot {
        let mut builder = SnapshotBuilder::new();
        self.scopes.iter().for_each(|scope| builder.scope(scope.clone()));
        self.entities.iter().for_each(|entity| builder.entity(entity));
        self.relations.iter().for_each(|relation| builder.relation(*relation));
        for login in ["ada", "bob"] {
            let reference = user_reference(login);
            builder.reference(reference.node_id(), &reference);
        }
        for address in ["ada@acme.example", "bob@acme.example"] {
            let reference = Reference::new("email", "acme.example", address);
            builder.reference(reference.node_id(), &reference);
        }
        builder.finish(SnapshotId::default()).unwrap()
    }

    /// Everything that is concluded of an entity.
    pub(crate) fn judge(&self, id: NodeId) -> Judgement {
        let mut knowledge = Knowledge::default();
        for (kind, entity_type, stream) in KINDS {
            let directory = ["hr.person", "okta.user"].contains(&kind);
            let described_by = vec![stream.to_owned()];
            let facts = KindFacts { described_by, directory, ..KindFacts::default() };
            knowledge.add(kind, entity_type, &facts);
        }
        let (snapshot, settings) = (self.snapshot(), Settings::default());
        let analysis = Analysis::new(&snapshot, &knowledge, &settings, self.now);
        analysis.judge(snapshot.node(id).unwrap())
    }

    /// What a rule says of an entity.
    pub(crate) fn check(&self, id: NodeId, rule: &str) -> Check {
        let outcomes = self.judge(id).rules;
        outcomes.into_iter().find(|outcome| outcome.rule == rule).unwrap().check
    }

    /// Whether a rule fires on an entity: `None` where that is undetermined.
    pub(crate) fn fires(&self, id: NodeId, rule: &str) -> Option<bool> {
        match self.check(id, rule) {
            Check::Fires { .. } => Some(true),
            Check::Quiet { .. } => Some(false),
            Check::Undetermined { .. } => None,
        }
    }
}

/// A user of the code host by login.
pub(crate) fn user_reference(login: &str) -> Reference {
    Reference::new("github.user", "github.com", login)
}
