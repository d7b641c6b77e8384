//! The lab's directory over SCIM and as Okta.

use std::collections::BTreeSet;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use rollcall_lab::{
    Archetype, DirectoryFault, DirectoryFaultKind, DirectoryLab, DirectoryOptions, ServerHandle,
    serve_directory,
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::company;
use crate::hub::link;

struct Directory {
    lab: Arc<DirectoryLab>,
    handle: ServerHandle,
    http: reqwest::Client,
}

async fn serve(options: DirectoryOptions) -> Directory {
    let lab = Arc::new(DirectoryLab::new(company(1_500, Archetype::RegulatedBank, 1), options));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let handle = serve_directory(Arc::clone(&lab), listener).unwrap();
    Directory { lab, handle, http: reqwest::Client::new() }
}

impl Directory {
    async fn get(&self, path: &str) -> (u16, HeaderMap, Value) {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.handle.url())
        };
        let scheme = if url.contains("/api/v1") { "SSWS" } else { "Bearer" };
        let request =
            self.http.get(url).header("authorization", format!("{scheme} {}", self.lab.token()));
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    /// All users over SCIM, and what the first page says is their number.
    async fn scim(&self, count: usize) -> (Vec<String>, usize) {
        let (mut found, mut start, mut total) = (Vec::new(), 1, None);
        loop {
            let (status, _, body) =
                self.get(&format!("/scim/v2/Users?startIndex={start}&count={count}")).await;
            assert_eq!(status, 200);
            let total = *total.get_or_insert(body["totalResults"].as_u64().unwrap() as usize);
            let page = body["Resources"].as_array().unwrap();
            found.extend(page.iter().map(|u| u["id"].as_str().unwrap().to_owned()));
            start += count;
            if start > total {
                return (found, total);
            }
        }
    }

    async fn okta(&self, path: &str) -> Vec<Value> {
        let (mut next, mut found) = (Some(path.to_owned()), Vec::new());
        while let Some(path) = next {
            let (status, headers, body) = self.get(&path).await;
            assert_eq!(status, 200, "{path}: {body}");
            found.extend(body.as_array().unwrap().iter().cloned());
            next = link(&headers, "next");
        }
        found
    }

    fn wanted(&self, field: &str, fits: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let truth = self.lab.truth();
        let people = truth["people"].as_array().unwrap().iter();
        people
            .filter(|p| fits(p["status"].as_str().unwrap()))
            .map(|p| p[field].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn scim_read_to_its_end_is_everybody_once() {
    let directory = serve(DirectoryOptions::default()).await;
    let wanted = directory.wanted("scim", |_| true);
    for count in [7, 100, 1_000] {
        let (found, total) = directory.scim(count.min(100)).await;
        assert_eq!((found.len(), total), (wanted.len(), wanted.len()));
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    }
    let (_, _, none) = directory.get("/scim/v2/Users?count=0").await;
    assert_eq!(
        (none["totalResults"].as_u64().unwrap() as usize, &none["Resources"]),
        (wanted.len(), &serde_json::json!([]))
    );
    let (_, _, configuration) = directory.get("/scim/v2/ServiceProviderConfig").await;
    assert_eq!(configuration["filter"]["supported"], true);
    let (_, _, page) = directory.get("/scim/v2/Users?count=1&startIndex=3").await;
    let name = page["Resources"][0]["userName"].as_str().unwrap();
    let (_, _, one) = directory.get(&format!("/scim/v2/Users?filter=userName eq \"{name}\"")).await;
    assert_eq!(one["Resources"], page["Resources"]);
    let id = page["Resources"][0]["id"].as_str().unwrap();
    assert_eq!(directory.get(&format!("/scim/v2/Users/{id}")).await.2, page["Resources"][0]);
    let (status, _, body) = directory.get("/scim/v2/Users?filter=title sw \"x\"").await;
    assert_eq!((status, body["scimType"].as_str()), (400, Some("invalidFilter")));
    let groups = directory.get("/scim/v2/Groups").await.2;
    let members: usize = groups["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["members"].as_array().unwrap().len())
        .sum();
    let here = directory.wanted("scim", |s| s == "active" || s == "on_leave");
    assert_eq!(members, here.len(), "everybody who is here is in one team");
}

#[tokio::test]
async fn okta_lists_who_was_deprovisioned_only_when_asked() {
    let directory = serve(DirectoryOptions::default()).await;
    let ids = |list: &[Value]| -> BTreeSet<String> {
        list.iter().map(|u| u["id"].as_str().unwrap().to_owned()).collect()
    };
    let plain = directory.okta("/api/v1/users?limit=10").await;
    assert_eq!(ids(&plain), directory.wanted("okta", |s| s != "left"));
    let gone = directory.okta("/api/v1/users?limit=10&search=status eq \"DEPROVISIONED\"").await;
    assert_eq!(ids(&gone), directory.wanted("okta", |s| s == "left"));
    assert!(!gone.is_empty());
    let both =
        directory.okta("/api/v1/users?filter=status eq \"DEPROVISIONED\" or status pr").await;
    assert_eq!(ids(&both), directory.wanted("okta", |_| true));
    let (status, _, body) = directory.get("/api/v1/users?search=nonsense").await;
    assert_eq!((status, body["errorCode"].as_str()), (400, Some("E0000031")));
    let groups = directory.okta("/api/v1/groups?limit=3").await;
    let id = groups[0]["id"].as_str().unwrap();
    let members = directory.okta(&format!("/api/v1/groups/{id}/users?limit=2")).await;
    let one = members[0]["id"].as_str().unwrap();
    let of = directory.okta(&format!("/api/v1/users/{one}/groups")).await;
    assert_eq!(of, [groups[0].clone()]);
}

#[tokio::test]
async fn half_a_directory_and_shifting_pages_say_nothing_of_it() {
    let directory = serve(DirectoryOptions::default()).await;
    let (whole, _) = directory.scim(10).await;
    directory.lab.inject(DirectoryFault::everywhere(DirectoryFaultKind::HalfPeople));
    let (half, total) = directory.scim(10).await;
    assert_eq!((half.len(), total), (whole.len().div_ceil(2), whole.len().div_ceil(2)));
    directory.lab.clear_faults();
    directory.lab.inject(DirectoryFault::everywhere(DirectoryFaultKind::ShiftingPages));
    let (shifted, total) = directory.scim(10).await;
    assert!(total == whole.len() && shifted.len() < whole.len());
    let url = format!("{}/_lab/faults", directory.handle.url());
    directory.http.delete(&url).send().await.unwrap();
    let fault = r#"{"path":"/scim/v2/Users","fault":"server_error","times":1}"#;
    assert_eq!(directory.http.post(&url).body(fault).send().await.unwrap().status(), 200);
    assert_eq!(directory.get("/scim/v2/Groups").await.0, 200);
    assert_eq!(directory.get("/scim/v2/Users").await.0, 500);
    assert_eq!(directory.get("/scim/v2/Users").await.0, 200);
    let unknown = directory.http.get(format!("{}/scim/v2/Users", directory.handle.url()));
    assert_eq!(unknown.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn okta_limits_a_minute() {
    let options = DirectoryOptions { okta_per_minute: 2, ..DirectoryOptions::default() };
    let directory = serve(options).await;
    for left in ["1", "0"] {
        let (status, headers, _) = directory.get("/api/v1/users").await;
        assert_eq!((status, headers["x-rate-limit-remaining"].to_str().unwrap()), (200, left));
    }
    let (status, headers, body) = directory.get("/api/v1/users").await;
    assert_eq!((status, body["errorCode"].as_str()), (429, Some("E0000047")));
    assert!(headers.contains_key("x-rate-limit-reset"));
}
