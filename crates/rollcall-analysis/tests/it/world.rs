//! A small company, made row by row.

use rollcall_analysis::{Analysis, Knowledge, Settings};
use rollcall_graph::{
    ActivityRow, EntityRow, RelationRow, ScopeRow, Snapshot, SnapshotBuilder, SnapshotId,
};
use rollcall_model::{
    Authenticates, Check, EntityKey, EntityType, Grade, IdentityClass, Judgement, KindFacts,
    NodeId, Reference, Relation, ScopeState, Timestamp, UsageView,
};

/// The time of every test.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(days: i64) -> Timestamp {
    now().plus_seconds(-days * 86_400)
}

/// Streams of the source `cloud`, by the number of their scope.
pub(crate) const ROLES: i64 = 1;
pub(crate) const KEYS: i64 = 2;
pub(crate) const REPORT: i64 = 3;
pub(crate) const SERVICES: i64 = 4;
pub(crate) const TOKENS: i64 = 5;
pub(crate) const PEOPLE: i64 = 6;

const STREAMS: [&str; 6] = ["roles", "keys", "report", "services", "tokens", "people"];

pub(crate) struct World {
    scopes: Vec<ScopeRow>,
    entities: Vec<EntityRow>,
    relations: Vec<RelationRow>,
    uses: Vec<ActivityRow>,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
}

pub(crate) fn key(kind: &str, id: &str) -> EntityKey {
    EntityKey::new(kind.split('.').next().unwrap(), "1", kind, id).unwrap()
}

fn view(streams: &[&str], at_credentials: bool, window_days: Option<u32>) -> UsageView {
    UsageView {
        streams: streams.iter().map(|s| (*s).to_owned()).collect(),
        at_credentials,
        grade: Grade::B,
        precision: "key level".to_owned(),
        lag_hours: 4,
        window_days,
        tracked_since: None,
        blind_spots: Vec::new(),
    }
}

fn knowledge() -> Knowledge {
    let described = |stream: &str| vec![stream.to_owned()];
    let mut knowledge = Knowledge::default();
    let role = KindFacts {
        described_by: described("roles"),
        usage: vec![view(&["roles"], false, Some(400))],
        ..KindFacts::default()
    };
    let user = KindFacts {
        described_by: described("roles"),
        usage: vec![view(&["keys", "report"], true, None), view(&["services"], false, Some(400))],
        needs_credential: true,
        ..KindFacts::default()
    };
    let access_key = KindFacts {
        described_by: described("keys"),
        usage: vec![view(&["keys"], false, None)],
        authenticates: Some(Authenticates::Program),
        ..KindFacts::default()
    };
    let dark = KindFacts {
        described_by: described("tokens"),
        authenticates: Some(Authenticates::Program),
        ..KindFacts::default()
    };
    let password = KindFacts {
        described_by: described("report"),
        usage: vec![view(&["report"], false, None)],
        authenticates: Some(Authenticates::Person),
        ..KindFacts::default()
    };
    knowledge.add("aws.role", EntityType::Identity, &role);
    knowledge.add("aws.user", EntityType::Identity, &user);
    knowledge.add("aws.key", EntityType::Credential, &access_key);
    knowledge.add("aws.token", EntityType::Credential, &dark);
    knowledge.add("aws.password", EntityType::Credential, &password);
    let person =
        KindFacts { described_by: described("people"), directory: true, ..KindFacts::default() };
    let team = KindFacts { described_by: described("people"), ..KindFacts::default() };
    knowledge.add("hr.person", EntityType::Person, &person);
    knowledge.add("hr.team", EntityType::Team, &team);
    knowledge
}

impl World {
    /// Everything was read a moment ago.
    pub(crate) fn new() -> Self {
        let scope = |(id, stream): (i64, &str)| ScopeRow {
            id,
            source: "cloud".to_owned(),
            provider: "aws".to_owned(),
            stream: stream.to_owned(),
            realm: "1".to_owned(),
            part: String::new(),
            state: Some(ScopeState::Complete),
            complete_at: Some(now()),
            parent: Some(key("aws.account", "1").node_id()),
            held: 0,
            lost: false,
            live_entities: 1,
        };
        let mut world = Self {
            scopes: (1..).zip(STREAMS).map(scope).collect(),
            entities: Vec::new(),
            relations: Vec::new(),
            uses: Vec::new(),
            settings: Settings::default(),
            now: now(),
        };
        world.entity("aws.account", "1", EntityType::Resource, &[ROLES], |_| {});
        world
    }

    /// How the last reading of a scope ended, and when it was last read to its end.
    pub(crate) fn read(&mut self, scope: i64, state: ScopeState, complete_at: Option<Timestamp>) {
        let row = self.scopes.iter_mut().find(|row| row.id == scope).unwrap();
        (row.state, row.complete_at) = (Some(state), complete_at);
    }

    pub(crate) fn entity(
        &mut self,
        kind: &str,
        id: &str,
        entity_type: EntityType,
        scopes: &[i64],
        with: impl FnOnce(&mut EntityRow),
    ) -> NodeId {
        let mut row = EntityRow::new(key(kind, id), entity_type, id);
        row.scopes = scopes.to_vec();
        with(&mut row);
        self.entities.push(row);
        key(kind, id).node_id()
    }

    /// A role made so many days ago, with tags as JSON.
    pub(crate) fn role(&mut self, id: &str, made: i64, tags: &str) -> NodeId {
        self.entity("aws.role", id, EntityType::Identity, &[ROLES], |row| {
            row.class = Some(IdentityClass::Service);
            row.created_at = Some(ago(made));
            row.document = Some(format!(r#"{{"tags":{tags}}}"#).into());
        })
    }

    /// A user made so many days ago, with credentials: kind, id, age in days.
    pub(crate) fn user(
        &mut self,
        id: &str,
        made: i64,
        credentials: &[(&str, &str, i64)],
    ) -> NodeId {
        let user = self.entity("aws.user", id, EntityType::Identity, &[ROLES], |row| {
            row.created_at = Some(ago(made));
        });
        for (kind, name, age) in credentials {
            let scope = match *kind {
                "aws.key" => KEYS,
                "aws.token" => TOKENS,
                _ => REPORT,
            };
            let made = ago(*age);
            let from = self.entity(kind, name, EntityType::Credential, &[scope], |row| {
                row.created_at = Some(made);
            });
            self.relation(from, Relation::AuthenticatesAs, user);
        }
        user
    }

    pub(crate) fn relation(&mut self, from: NodeId, relation: Relation, to: NodeId) {
        self.relations.push(RelationRow { from, relation, to, level: None, weak: false });
    }

    pub(crate) fn used(&mut self, id: NodeId, days: i64) {
        self.uses.push(ActivityRow { id, at: ago(days), grade: 0 });
    }

    pub(crate) fn person(&mut self, id: &str, email: &str, is_here: bool) -> NodeId {
        self.entity("hr.person", id, EntityType::Person, &[PEOPLE], |row| {
            row.disabled = Some(!is_here);
            let domain = email.rsplit_once('@').unwrap().1;
            let reference = Reference::new("email", domain, email);
            row.aliases = vec![(reference.node_id(), reference)];
        })
    }

    pub(crate) fn team(&mut self, id: &str, members: &[NodeId]) -> NodeId {
        let team = self.entity("hr.team", id, EntityType::Team, &[PEOPLE], |_| {});
        for member in members {
            self.relation(*member, Relation::MemberOf, team);
        }
        team
    }

    fn snapshot(&self) -> Snapshot {
        let mut builder = SnapshotBuilder::new();
        for scope in &self.scopes {
            builder.scope(scope.clone());
        }
        for entity in &self.entities {
            builder.entity(entity);
        }
        for relation in &self.relations {
            builder.relation(*relation);
        }
        for used in &self.uses {
            builder.activity(*used);
        }
        builder.finish(SnapshotId::default()).unwrap()
    }

    /// What is concluded of an entity. The columns must say the same.
    pub(crate) fn judge(&self, id: NodeId) -> Judgement {
        let (snapshot, knowledge) = (self.snapshot(), knowledge());
        let analysis = Analysis::new(&snapshot, &knowledge, &self.settings, self.now);
        let node = snapshot.node(id).unwrap();
        let judgement = analysis.judge(node);
        let applied = analysis.applied();
        let entity = applied.entity(applied.node(id).unwrap());
        assert_eq!(entity.usage(), judgement.usage.verdict);
        assert_eq!(entity.owner_state(), judgement.owner.state);
        assert_eq!(entity.findings().unwrap(), fired(&judgement));
        judgement
    }
}

/// The rules that apply.
pub(crate) fn fired(judgement: &Judgement) -> Vec<&str> {
    let fires = judgement.rules.iter().filter(|rule| matches!(rule.check, Check::Fires { .. }));
    fires.map(|rule| rule.rule.as_str()).collect()
}
