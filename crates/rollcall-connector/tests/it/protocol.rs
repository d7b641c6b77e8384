//! `docs/protocol.md`, its schemas and the Rust types say the same.

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use rollcall_connector::external::PROTOCOL_VERSION;
use rollcall_connector::{
    CheckReport, Definition, PermissionCheck, PermissionState, definition_violations,
};
use rollcall_model::{
    EntityKey, EntityType, IdentityClass, Listing, ProblemClass, Reference, Relation, ScopeKey,
    Timestamp, Visibility,
};
use rollcall_record::{
    ActivityRecord, EventKind, EventRecord, Evidence, Gone, Problem, Record, ReferenceRecord,
    RelationRecord, ScopeFinished, ScopeStarted, entity,
};
use serde_json::{Map, Value, json};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn schema_text(name: &str) -> Value {
    let text = std::fs::read_to_string(docs().join("schemas/protocol").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn schema(name: &str) -> Validator {
    jsonschema::validator_for(&schema_text(name)).unwrap()
}

/// The blocks of the page that are fenced with a language.
fn blocks(language: &str) -> Vec<String> {
    let page = std::fs::read_to_string(docs().join("protocol.md")).unwrap();
    let fence = format!("```{language}\n");
    page.split(&fence)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()))
        .collect()
}

#[track_caller]
fn assert_valid(schema: &Validator, value: &Value) {
    if let Err(error) = schema.validate(value) {
        panic!("{error} at {}: {value}", error.instance_path());
    }
}

#[test]
fn the_page_is_short_and_of_this_version() {
    let page = std::fs::read_to_string(docs().join("protocol.md")).unwrap();
    assert!(page.split_whitespace().count() < 1_500, "the protocol is at most three pages");
    assert!(page.starts_with(&format!("# The connector protocol, version {PROTOCOL_VERSION}\n")));
    for class in ProblemClass::ALL {
        let state = |read| class.scope_state(read);
        let row = page.lines().find(|l| l.starts_with(&format!("| `{class}` |"))).unwrap();
        assert!(row.ends_with(&format!("| {} | {} |", state(false), state(true))), "{row}");
    }
}

#[test]
fn each_example_of_a_record_is_valid_and_there_is_one_of_each_sort() {
    let schema = schema("record.json");
    let examples: Vec<Value> = blocks("jsonl")
        .iter()
        .flat_map(|block| {
            block.lines().map(|l| serde_json::from_str(l).unwrap()).collect::<Vec<_>>()
        })
        .collect();
    let mut sorts: Vec<_> = examples.iter().map(|e| e["record"].as_str().unwrap()).collect();
    for example in &examples {
        assert_valid(&schema, example);
        let record: Record = serde_json::from_value(example.clone()).unwrap();
        // Nothing in the examples is unknown to the types.
        assert_eq!(&serde_json::to_value(record).unwrap(), example);
    }
    sorts.sort_unstable();
    let mut all: Vec<_> = every_record().iter().map(sort).collect();
    all.sort_unstable();
    assert_eq!(sorts, all);
}

#[test]
fn the_examples_of_documents_are_valid() {
    let blocks = blocks("json");
    let documents: Vec<Value> = blocks.iter().map(|b| serde_json::from_str(b).unwrap()).collect();
    let [sync, spec, check] = documents.as_slice() else { panic!("three documents expected") };
    for field in ["protocol", "config", "stream", "cursor", "now"] {
        assert!(sync.get(field).is_some(), "{field}");
    }
    assert_valid(&schema("spec.json"), spec);
    let definition: Definition = serde_json::from_value(spec["definition"].clone()).unwrap();
    assert_eq!(definition_violations(&definition), Vec::<String>::new());
    // What our own types write is valid as well, with every optional field in its place.
    assert_valid(&schema("spec.json"), &json!({"protocol": 1, "definition": definition}));
    assert_valid(&schema("check.json"), check);
    let report: CheckReport = serde_json::from_value(check.clone()).unwrap();
    assert_eq!(report.permissions[0].state, PermissionState::Denied);
}

fn key() -> EntityKey {
    EntityKey::new("hr", "acme", "hr.account", "1").unwrap()
}

fn sort(record: &Record) -> &'static str {
    match record {
        Record::ScopeStarted(_) => "scope_started",
        Record::Entity(_) => "entity",
        Record::Relation(_) => "relation",
        Record::Reference(_) => "reference",
        Record::Activity(_) => "activity",
        Record::Event(_) => "event",
        Record::Gone(_) => "gone",
        Record::Cursor { .. } => "cursor",
        Record::Progress { .. } => "progress",
        Record::Problem(_) => "problem",
        Record::ScopeFinished(_) => "scope_finished",
    }
}

/// One record of each sort with every field set.
fn every_record() -> Vec<Record> {
    let at = Timestamp::from_micros(1_795_309_323_000_001);
    let scope = ScopeKey::part("accounts", "acme", "p");
    let name = Reference::new("email", "acme.example", "a@acme.example");
    let evidence = Evidence {
        file: Some("a.tf".to_owned()),
        line: Some(u32::MAX),
        commit: Some("c".to_owned()),
        operation: Some("GET /x".to_owned()),
        url: Some("https://h".to_owned()),
    };
    let problem = Problem::new(ProblemClass::Malformed, "x", "y").hides("z").at(evidence.clone());
    let attributes: Map<String, Value> = [("a".to_owned(), json!(1))].into_iter().collect();
    let account = entity(key(), EntityType::Identity, "a")
        .class(IdentityClass::Agent)
        .disabled(Some(true))
        .created_at(Some(at))
        .expires_at(Some(at))
        .attribute("a", 1)
        .evidence(evidence.clone());
    vec![
        Record::ScopeStarted(ScopeStarted {
            scope: scope.clone(),
            parent: Some(key()),
            listing: Listing::Delta,
            visibility: Visibility::of(["a"]),
        }),
        Record::Entity(account),
        Record::Relation(
            RelationRecord::new(key(), Relation::CanAccess, name.clone())
                .attribute("a", 1)
                .discriminator("d")
                .evidence(evidence),
        ),
        Record::Reference(ReferenceRecord::new(&key(), name.clone())),
        Record::Activity(ActivityRecord {
            entity: key().into(),
            evidence: "e".to_owned(),
            first_at: at,
            last_at: at,
            count: Some(u64::MAX),
            attributes: attributes.clone(),
        }),
        Record::Event(EventRecord {
            id: "1".to_owned(),
            entity: key().into(),
            kind: EventKind::Changed,
            at,
            by: Some(name.into()),
            attributes,
        }),
        Record::Gone(Gone { key: key() }),
        Record::Cursor { scope: scope.clone(), cursor: Value::Null },
        Record::Progress { scope: scope.clone(), done: 1, total: Some(2) },
        Record::Problem(Problem { scope: Some(scope.clone()), ..problem.in_stream("accounts") }),
        Record::ScopeFinished(ScopeFinished { scope, count: 0 }),
    ]
}

#[test]
fn what_our_types_write_is_valid() {
    let schema = schema("record.json");
    for record in every_record() {
        assert_valid(&schema, &serde_json::to_value(&record).unwrap());
    }
    for class in ProblemClass::ALL {
        let problem = Record::Problem(Problem::new(class, "x", "y"));
        assert_valid(&schema, &serde_json::to_value(problem).unwrap());
    }
    let check = self::schema("check.json");
    for state in [
        PermissionState::Granted,
        PermissionState::Denied,
        PermissionState::Unsupported,
        PermissionState::Unknown,
    ] {
        let permission = PermissionCheck {
            stream: "accounts".to_owned(),
            realm: "acme".to_owned(),
            permission: "p".to_owned(),
            state,
            detail: None,
            hides: Some("h".to_owned()),
        };
        let report = CheckReport { permissions: vec![permission], ..CheckReport::default() };
        assert_valid(&check, &serde_json::to_value(report).unwrap());
    }
}

#[test]
fn what_is_wrong_is_not_valid() {
    let schema = schema("record.json");
    for record in every_record() {
        let whole = serde_json::to_value(&record).unwrap();
        let required = |field: &str| {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(field);
            serde_json::from_value::<Record>(without.clone()).is_err().then_some(without)
        };
        // Whatever the types cannot do without, the schema demands, and nothing else.
        for field in whole.as_object().unwrap().keys() {
            let mut without = whole.clone();
            without.as_object_mut().unwrap().remove(field);
            let demanded = required(field).is_some() || (field == "cursor");
            assert_eq!(schema.is_valid(&without), !demanded, "{} without {field}", sort(&record));
        }
    }
    for bad in [
        json!({"record": "robot"}),
        json!({"record": "gone", "key": {"provider": "", "realm": "r", "kind": "a.b", "id": "1"}}),
        json!({"record": "gone", "key": {"provider": "a", "realm": "r", "kind": "A", "id": "1"}}),
        json!({"record": "scope_finished", "scope": {"stream": "s", "realm": "r"}, "count": -1}),
        json!([]),
    ] {
        assert!(!schema.is_valid(&bad), "{bad}");
    }
}

#[test]
fn the_vocabularies_of_the_schemas_are_those_of_the_types() {
    let record = schema_text("record.json");
    let words = |name: &str| record["$defs"][name]["enum"].clone();
    assert_eq!(words("type"), json!(EntityType::ALL));
    assert_eq!(words("relation"), json!(Relation::ALL));
    assert_eq!(words("problem_class"), json!(ProblemClass::ALL));
    let spec = schema_text("spec.json");
    assert_eq!(spec["$defs"]["kind"]["properties"]["type"]["enum"], json!(EntityType::ALL));
}
