//! Each fault strikes where it should and nowhere else.

use rollcall_lab::{Change, GitHubFault, GitHubFaultKind};
use serde_json::{Value, json};

use super::{link, serve};

#[tokio::test]
async fn faults_answer_in_githubs_words_and_strike_one_route_only() {
    let hub = serve(400).await;
    let members = "/orgs/{org}/members";
    let path = format!("/orgs/{}/members", hub.org);
    let cases = [
        (GitHubFaultKind::SecondaryLimit { retry_after: 7 }, 403, "secondary rate limit"),
        (GitHubFaultKind::PrimaryLimit, 403, "API rate limit exceeded"),
        (GitHubFaultKind::ServerError { status: 502 }, 502, "Server Error"),
        (GitHubFaultKind::NotFound, 404, "Not Found"),
        (GitHubFaultKind::Forbidden, 403, "Resource not accessible by integration"),
        (GitHubFaultKind::SsoRequired, 403, "SAML"),
        (GitHubFaultKind::Suspended, 403, "suspended"),
        (GitHubFaultKind::BadCredentials, 401, "Bad credentials"),
        (GitHubFaultKind::Unavailable, 451, "access blocked"),
    ];
    for (kind, status, message) in cases {
        hub.lab.inject(GitHubFault::at(members, kind.clone()).times(1));
        let (found, headers, body) = hub.get(&path).await;
        assert_eq!(found, status, "{kind:?}");
        assert!(body["message"].as_str().unwrap().contains(message), "{kind:?}: {body}");
        match kind {
            GitHubFaultKind::SecondaryLimit { .. } => assert_eq!(headers["retry-after"], "7"),
            GitHubFaultKind::PrimaryLimit => assert_eq!(headers["x-ratelimit-remaining"], "0"),
            GitHubFaultKind::SsoRequired => {
                assert!(headers["x-github-sso"].to_str().unwrap().starts_with("required; url="));
            }
            _ => {}
        }
        assert_eq!(hub.status(&path).await, 200, "{kind:?} strikes once");
        hub.lab.clear_faults();
    }
    hub.lab.inject(GitHubFault::at(members, GitHubFaultKind::Garbage));
    let (status, _, body) = hub.get(&path).await;
    assert_eq!((status, body), (200, Value::Null));
    assert_eq!(hub.status(&format!("/orgs/{}/teams", hub.org)).await, 200);
    hub.lab.clear_faults();
    hub.lab.inject(GitHubFault::at(members, GitHubFaultKind::Truncate));
    assert_eq!(hub.get(&path).await.2, Value::Null, "half of JSON is none");
    hub.lab.clear_faults();
    hub.lab.inject(GitHubFault::at(members, GitHubFaultKind::NullUsers));
    let (_, _, list) = hub.get(&path).await;
    let (some, none): (Vec<&Value>, Vec<&Value>) =
        list.as_array().unwrap().iter().partition(|u| u.is_object());
    assert!(!some.is_empty() && !none.is_empty());
    hub.lab.clear_faults();
    hub.lab.inject(GitHubFault::at(members, GitHubFaultKind::ForeignLink));
    let (_, headers, _) = hub.get(&format!("{path}?per_page=2")).await;
    assert!(!link(&headers, "next").unwrap().starts_with(&hub.handle.url()));
}

#[tokio::test]
async fn faults_of_repositories_strike_one_repository() {
    let hub = serve(400).await;
    let names = hub.named(|r| !r["runs"].as_array().unwrap().is_empty());
    let runs = |name: &str| format!("/repos/{}/{name}/actions/runs", hub.org);
    let route = "/repos/{owner}/{repo}/actions/runs";
    hub.lab.inject(GitHubFault::at(route, GitHubFaultKind::NotFound).of_repository(&names[0]));
    hub.lab.inject(GitHubFault::at(route, GitHubFaultKind::Ghosts).of_repository(&names[1]));
    assert_eq!(hub.status(&runs(&names[0])).await, 404);
    let (_, _, body) = hub.get(&runs(&names[1])).await;
    assert_eq!(body["workflow_runs"][0]["actor"]["login"], "ghost");
    let (_, _, body) = hub.get(&runs(&names[2])).await;
    assert_ne!(body["workflow_runs"][0]["actor"]["login"], "ghost");
    let tree = |name: &str| format!("/repos/{}/{name}/git/trees/HEAD?recursive=1", hub.org);
    let (_, _, whole) = hub.get(&tree(&names[0])).await;
    let trees = "/repos/{owner}/{repo}/git/trees/{tree_sha}";
    hub.lab.inject(GitHubFault::at(trees, GitHubFaultKind::TruncatedTree));
    let (_, _, half) = hub.get(&tree(&names[0])).await;
    assert_eq!((&whole["truncated"], &half["truncated"]), (&json!(false), &json!(true)));
    let length = |v: &Value| v["tree"].as_array().unwrap().len();
    assert!(length(&half) < length(&whole));
}

#[tokio::test]
async fn something_changes_in_the_middle_of_a_reading_once() {
    let hub = serve(400).await;
    let name = hub.named(|r| r["public"] == false)[0].clone();
    let path = format!("/repos/{}/{name}", hub.org);
    let change = Change::DeleteRepository { repository: name };
    let fault = GitHubFault::everywhere(GitHubFaultKind::Change { change }).after(2);
    let text = serde_json::to_string(&fault).unwrap();
    let posted = hub.http.post(hub.url("/_lab/faults")).body(text).send().await.unwrap();
    assert_eq!(posted.status().as_u16(), 200);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(hub.status(&path).await);
    }
    assert_eq!(seen, [200, 200, 404, 404]);
    assert_eq!(
        hub.http.post(hub.url("/_lab/faults")).body("{}").send().await.unwrap().status(),
        400
    );
}
