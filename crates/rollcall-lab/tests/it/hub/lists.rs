//! Lists, read to their end, are the truth.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Hub, ids, kind, link, serve};

/// Lists of the organisation: path, the field that tells things apart, the kind in the truth.
const LISTS: [(&str, &str, &str); 16] = [
    ("members", "id", "member"),
    ("members?role=admin", "id", "owner"),
    ("members?filter=2fa_disabled", "id", "member_without_two_factor"),
    ("outside_collaborators", "id", "outside_collaborator"),
    ("invitations", "id", "invitation"),
    ("teams", "id", "team"),
    ("organization-roles", "id", "organization_role"),
    ("repos?type=all", "id", "repository"),
    ("installations", "id", "app_installation"),
    ("personal-access-tokens", "token_id", "personal_access_token"),
    ("personal-access-token-requests", "id", "personal_access_token_request"),
    ("credential-authorizations", "credential_id", "credential_authorization"),
    ("actions/runner-groups", "id", "runner_group"),
    ("copilot/coding-agent/permissions/repositories", "id", "coding_agent"),
    ("audit-log?include=all", "_document_id", "audit_event"),
    ("properties/values", "repository_id", "repository"),
];

fn by_pages(path: &str) -> String {
    format!("{path}{}per_page=7", if path.contains('?') { '&' } else { '?' })
}

#[tokio::test]
async fn lists_of_the_organisation_read_to_their_end_are_the_truth() {
    let hub = serve(600).await;
    let truth = hub.lab.truth();
    let mut pages = 0;
    for (path, field, name) in LISTS {
        let before: u64 = hub.lab.requests().values().sum();
        let found = hub.all(&by_pages(&format!("/orgs/{}/{path}", hub.org))).await;
        pages += hub.lab.requests().values().sum::<u64>() - before;
        let wanted: BTreeSet<String> =
            kind(&truth, name).iter().map(|id| id.trim_start_matches("repo:").to_owned()).collect();
        assert_eq!(ids(&found, field), wanted, "{path}");
        assert!(!found.is_empty(), "{path}");
    }
    assert!(pages > 60, "several pages each: {pages}");
    let seats = hub.all(&by_pages(&format!("/orgs/{}/copilot/billing/seats", hub.org))).await;
    let people: Vec<Value> = seats.iter().map(|s| s["assignee"].clone()).collect();
    assert_eq!(ids(&people, "id"), kind(&truth, "copilot_seat"));
    let reading = hub.all(&by_pages("/installation/repositories")).await;
    assert_eq!(ids(&reading, "id"), kind(&truth, "repository"));
}

/// Names with their place, of all repositories.
async fn of_repositories(hub: &Hub, part: &str, field: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let truth = hub.lab.truth();
    for (id, repository) in truth["repositories"].as_object().unwrap() {
        let name = repository["name"].as_str().unwrap();
        let path = format!("/repos/{}/{name}/{part}?per_page=1", hub.org);
        for one in hub.all(&path).await {
            let text = one[field].as_str().map_or_else(|| one[field].to_string(), str::to_owned);
            assert!(found.insert(format!("repo:{id}#{text}")));
        }
    }
    found
}

#[tokio::test]
async fn lists_of_repositories_read_to_their_end_are_the_truth() {
    let hub = serve(500).await;
    let truth = hub.lab.truth();
    let numbers = |found: BTreeSet<String>| -> BTreeSet<String> {
        found.iter().map(|f| f.split_once('#').unwrap().1.to_owned()).collect()
    };
    let keys = numbers(of_repositories(&hub, "keys", "id").await);
    assert_eq!(keys, kind(&truth, "deploy_key"));
    let environments = numbers(of_repositories(&hub, "environments", "id").await);
    assert_eq!(environments, kind(&truth, "environment"));
    let runs = numbers(of_repositories(&hub, "actions/runs", "id").await);
    assert_eq!(runs, kind(&truth, "workflow_run"));
    for store in ["actions", "dependabot", "agents"] {
        let mut found = of_repositories(&hub, &format!("{store}/secrets"), "name").await;
        let of_organisation = hub.all(&format!("/orgs/{}/{store}/secrets", hub.org)).await;
        found.extend(ids(&of_organisation, "name").iter().map(|n| format!("org#{n}")));
        let wanted = kind(&truth, &format!("{store}_secret"));
        let own: BTreeSet<String> =
            wanted.iter().filter(|w| !w.contains("/env:")).cloned().collect();
        assert_eq!(found, own, "{store}");
    }
    let mut in_environments = BTreeSet::new();
    for (id, repository) in truth["repositories"].as_object().unwrap() {
        for environment in repository["environments"].as_array().unwrap() {
            let environment = environment.as_str().unwrap();
            let encoded = environment.replace('/', "%2F");
            let name = repository["name"].as_str().unwrap();
            let path = format!("/repos/{}/{name}/environments/{encoded}/secrets", hub.org);
            for secret in hub.all(&path).await {
                let name = secret["name"].as_str().unwrap();
                in_environments.insert(format!("repo:{id}/env:{environment}#{name}"));
            }
        }
    }
    let wanted = kind(&truth, "actions_secret");
    let wanted: BTreeSet<String> = wanted.into_iter().filter(|w| w.contains("/env:")).collect();
    assert_eq!(in_environments, wanted);
    assert!(!wanted.is_empty());
}

#[tokio::test]
async fn links_name_things_by_number_and_pages_end() {
    let hub = serve(400).await;
    let (_, headers, first) =
        hub.get(&format!("/orgs/{}/repos?per_page=5&sort=full_name", hub.org)).await;
    let next = link(&headers, "next").unwrap();
    let id = hub.lab.truth()["organization"]["id"].to_string();
    assert!(next.contains(&format!("/organizations/{id}/repos?")), "{next}");
    assert!(next.contains("sort=full_name"), "{next}");
    let (status, headers, second) = hub.get(&next).await;
    assert_eq!((status, second.as_array().unwrap().len()), (200, 5));
    assert_ne!(first, second);
    assert!(link(&headers, "prev").is_some() && link(&headers, "first").is_some());
    let last = link(&headers, "last").unwrap();
    let (_, headers, _) = hub.get(&last).await;
    assert!(link(&headers, "next").is_none());
    let (status, headers, beyond) = hub.get(&format!("/orgs/{}/repos?page=9999", hub.org)).await;
    assert_eq!((status, beyond.as_array().unwrap().len()), (200, 0));
    assert!(link(&headers, "next").is_none());
    // What is asked for too large is cut, not refused.
    let (_, _, most) = hub.get(&format!("/orgs/{}/actions/variables?per_page=100", hub.org)).await;
    assert_eq!(most["variables"].as_array().unwrap().len(), 30);
    assert_eq!(hub.status(&format!("/api/v3/orgs/{}", hub.org)).await, 200);
}

#[tokio::test]
async fn canaries_stand_where_github_shows_what_nobody_should_keep() {
    let hub = serve(500).await;
    let canary = hub.lab.canary();
    let holds = async |path: &str| hub.get(path).await.2.to_string().contains(&canary);
    let org = &hub.org;
    assert!(holds(&format!("/orgs/{org}/actions/variables")).await);
    assert!(holds(&format!("/orgs/{org}/hooks")).await);
    assert!(holds(&format!("/orgs/{org}/secret-scanning/alerts")).await);
    assert!(!holds(&format!("/orgs/{org}/secret-scanning/alerts?hide_secret=true")).await);
    let agent = hub.named(|r| !r["mcp_servers"].as_array().unwrap().is_empty());
    let path = format!("/repos/{org}/{}/copilot/cloud-agent/configuration", agent[0]);
    assert!(holds(&path).await);
    assert!(!hub.lab.truth().to_string().contains(&canary), "the truth is no secret");
    assert!(!holds(&format!("/orgs/{org}/actions/secrets")).await);
}
