//! What the cases play with: a source, readings of its scopes, facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use rollcall_model::{
    EntityKey, EntityType, Listing, Reference, Relation, RunId, ScopeKey, ScopeState, Timestamp,
};
use rollcall_record::{
    ActivityRecord, EntityRecord, EventRecord, ReferenceRecord, RelationRecord, entity,
};

use super::check::{Failure, Found, present};
use crate::{
    ClaimScope, ClaimTable, ClaimedScope, EntityRow, FinishOutcome, FinishScope, LiveFact,
    LiveFacts, Missing, MissingReason, ReferenceRow, RetireOutcome, RetireRequest, RunStart,
    ScopeId, ScopeRow, ScopeWrites, SourceId, Store, prepare_activity, prepare_entity,
    prepare_event, prepare_reference, prepare_relation,
};

/// A point in time of the play, in seconds after its beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus_seconds(seconds)
}

/// A run's id by a small number.
pub(super) fn run_id(number: u32) -> RunId {
    RunId(format!("01900000-0000-7000-8000-{number:012}"))
}

pub(super) fn role_key(id: &str) -> Found<EntityKey> {
    Ok(EntityKey::new("aws", "1", "aws.iam-role", id)?)
}

/// A role with nothing but a name.
pub(super) fn role(id: &str, name: &str) -> Found<EntityRecord> {
    Ok(entity(role_key(id)?, EntityType::Identity, name))
}

/// Roles with these ids, named by their ids.
pub(super) fn roles<const N: usize>(ids: [&str; N]) -> Found<Vec<EntityRecord>> {
    ids.iter().map(|id| role(id, id)).collect()
}

pub(super) fn arn(name: &str) -> Reference {
    Reference::new("aws.arn", "aws", &format!("arn:aws:iam::1:role/{name}"))
}

/// A scope of the stream `roles`.
pub(super) fn scope(part: &str) -> ScopeKey {
    ScopeKey::part("roles", "1", part)
}

/// Anything a reading says.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Entity(EntityRecord),
    Relation(RelationRecord),
    Reference(ReferenceRecord),
    Activity(ActivityRecord),
    Event(EventRecord),
}

impl From<EntityRecord> for Fact {
    fn from(record: EntityRecord) -> Self {
        Self::Entity(record)
    }
}

impl From<RelationRecord> for Fact {
    fn from(record: RelationRecord) -> Self {
        Self::Relation(record)
    }
}

impl From<ReferenceRecord> for Fact {
    fn from(record: ReferenceRecord) -> Self {
        Self::Reference(record)
    }
}

impl From<ActivityRecord> for Fact {
    fn from(record: ActivityRecord) -> Self {
        Self::Activity(record)
    }
}

impl From<EventRecord> for Fact {
    fn from(record: EventRecord) -> Self {
        Self::Event(record)
    }
}

/// Facts from records of one sort.
pub(super) fn facts<T: Into<Fact>>(records: impl IntoIterator<Item = T>) -> Vec<Fact> {
    records.into_iter().map(Into::into).collect()
}

/// A relation without attributes.
pub(super) fn relate(from: &EntityRecord, relation: Relation, to: &EntityRecord) -> Fact {
    RelationRecord::new(&from.key, relation, &to.key).into()
}

/// A source that is read in one run.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) store: Arc<dyn Store>,
    pub(super) source: SourceId,
    pub(super) run: RunId,
}

impl Scene {
    /// The source `acme`, read in run 1.
    pub(super) async fn new(store: Arc<dyn Store>) -> Found<Self> {
        Self::named(store, "acme", 1).await
    }

    pub(super) async fn named(store: Arc<dyn Store>, name: &str, run: u32) -> Found<Self> {
        let source = store.source(name, "aws", at(0)).await?;
        let scene = Self { store, source, run: run_id(run) };
        scene.begin_run().await?;
        Ok(scene)
    }

    /// The same source in another run.
    pub(super) async fn in_run(&self, run: u32) -> Found<Self> {
        let scene = Self { run: run_id(run), ..self.clone() };
        scene.begin_run().await?;
        Ok(scene)
    }

    /// What a scope's last complete reading left for the next.
    pub(super) async fn cursor(&self, key: &ScopeKey) -> Found<Option<serde_json::Value>> {
        let past = self.store.past(self.source, &key.stream).await?;
        Ok(past.into_iter().find(|scope| scope.key == *key).and_then(|scope| scope.cursor))
    }

    async fn begin_run(&self) -> Found<()> {
        let version = "1.2.3".to_owned();
        let (id, source) = (self.run.clone(), self.source);
        let start = RunStart { id, source, at: at(0), version, part: false };
        Ok(self.store.begin_run(start).await?)
    }

    pub(super) async fn claim(
        &self,
        key: &ScopeKey,
        parent: Option<&EntityKey>,
    ) -> Found<ClaimedScope> {
        let (source, key, parent) = (self.source, key.clone(), parent.cloned());
        let wish = ClaimScope { source, key, rank: 10, parent };
        present("a claim", self.store.claim_scopes(&[wish]).await?.pop())
    }

    /// Begins to read a scope.
    pub(super) async fn begin(&self, key: &ScopeKey) -> Found<Reading> {
        self.begin_below(key, None).await
    }

    /// Begins to read a scope that lists what is in an entity.
    pub(super) async fn begin_below(
        &self,
        key: &ScopeKey,
        parent: Option<&EntityKey>,
    ) -> Found<Reading> {
        let claimed = self.claim(key, parent).await?;
        let live = self.store.live_facts(&[claimed.id]).await?;
        Ok(Reading {
            scene: self.clone(),
            claimed,
            live: present("live facts", live.into_iter().next())?,
            seen: Default::default(),
            writes: ScopeWrites::default(),
            added: [0; 3],
            changed: 0,
        })
    }

    /// Reads a scope completely: these facts and no others.
    pub(super) async fn read(
        &self,
        key: &ScopeKey,
        facts: &[Fact],
        when: Timestamp,
    ) -> Found<FinishOutcome> {
        self.read_below(key, None, facts, when).await
    }

    pub(super) async fn read_below(
        &self,
        key: &ScopeKey,
        parent: Option<&EntityKey>,
        facts: &[Fact],
        when: Timestamp,
    ) -> Found<FinishOutcome> {
        let mut reading = self.begin_below(key, parent).await?;
        reading.say_all(facts)?;
        reading.finish(when).await
    }

    /// Retires what is pending in scopes.
    pub(super) async fn retire(&self, keys: &[&ScopeKey], when: Timestamp) -> Found<RetireOutcome> {
        let mut scopes = Vec::new();
        for key in keys {
            scopes.push(self.id(key).await?);
        }
        let (reasons, run) = (vec![MissingReason::Pending], Some(self.run.clone()));
        Ok(self.store.retire(RetireRequest { scopes, reasons, run, at: when }).await?)
    }

    /// Reads a scope completely and retires at once what was not seen.
    pub(super) async fn read_and_retire(
        &self,
        key: &ScopeKey,
        facts: &[Fact],
        when: Timestamp,
    ) -> Found<RetireOutcome> {
        self.read(key, facts, when).await?;
        self.retire(&[key], when).await
    }

    /// A scope's row.
    pub(super) async fn row(&self, key: &ScopeKey) -> Found<ScopeRow> {
        let rows = self.store.scopes_of(self.source).await?;
        present(&format!("the scope {key}"), rows.into_iter().find(|row| row.key == *key))
    }

    pub(super) async fn id(&self, key: &ScopeKey) -> Found<ScopeId> {
        Ok(self.row(key).await?.id)
    }

    /// All live facts of a scope as texts, sorted.
    pub(super) async fn shown(&self, key: &ScopeKey) -> Found<Vec<String>> {
        shown(&*self.store, self.id(key).await?).await
    }
}

/// All live facts of a scope as texts, sorted.
pub(super) async fn shown(store: &dyn Store, scope: ScopeId) -> Found<Vec<String>> {
    let facts = store.export_scope(scope).await?;
    let mut texts: Vec<String> = facts.iter().map(|fact| format!("{fact:?}")).collect();
    texts.sort();
    Ok(texts)
}

/// The live entities of a store as `id name`, sorted, once for each claim.
pub(super) async fn names(store: &dyn Store) -> Found<Vec<String>> {
    let claims = store.entities(&Default::default()).await?;
    let mut names: Vec<String> =
        claims.iter().map(|claim| format!("{} {}", claim.key.id, claim.body.name)).collect();
    names.sort();
    Ok(names)
}

/// A scope that is being read, the way the engine does it: what is unchanged writes nothing, and
/// what is not seen by the end is marked pending.
pub(super) struct Reading {
    scene: Scene,
    pub(super) claimed: ClaimedScope,
    pub(super) live: LiveFacts,
    seen: [BTreeSet<i64>; 3],
    pub(super) writes: ScopeWrites,
    added: [u64; 3],
    changed: u64,
}

impl Reading {
    pub(super) fn say_all(&mut self, facts: &[Fact]) -> Found<()> {
        facts.iter().try_for_each(|fact| self.say(fact.clone()))
    }

    pub(super) fn say(&mut self, fact: impl Into<Fact>) -> Found<()> {
        match fact.into() {
            Fact::Entity(record) => {
                let (key, mut claim) = prepare_entity(record)?;
                if self.is_news(ClaimTable::Entity, claim.id.0, claim.hash) {
                    claim.number = self.next_number();
                    self.name(key.into(), false);
                    self.writes.entity_claims.push(claim);
                }
            }
            Fact::Relation(record) => {
                let ([from, to], mut claim) = prepare_relation(record)?;
                if self.is_news(ClaimTable::Relation, claim.id.0, claim.hash) {
                    claim.number = self.next_number();
                    self.name(from, true);
                    self.name(to, true);
                    self.writes.relation_claims.push(claim);
                }
            }
            Fact::Reference(record) => {
                let mut claim = prepare_reference(&record);
                if self.is_news(ClaimTable::Reference, claim.id.0, claim.hash) {
                    claim.number = self.next_number();
                    self.name(record.entity.into(), false);
                    self.name(record.reference.into(), false);
                    self.writes.reference_claims.push(claim);
                }
            }
            Fact::Activity(record) => {
                self.name(record.entity.clone(), false);
                self.writes.activity.push(prepare_activity(record)?);
            }
            Fact::Event(record) => {
                self.name(record.entity.clone(), false);
                self.writes.events.push(prepare_event(record)?);
            }
        }
        Ok(())
    }

    /// Adds the row that stands for an endpoint.
    fn name(&mut self, endpoint: rollcall_model::Endpoint, referred: bool) {
        let id = endpoint.node_id();
        match endpoint {
            rollcall_model::Endpoint::Key(key) => self.writes.entities.push(EntityRow { id, key }),
            rollcall_model::Endpoint::Reference(reference) => {
                self.writes.references.push(ReferenceRow { id, reference, referred });
            }
        }
    }

    const fn next_number(&mut self) -> i64 {
        self.claimed.next += 1;
        self.claimed.next - 1
    }

    fn is_news(&mut self, table: ClaimTable, id: i64, hash: rollcall_model::ContentHash) -> bool {
        let t = table.index();
        self.seen[t].insert(id);
        match self.live.tables[t].iter().find(|live| live.fact == id) {
            Some(live) if live.hash == hash => return false,
            Some(live) => {
                self.writes.superseded[t].push(live.number);
                self.changed += 1;
            }
            None => self.added[t] += 1,
        }
        true
    }

    /// A mark on an entity; its row has no number where the entity is not live.
    pub(super) fn mark(&self, fact: i64, reason: MissingReason) -> Missing {
        let live = self.live.tables[0].iter().find(|live| live.fact == fact);
        let number = live.map_or(-1, |live| live.number);
        Missing { table: ClaimTable::Entity, fact, number, reason }
    }

    /// Writes what was said so far; `false` when a later reading has claimed the scope.
    pub(super) async fn flush(&mut self) -> Found<bool> {
        let writes = std::mem::take(&mut self.writes);
        Ok(self.scene.store.write(self.claimed.id, self.claimed.token, writes).await?)
    }

    /// The end of a complete reading, with what was not seen marked pending.
    pub(super) fn end(self, when: Timestamp) -> FinishScope {
        let mut missing = Vec::new();
        for table in ClaimTable::ALL {
            for live in &self.live.tables[table.index()] {
                if !self.seen[table.index()].contains(&live.fact) {
                    missing.push(mark(table, live, MissingReason::Pending));
                }
            }
        }
        let grown = [0, 1].map(|t| i64::try_from(self.added[t]).unwrap_or(i64::MAX));
        FinishScope {
            id: self.claimed.id,
            token: self.claimed.token,
            run: self.scene.run,
            state: ScopeState::Complete,
            listing: Listing::Full,
            missing: Some(missing),
            visibility: None,
            lost: Vec::new(),
            cursor: None,
            seen: self.seen.iter().take(2).map(|seen| seen.len() as u64).sum(),
            added: self.added.iter().sum(),
            changed: self.changed,
            grown: (grown[0], grown[1]),
            next: self.claimed.next,
            at: when,
            writes: self.writes,
        }
    }

    pub(super) async fn finish(self, when: Timestamp) -> Found<FinishOutcome> {
        let store = self.scene.store.clone();
        finish(&*store, self.end(when)).await
    }
}

/// The mark of a live fact.
pub(crate) const fn mark(table: ClaimTable, live: &LiveFact, reason: MissingReason) -> Missing {
    Missing { table, fact: live.fact, number: live.number, reason }
}

/// Ends one reading.
pub(super) async fn finish(store: &dyn Store, end: FinishScope) -> Found<FinishOutcome> {
    present("an outcome", store.finish_scopes(vec![end]).await?.pop())
}

/// What is published at this place in the order.
pub(super) fn published(sequence: i64) -> FinishOutcome {
    FinishOutcome::Published(Some(sequence))
}

/// A failure in words.
pub(super) fn fail<T>(text: impl Into<String>) -> Found<T> {
    Err(Failure(text.into()))
}
