//! Every example that GitHub's description gives, and every body that it allows, can be read.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_github::conformance::accepts;
use rollcall_testing::{Case, Expect, Official};
use serde_json::{Value, json};

use crate::published::{rest_operations, slices};

/// Members without which an answer is not read although the description does not promise them: a
/// page without its list is not an empty page, and what has no number has no name to go by.
const NEEDED: [(&str, &str); 4] = [
    ("GET /orgs/{org}/copilot/billing/seats", "/seats"),
    ("GET /orgs/{org}/organization-roles", "/roles"),
    ("GET /repos/{owner}/{repo}/environments", "/environments"),
    ("GET /orgs/{org}/secret-scanning/alerts", "/0/number"),
];

/// Whether a body lacks what is needed.
fn lacks(operation: &str, body: &Value) -> bool {
    NEEDED.iter().any(|(of, pointer)| *of == operation && lacks_at(body, pointer))
}

fn lacks_at(body: &Value, pointer: &str) -> bool {
    let parent = pointer.rsplit_once('/').and_then(|(parent, _)| body.pointer(parent));
    parent.is_some() && body.pointer(pointer).is_none()
}

#[test]
fn every_body_that_the_description_allows_is_read() {
    let operations = rest_operations();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let (mut examples, mut wrong) = (BTreeSet::new(), Vec::new());
    for Case { operation, name, expect, body } in
        Official::GitHub.cases(&slices(&operations)).unwrap()
    {
        *seen.entry(operation.clone()).or_default() += 1;
        if name.starts_with("example ") {
            examples.insert(operation.clone());
        }
        // What may be refused must at least not end the program.
        let read = accepts(&operation, &serde_json::to_vec(&body).unwrap());
        let expect = if lacks(&operation, &body) { Expect::Either } else { expect };
        match (expect, read) {
            (Expect::Accept, Err(why)) => wrong.push(format!("{operation}: {name}: {why}")),
            (Expect::None, _) => wrong.push(format!("{operation} answers without JSON")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} bodies are not read:\n{}", wrong.len(), wrong.join("\n"));
    // Not one operation may be left out of the comparison.
    let unseen: Vec<_> = operations.iter().filter(|o| !seen.contains_key(*o)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
    assert!(seen.values().all(|n| *n > 3), "{seen:?}");
    assert!(examples.len() * 10 >= operations.len() * 8, "{examples:#?}");
}

#[test]
fn what_is_no_answer_of_an_operation_is_refused() {
    for operation in rest_operations() {
        for body in ["", "{", "\"text\"", "7", "null"] {
            assert!(accepts(&operation, body.as_bytes()).is_err(), "{operation} reads {body:?}");
        }
    }
    accepts("GET /no/such/operation", b"[]").unwrap_err();
    for (operation, pointer) in NEEDED {
        let body = if pointer.starts_with("/0") { json!([{}]) } else { json!({"total_count": 0}) };
        assert!(lacks(operation, &body), "{operation}");
        accepts(operation, body.to_string().as_bytes()).unwrap_err();
    }
}
