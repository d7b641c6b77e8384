//! One scope being read: from records to rows, and what was not seen.

use std::collections::{BTreeSet, HashMap};

use rollcall_model::{
    ContentHash, Endpoint, EntityKey, Listing, NodeId, ProblemClass, Reference, RunId, ScopeKey,
    ScopeState, Timestamp, Visibility,
};
use rollcall_record::{Problem, Record, ScopeStarted};
use rollcall_store::{
    ClaimTable, ClaimedScope, FinishScope, LiveFact, LiveFacts, Missing, MissingReason,
    ScopeWrites, prepare_activity, prepare_entity, prepare_event, prepare_reference,
    prepare_relation_between,
};
use serde_json::Value;

use crate::live::LiveTable;
use crate::rows::{Known, Waiting};

/// A scope between its start and its end.
pub(crate) struct Reading {
    pub(crate) scope: ScopeKey,
    pub(crate) claimed: ClaimedScope,
    listing: Listing,
    visibility: Visibility,
    shifting: bool,
    live: [LiveTable; 3],
    missing: Vec<Missing>,
    fresh: [HashMap<i64, ContentHash>; 3],
    waiting: Waiting,
    pub(crate) writes: ScopeWrites,
    /// What a delta listing says is gone; the last word about an entity counts.
    gone: BTreeSet<NodeId>,
    cursor: Option<Value>,
    seen: u64,
    added: [u64; 3],
    changed: u64,
    last: LastEnd,
    /// Something of it could not be read.
    incomplete: bool,
    /// A later reading has claimed the scope.
    pub(crate) superseded: bool,
}

enum Verdict {
    New,
    Changed,
    /// Nothing to write.
    Same,
    /// Said before in this reading, with other content.
    Conflict,
}

impl Reading {
    pub(crate) fn new(
        started: ScopeStarted,
        claimed: ClaimedScope,
        live: LiveFacts,
        shifting: bool,
    ) -> Self {
        Self {
            scope: started.scope,
            claimed,
            listing: started.listing,
            visibility: started.visibility,
            shifting,
            live: live.tables.map(LiveTable::new),
            missing: live.missing,
            fresh: Default::default(),
            waiting: Waiting::default(),
            writes: ScopeWrites::default(),
            gone: BTreeSet::new(),
            cursor: None,
            seen: 0,
            added: [0; 3],
            changed: 0,
            last: LastEnd::default(),
            incomplete: false,
            superseded: false,
        }
    }

    /// How many entities and relations were said.
    pub(crate) const fn said(&self) -> u64 {
        self.seen
    }

    pub(crate) const fn mark_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Takes one record in. A record that cannot be stored gives a problem, leaves the scope
    /// incomplete, and loses nothing else.
    pub(crate) fn take(&mut self, record: Record, known: &Known) -> Option<Problem> {
        let result = match record {
            Record::Entity(mut entity) => {
                self.seen += 1;
                if entity.name.contains('\0') {
                    entity.name = entity.name.replace('\0', "\u{fffd}");
                }
                check_key(&entity.key).and_then(|()| {
                    let (key, mut claim) = prepare_entity(entity).map_err(|e| unfit(&e))?;
                    self.gone.remove(&claim.id);
                    match self.judge(ClaimTable::Entity, claim.id.0, claim.hash) {
                        Verdict::Same => {}
                        Verdict::Conflict => return Err(conflict(&key.to_string())),
                        Verdict::New | Verdict::Changed => {
                            claim.number = self.next_number();
                            self.waiting.entity(claim.id, key, known, &mut self.writes);
                            self.writes.entity_claims.push(claim);
                        }
                    }
                    Ok(())
                })
            }
            Record::Relation(relation) => {
                self.seen += 1;
                check_endpoint(&relation.from).and_then(|()| check_endpoint(&relation.to)).and_then(
                    |()| {
                        let ends = [self.last.id(&relation.from), relation.to.node_id()];
                        let ([from, to], mut claim) =
                            prepare_relation_between(relation, ends).map_err(|e| unfit(&e))?;
                        match self.judge(ClaimTable::Relation, claim.id.0, claim.hash) {
                            Verdict::Same => {}
                            Verdict::Conflict => {
                                return Err(conflict(&format!("{from} {} {to}", claim.relation)));
                            }
                            Verdict::New | Verdict::Changed => {
                                claim.number = self.next_number();
                                self.waiting.endpoint(claim.from, from, known, &mut self.writes);
                                self.waiting.endpoint(claim.to, to, known, &mut self.writes);
                                self.writes.relation_claims.push(claim);
                            }
                        }
                        Ok(())
                    },
                )
            }
            Record::Reference(record) => {
                check_key(&record.entity).and_then(|()| check_reference(&record.reference)).map(
                    |()| {
                        let mut claim = prepare_reference(&record);
                        match self.judge(ClaimTable::Reference, claim.id.0, claim.hash) {
                            // The id is a piece of the hash: equal ids are equal facts.
                            Verdict::Same | Verdict::Conflict => {}
                            Verdict::New | Verdict::Changed => {
                                claim.number = self.next_number();
                                let writes = &mut self.writes;
                                self.waiting.entity(claim.entity, record.entity, known, writes);
                                let reference = record.reference;
                                self.waiting.reference(
                                    claim.reference,
                                    reference,
                                    false,
                                    known,
                                    writes,
                                );
                                self.writes.reference_claims.push(claim);
                            }
                        }
                    },
                )
            }
            Record::Activity(activity) => check_endpoint(&activity.entity).and_then(|()| {
                let (id, endpoint) = (activity.entity.node_id(), activity.entity.clone());
                self.waiting.endpoint(id, endpoint, known, &mut self.writes);
                self.writes.activity.push(prepare_activity(activity).map_err(|e| unfit(&e))?);
                Ok(())
            }),
            Record::Event(event) => check_endpoint(&event.entity).and_then(|()| {
                let (id, endpoint) = (event.entity.node_id(), event.entity.clone());
                self.waiting.endpoint(id, endpoint, known, &mut self.writes);
                self.writes.events.push(prepare_event(event).map_err(|e| unfit(&e))?);
                Ok(())
            }),
            Record::Gone(gone) if self.listing == Listing::Delta => {
                self.gone.insert(gone.key.node_id());
                Ok(())
            }
            Record::Gone(_) => Err(Problem::new(
                ProblemClass::Bug,
                "gone_in_full_listing",
                "a full listing said that an entity is gone; only delta listings do, and nothing \
                 was retired",
            )),
            Record::Cursor { cursor, .. } => {
                self.cursor = Some(cursor);
                Ok(())
            }
            Record::ScopeStarted(_)
            | Record::ScopeFinished(_)
            | Record::Progress { .. }
            | Record::Problem(_) => Ok(()),
        };
        result.err().map(|mut problem| {
            self.incomplete = true;
            problem.scope = Some(self.scope.clone());
            problem
        })
    }

    /// The number of the next version row.
    const fn next_number(&mut self) -> i64 {
        self.claimed.next += 1;
        self.claimed.next - 1
    }

    fn judge(&mut self, table: ClaimTable, id: i64, hash: ContentHash) -> Verdict {
        let t = table.index();
        if let Some(before) = self.fresh[t].get(&id) {
            return if *before == hash { Verdict::Same } else { Verdict::Conflict };
        }
        match self.live[t].find(id) {
            Some(place) => {
                let LiveFact { number, hash: before, .. } = self.live[t].get(place);
                let same = before == hash;
                let seen = self.live[t].mark(place);
                match (seen, same) {
                    (_, true) => Verdict::Same,
                    (true, false) => Verdict::Conflict,
                    (false, false) => {
                        self.fresh[t].insert(id, hash);
                        self.writes.superseded[t].push(number);
                        self.changed += 1;
                        Verdict::Changed
                    }
                }
            }
            None => {
                self.fresh[t].insert(id, hash);
                self.added[t] += 1;
                Verdict::New
            }
        }
    }

    /// The scope is as its last complete reading left it: what is live was seen again, but for what
    /// that reading had not seen.
    pub(crate) fn all_seen(&mut self) {
        for table in ClaimTable::ALL {
            let live = &mut self.live[table.index()];
            for place in 0..live.len() {
                let fact = live.get(place).fact;
                let gone = self.missing.binary_search_by_key(&(table, fact), |m| (m.table, m.fact));
                if gone.is_err() {
                    live.mark(place);
                }
            }
        }
    }

    /// The rows collected so far, to be written now.
    pub(crate) fn take_writes(&mut self) -> ScopeWrites {
        self.waiting.take(&mut self.writes)
    }

    /// The end of the reading. A reading that was said to be complete but lost something on the way
    /// is partial.
    pub(crate) fn finish(mut self, said: ScopeState, run: &RunId, at: Timestamp) -> FinishScope {
        let state = match (said, self.incomplete) {
            (ScopeState::Complete, true) => ScopeState::Partial,
            (state, _) => state,
        };
        let lost = self.claimed.visibility.lost_in(&self.visibility);
        let complete = state == ScopeState::Complete;
        let missing = if complete && self.listing == Listing::Full {
            Some(self.unseen(!lost.is_empty()))
        } else {
            self.marks_left()
        };
        let visibility = complete.then(|| self.claimed.visibility.union(&self.visibility));
        let added: u64 = self.added.iter().sum();
        self.writes.gone = std::mem::take(&mut self.gone).into_iter().collect();
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        FinishScope {
            id: self.claimed.id,
            token: self.claimed.token,
            run: run.clone(),
            state,
            listing: self.listing,
            missing: missing.filter(|new| *new != self.missing),
            visibility: visibility.filter(|new| *new != self.claimed.visibility),
            lost,
            cursor: self.cursor.take().filter(|_| complete),
            seen: self.seen,
            added,
            changed: self.changed,
            grown: (count(self.added[0]), count(self.added[1])),
            next: self.claimed.next,
            at,
            writes: self.take_writes(),
        }
    }

    /// Every live fact that was not seen, with why it does not retire yet.
    fn unseen(&self, visibility_lost: bool) -> Vec<Missing> {
        let mut missing = Vec::new();
        for table in ClaimTable::ALL {
            for LiveFact { fact, number, .. } in self.live[table.index()].unseen() {
                let (fact, number) = (*fact, *number);
                let mut mark = Missing { table, fact, number, reason: MissingReason::Pending };
                if visibility_lost {
                    mark.reason = MissingReason::Visibility;
                } else if self.shifting && !self.was_missing(table, fact) {
                    mark.reason = MissingReason::SecondReading;
                }
                missing.push(mark);
            }
        }
        missing.sort_unstable();
        missing
    }

    /// Whether an earlier complete reading missed the fact already.
    fn was_missing(&self, table: ClaimTable, fact: i64) -> bool {
        self.missing.binary_search_by_key(&(table, fact), |m| (m.table, m.fact)).is_ok()
    }

    /// After a reading that proves no absence: the marks of what was seen go, the others stay.
    fn marks_left(&mut self) -> Option<Vec<Missing>> {
        if self.missing.is_empty() {
            return None;
        }
        let live = &mut self.live;
        let mut still = |mark: &&Missing| {
            let table = &mut live[mark.table.index()];
            table.find(mark.fact).is_some_and(|place| !table.is_seen(place))
        };
        Some(self.missing.iter().filter(&mut still).copied().collect())
    }
}

/// The first end of the relation before: listings name one entity many times over.
#[derive(Default)]
struct LastEnd(Option<(Endpoint, NodeId)>);

impl LastEnd {
    fn id(&mut self, endpoint: &Endpoint) -> NodeId {
        match &self.0 {
            Some((last, id)) if last == endpoint => *id,
            _ => {
                let id = endpoint.node_id();
                self.0 = Some((endpoint.clone(), id));
                id
            }
        }
    }
}

fn check_text(text: &str, what: &str) -> Result<(), Problem> {
    if text.contains('\0') {
        let message = format!("{what} {text:?} holds a NUL character and was not stored");
        return Err(Problem::new(ProblemClass::Malformed, "nul_character", message));
    }
    Ok(())
}

fn check_key(key: &EntityKey) -> Result<(), Problem> {
    check_text(&key.id, "the native id")?;
    check_text(&key.realm, "the realm")?;
    check_text(&key.provider, "the provider")
}

fn check_reference(reference: &Reference) -> Result<(), Problem> {
    check_text(&reference.value, "the reference")?;
    check_text(&reference.authority, "the authority")?;
    check_text(&reference.namespace, "the namespace")
}

fn check_endpoint(endpoint: &Endpoint) -> Result<(), Problem> {
    match endpoint {
        Endpoint::Key(key) => check_key(key),
        Endpoint::Reference(reference) => check_reference(reference),
    }
}

fn unfit(error: &rollcall_model::CanonicalError) -> Problem {
    Problem::new(ProblemClass::Bug, "no_canonical_form", error.to_string())
}

fn conflict(what: &str) -> Problem {
    Problem::new(
        ProblemClass::Malformed,
        "conflicting_duplicate",
        format!("{what} was listed twice with different content; the first was kept"),
    )
}
