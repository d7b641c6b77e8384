//! Every example that GitHub's description gives, and every body that it allows, can be read.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_github::conformance::accepts;
use rollcall_testing::{Case, Expect, Official};

use crate::published::{rest_operations, slices};

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
        for body in ["", "{", "\"text\"", "[[]]"] {
            assert!(accepts(&operation, body.as_bytes()).is_err(), "{operation} reads {body:?}");
        }
    }
    accepts("GET /no/such/operation", b"[]").unwrap_err();
}
