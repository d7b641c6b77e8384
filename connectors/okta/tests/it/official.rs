//! What Okta itself says of its answers: those it recorded for the tests of its own client, and the
//! bodies that its descriptions allow. Its newest types are those of that client; of the documents,
//! the newest that a registry has is of 2022.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use rollcall_connector::testkit::{Collected, FaultyServer, Reply};
use rollcall_testing::{Expect, NodeServer, Official, Variant, okta_recorded, python_for};
use serde_json::{Value, json};

use crate::support::{CANARY, FIRST, connector, read, with_token};

const USERS: &str = "GET /api/v1/users";
const GROUPS: &str = "GET /api/v1/groups";

/// What a script of `tests/okta` prints.
fn script(name: &str, arguments: &[&str]) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/okta").join(name);
    let mut command = Command::new(python_for("okta").unwrap());
    let output = command.arg("-B").arg(file).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The users and the groups in everything that was recorded, by id.
fn recorded() -> [BTreeMap<String, Value>; 2] {
    let folder = okta_recorded().unwrap();
    let mut found = [BTreeMap::new(), BTreeMap::new()];
    for line in script("recorded.py", &[folder.to_str().unwrap()]).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let body = line["body"].clone();
        for one in body.as_array().cloned().unwrap_or_else(|| vec![body]) {
            let Some(id) = one["id"].as_str().filter(|_| one["profile"].is_object()) else {
                continue;
            };
            let kind = usize::from(one.get("status").is_none());
            found[kind].insert(id.to_owned(), one.clone());
        }
    }
    found
}

/// What a stream says of these users and groups.
async fn serve(stream: &str, users: &[Value], groups: &[Value]) -> Collected {
    let organization = json!({"id": "00o1", "pipeline": "idx"});
    let server = FaultyServer::answering(vec![
        ("GET /.well-known/okta-organization", Reply::json(200, &organization)),
        (FIRST, Reply::json(200, &users)),
        (GROUPS, Reply::json(200, &groups)),
    ])
    .await;
    read(with_token(&server).as_ref(), stream).await
}

#[tokio::test]
async fn what_okta_recorded_is_read() {
    let found = recorded();
    let [users, groups] = found.each_ref().map(|all| all.values().cloned().collect::<Vec<_>>());
    assert!(users.len() > 30 && groups.len() > 10, "{} {}", users.len(), groups.len());
    for (stream, all) in ["users", "groups"].into_iter().zip(&found) {
        let collected = serve(stream, &users, &groups).await;
        collected.assert_complete();
        assert_eq!(collected.entities().count(), all.len(), "{stream}");
    }
    let collected = serve("users", &users, &groups).await;
    for (id, user) in &found[0] {
        let status = match user["status"].as_str().unwrap() {
            "DEPROVISIONED" => "left",
            "SUSPENDED" => "suspended",
            "STAGED" | "PROVISIONED" => "pending",
            _ => "active",
        };
        assert_eq!(collected.entity(id).attributes["status"], status, "{id}");
        let login = user["profile"]["login"].as_str().unwrap().to_lowercase();
        let emails = collected.entity(id).attributes["emails"].to_string();
        assert!(emails.contains(&login), "{login}: {emails}");
    }
}

#[tokio::test]
async fn every_body_that_okta_describes_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let types = folder.path().join("types.json");
    std::fs::write(&types, script("schemas.py", &[])).unwrap();
    for description in [Official::Okta, Official::File(types)] {
        for (operation, stream) in [(USERS, "users"), (GROUPS, "groups")] {
            let (mut names, mut bodies) = (Vec::new(), Vec::new());
            for case in description.cases(&[operation]).unwrap() {
                let Some(first) = case.body.get(0).filter(|first| first.is_object()) else {
                    continue;
                };
                // Okta promises nothing. What has no id cannot be told from others, and who has no
                // status is not taken for somebody who is here.
                let needed: &[&str] = if stream == "users" { &["id", "status"] } else { &["id"] };
                let there = |name: &&str| first.get(name).is_some_and(Value::is_string);
                if case.expect == Expect::Accept && needed.iter().all(there) {
                    let mut first = first.clone();
                    first["id"] = format!("00x{}", bodies.len()).into();
                    names.push(case.name);
                    bodies.push(first);
                }
            }
            assert!(bodies.len() > 10, "{description:?} {operation}: {}", bodies.len());
            let collected = serve(stream, &bodies, &bodies).await;
            let problems: Vec<_> = collected.all_problems().map(|p| &*p.message).collect();
            assert!(problems.is_empty(), "{description:?}: {problems:?} of {names:#?}");
            collected.assert_complete();
            assert_eq!(collected.entities().count(), bodies.len());
        }
    }
}

#[tokio::test]
async fn every_stream_reads_what_prism_makes_of_oktas_description() {
    let operations = [USERS, GROUPS, "GET /api/v1/groups/{groupId}/users"];
    let cut = Official::Okta.cut(&operations, &[Variant::OFFICIAL]).unwrap();
    assert!(cut.unknown.is_empty(), "{:?}", cut.unknown);
    let server = NodeServer::prism(&cut.file()).unwrap();
    let config = json!({"url": server.url(), "api_token": CANARY, "realm": "acme.example"});
    let connector = connector(&config);
    for stream in ["users", "groups", "group-members"] {
        let collected = read(connector.as_ref(), stream).await;
        collected.assert_complete();
        assert_eq!(collected.scopes.len(), 1, "{stream}");
        assert!(collected.entities().count() + collected.relations().count() > 0, "{stream}");
    }
}
