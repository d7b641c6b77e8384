//! Twins differ from their defects in exactly one guard.

use std::collections::BTreeMap;

use rollcall_lab::{Archetype, Company, Defect, Place, Planted};
use serde::Serialize;
use serde_json::Value;

use crate::company;

type Sides = BTreeMap<String, [Option<(Planted, Value)>; 2]>;

fn keep(
    sides: &mut Sides,
    planted: Option<Planted>,
    part: &impl Serialize,
    context: (&str, Value),
) {
    let Some(planted) = planted else { return };
    let mut value = serde_json::to_value(part).unwrap();
    value[context.0] = context.1;
    let pair = sides.entry(planted.pair()).or_default();
    assert!(pair[usize::from(planted.twin)].is_none(), "{} twice", planted.pair());
    pair[usize::from(planted.twin)] = Some((planted, value));
}

/// Everything that was planted, by pair.
fn planted(company: &Company) -> Sides {
    let mut sides = Sides::new();
    for account in company.all_accounts() {
        let context = || ("account", serde_json::json!(account.entry));
        for role in &account.roles {
            keep(&mut sides, role.planted, role, context());
        }
        for user in &account.users {
            keep(&mut sides, user.planted, user, context());
        }
        keep(&mut sides, account.root.planted, &account.root, ("account", Value::Null));
        let gap = company.entry_pair(&account);
        keep(
            &mut sides,
            gap,
            &serde_json::json!({"entry": account.entry}),
            ("account", Value::Null),
        );
    }
    for number in 0..company.repositories {
        let repository = company.repository(number);
        keep(&mut sides, repository.planted, &repository, ("repository", Value::Null));
    }
    for number in 0..company.clusters {
        let cluster = company.cluster(number);
        for account in &cluster.service_accounts {
            let context = ("cluster", Value::from(cluster.audit_log));
            keep(&mut sides, account.planted, account, context);
        }
    }
    sides
}

/// The fields in which two parts differ, names and ids aside.
fn differing(defect: &Value, twin: &Value) -> Vec<String> {
    let (defect, twin) = (defect.as_object().unwrap(), twin.as_object().unwrap());
    let named = ["id", "name", "number", "planted", "created", "used"];
    let aside = |field: &str, root: bool| {
        named[..4].contains(&field) || (root && named[4..].contains(&field))
    };
    let is_root = defect.contains_key("key") && defect.len() == 5;
    let all = defect.keys().filter(|f| !aside(f, is_root));
    all.filter(|f| plain(&defect[*f]) != plain(&twin[*f])).cloned().collect()
}

/// Without the ids of keys, which follow from the user's number, and the own name in places.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => {
            fields.iter().filter(|(n, _)| *n != "id").map(|(n, v)| (n.clone(), plain(v))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn twins_differ_in_exactly_the_guard() {
    for archetype in Archetype::ALL {
        let company = company(10_500, archetype, 11);
        let sides = planted(&company);
        for (pair, [defect, twin]) in &sides {
            let (Some((planted, defect)), Some((_, twin))) = (defect, twin) else {
                panic!("{archetype}: one side of {pair} is missing")
            };
            let mut fields = differing(defect, twin);
            if planted.defect == Defect::StaleNeverUsed {
                // The key of the twin is as young as the twin.
                fields.retain(|f| f != "keys");
            }
            assert_eq!(fields, [planted.defect.field()], "{archetype}: {pair}");
        }
        let planned = company.pairs().len();
        let fixed = |p: Place| matches!(p, Place::Accounts | Place::Roots);
        let found = sides.values().flatten().flatten().filter(|(p, _)| !fixed(p.defect.place()));
        assert_eq!(found.count(), planned * 2, "{archetype}");
    }
}

/// Whom or what the owner tag of a planted role names: a person or a team, as JSON.
fn named(company: &Company, part: &Value) -> Value {
    let owner = part["tags"]["owner"].as_str().unwrap();
    let person = company.everybody().find(|p| p.written_email() == owner);
    let person = person.map(|p| serde_json::to_value(p).unwrap());
    person.unwrap_or_else(|| {
        let team = company.all_teams().find(|t| t.slug == owner).unwrap();
        let teams = std::iter::once(team.number).chain(company.teams_in(team.number));
        let members: Vec<u64> = teams.flat_map(|team| company.members(team)).collect();
        assert_eq!(members.len(), 1, "{owner}");
        serde_json::to_value(company.person(members[0])).unwrap()
    })
}

#[test]
fn the_people_of_a_pair_differ_in_whether_they_are_here() {
    let company = company(10_500, Archetype::RegulatedBank, 11);
    let mut seen = 0;
    for (pair, [defect, twin]) in planted(&company) {
        let (Some((sort, defect)), Some((_, twin))) = (defect, twin) else { continue };
        if (sort.defect as usize) < Defect::OwnerSuspended as usize {
            continue;
        }
        let (defect, twin) = (named(&company, &defect), named(&company, &twin));
        let own = ["number", "id", "name", "email", "former_email", "login", "manager", "joined"];
        for (field, value) in defect.as_object().unwrap() {
            let is_own = own.contains(&field.as_str()) || ["team", "earlier"].contains(&&**field);
            if is_own {
                assert_eq!(value.is_null(), twin[field].is_null(), "{pair}: {field}");
            } else if value != &twin[field] {
                let presence = ["status", "left", "ends", "leave"];
                assert!(presence.contains(&field.as_str()), "{pair}: {field}");
            }
        }
        let here = |who: &Value| company.works_here(who["number"].as_u64().unwrap());
        assert!(!here(&defect) && here(&twin), "{pair}");
        seen += 1;
    }
    assert_eq!(seen, 14, "two rounds of seven");
}

#[test]
fn every_defect_is_planted_from_a_few_hundred_identities_on() {
    let company = company(400, Archetype::RegulatedBank, 1);
    let sides = planted(&company);
    for defect in Defect::all() {
        assert!(sides.contains_key(&format!("{}/0", defect.name())), "{}", defect.name());
    }
    let smallest = planted(&super::company(50, Archetype::StartupMonorepo, 1));
    let rules: std::collections::BTreeSet<&str> =
        smallest.values().flatten().flatten().map(|(p, _)| p.defect.rule()).collect();
    for rule in
        ["owner-missing", "stale-unused", "stale-never-used", "activity-unknown", "inventory-gap"]
    {
        assert!(rules.contains(rule), "{rule}");
    }
}
