//! The description of the API against the API: every route that it names answers in the form that it
//! says, and what it answers is right.

use serde_json::{Value, json};

use crate::hooks::key;
use crate::world::World;

/// Each described operation with requests whose answers are held against its description.
fn requests() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let (one, two) = (key("toy.key", "1").public_id(), key("toy.user", "1").public_id());
    let at = |path: &str| format!("/api/v1/{path}");
    vec![
        (
            "get",
            "/api/v1/entities",
            vec![
                at("entities"),
                at("entities?q=class:agent&sort=-name&limit=1"),
                at("entities?limit=1"),
            ],
        ),
        ("get", "/api/v1/facets", vec![at("facets"), at("facets?q=type:any&values=1")]),
        ("get", "/api/v1/count", vec![at("count"), at("count?q=owner:nobody")]),
        ("get", "/api/v1/entities/{id}", vec![at(&format!("entities/{one}"))]),
        (
            "get",
            "/api/v1/entities/{id}/neighbours",
            vec![at(&format!("entities/{one}/neighbours?limit=1"))],
        ),
        ("get", "/api/v1/path", vec![at(&format!("path?from={one}&to={two}"))]),
        ("get", "/api/v1/reach", vec![at(&format!("reach?id={one}&direction=outward"))]),
        ("get", "/api/v1/complete", vec![at("complete?q=cla")]),
        ("get", "/api/v1/coverage", vec![at("coverage"), at("coverage?gaps=true&source=toy")]),
        ("get", "/api/v1/status", vec![at("status")]),
        ("post", "/api/v1/sources/{name}/sync", vec![at("sources/toy/sync?streams=users")]),
    ]
}

/// A schema of the description that stands by itself.
fn whole(description: &Value, schema: &Value) -> Value {
    json!({"$ref": schema["$ref"], "components": description["components"]})
}

#[tokio::test]
async fn every_described_route_answers_as_described() {
    let world = World::new().await;
    let description = world.get("/api/openapi.json").await.json();
    assert_eq!(description, serde_json::to_value(rollcall_api::openapi()).unwrap());
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        described.extend(methods.map(|method| (method.clone(), path.clone())));
    }
    let requests = requests();
    let mut asked: Vec<(String, String)> =
        requests.iter().map(|(m, p, _)| ((*m).to_owned(), (*p).to_owned())).collect();
    described.sort();
    asked.sort();
    assert_eq!(described, asked, "every route has a request here");
    for (method, path, requests) in requests {
        let operation = &description["paths"][path][method];
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{path}");
        for request in requests {
            let answer = if method == "get" {
                world.get(&request).await
            } else {
                world.post(&request).await
            };
            let status = answer.status.as_str();
            let schema = &operation["responses"][status]["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "{request}: {status} is not described");
            let validator = jsonschema::validator_for(&whole(&description, schema)).unwrap();
            let body = answer.json();
            let errors: Vec<String> = validator
                .iter_errors(&body)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{request}: {errors:#?}\n{body:#}");
            undescribed(&request, &description, schema, &body);
        }
    }
}

/// Fields that are answered and not described.
fn undescribed(request: &str, description: &Value, schema: &Value, body: &Value) {
    let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap();
    let properties = description["components"]["schemas"][name]["properties"].as_object().unwrap();
    for field in body.as_object().unwrap().keys() {
        assert!(properties.contains_key(field), "{request}: {field} is not described");
    }
}

#[tokio::test]
async fn what_is_answered_is_what_was_read() {
    let world = World::new().await;
    let get = async |path: &str| world.get(&format!("/api/v1/{path}")).await.json();
    let page = get("entities").await;
    assert_eq!((page["total"].as_u64(), page["shows"]["age_seconds"].as_i64()), (Some(2), Some(0)));
    assert!(page["shows"]["sequence"].as_i64().unwrap() > 0);
    let names: Vec<_> = page["items"].as_array().unwrap().iter().map(|i| &i["name"]).collect();
    assert_eq!(names, ["user-1", "user-2"], "identities, where nothing else is asked for");

    assert_eq!(get("entities?all=true").await["total"], 4);
    let first = get("entities?q=type:any&limit=3").await;
    let next = first["next"].as_str().unwrap();
    let second = get(&format!("entities?q=type:any&limit=3&cursor={next}")).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["next"], Value::Null);

    let count = get("count?q=class:agent").await;
    assert_eq!((&count["matched"], &count["of"]), (&1.into(), &2.into()), "{count}");
    assert_eq!(count["coverage"]["scopes"], 2);
    let facets = get("facets?q=type:any").await;
    assert_eq!(facets["facets"]["type"]["distinct"], 2, "{facets}");
    assert_eq!(facets["facets"].as_object().unwrap().len(), 18);

    let (key_id, user_id) = (key("toy.key", "1").public_id(), key("toy.user", "1").public_id());
    let one = get(&format!("entities/{key_id}")).await;
    assert_eq!(one["entity"]["key"]["id"], "1");
    assert_eq!(one["relations"]["first"][0]["entity"]["id"], user_id.as_str());
    let path = get(&format!("path?from={key_id}&to={user_id}")).await;
    assert_eq!(path["paths"][0]["hops"][0][0]["relation"], "authenticates_as");
    let reach = get(&format!("reach?id={user_id}&direction=inward")).await;
    assert_eq!(reach["levels"][0]["entities"][0]["id"], key_id.as_str());
    let status = get("status").await;
    assert_eq!(status["sources"]["toy"]["schedule"], "1d");
    assert_eq!(status["sources"]["deaf"]["schedule"], Value::Null);
    assert_eq!(status["sources"].as_object().unwrap().len(), world.served().len());

    assert_eq!(world.post("/api/v1/sources/toy/sync").await.json()["queued"], "new");
    assert_eq!(world.post("/api/v1/sources/toy/sync").await.json()["queued"], "merged");
    assert_eq!(get("status").await["sources"]["toy"]["queued"], true);
    let metrics = world.get("/metrics").await;
    assert!(metrics.kind.starts_with("application/openmetrics-text"));
    for line in [
        "rollcall_snapshot_entities 4",
        "rollcall_scope_gaps{source=\"toy\"} 0",
        "rollcall_readings_total{source=\"toy\",state=\"complete\"} 1",
        "rollcall_queue_length 1",
        "rollcall_follower_failures_total 0",
        "# EOF",
    ] {
        assert!(metrics.text.lines().any(|l| l == line), "{line} is not in {}", metrics.text);
    }
}
