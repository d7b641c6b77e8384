//! Judgements beside the truth of companies, which an oracle wrote that shares no code with them.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_lab::Archetype;
use serde_json::Value;

use crate::company::Scene;

/// The rules that are judged here and known for everything in the truth.
const RULES: [&str; 5] =
    ["activity-unknown", "inventory-gap", "owner-missing", "stale-never-used", "stale-unused"];

/// What the program says of every entity, by id.
fn judged(scene: &Scene) -> BTreeMap<String, Value> {
    let all = scene.world.json("ls", &["ls", "type:any"]);
    all.into_iter().map(|e| (e["id"].as_str().unwrap().to_owned(), e)).collect()
}

fn truth(scene: &Scene) -> Vec<Value> {
    let text = scene.lab.truth().unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// Where the program and the truth differ, one line each.
fn differences(scene: &Scene) -> (Vec<String>, BTreeMap<String, [usize; 2]>) {
    let judged = judged(scene);
    let truth = truth(scene);
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    // What only the directory and clusters hold is in no source here.
    let read: BTreeSet<&str> = judged.keys().map(String::as_str).collect();
    let mut expected: BTreeMap<(&str, &str), (&str, String)> = BTreeMap::new();
    for line in truth.iter().filter(|line| text(line, "line") == "finding") {
        let told = format!("{} {}", text(line, "cause"), text(line, "guard"));
        expected.insert((text(line, "rule"), text(line, "subject")), (text(line, "expect"), told));
    }
    for (id, entity) in &judged {
        let fired: Vec<&str> =
            entity["findings"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for rule in RULES {
            let known = expected.get(&(rule, id.as_str()));
            let (expect, told) = known.map_or(("never", ""), |(e, t)| (*e, t.as_str()));
            let fires = fired.contains(&rule);
            let count = counts.entry(rule.to_owned()).or_default();
            count[0] += usize::from(fires);
            count[1] += usize::from(expect == "must");
            if expect == "must" && !fires || expect == "never" && fires {
                wrong.push(format!(
                    "{rule} on {} {} ({told}): expected {expect}, fires {fires}; owner {} usage {}",
                    text(entity, "kind"),
                    text(entity, "name"),
                    entity["owner"],
                    entity["usage"]
                ));
            }
        }
    }
    for ((rule, id), (expect, told)) in &expected {
        if RULES.contains(rule) && *expect == "must" && !read.contains(id) && is_read(&truth, id) {
            wrong.push(format!("{rule} on {id}, which was not read ({told})"));
        }
    }
    for line in truth.iter().filter(|line| ["identity", "credential"].contains(&text(line, "line")))
    {
        let Some(entity) = judged.get(text(line, "id")) else { continue };
        let (is, should) = (&entity["usage"]["verdict"], &line["usage"]["verdict"]);
        if !should.is_null() && is != should {
            wrong.push(format!(
                "usage of {} {}: {} and not {} (created {}, last used {})",
                text(entity, "kind"),
                text(entity, "name"),
                entity["usage"],
                line["usage"],
                entity["created_at"],
                entity["last_used"]
            ));
        }
    }
    (wrong, counts)
}

/// Whether the subject of a finding is in what the sources hold.
fn is_read(truth: &[Value], id: &str) -> bool {
    let elsewhere = |line: &Value| {
        text(line, "line") == "identity"
            && text(line, "id") == id
            && text(line, "source") == "kubernetes"
    };
    !truth.iter().any(elsewhere)
}

#[test]
fn judgements_are_what_the_truth_says() {
    for (seed, archetype) in (11..).zip(Archetype::ALL) {
        let scene = Scene::today(archetype, seed, 600);
        scene.world.run(&["sync"]).code(2);
        let (wrong, counts) = differences(&scene);
        let most: Vec<&String> = wrong.iter().take(40).collect();
        assert!(wrong.is_empty(), "{archetype}: {} wrong, {counts:?}: {most:#?}", wrong.len());
        assert!(counts.values().all(|[_, must]| *must > 0), "{archetype}: {counts:?}");
    }
}
