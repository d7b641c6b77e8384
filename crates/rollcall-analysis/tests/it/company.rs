//! Owners and people of whole companies, beside what the lab's oracle says of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use rollcall_analysis::{Analysis, Knowledge, Settings};
use rollcall_graph::{
    Derived, EntityRow, RelationRow, ScopeRow, Snapshot, SnapshotBuilder, SnapshotId,
};
use rollcall_lab::{Archetype, Company, Spec, direct, truth};
use rollcall_model::{
    Authenticates, EntityKey, EntityType, IdentityClass, KindFacts, NodeId, Reference, Relation,
    ScopeState, Timestamp,
};
use serde_json::{Value, json};

use crate::world::now;

/// What connectors say of a company, as rows.
#[derive(Default)]
struct Rows {
    scopes: Vec<ScopeRow>,
    entities: BTreeMap<NodeId, (EntityRow, Value)>,
    relations: Vec<RelationRow>,
    references: Vec<Reference>,
    /// Streams that say something of a kind.
    kinds: BTreeMap<String, (EntityType, BTreeSet<String>)>,
}

fn parsed<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

impl Rows {
    fn of(company: &Company) -> Self {
        let mut rows = Self::default();
        direct(company, &mut |record| {
            rows.take(&serde_json::to_value(&record).unwrap());
            ControlFlow::Continue(())
        })
        .unwrap();
        rows
    }

    fn take(&mut self, record: &Value) {
        match record["record"].as_str().unwrap() {
            "scope_started" => {
                let text =
                    |name: &str| record["scope"][name].as_str().unwrap_or_default().to_owned();
                self.scopes.push(ScopeRow {
                    id: i64::try_from(self.scopes.len()).unwrap() + 1,
                    source: "lab".to_owned(),
                    provider: "lab".to_owned(),
                    stream: text("stream"),
                    realm: text("realm"),
                    part: text("part"),
                    state: Some(ScopeState::Failed),
                    complete_at: None,
                    parent: None,
                    held: 0,
                    lost: false,
                    live_entities: 1,
                });
            }
            "scope_finished" => {
                let scope = self.scopes.last_mut().unwrap();
                (scope.state, scope.complete_at) = (Some(ScopeState::Complete), Some(now()));
            }
            "entity" => self.entity(record),
            "relation" => {
                let from = self.end(&record["from"]);
                let to = self.end(&record["to"]);
                let relation: Relation = parsed(&record["relation"]);
                let weak = record["attributes"]["fallback"] == json!(true);
                self.relations.push(RelationRow { from, relation, to, level: None, weak });
            }
            "reference" => {
                let reference: Reference = parsed(&record["reference"]);
                let id = parsed::<EntityKey>(&record["entity"]).node_id();
                let alias = (reference.node_id(), reference);
                let aliases = &mut self.entities.get_mut(&id).unwrap().0.aliases;
                if !aliases.contains(&alias) {
                    aliases.push(alias);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, end: &Value) -> NodeId {
        if end["key"].is_object() {
            return parsed::<EntityKey>(&end["key"]).node_id();
        }
        let reference: Reference = parsed(&end["reference"]);
        let id = reference.node_id();
        self.references.push(reference);
        id
    }

    fn entity(&mut self, record: &Value) {
        let key: EntityKey = parsed(&record["key"]);
        let entity_type: EntityType = parsed(&record["type"]);
        let scope = self.scopes.last().unwrap();
        let kind = key.kind.as_str().to_owned();
        let known = self.kinds.entry(kind).or_insert((entity_type, BTreeSet::new()));
        known.1.insert(scope.stream.clone());
        let new = || {
            (EntityRow::new(key.clone(), entity_type, record["name"].as_str().unwrap()), json!({}))
        };
        let (row, attributes) = self.entities.entry(key.node_id()).or_insert_with(new);
        row.scopes.push(scope.id);
        row.scopes.dedup();
        row.class = row
            .class
            .or(record["class"].as_str().map(|_| parsed::<IdentityClass>(&record["class"])));
        row.disabled = row.disabled.or(record["disabled"].as_bool());
        let time =
            |name: &str| record[name].as_str().map(|text| text.parse::<Timestamp>().unwrap());
        row.created_at = row.created_at.or(time("created_at"));
        row.expires_at = row.expires_at.or(time("expires_at"));
        for (name, value) in record["attributes"].as_object().into_iter().flatten() {
            attributes[name.as_str()] = value.clone();
        }
    }

    fn knowledge(&self) -> Knowledge {
        let mut knowledge = Knowledge::default();
        for (kind, (entity_type, streams)) in &self.kinds {
            let authenticates = match kind.as_str() {
                "aws.login-profile" => Some(Authenticates::Person),
                "aws.access-key" | "aws.service-specific-credential" => {
                    Some(Authenticates::Program)
                }
                _ => None,
            };
            let facts = KindFacts {
                described_by: streams.iter().cloned().collect(),
                authenticates,
                needs_credential: kind == "aws.iam-user",
                permanent: kind == "aws.root-user",
                names_owners: kind == "code.codeowners",
                directory: kind == "directory.person",
                ..KindFacts::default()
            };
            knowledge.add(kind, *entity_type, &facts);
        }
        knowledge
    }

    fn snapshot(self) -> Snapshot {
        let mut builder = SnapshotBuilder::new();
        self.scopes.into_iter().for_each(|scope| builder.scope(scope));
        for (mut row, attributes) in self.entities.into_values() {
            row.document = Some(attributes.to_string().into());
            builder.entity(&row);
        }
        self.relations.into_iter().for_each(|relation| builder.relation(relation));
        self.references.iter().for_each(|r| builder.reference(r.node_id(), r));
        builder.finish(SnapshotId::default()).unwrap()
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

#[test]
fn people_and_their_absence_are_what_the_truth_says() {
    const RULES: [&str; 3] = ["owner-departed", "owner-missing", "owner-team-empty"];
    for (seed, archetype) in (21..).zip(Archetype::ALL) {
        let company = Company::generate(Spec { seed, size: 1_500, archetype, now: now() }).unwrap();
        let rows = Rows::of(&company);
        let (knowledge, settings) = (rows.knowledge(), Settings::default());
        let snapshot = rows.snapshot();
        let analysis = Analysis::new(&snapshot, &knowledge, &settings, now());
        let judged: HashMap<String, Derived> = analysis
            .derive_all()
            .into_iter()
            .filter_map(|(id, derived)| {
                let id = snapshot.entity(snapshot.node(id)?).public_id()?;
                Some((id.to_string(), derived))
            })
            .collect();
        let mut expected: HashMap<(String, String), String> = HashMap::new();
        let mut wrong = Vec::new();
        let mut people = 0;
        truth(&company, &mut |line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let id = text(&line, "id").to_owned();
            match text(&line, "line") {
                "finding" => {
                    let of = (text(&line, "rule").to_owned(), text(&line, "subject").to_owned());
                    expected.insert(of, text(&line, "expect").to_owned());
                }
                "person" => {
                    let found = judged[&id].presence.as_str();
                    people += 1;
                    if found != text(&line, "presence") {
                        wrong.push(format!("{line}: {found}"));
                    }
                }
                "team" => {
                    let found = judged[&id].presence.as_str();
                    let staffed = line["active_members"].as_u64() > Some(0);
                    if found != if staffed { "staffed" } else { "empty" } {
                        wrong.push(format!("{line}: {found}"));
                    }
                }
                _ => {}
            }
            Ok(())
        })
        .unwrap();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, judgement) in &judged {
            let fires = judgement.findings.as_deref().unwrap_or_default();
            for rule in RULES {
                let expect = expected.get(&(rule.to_owned(), id.clone())).map_or("never", |e| e);
                let found = fires.iter().any(|fired| fired == rule);
                *counts.entry(rule).or_default() += usize::from(found && expect == "must");
                if expect == "must" && !found || expect == "never" && found {
                    wrong.push(format!("{rule} {expect}, fires {found}: {judgement:#?}"));
                }
            }
        }
        let most: Vec<&String> = wrong.iter().take(3).collect();
        assert!(wrong.is_empty(), "{archetype}: {} wrong: {most:#?}", wrong.len());
        assert!(people > 100 && RULES.iter().all(|rule| counts[rule] >= 3), "{counts:?}");
    }
}
