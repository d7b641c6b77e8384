//! A company of the lab, read by the program from checkouts and from the lab's AWS: what it finds is
//! what the plan says, and what the lab says straight from the plan is what the connectors say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use rollcall_lab::{Archetype, Company, Entry, direct};
use rollcall_model::Endpoint;
use rollcall_record::Record;
use serde_json::Value;

use crate::company::Scene;

/// What is other in a checkout than in the plan: where it lies, and what git made of it.
const OF_CHECKOUTS: [&str; 5] = ["size", "blob", "head", "checkout", "commit"];

/// An end of a relation, or an entity, as one text. Literals are known by a hash that only their
/// reader can make.
fn end(value: &Value) -> String {
    if value.to_string().contains("code.literal-credential") {
        return "literal".to_owned();
    }
    value.to_string()
}

#[derive(Default)]
struct Said {
    /// By stream and key: the body's attributes and plain fields.
    entities: BTreeMap<(String, String), Value>,
    relations: BTreeSet<(String, String, String, String)>,
    references: BTreeSet<(String, String, String)>,
}

fn exported(text: &str) -> Said {
    let mut said = Said::default();
    for line in text.lines() {
        let fact: Value = serde_json::from_str(line).unwrap();
        let stream = fact["scope"]["stream"].as_str().unwrap().to_owned();
        match fact["fact"].as_str().unwrap() {
            "entity" => {
                drop(said.entities.insert((stream, end(&fact["entity"])), fact["body"].clone()))
            }
            "relation" => {
                let relation = fact["relation"].as_str().unwrap().to_owned();
                said.relations.insert((stream, end(&fact["from"]), relation, end(&fact["to"])));
            }
            _ => drop(said.references.insert((stream, end(&fact["entity"]), end(&fact["to"])))),
        }
    }
    said
}

/// The same from the plan, of the streams that are read.
fn planned(company: &Company) -> Said {
    let mut said = Said::default();
    let mut stream = String::new();
    direct(company, &mut |record| {
        match &record {
            Record::ScopeStarted(started) => stream.clone_from(&started.scope.stream),
            _ if ["people", "clusters", "service-accounts"].contains(&stream.as_str()) => {}
            Record::Entity(entity) => {
                let mut body = serde_json::to_value(entity).unwrap();
                body.as_object_mut().unwrap().remove("key");
                said.entities.insert((stream.clone(), json(&entity.key)), body);
            }
            Record::Relation(r) => {
                let relation = r.relation.as_str().to_owned();
                said.relations.insert((stream.clone(), json(&r.from), relation, json(&r.to)));
            }
            Record::Reference(r) => {
                said.references.insert((
                    stream.clone(),
                    json(&r.entity),
                    json(&Endpoint::from(r.reference.clone())),
                ));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    said
}

fn json(value: &impl serde::Serialize) -> String {
    end(&serde_json::to_value(value).unwrap())
}

fn same<T: Ord + std::fmt::Debug>(what: &str, read: &BTreeSet<T>, planned: &BTreeSet<T>) {
    let more: Vec<_> = read.difference(planned).take(5).collect();
    let less: Vec<_> = planned.difference(read).take(5).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "{what}: read only {more:#?}, planned only {less:#?}"
    );
}

#[test]
fn what_the_connectors_say_is_what_the_plan_says() {
    for archetype in Archetype::ALL {
        let scene = Scene::new(archetype, 400);
        // One account cannot be entered, and one refuses to tell of use.
        scene.world.run(&["sync"]).code(2);
        let read = exported(&scene.world.export());
        let planned = planned(&scene.company);
        same("entities", &read.entities.keys().collect(), &planned.entities.keys().collect());
        same("relations", &read.relations, &planned.relations);
        same("references", &read.references, &planned.references);
        for (key, body) in &planned.entities {
            for (field, value) in body["attributes"].as_object().into_iter().flatten() {
                let found = &read.entities[key]["attributes"][field];
                let aside = OF_CHECKOUTS.contains(&field.as_str()) || key.1 == "literal";
                assert!(aside || found == value, "{key:?} {field}: read {found}, planned {value}");
            }
            for (field, value) in read.entities[key]["attributes"].as_object().into_iter().flatten()
            {
                let aside = OF_CHECKOUTS.contains(&field.as_str()) || key.1 == "literal";
                assert!(
                    aside || !body["attributes"][field].is_null(),
                    "{key:?} {field}: read only {value}"
                );
            }
            for field in ["name", "class", "type", "created_at", "disabled"] {
                let aside = key.1 == "literal" && field == "name";
                assert!(
                    aside || read.entities[key][field] == body[field],
                    "{key:?} {field}: {} {}",
                    read.entities[key],
                    body
                );
            }
        }
    }
}

/// The keys of a kind that are live in AWS.
fn live(scene: &Scene, kind: &str) -> BTreeSet<String> {
    let facts = scene.world.export();
    let entities = facts.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entities
        .filter(|f| f["fact"] == "entity" && f["entity"]["kind"] == kind)
        .map(|f| f["entity"]["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_story_moves_and_a_forbidden_source_loses_nothing() {
    let scene = Scene::new(Archetype::RegulatedBank, 400);
    scene.world.run(&["sync"]).code(2);
    let roles = live(&scene, "aws.iam-role");
    let accounts = scene.company.all_accounts().filter(|a| a.entry != Entry::Shut);
    let planned: BTreeSet<String> = accounts.flat_map(|a| a.roles).map(|r| r.id).collect();
    assert_eq!(roles, planned);

    scene.lab.event("forbid-source").unwrap();
    assert_ne!(scene.world.run(&["sync", "cloud"]).code, 0);
    assert_eq!(live(&scene, "aws.iam-role"), roles, "nothing is gone for being forbidden");
    scene.lab.event("allow-source").unwrap();

    scene.lab.event("throttle").unwrap();
    scene.lab.event("delete-role").unwrap();
    scene.lab.event("new-agent").unwrap();
    scene.world.run(&["sync"]).code(2);
    assert_eq!(live(&scene, "aws.iam-role").len(), roles.len() - 1);
    let agents = live(&scene, "code.agent");
    assert!(agents.iter().any(|a| a.contains(".claude/agents/helper.md")), "{agents:?}");
}
