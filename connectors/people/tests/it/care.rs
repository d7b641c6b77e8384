//! What is not read is not taken for gone.

use std::time::Duration;

use rollcall_connector::testkit::{assert_no_canary, collect, difference};
use rollcall_model::{ProblemClass, ScopeState};
use serde_json::json;

use crate::support::{attribute, connector, now, read, read_path, write};

const HEAD: &str = "Employee ID,Email,Status,Termination Date\n";

#[tokio::test]
async fn a_row_that_cannot_be_read_is_located_and_the_rest_is_kept() {
    for (row, code, said) in [
        (
            "2,b@acme.example,Gardening,",
            "bad_cell",
            "line 3, column 3 (Status): found \"Gardening\", expected a known status",
        ),
        (
            "2,b@acme.example,Active,31/12/2026",
            "bad_cell",
            "line 3, column 4 (Termination Date): found \"31/12/2026\", expected a date such as 2026-12-31",
        ),
        (
            ",b@acme.example,Active,",
            "bad_cell",
            "line 3, column 1 (Employee ID): found nothing, expected the id",
        ),
        ("2,b@acme.example,Active", "bad_row", "line 3: found 3 cells, expected 4"),
        ("2,b@acme.example,,", "bad_cell", "found nothing, expected a known status"),
        ("1,b@acme.example,Active,", "duplicate_id", "line 3: found the id of line 2 again"),
    ] {
        let text = format!("{HEAD}1,a@acme.example,Active,\n{row}\n3,c@acme.example,Active,\n");
        let collected = read("p.csv", text, json!({})).await;
        assert_eq!(collected.states(), [ScopeState::Partial], "{row}");
        assert_eq!(collected.codes(), [code], "{row}");
        let problem = collected.all_problems().next().unwrap();
        assert!(problem.message.contains(said), "{}", problem.message);
        assert_eq!(problem.evidence.as_ref().unwrap().line, Some(3));
        assert_eq!(attribute(&collected, "3", "status"), "active");
        assert!(collected.entities().all(|e| e.key.id != "2"), "{row}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_take_their_row_only() {
    let mut text = HEAD.as_bytes().to_vec();
    text.extend(b"1,a@acme.example,Active,\n2,\xff\xfe,Active,\n3,c@acme.example,Active,\n");
    let collected = read("p.csv", text, json!({})).await;
    assert_eq!(
        (collected.states(), collected.codes()),
        (vec![ScopeState::Partial], vec!["bad_row"])
    );
    assert_eq!(collected.entities().count(), 2);
    let collected = read("p.jsonl", "{\"id\":\"1\"}\n[]\n{\"id\":\n{\"x\":1}\n", json!({})).await;
    assert_eq!(collected.codes(), ["bad_row", "bad_row", "no_id"]);
    let collected =
        read("p.ldif", "dn: cn=a\ncn: a\n\ndn: cn=b\nobjectClass: person\nmail:: ***\n", json!({}))
            .await;
    assert_eq!(collected.codes(), ["bad_entry", "no_class"]);
}

#[tokio::test]
async fn nobody_leaves_because_a_file_says_nothing() {
    for (name, text, code) in [
        ("p.csv", "", "empty_file"),
        ("p.csv", HEAD, "empty_file"),
        ("p.csv", "a,b\n1,2\n", "no_id_column"),
        ("p.jsonl", "\n\n", "empty_file"),
        ("p.ldif", "version: 1\n", "empty_file"),
        ("p.csv", "\u{0}\u{0}", "no_id_column"),
    ] {
        let collected = read(name, text, json!({})).await;
        assert_eq!(
            (collected.states(), collected.codes()),
            (vec![ScopeState::Failed], vec![code]),
            "{text:?}"
        );
    }
    let collected = read("p.csv", HEAD, json!({"columns": ["id=Key"]})).await;
    assert_eq!(collected.codes(), ["no_column"]);
    let collected = read("p.csv", b"\xff\xfeI\0D\0", json!({})).await;
    assert_eq!(collected.codes(), ["encoding"]);
    let collected =
        read("p.csv", format!("{HEAD}1,a@b.example,Active,\n"), json!({"max_file_bytes": 10}))
            .await;
    assert_eq!(collected.codes(), ["file_too_large"]);
}

#[tokio::test]
async fn a_file_that_is_being_written_is_left_for_later() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{HEAD}1,a@acme.example,Active,\n2,b@acme.example,Active,2026-0");
    let fresh = write(&folder, "fresh.csv", &text, Duration::from_secs(5));
    let collected = read_path(&fresh, json!({})).await;
    assert_eq!(collected.codes(), ["file_changing"]);
    assert_eq!(collected.all_problems().next().unwrap().class, ProblemClass::Transient);
    // A file that has been there for long may lack its last line end.
    let whole = format!("{HEAD}1,a@acme.example,Active,\n2,b@acme.example,Active,");
    let old = write(&folder, "old.csv", whole, Duration::from_hours(1));
    read_path(&old, json!({})).await.assert_complete();
    let missing = folder.path().join("missing.csv");
    let collected = read_path(&missing, json!({})).await;
    assert_eq!(collected.codes(), ["file_unreadable"]);
    assert_eq!(collected.states(), [ScopeState::Failed]);
}

#[tokio::test]
async fn files_are_scopes_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let age = Duration::from_hours(1);
    let good = write(&folder, "a.csv", format!("{HEAD}1,a@acme.example,Active,\n"), age);
    let bad = write(&folder, "b.csv", "", age);
    let config = json!({"files": [bad, good], "realm": "acme.example"});
    let read = collect(connector(&config).as_ref(), "people", now()).await;
    let again = collect(connector(&config).as_ref(), "people", now()).await;
    assert_eq!(difference(&read, &again), None);
    assert_eq!(read.states(), [ScopeState::Failed, ScopeState::Complete]);
    let parts: Vec<_> = read.scopes.iter().map(|s| s.started.scope.part.as_str()).collect();
    assert_eq!(parts, ["b.csv", "a.csv"]);
    let report = connector(&config).check(now()).await.unwrap();
    let denied: Vec<_> = report.permissions.iter().filter(|p| p.hides.is_some()).collect();
    assert!(denied.len() == 1 && denied[0].permission.ends_with("b.csv"));
}

#[tokio::test]
async fn what_no_field_is_for_is_not_kept() {
    let text = "Employee ID,Email,Password,Salary\n1,a@acme.example,hunter2canary,hunter2canary\n";
    let collected = read("p.csv", text, json!({})).await;
    collected.assert_complete();
    assert_no_canary(&collected, "hunter2canary");
    let text = "dn: cn=a\nobjectClass: person\nentryUUID: 1\nuserPassword:: aHVudGVyMmNhbmFyeQ==\n";
    let collected = read("p.ldif", text, json!({})).await;
    collected.assert_complete();
    assert_no_canary(&collected, "hunter2canary");
}
