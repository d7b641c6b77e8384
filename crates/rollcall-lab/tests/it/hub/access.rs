//! Who may what, and how it is refused.

use rollcall_lab::Change;
use serde_json::{Value, json};

use super::{jwt, key, serve};

#[tokio::test]
async fn what_is_missing_is_refused_as_github_refuses_it() {
    let hub = serve(400).await;
    let org = &hub.org;
    let members = format!("/orgs/{org}/members");
    assert_eq!(hub.get_as("", &members).await.0, 401);
    assert_eq!(hub.get_as("ghp_nobody", &members).await.0, 401);
    let (status, narrow) = hub.issue(json!({"permissions": {"metadata": "read"}})).await;
    assert_eq!(status, 201);
    let narrow = narrow["token"].as_str().unwrap();
    let (status, headers, body) = hub.get_as(narrow, &members).await;
    assert_eq!(
        (status, body["message"].as_str()),
        (403, Some("Resource not accessible by integration"))
    );
    assert_eq!(headers["x-accepted-github-permissions"], "members=read");
    assert_eq!(hub.get_as(narrow, &format!("/orgs/{org}/repos")).await.0, 200);
    // More than the installation has cannot be had.
    let (status, body) = hub.issue(json!({"permissions": {"contents": "write"}})).await;
    assert_eq!(status, 422, "{body}");
    // These want to write, and are refused to who reads.
    assert_eq!(hub.status(&format!("/orgs/{org}/external-groups")).await, 403);
    assert_eq!(hub.status(&format!("/repos/{org}/mono/codespaces/secrets")).await, 403);
    assert_eq!(hub.status("/orgs/somebody-else/members").await, 404);
    assert_eq!(hub.status(&format!("/repos/{org}/not-there/keys")).await, 404);
    assert_eq!(hub.status("/no/such/path").await, 404);
    let plain = reqwest::Client::new().get(hub.url(&members)).bearer_auth(&hub.token);
    assert_eq!(plain.send().await.unwrap().status().as_u16(), 403, "without a user agent");
}

#[tokio::test]
async fn tokens_of_people_have_scopes_and_no_view_of_other_peoples_tokens() {
    let hub = serve(400).await;
    let (org, keys) = (&hub.org, hub.lab.keys().clone());
    let (status, headers, me) = hub.get_as(&keys.owner_token, "/user").await;
    assert_eq!((status, me["type"].as_str()), (200, Some("User")));
    assert!(headers["x-oauth-scopes"].to_str().unwrap().contains("admin:org"));
    assert_eq!(hub.get_as(&keys.owner_token, &format!("/orgs/{org}/hooks")).await.0, 200);
    assert_eq!(hub.get_as(&keys.member_token, &format!("/orgs/{org}/hooks")).await.0, 403);
    assert_eq!(hub.get_as(&keys.member_token, &format!("/repos/{org}/mono/keys")).await.0, 403);
    assert_eq!(hub.get_as(&keys.member_token, &format!("/orgs/{org}/repos")).await.0, 200);
    let tokens = format!("/orgs/{org}/personal-access-tokens");
    assert_eq!(hub.get_as(&keys.owner_token, &tokens).await.0, 403, "Apps only");
    assert_eq!(hub.get_as(&keys.fine_token, &tokens).await.0, 403);
    assert_eq!(hub.get_as(&keys.fine_token, &format!("/orgs/{org}/members")).await.0, 200);
    assert_eq!(hub.status("/user").await, 403, "an installation is nobody");
}

#[tokio::test]
async fn only_the_apps_own_key_signs_in() {
    let hub = serve(400).await;
    let keys = hub.lab.keys().clone();
    let now = hub.lab.now().seconds();
    let good = jwt(&key(), &keys.client_id, now);
    let (status, _, app) = hub.get_as(&good, "/app").await;
    assert_eq!((status, app["slug"].as_str()), (200, Some("rollcall-reader")));
    let (_, _, installed) = hub.get_as(&good, "/app/installations").await;
    assert_eq!(installed[0]["id"], keys.installation_id);
    assert_eq!(hub.get_as(&hub.token, "/app").await.0, 401, "a token is no JWT");
    assert_eq!(hub.get_as(&good, &format!("/orgs/{}/members", hub.org)).await.0, 401);
    let other = rollcall_lab::GitHubKeys::generate().unwrap();
    assert_eq!(hub.get_as(&jwt(&other, &keys.client_id, now), "/app").await.0, 401);
    assert_eq!(hub.get_as(&jwt(&key(), "1", now), "/app").await.0, 404);
}

#[tokio::test]
async fn a_narrowed_token_sees_its_repositories_and_public_ones() {
    let hub = serve(400).await;
    let private = hub.named(|r| r["public"] == false);
    let (_, narrow) = hub.issue(json!({"repositories": [private[0]]})).await;
    assert_eq!(narrow["repository_selection"], "selected");
    let token = narrow["token"].as_str().unwrap().to_owned();
    let path = |name: &str| format!("/repos/{}/{name}", hub.org);
    assert_eq!(hub.get_as(&token, &path(&private[0])).await.0, 200);
    assert_eq!(hub.get_as(&token, &path(&private[1])).await.0, 404, "hidden, not refused");
    let (status, _) = hub.issue(json!({"repository_ids": [1]})).await;
    assert_eq!(status, 422);
    // The App itself is narrowed while a token is out.
    let change = Change::SelectRepositories { repositories: vec![private[1].clone()] };
    hub.lab.change(&change).await.unwrap();
    assert_eq!(hub.status(&path(&private[0])).await, 404);
    assert_eq!(hub.status(&path(&private[1])).await, 200);
    hub.lab.change(&Change::Suspend { suspended: true }).await.unwrap();
    let (status, _, body) = hub.get(&path(&private[1])).await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().unwrap().contains("suspended"), "{body}");
    assert_eq!(hub.issue(json!({})).await.0, 403);
}

#[tokio::test]
async fn repositories_move_empty_ones_conflict_and_deleted_ones_are_gone() {
    let hub = serve(400).await;
    let names = hub.named(|r| r["empty"] == false);
    let path = |name: &str, rest: &str| format!("/repos/{}/{name}{rest}", hub.org);
    let rename =
        Change::RenameRepository { repository: names[0].clone(), name: "renamed".to_owned() };
    hub.lab.change(&rename).await.unwrap();
    let (status, headers, body) = hub.get(&path(&names[0], "/keys")).await;
    let to = headers["location"].to_str().unwrap().to_owned();
    assert_eq!((status, body["url"].as_str()), (301, Some(to.as_str())));
    assert!(to.contains("/repositories/") && to.ends_with("/keys"), "{to}");
    assert_eq!(hub.status(&to).await, 200);
    assert_eq!(hub.status(&path("renamed", "")).await, 200);
    let transfer =
        Change::TransferRepository { repository: names[1].clone(), owner: "elsewhere".to_owned() };
    hub.lab.change(&transfer).await.unwrap();
    assert_eq!(hub.status(&path(&names[1], "")).await, 404, "the App is not installed there");
    hub.lab.change(&Change::DeleteRepository { repository: names[2].clone() }).await.unwrap();
    assert_eq!(hub.status(&path(&names[2], "")).await, 404);
    let (status, _, body) = hub.get(&path("nothing-yet", "/git/trees/HEAD")).await;
    assert_eq!((status, body["message"].as_str()), (409, Some("Git Repository is empty.")));
    let left = hub.all(&format!("/orgs/{}/repos", hub.org)).await;
    let listed: Vec<&Value> = left.iter().map(|r| &r["name"]).collect();
    assert!(listed.contains(&&json!("renamed")) && !listed.contains(&&json!(names[1])));
    assert!(
        hub.lab.change(&Change::DeleteRepository { repository: names[2].clone() }).await.is_err()
    );
}
