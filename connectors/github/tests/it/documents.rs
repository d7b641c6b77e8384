//! Every GraphQL document that may leave is one that GitHub's published schema allows.

use std::collections::BTreeSet;

use rollcall_connector::transport::graphql_operation;
use rollcall_github::{definition, graphql_documents};
use rollcall_testing::run_node;
use serde_json::{Map, Value};

/// What is wrong with documents, a line each.
fn wrongs(documents: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("documents.json");
    let by_name: Map<String, Value> =
        documents.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect();
    assert_eq!(by_name.len(), documents.len(), "two documents have one name");
    std::fs::write(&file, Value::Object(by_name).to_string()).unwrap();
    let printed = run_node("graphql.mjs", &[file.to_str().unwrap()]).unwrap();
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn every_document_is_valid_by_githubs_schema() {
    let documents = graphql_documents();
    let declared: BTreeSet<String> =
        definition().operations.into_iter().filter(|o| o.starts_with("graphql:")).collect();
    let known: BTreeSet<String> =
        documents.iter().map(|(_, text)| graphql_operation(text)).collect();
    assert_eq!(known, declared);
    assert_eq!(wrongs(&documents), Vec::<String>::new());
}

#[test]
fn a_document_that_github_would_refuse_is_told() {
    let documents = [
        ("field", "{ viewer { nickname } }"),
        ("text", "{ viewer {"),
        ("type", "query($o: Int!) { organization(login: $o) { id } }"),
        ("fine", "{ viewer { login } }"),
    ];
    let wrong = wrongs(&documents);
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    for (line, name) in wrong.iter().zip(["field", "text", "type"]) {
        assert!(line.starts_with(&format!("{name}: ")), "{line}");
    }
}
