//! A SCIM server that other people wrote, filled by our script and compared with what it says it
//! made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use rollcall_connector::testkit::{Collected, assert_declared, collect};
use rollcall_model::{Relation, ScopeState};
use rollcall_testing::{PythonModule, PythonServer, python_for};
use serde_json::{Value, json};

use crate::support::{attribute, connector, leads_to, now};

const TOKEN: &str = "hunter2canary";

/// A server that gives at most seven entries a page.
fn server(folder: &Path) -> PythonServer {
    let no = json!({"supported": false});
    let limits = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "filter": {"supported": true, "maxResults": 7},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "patch": no, "changePassword": no, "sort": no, "etag": no, "authenticationSchemes": [],
    });
    let file = folder.join("limits.json");
    std::fs::write(&file, limits.to_string()).unwrap();
    PythonServer::start(&PythonModule::scim(TOKEN, &file)).unwrap()
}

/// Fills it; what was made, by id.
fn fill(server: &PythonServer) -> Value {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/people/fill_scim.py");
    let out = Command::new(python_for("scim2_server").unwrap())
        .arg("-B")
        .arg(script)
        .args(["--url", &format!("{}/v2", server.url()), "--token", TOKEN])
        .args(["--users", "25", "--groups", "4"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

async fn read(server: &PythonServer, token: &str, stream: &str) -> Collected {
    let url = format!("{}/v2", server.url());
    let connector =
        connector(&json!({"scim_url": url, "scim_token": token, "realm": "acme.example"}));
    let collected = collect(connector.as_ref(), stream, now()).await;
    assert_declared(connector.definition(), &collected);
    collected
}

#[tokio::test]
async fn another_server_is_read_page_by_page_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let truth = fill(&server);
    let (people, teams) =
        (&truth["users"].as_object().unwrap(), truth["groups"].as_object().unwrap());

    let users = read(&server, TOKEN, "users").await;
    users.assert_complete();
    let ids: BTreeSet<&str> = users.entities().map(|e| &*e.key.id).collect();
    assert_eq!(ids, people.keys().map(String::as_str).collect());
    for (id, user) in people.iter() {
        assert_eq!(attribute(&users, id, "email"), user["email"]);
        assert_eq!(attribute(&users, id, "employment"), user["employment"]);
        assert_eq!(attribute(&users, id, "department"), "Engineering");
        assert_eq!(users.entity(id).disabled.map(|off| !off), user["active"].as_bool());
        let manager: Vec<&str> = user["manager"].as_str().into_iter().collect();
        assert_eq!(leads_to(&users, id, Relation::ReportsTo), manager);
    }

    let groups = read(&server, TOKEN, "groups").await;
    groups.assert_complete();
    assert_eq!(groups.entities().count(), teams.len());
    let mut members: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for member in people.keys().chain(teams.keys()) {
        for team in leads_to(&groups, member, Relation::MemberOf) {
            members.entry(team).or_default().insert(member);
        }
    }
    for (id, team) in teams {
        assert_eq!(groups.entity(id).name, team["name"]);
        let expected = team["members"].as_array().unwrap().iter().filter_map(Value::as_str);
        assert_eq!(members[id], expected.collect());
    }
}

#[tokio::test]
async fn a_token_that_the_server_does_not_know_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    fill(&server);
    let users = read(&server, "another", "users").await;
    assert_eq!(users.states(), [ScopeState::Forbidden], "{:?}", users.codes());
    assert_eq!(users.entities().count(), 0);
}
