//! The oracle agrees with the plan.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use rollcall_lab::{Archetype, COMPLETE, Company, direct, truth, write_truth};
use rollcall_record::Record;
use serde_json::Value;

use crate::company;

fn lines(company: &Company) -> Vec<Value> {
    let mut lines = Vec::new();
    truth(company, &mut |line| {
        lines.push(serde_json::from_str(line).unwrap());
        Ok(())
    })
    .unwrap();
    lines
}

fn of<'a>(lines: &'a [Value], sort: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |l| l["line"] == sort)
}

#[test]
fn there_is_a_line_for_every_identity_and_person() {
    for archetype in Archetype::ALL {
        let company = company(3_000, archetype, 2);
        let lines = lines(&company);
        let ids: HashSet<&str> =
            of(&lines, "identity").map(|l| l["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len() as u64, 3_000, "{archetype}");
        assert_eq!(of(&lines, "person").count() as u64, company.people);
        assert_eq!(lines.last().unwrap()["identities"], 3_000);
        // What is said straight from the plan is judged.
        direct(&company, &mut |record| {
            if let Record::Entity(entity) = record
                && entity.entity_type == rollcall_model::EntityType::Identity
            {
                assert!(ids.contains(entity.key.public_id().as_str()), "{}", entity.key);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    }
}

#[test]
fn every_planted_defect_has_one_finding_and_its_twin_none() {
    for (archetype, size) in [
        (Archetype::StartupMonorepo, 2_000),
        // Two rounds of pairs.
        (Archetype::RegulatedBank, 10_500),
        (Archetype::AgentHeavyLab, 2_000),
    ] {
        let company = company(size, archetype, 6);
        let lines = lines(&company);
        let mut pairs: HashMap<&str, BTreeMap<&str, usize>> = HashMap::new();
        let mut found: HashSet<(&str, &str)> = HashSet::new();
        for finding in of(&lines, "finding") {
            let (rule, subject) =
                (finding["rule"].as_str().unwrap(), finding["subject"].as_str().unwrap());
            assert!(found.insert((rule, subject)), "{archetype}: {finding}");
            if let Some(pair) = finding["pair"].as_str() {
                assert!(finding["twin"].is_string(), "{finding}");
                *pairs
                    .entry(pair)
                    .or_default()
                    .entry(finding["expect"].as_str().unwrap())
                    .or_default() += 1;
            } else {
                assert_eq!(finding["cause"], "natural");
                assert!(COMPLETE.contains(&rule), "{rule}");
            }
        }
        for (pair, sides) in &pairs {
            assert_eq!(*sides, BTreeMap::from([("must", 1), ("never", 1)]), "{archetype}: {pair}");
        }
        assert!(pairs.len() > company.pairs().len(), "pairs of accounts come on top");
        for rule in COMPLETE {
            assert!(of(&lines, "finding").any(|f| f["rule"] == rule), "{archetype}: {rule}");
        }
    }
}

#[test]
fn twins_are_clean_of_what_was_planted_near_them() {
    // A twin that another complete rule would report is no near miss.
    let lines = lines(&company(5_000, Archetype::RegulatedBank, 8));
    let twins: HashSet<&str> = of(&lines, "finding")
        .filter(|f| {
            f["cause"] == "twin"
                && !f["pair"].as_str().unwrap().starts_with("role-unused-in-reserve")
        })
        .map(|f| f["subject"].as_str().unwrap())
        .collect();
    for finding in of(&lines, "finding").filter(|f| f["cause"] == "natural") {
        let must = finding["expect"] == "must";
        assert!(!(must && twins.contains(finding["subject"].as_str().unwrap())), "{finding}");
    }
}

#[test]
fn verdicts_are_spread_and_edges_end_at_identities() {
    let lines = lines(&company(5_000, Archetype::AgentHeavyLab, 3));
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in of(&lines, "identity") {
        *verdicts.entry(line["usage"]["verdict"].as_str().unwrap_or("none")).or_default() += 1;
    }
    for verdict in ["used", "unused", "never_used", "too_young", "unobservable"] {
        assert!(verdicts.get(verdict).is_some_and(|n| *n > 5), "{verdicts:?}");
    }
    let ids: HashSet<&str> = of(&lines, "identity").map(|l| l["id"].as_str().unwrap()).collect();
    let mut federated = 0;
    for edge in of(&lines, "edge") {
        assert!(ids.contains(edge["to"].as_str().unwrap()), "{edge}");
        assert!(ids.contains(edge["from"].as_str().unwrap()), "{edge}");
        federated += 1;
    }
    assert!(federated > 50, "{federated}");
}

#[test]
fn the_file_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let company = company(500, Archetype::StartupMonorepo, 7);
    let [first, second] = ["a", "b"].map(|name| {
        let path = folder.path().join(name);
        write_truth(&company, &path).unwrap();
        std::fs::read(path).unwrap()
    });
    assert_eq!(first, second);
    let head: Value = serde_json::from_slice(first.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!((head["line"].as_str(), head["schema"].as_u64()), (Some("company"), Some(1)));
}
