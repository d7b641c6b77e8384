//! Answers have the shape that GitHub describes.

use std::collections::BTreeMap;

use rollcall_testing::package_file;
use serde_json::{Map, Value, json};

use super::{Hub, serve};

/// A description in OpenAPI 3.0, from which schemas are taken.
struct Description(Value);

impl Description {
    fn load() -> Self {
        let file = package_file("@octokit/openapi/generated/ghec.json").unwrap();
        Self(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
    }

    /// The schema of what an operation answers, with everything it names.
    fn schema(&self, path: &str) -> Option<Value> {
        let answer = &self.0["paths"][path]["get"]["responses"]["200"];
        let answer = match answer["$ref"].as_str() {
            Some(name) => self.0.pointer(&name[1..]).unwrap(),
            None => answer,
        };
        let content = answer["content"].as_object()?;
        let schema =
            content.get("application/json").or_else(|| content.get("application/scim+json"))?;
        let schema = translated(&schema["schema"]);
        let mut parts = BTreeMap::new();
        self.gather(&schema, &mut parts);
        Some(json!({"allOf": [schema], "components": {"schemas": parts}}))
    }

    fn gather(&self, schema: &Value, parts: &mut BTreeMap<String, Value>) {
        match schema {
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(Value::as_str);
                if let Some(name) = name.and_then(|n| n.strip_prefix("#/components/schemas/"))
                    && !parts.contains_key(name)
                {
                    let part = translated(&self.0["components"]["schemas"][name]);
                    parts.insert(name.to_owned(), part.clone());
                    self.gather(&part, parts);
                }
                fields.values().for_each(|v| self.gather(v, parts));
            }
            Value::Array(values) => values.iter().for_each(|v| self.gather(v, parts)),
            _ => {}
        }
    }
}

/// OpenAPI 3.0 says `nullable` where JSON Schema has another type.
fn translated(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let mut out: Map<String, Value> =
                fields.iter().map(|(k, v)| (k.clone(), translated(v))).collect();
            // A property may have one of these names.
            let is_schema = |v: &Value| v.is_boolean();
            if out.get("nullable").is_some_and(is_schema)
                && out.remove("nullable") == Some(json!(true))
            {
                if let Some(Value::Array(values)) = out.get_mut("enum") {
                    values.push(Value::Null);
                }
                return json!({"anyOf": [out, {"type": "null"}]});
            }
            Value::Object(out)
        }
        Value::Array(values) => Value::Array(values.iter().map(translated).collect()),
        other => other.clone(),
    }
}

/// Paths as the description has them, and what stands in their places.
const PATHS: &[&str] = &[
    "/orgs/{org}",
    "/orgs/{org}/members",
    "/orgs/{org}/memberships/{username}",
    "/orgs/{org}/outside_collaborators",
    "/orgs/{org}/invitations",
    "/orgs/{org}/failed_invitations",
    "/orgs/{org}/teams",
    "/orgs/{org}/teams/{team_slug}",
    "/orgs/{org}/teams/{team_slug}/members",
    "/orgs/{org}/teams/{team_slug}/repos",
    "/orgs/{org}/organization-roles",
    "/orgs/{org}/organization-roles/{role_id}/users",
    "/orgs/{org}/organization-roles/{role_id}/teams",
    "/orgs/{org}/repos",
    "/orgs/{org}/installations",
    "/orgs/{org}/personal-access-tokens",
    "/orgs/{org}/personal-access-token-requests",
    "/orgs/{org}/credential-authorizations",
    "/orgs/{org}/actions/secrets",
    "/orgs/{org}/actions/secrets/{secret_name}/repositories",
    "/orgs/{org}/dependabot/secrets",
    "/orgs/{org}/codespaces/secrets",
    "/orgs/{org}/agents/secrets",
    "/orgs/{org}/actions/variables",
    "/orgs/{org}/agents/variables",
    "/orgs/{org}/private-registries",
    "/orgs/{org}/hooks",
    "/orgs/{org}/actions/runners",
    "/orgs/{org}/actions/runner-groups",
    "/orgs/{org}/actions/permissions",
    "/orgs/{org}/actions/permissions/workflow",
    "/orgs/{org}/actions/permissions/selected-actions",
    "/orgs/{org}/actions/oidc/customization/sub",
    "/orgs/{org}/properties/schema",
    "/orgs/{org}/properties/values",
    "/orgs/{org}/copilot/billing",
    "/orgs/{org}/copilot/billing/seats",
    "/orgs/{org}/copilot/coding-agent/permissions",
    "/orgs/{org}/copilot/coding-agent/permissions/repositories",
    "/orgs/{org}/secret-scanning/alerts",
    "/orgs/{org}/audit-log",
    "/scim/v2/organizations/{org}/Users",
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/collaborators",
    "/repos/{owner}/{repo}/teams",
    "/repos/{owner}/{repo}/keys",
    "/repos/{owner}/{repo}/hooks",
    "/repos/{owner}/{repo}/environments",
    "/repos/{owner}/{repo}/environments/{environment_name}/secrets",
    "/repos/{owner}/{repo}/environments/{environment_name}/variables",
    "/repos/{owner}/{repo}/actions/secrets",
    "/repos/{owner}/{repo}/actions/organization-secrets",
    "/repos/{owner}/{repo}/dependabot/secrets",
    "/repos/{owner}/{repo}/agents/secrets",
    "/repos/{owner}/{repo}/actions/variables",
    "/repos/{owner}/{repo}/actions/workflows",
    "/repos/{owner}/{repo}/actions/runs",
    "/repos/{owner}/{repo}/actions/permissions",
    "/repos/{owner}/{repo}/actions/permissions/workflow",
    "/repos/{owner}/{repo}/actions/oidc/customization/sub",
    "/repos/{owner}/{repo}/copilot/cloud-agent/configuration",
    "/repos/{owner}/{repo}/secret-scanning/alerts",
    "/repos/{owner}/{repo}/git/trees/{tree_sha}",
    "/repos/{owner}/{repo}/contents/{path}",
    "/repos/{owner}/{repo}/commits",
    "/repos/{owner}/{repo}/branches",
    "/repos/{owner}/{repo}/codeowners/errors",
    "/installation/repositories",
    "/rate_limit",
    "/meta",
];

/// The repository that has most of what a path lists.
fn repository_for(hub: &Hub, path: &str) -> String {
    let truth = hub.lab.truth();
    let all = truth["repositories"].as_object().unwrap().values();
    let length = |v: &Value| v.as_array().map_or(0, Vec::len) + v.as_object().map_or(0, Map::len);
    let part = |r: &Value| match path.rsplit('/').next().unwrap() {
        "keys" => length(&r["deploy_keys"]),
        "hooks" => length(&r["webhooks"]),
        "alerts" => length(&r["alerts"]),
        "configuration" => length(&r["mcp_servers"]),
        "runs" => length(&r["runs"]),
        "variables" => length(&r["variables"]),
        "teams" => length(&r["teams"]),
        "collaborators" => length(&r["collaborators"]),
        "secrets" if path.contains("dependabot") => length(&r["secrets"]["dependabot"]),
        "secrets" if path.contains("agents") => length(&r["secrets"]["agents"]),
        _ => length(&r["environments"]),
    };
    let production =
        |r: &&Value| r["environments"].as_array().unwrap().contains(&json!("production"));
    let found = all.filter(|r| !path.contains("environment_name") || production(r));
    found.max_by_key(|r| part(r)).unwrap()["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn answers_have_the_shape_that_github_describes() {
    let description = Description::load();
    let hub = serve(1_000).await;
    let member = hub.all(&format!("/orgs/{}/members", hub.org)).await[0]["login"].clone();
    let mut wrong = Vec::new();
    for path in PATHS {
        let asked = path
            .replace("{org}", &hub.org)
            .replace("{owner}", &hub.org)
            .replace("{repo}", &repository_for(&hub, path))
            .replace("{username}", member.as_str().unwrap())
            .replace("{team_slug}", "platform")
            .replace("{role_id}", "8132")
            .replace("{secret_name}", "ANTHROPIC_API_KEY")
            .replace("{environment_name}", "production")
            .replace("{tree_sha}", "HEAD")
            .replace("{path}", "README.md");
        let (status, _, body) = hub.get(&asked).await;
        assert_eq!(status, 200, "{asked}: {body}");
        let schema = description.schema(path).unwrap_or_else(|| panic!("{path} is not described"));
        let validator = jsonschema::validator_for(&schema).unwrap();
        for error in validator.iter_errors(&body).take(3) {
            let text: String = error.to_string().chars().take(200).collect();
            wrong.push(format!("{path} at {}: {text}", error.instance_path()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
