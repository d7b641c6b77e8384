//! GraphQL says the same as REST, costs what it should, and fails as it should.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use rollcall_lab::{GitHubFault, GitHubFaultKind};
use rollcall_testing::package_file;
use serde_json::{Value, json};

use super::{Hub, ids, kind, serve};

const BATCH: &str = r#"query($o: String!, $n: Int!, $c: String) {
  rateLimit { cost remaining nodeCount }
  organization(login: $o) {
    repositories(first: $n, after: $c, orderBy: {field: PUSHED_AT, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id databaseId name isArchived pushedAt visibility
        defaultBranchRef { name target { oid } }
        wf: object(expression: "HEAD:.github/workflows") {
          ... on Tree { oid entries { name oid object { ... on Blob { byteSize isTruncated text } } } }
        }
        co: object(expression: "HEAD:.github/CODEOWNERS") { ... on Blob { oid text } }
        deployKeys(first: 50) { nodes { id title readOnly } }
        environments(first: 20) { nodes { name databaseId } }
      }
    }
  }
}"#;

async fn repositories(hub: &Hub, size: u64) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({"o": hub.org, "n": size, "c": cursor});
        let (status, body) = hub.query(BATCH, variables).await;
        assert_eq!((status, &body["errors"]), (200, &Value::Null), "{body}");
        let page = &body["data"]["organization"]["repositories"];
        found.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], found.len());
            return found;
        }
        cursor = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn repositories_keys_environments_and_files_are_the_truth() {
    let hub = serve(500).await;
    let truth = hub.lab.truth();
    let found = repositories(&hub, 25).await;
    assert_eq!(ids(&found, "databaseId"), kind(&truth, "repository"));
    let mut texts = 0;
    for repository in &found {
        let wanted = &truth["repositories"][repository["databaseId"].to_string()];
        let count = |v: &Value| v.as_array().unwrap().len();
        assert_eq!(count(&repository["deployKeys"]["nodes"]), count(&wanted["deploy_keys"]));
        assert_eq!(count(&repository["environments"]["nodes"]), count(&wanted["environments"]));
        assert_eq!(repository["defaultBranchRef"]["target"]["oid"], wanted["head"]);
        for entry in repository["wf"]["entries"].as_array().into_iter().flatten() {
            let path = format!(".github/workflows/{}", entry["name"].as_str().unwrap());
            assert_eq!(entry["oid"], wanted["files"][&path], "{path}");
            let text = entry["object"]["text"].as_str().unwrap();
            assert_eq!(entry["object"]["byteSize"], text.len());
            texts += 1;
        }
    }
    assert!(texts > 50);
    let last: Vec<&Value> = found.iter().filter(|r| r["pushedAt"].is_null()).collect();
    assert_eq!(last.len(), 1, "the empty one has no push and no branch");
    assert!(last[0]["defaultBranchRef"].is_null() && last[0]["wf"].is_null());
}

#[tokio::test]
async fn rest_and_graphql_show_the_same_file() {
    let hub = serve(400).await;
    let name = &hub.named(|r| r["empty"] == false)[0];
    let (_, _, file) = hub.get(&format!("/repos/{}/{name}/contents/README.md", hub.org)).await;
    let oid = file["sha"].as_str().unwrap();
    let query = r"query($o: String!, $r: String!, $id: GitObjectID!) {
      repository(owner: $o, name: $r) { object(oid: $id) { id oid ... on Blob { text } } }
    }";
    let (_, body) = hub.query(query, json!({"o": hub.org, "r": name, "id": oid})).await;
    let object = &body["data"]["repository"]["object"];
    assert_eq!(object["oid"], oid);
    assert_eq!(object["text"], format!("# {name}\n"));
    let node = r"query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Blob { oid } } }";
    let (_, body) = hub.query(node, json!({"ids": [object["id"], "R_nonsense"]})).await;
    assert_eq!(body["data"]["nodes"][0]["oid"], oid);
    assert_eq!(
        (&body["data"]["nodes"][1], body["errors"][0]["type"].as_str()),
        (&Value::Null, Some("NOT_FOUND"))
    );
}

#[tokio::test]
async fn people_of_single_sign_on_are_linked_to_accounts() {
    let hub = serve(400).await;
    let query = r"query($o: String!, $c: String) { organization(login: $o) { samlIdentityProvider {
      externalIdentities(first: 7, after: $c) {
        pageInfo { hasNextPage endCursor }
        edges { node { guid samlIdentity { nameId } scimIdentity { username } user { login databaseId } } }
      } } } }";
    let (mut linked, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let (_, body) = hub.query(query, json!({"o": hub.org, "c": cursor})).await;
        let page = &body["data"]["organization"]["samlIdentityProvider"]["externalIdentities"];
        for edge in page["edges"].as_array().unwrap() {
            if edge["node"]["user"].is_object() {
                linked.push(edge["node"]["user"].clone());
            }
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        cursor = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(ids(&linked, "databaseId"), kind(&hub.lab.truth(), "external_identity"));
}

#[tokio::test]
async fn queries_that_github_would_refuse_are_refused() {
    let hub = serve(400).await;
    let org = &hub.org;
    let of = |inside: &str| format!("{{organization(login: \"{org}\") {{ {inside} }}}}");
    let error = async |query: &str| {
        let (status, body) = hub.query(query, json!({})).await;
        assert_eq!(status, 200, "{body}");
        (body["errors"][0]["type"].clone(), body["errors"][0]["message"].clone())
    };
    let (_, body) = hub.query(&of("secretsOfAll"), json!({})).await;
    let unknown = "type `Organization` does not have a field `secretsOfAll`";
    assert!(body["errors"].to_string().contains(unknown) && body["data"].is_null(), "{body}");
    assert_eq!(error(&of("repositories { totalCount }")).await.0, "MISSING_PAGINATION_BOUNDARIES");
    assert_eq!(
        error(&of("repositories(first: 101) { totalCount }")).await.0,
        "EXCESSIVE_PAGINATION"
    );
    let (kind, message) = error("{organization(login: \"nobody\") { id }}").await;
    assert_eq!(kind, "NOT_FOUND");
    assert_eq!(message, "Could not resolve to an Organization with the login of 'nobody'.");
    let deep = "repositories(first: 100) { nodes { environments(first: 100) { nodes { protectionRules(first: 100) { nodes { type } } } } } }";
    assert_eq!(error(&of(deep)).await.0, "MAX_NODE_LIMIT_EXCEEDED");
    let (_, body) = hub.query(BATCH, json!({"o": org, "n": 25, "c": null})).await;
    assert_eq!(body["data"]["rateLimit"]["cost"], 1, "1 + 25 + 25 connections are one point");
    let (_, narrow) = hub.issue(json!({"permissions": {"metadata": "read"}})).await;
    let body = json!({"query": of("membersWithRole(first: 1) { totalCount }")});
    let request =
        hub.http.post(hub.url("/api/graphql")).bearer_auth(narrow["token"].as_str().unwrap());
    let body: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["errors"][0]["type"], "FORBIDDEN", "{body}");
}

#[tokio::test]
async fn large_queries_time_out_smaller_ones_do_not_and_parts_can_be_missing() {
    let hub = serve(400).await;
    let above = GitHubFaultKind::GraphqlTimeout { above: 800 };
    hub.lab.inject(GitHubFault::at("/graphql", above));
    let ask = async |n: u64| hub.query(BATCH, json!({"o": hub.org, "n": n, "c": null})).await;
    assert_eq!(ask(25).await.0, 502);
    assert_eq!(ask(10).await.0, 200);
    hub.lab.clear_faults();
    hub.lab.inject(GitHubFault::at("/graphql", GitHubFaultKind::GraphqlPartial { every: 4 }));
    let (status, body) = ask(8).await;
    let nodes = body["data"]["organization"]["repositories"]["nodes"].as_array().unwrap();
    assert_eq!((status, nodes.iter().filter(|n| n.is_null()).count()), (200, 2));
    assert_eq!(body["errors"].as_array().unwrap().len(), 2);
    assert_eq!(body["errors"][0]["path"][2], "nodes");
}

/// Every type, field, argument and value of the lab's schema is one of GitHub's, with its type.
#[test]
fn the_schema_is_part_of_githubs() {
    let parts = ["people", "repositories", "git", "words"];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/github/graphql");
    let text = |part: &&str| std::fs::read_to_string(format!("{folder}/{part}.graphql")).unwrap();
    let ours: String = parts.iter().map(text).collect();
    let theirs = package_file("@octokit/graphql-schema/schema.graphql").unwrap();
    let theirs = Schema::parse(std::fs::read_to_string(theirs).unwrap(), "theirs");
    // It says some things twice; the first is kept.
    let theirs = theirs.unwrap_or_else(|found| found.partial);
    let ours = Schema::parse_and_validate(ours, "ours").unwrap();
    let mut fields = 0;
    for (name, kind) in ours.types.iter().filter(|(n, t)| !t.is_built_in() && !n.starts_with("__"))
    {
        let other = theirs.types.get(name).unwrap_or_else(|| panic!("{name}"));
        let named = |t: &ExtendedType| -> Vec<(String, String)> {
            let of = |all: &apollo_compiler::collections::IndexMap<
                _,
                apollo_compiler::schema::Component<apollo_compiler::ast::FieldDefinition>,
            >| {
                all.iter()
                    .map(|(n, f): (&apollo_compiler::Name, _)| {
                        let arguments = f.arguments.iter().map(|a| format!("{}: {}", a.name, a.ty));
                        (n.to_string(), format!("{} {:?}", f.ty, arguments.collect::<Vec<_>>()))
                    })
                    .collect()
            };
            match t {
                ExtendedType::Object(o) => of(&o.fields),
                ExtendedType::Interface(i) => of(&i.fields),
                ExtendedType::Enum(e) => {
                    e.values.keys().map(|v| (v.to_string(), String::new())).collect()
                }
                ExtendedType::InputObject(i) => {
                    i.fields.iter().map(|(n, f)| (n.to_string(), f.ty.to_string())).collect()
                }
                ExtendedType::Union(u) => {
                    u.members.iter().map(|m| (m.to_string(), String::new())).collect()
                }
                ExtendedType::Scalar(_) => Vec::new(),
            }
        };
        let known = named(other);
        for field in named(kind) {
            assert!(known.contains(&field), "{name}: {field:?}");
            fields += 1;
        }
    }
    assert!(fields > 300, "{fields}");
}
