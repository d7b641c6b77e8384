//! Limits hold, and say when they end.

use std::time::Duration;

use rollcall_lab::{GitHubOptions, Limits};
use serde_json::json;

use super::{serve, serve_with};

fn limited(limits: Limits) -> GitHubOptions {
    GitHubOptions { limits, ..GitHubOptions::default() }
}

#[tokio::test]
async fn the_window_is_used_up_and_begins_anew() {
    let window = Duration::from_millis(700);
    let limits = Limits { core: 3, graphql: 2, window, ..Limits::none() };
    let hub = serve_with(400, limited(limits)).await;
    let path = format!("/orgs/{}/teams", hub.org);
    for left in [2, 1, 0] {
        let (status, headers, _) = hub.get(&path).await;
        assert_eq!(status, 200);
        assert_eq!(headers["x-ratelimit-remaining"], left.to_string().as_str());
        assert_eq!(headers["x-ratelimit-resource"], "core");
    }
    let (status, headers, body) = hub.get(&path).await;
    assert_eq!(status, 403);
    assert!(body["message"].as_str().unwrap().starts_with("API rate limit exceeded"), "{body}");
    assert_eq!(headers["x-ratelimit-remaining"], "0");
    let reset: i64 = headers["x-ratelimit-reset"].to_str().unwrap().parse().unwrap();
    let ahead = reset - hub.lab.now().seconds();
    assert!((0..=1).contains(&ahead), "{ahead}");
    // Asking how one stands is free, and GraphQL is counted by itself.
    let (status, _, standing) = hub.get("/rate_limit").await;
    assert_eq!((status, &standing["resources"]["core"]["remaining"]), (200, &json!(0)));
    for _ in 0..2 {
        assert_eq!(
            hub.query("{rateLimit{cost}}", json!({})).await.1["data"]["rateLimit"]["cost"],
            1
        );
    }
    let (status, body) = hub.query("{rateLimit{cost}}", json!({})).await;
    assert_eq!((status, body["errors"][0]["type"].as_str()), (200, Some("RATE_LIMITED")));
    // A token of somebody else is counted by itself too.
    assert_eq!(hub.get_as(&hub.lab.keys().owner_token.clone(), &path).await.0, 200);
    tokio::time::sleep(window).await;
    assert_eq!(hub.status(&path).await, 200);
}

#[tokio::test]
async fn secondary_limits_strike_and_name_a_time() {
    let limits = Limits { rest_points: 8, ..Limits::none() };
    let hub = serve_with(400, limited(limits)).await;
    let mut refused = None;
    for _ in 0..9 {
        let (status, headers, body) = hub.get("/installation/repositories?per_page=1").await;
        if status == 403 {
            assert!(body["message"].as_str().unwrap().contains("secondary rate limit"), "{body}");
            refused = Some(headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap());
        }
    }
    assert!((1..=60).contains(&refused.unwrap()));
}

#[tokio::test]
async fn no_more_than_so_many_are_answered_at_once() {
    let limits = Limits { concurrent: 4, ..Limits::none() };
    let options = GitHubOptions { latency: Duration::from_millis(150), ..limited(limits) };
    let hub = serve_with(400, options).await;
    let path = format!("/orgs/{}/teams?per_page=1", hub.org);
    let all = futures(&hub, &path, 12).await;
    let refused = all.iter().filter(|s| **s == 403).count();
    assert!(refused > 0 && refused < 12, "{all:?}");
    assert!(hub.lab.most_under_way() > 4);
    let few = futures(&hub, &path, 3).await;
    assert_eq!(few, [200, 200, 200]);
}

async fn futures(hub: &super::Hub, path: &str, count: usize) -> Vec<u16> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..count {
        let request = hub.http.get(hub.url(path)).bearer_auth(&hub.token);
        tasks.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    tasks.join_all().await
}

#[tokio::test]
async fn what_is_held_already_costs_nothing_and_only_with_the_same_token() {
    let hub = serve(400).await;
    let path = format!("/orgs/{}/members", hub.org);
    let (_, headers, _) = hub.get(&path).await;
    let tag = headers["etag"].to_str().unwrap().to_owned();
    let ask = async |token: &str| {
        let request = hub.http.get(hub.url(&path)).bearer_auth(token).header("if-none-match", &tag);
        let answer = request.send().await.unwrap();
        let used = answer.headers()["x-ratelimit-used"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), used)
    };
    let (status, used) = ask(&hub.token).await;
    assert_eq!((status, used.as_str(), hub.lab.unchanged()), (304, "1", 1));
    let other = hub.issue(json!({})).await.1["token"].as_str().unwrap().to_owned();
    let (status, used) = ask(&other).await;
    assert_eq!((status, used.as_str()), (200, "2"), "tokens of an installation share a limit");
}
