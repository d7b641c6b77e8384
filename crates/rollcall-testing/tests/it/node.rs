use std::collections::BTreeSet;
use std::net::TcpStream;

use rollcall_testing::{Bodies, Case, Expect, Links, NodeServer, Official, Variant, run_node};
use serde_json::Value;

use crate::python::ask;

const OPERATIONS: [&str; 3] =
    ["GET /orgs/{o}/members", "GET /repos/{o}/{r}/keys", "GET /orgs/{o}/no-such-thing"];

fn get(server: &NodeServer, path: &str) -> String {
    ask(server.address(), &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
}

#[test]
fn prism_plays_what_was_cut_out_of_githubs_description() {
    let cut = Official::GitHub.cut(&OPERATIONS, &[Variant::OFFICIAL]).unwrap();
    assert_eq!(cut.unknown, ["GET /orgs/{o}/no-such-thing"]);
    let server = NodeServer::prism(&cut.file()).unwrap();
    assert!(TcpStream::connect(("127.0.0.2", server.address().port())).is_err());
    let answer = get(&server, "/orgs/acme/members?role=admin&per_page=100");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("octocat"), "{answer}");
    assert!(answer.contains("Link: <https://api.github.com/resource?page=2>"), "{answer}");
    // What the description does not allow is refused.
    assert!(get(&server, "/orgs/acme/members?role=king").starts_with("HTTP/1.1 422"));
    assert!(get(&server, "/orgs/acme/teams").starts_with("HTTP/1.1 404"));

    let address = server.address();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn links_are_changed_as_asked() {
    let header = r#"<{url}/resource?page=2>; rel="next""#;
    for (links, there) in [(Links::None, false), (Links::Header(header), true)] {
        let variant = Variant { prefix: "/made", links, bodies: Bodies::Required };
        let cut = Official::GitHub.cut(&OPERATIONS, &[variant]).unwrap();
        let text = std::fs::read_to_string(cut.file()).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let answer = &value["paths"]["/made/orgs/{org}/members"]["get"]["responses"]["200"];
        assert_eq!(answer["headers"]["Link"].is_object(), there);
        assert_eq!(text.contains(&header.replace('"', "\\\"")), there);
        assert!(there || !text.contains("resource?page="));
        let made = &answer["content"]["application/json"]["examples"]["made"]["value"];
        assert!(made[0]["login"].is_string() && made[0].get("email").is_none(), "{made:#}");
    }
}

#[test]
fn bodies_are_what_the_description_allows_and_each_is_another() {
    let cases: Vec<Case> = Official::GitHub.cases(&OPERATIONS[..2]).unwrap().collect();
    let case = |name: &str| -> &Case {
        let found = cases.iter().find(|c| c.operation == OPERATIONS[1] && c.name == name);
        found.unwrap_or_else(|| panic!("no case {name}"))
    };
    assert_eq!(case("example default").body[0]["title"], "octocat@octomac");
    let full = &case("full").body;
    assert!(full[0]["added_by"].is_string() && full[0]["read_only"].is_boolean(), "{full:#}");
    assert!(case("required only").body[0].get("added_by").is_none());
    assert_eq!(case("null /0/added_by").body[0]["added_by"], Value::Null);
    assert!(case("without /0/added_by").body[0].get("added_by").is_none());
    assert_eq!(case("without /0/added_by").expect, Expect::Accept);
    assert_eq!(case("without /0/key").expect, Expect::Either);
    assert_eq!(case("empty ").body, serde_json::json!([]));
    let more = &case("unknown field in /0/x_rollcall_unknown").body;
    assert!(more[0]["x_rollcall_unknown"].is_object(), "{more:#}");

    let names: BTreeSet<_> = cases.iter().map(|c| (&c.operation, &c.name)).collect();
    assert_eq!(names.len(), cases.len());
    let error = Official::GitHub.cases(&OPERATIONS).unwrap_err().to_string();
    assert!(error.contains("not described: GET /orgs/{o}/no-such-thing"), "{error}");
}

#[test]
fn a_script_that_fails_says_why() {
    let error = run_node("no-such-script.mjs", &[]).unwrap_err().to_string();
    assert!(error.contains("no-such-script.mjs"), "{error}");
}
