//! A provider whose truth is known, and a connector that reads it well or badly.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rollcall_connector::{
    AccessDocument, AttributeDef, CheckReport, Connector, Definition, Emitter, KindDef, Rank,
    StreamDef, SyncRequest,
};
use rollcall_model::{
    EntityKey, EntityType, Listing, ProblemClass, Reference, Relation, ScopeKey, Timestamp,
    Visibility,
};
use rollcall_record::{
    ActivityRecord, Problem, Record, ReferenceRecord, RelationRecord, ScopeStarted, entity,
};
use serde_json::Map;

/// What a scope really holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    pub(crate) parent: Option<EntityKey>,
    pub(crate) visibility: Visibility,
    pub(crate) records: Vec<Record>,
}

/// How the reading goes wrong. Positions count the records of the stream named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The scope fails at a record; the others are read.
    Fail { at: usize, class: ProblemClass },
    /// The whole stream ends at a record, by an early return.
    Abort { at: usize, class: ProblemClass },
    /// The connector panics at a record.
    Panic { at: usize },
    /// One record is null: a problem, and the rest is read to the end.
    Null { at: usize },
    /// A record is silently not listed, as by a page that shifted; the end is reached.
    Skip { at: usize },
    /// Every record is listed twice.
    Twice,
    /// A record is listed again with other content.
    Conflict { at: usize },
    /// Every scope answers with an empty list.
    Empty,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) scopes: BTreeMap<ScopeKey, Content>,
    pub(crate) fault: Option<(String, Fault)>,
}

pub(crate) const STREAMS: [&str; 3] = ["accounts", "users", "keys"];

pub(crate) fn account(n: usize) -> EntityKey {
    EntityKey::new("fake", "org", "fake.account", &format!("account-{n}")).unwrap()
}

pub(crate) fn user(account: usize, n: usize) -> EntityKey {
    EntityKey::new("fake", &format!("account-{account}"), "fake.user", &format!("user-{n}"))
        .unwrap()
}

pub(crate) fn key(account: usize, user: usize, n: usize) -> EntityKey {
    let id = format!("key-{user}-{n}");
    EntityKey::new("fake", &format!("account-{account}"), "fake.key", &id).unwrap()
}

impl World {
    /// Accounts with users, each user with two keys in a scope of their own.
    pub(crate) fn new(accounts: usize, users: usize) -> Self {
        let mut world = Self::default();
        let mut listed = Vec::new();
        for a in 0..accounts {
            listed.push(Record::Entity(entity(account(a), EntityType::Resource, format!("a{a}"))));
            let mut records = Vec::new();
            for u in 0..users {
                let who = user(a, u);
                records.push(Record::Entity(
                    entity(who.clone(), EntityType::Identity, format!("user {u}"))
                        .attribute("path", "/")
                        .created_at(Some(Timestamp::from_seconds(1_700_000_000 + u as i64))),
                ));
                let arn = Reference::new("fake.arn", "fake", &format!("arn:{a}:{u}"));
                records.push(Record::Reference(ReferenceRecord::new(&who, arn)));
                records.push(Record::Relation(RelationRecord::new(
                    account(a),
                    Relation::Contains,
                    &who,
                )));
                records.push(Record::Activity(ActivityRecord {
                    entity: (&who).into(),
                    evidence: "fake.last-used".into(),
                    first_at: Timestamp::from_seconds(1_750_000_000),
                    last_at: Timestamp::from_seconds(1_750_000_000 + u as i64),
                    count: None,
                    attributes: Map::new(),
                }));
                world.add_keys(a, u);
            }
            world.put(ScopeKey::realm("users", &format!("account-{a}")), Some(account(a)), records);
        }
        world.put(ScopeKey::realm("accounts", "org"), None, listed);
        world
    }

    fn add_keys(&mut self, a: usize, u: usize) {
        let mut records = Vec::new();
        for k in 0..2 {
            let credential = key(a, u, k);
            let name = format!("key {k}");
            records.push(Record::Entity(entity(credential.clone(), EntityType::Credential, name)));
            let arn = Reference::new("fake.arn", "fake", &format!("arn:{a}:{u}"));
            let relation = RelationRecord::new(&credential, Relation::AuthenticatesAs, arn);
            records.push(Record::Relation(relation));
        }
        let scope = ScopeKey::part("keys", &format!("account-{a}"), &format!("user-{u}"));
        self.put(scope, Some(user(a, u)), records);
    }

    fn put(&mut self, scope: ScopeKey, parent: Option<EntityKey>, records: Vec<Record>) {
        let visibility = Visibility::of(["list", "read"]);
        self.scopes.insert(scope, Content { parent, visibility, records });
    }

    pub(crate) fn users(&mut self, a: usize) -> &mut Vec<Record> {
        &mut self
            .scopes
            .get_mut(&ScopeKey::realm("users", &format!("account-{a}")))
            .unwrap()
            .records
    }

    /// Takes a user away, with all that names it, and the scope of its keys.
    pub(crate) fn remove_user(&mut self, a: usize, u: usize) {
        let gone = user(a, u);
        self.users(a).retain(|record| match record {
            Record::Entity(e) => e.key != gone,
            Record::Reference(r) => r.entity != gone,
            Record::Relation(r) => r.to != (&gone).into(),
            Record::Activity(r) => r.entity != (&gone).into(),
            _ => true,
        });
        let scope = ScopeKey::part("keys", &format!("account-{a}"), &format!("user-{u}"));
        self.scopes.remove(&scope);
    }

    pub(crate) fn length(&self, stream: &str) -> usize {
        let of = self.scopes.iter().filter(|(key, _)| key.stream == stream);
        of.map(|(_, content)| content.records.len()).sum()
    }
}

fn kind(name: &str, entity_type: EntityType, attributes: &[&str]) -> KindDef {
    let attribute = |name: &&str| AttributeDef {
        name: (*name).to_owned(),
        shape: "text".into(),
        analysed: false,
        title: String::new(),
    };
    KindDef {
        kind: name.parse().unwrap(),
        entity_type,
        title: String::new(),
        name_keyed: false,
        attributes: attributes.iter().map(attribute).collect(),
        facts: rollcall_model::KindFacts::default(),
    }
}

pub(crate) struct Fake {
    pub(crate) world: Arc<Mutex<World>>,
    definition: Definition,
}

impl Fake {
    pub(crate) fn connector(world: &Arc<Mutex<World>>, shifting: bool) -> Arc<dyn Connector> {
        let stream = |name: &str| StreamDef {
            name: name.into(),
            title: name.into(),
            listing: Listing::Full,
            rank: Rank::Authoritative,
            part: None,
            permissions: Vec::new(),
            tier: None,
            sees: name.into(),
            blind_spots: Vec::new(),
            shifting,
            careful: false,
        };
        let definition = Definition {
            id: "fake".into(),
            title: "Fake".into(),
            summary: "A provider of the tests.".into(),
            provider: "fake".into(),
            streams: STREAMS.map(stream).to_vec(),
            kinds: vec![
                kind("fake.account", EntityType::Resource, &[]),
                kind("fake.user", EntityType::Identity, &["path"]),
                kind("fake.key", EntityType::Credential, &[]),
            ],
            config: Vec::new(),
            operations: Vec::new(),
            access_formats: Vec::new(),
        };
        Arc::new(Self { world: Arc::clone(world), definition })
    }
}

#[async_trait]
impl Connector for Fake {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, _now: Timestamp) -> Result<CheckReport, Problem> {
        Ok(CheckReport::default())
    }

    fn access(&self, _format: &str) -> Result<Vec<AccessDocument>, Problem> {
        Ok(Vec::new())
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let world = self.world.lock().unwrap().clone();
        let fault = world.fault.filter(|(stream, _)| *stream == request.stream).map(|(_, f)| f);
        let mut position = 0;
        for (scope, content) in world.scopes {
            if scope.stream != request.stream || out.already_read(&scope) {
                continue;
            }
            let mut guard = out
                .scope(ScopeStarted {
                    scope,
                    parent: content.parent,
                    listing: Listing::Full,
                    visibility: content.visibility,
                })
                .await?;
            let mut failed = None;
            for record in content.records {
                let here = position;
                position += 1;
                let problem = |class| Problem::new(class, "fault", format!("at {here}"));
                match &fault {
                    Some(Fault::Fail { at, class }) if *at == here => {
                        failed = Some(problem(*class));
                        break;
                    }
                    Some(Fault::Abort { at, class }) if *at == here => return Err(problem(*class)),
                    Some(Fault::Panic { at }) if *at == here => panic!("as told"),
                    Some(Fault::Null { at }) if *at == here => {
                        guard.problem(problem(ProblemClass::Malformed)).await?;
                        continue;
                    }
                    Some(Fault::Skip { at }) if *at == here => continue,
                    Some(Fault::Twice) => guard.record(record.clone()).await?,
                    Some(Fault::Conflict { at }) if *at == here => {
                        let mut other = record.clone();
                        if let Record::Entity(entity) = &mut other {
                            entity.name.push_str(" (other)");
                        }
                        guard.record(record.clone()).await?;
                        guard.record(other).await?;
                        continue;
                    }
                    Some(Fault::Empty) => continue,
                    _ => {}
                }
                guard.record(record).await?;
            }
            match failed {
                Some(problem) => guard.fail(problem).await?,
                None => guard.finish().await?,
            }
        }
        Ok(())
    }
}
