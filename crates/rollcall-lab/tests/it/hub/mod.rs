//! The lab's GitHub, as a client sees it.

mod access;
mod faults;
mod graphql;
mod limits;
mod lists;
mod shapes;
mod webhooks;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::HeaderMap;
use rollcall_lab::{
    Archetype, GitHubKeys, GitHubLab, GitHubOptions, Limits, ServerHandle, serve_github,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::company;

/// A GitHub that is being served, and a client with the token of its installation.
pub(crate) struct Hub {
    pub(crate) lab: Arc<GitHubLab>,
    pub(crate) handle: ServerHandle,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
    pub(crate) org: String,
}

/// One key for all tests: making one takes a while.
fn key() -> String {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| GitHubKeys::generate().unwrap()).clone()
}

/// The JWT of the App.
pub(crate) fn jwt(pem: &str, issuer: &str, made: i64) -> String {
    let body: String = pem.lines().filter(|l| !l.starts_with('-')).collect();
    let pair = KeyPair::from_der(&STANDARD.decode(body).unwrap()).unwrap();
    let part = |v: Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let claims = json!({"iat": made, "exp": made + 540, "iss": issuer});
    let message = format!("{}.{}", part(json!({"alg": "RS256", "typ": "JWT"})), part(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Serves the GitHub of a company without limits.
pub(crate) async fn serve(size: u64) -> Hub {
    serve_with(size, GitHubOptions { limits: Limits::none(), ..GitHubOptions::default() }).await
}

/// Serves the GitHub of a company.
pub(crate) async fn serve_with(size: u64, options: GitHubOptions) -> Hub {
    let options = GitHubOptions { app_key: Some(key()), ..options };
    let lab = Arc::new(GitHubLab::new(company(size, Archetype::AgentHeavyLab, 1), options));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let handle = serve_github(Arc::clone(&lab), listener).unwrap();
    let http = reqwest::Client::builder()
        .user_agent("lab-test")
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let org = lab.truth()["organization"]["login"].as_str().unwrap().to_owned();
    let mut hub = Hub { lab, handle, http, token: String::new(), org };
    hub.token = hub.issue(json!({})).await.1["token"].as_str().unwrap().to_owned();
    hub
}

impl Hub {
    /// Asks for a token of the installation.
    pub(crate) async fn issue(&self, body: Value) -> (u16, Value) {
        let keys = self.lab.keys();
        let made = self.lab.now().seconds();
        let jwt = jwt(&key(), &keys.app_id.to_string(), made);
        let path = format!("/app/installations/{}/access_tokens", keys.installation_id);
        let request = self.http.post(self.url(&path)).bearer_auth(jwt).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.handle.url())
    }

    /// Reads with a token; what is no JSON is null.
    pub(crate) async fn get_as(&self, token: &str, path: &str) -> (u16, HeaderMap, Value) {
        let url = if path.starts_with("http") { path.to_owned() } else { self.url(path) };
        let mut request = self.http.get(url);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        (status, headers, serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, HeaderMap, Value) {
        self.get_as(&self.token, path).await
    }

    pub(crate) async fn status(&self, path: &str) -> u16 {
        self.get(path).await.0
    }

    /// Everything of a list, from page to page as `Link` says.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let mut next = Some(self.url(path));
        let mut found = Vec::new();
        while let Some(url) = next {
            let (status, headers, body) = self.get(&url).await;
            assert_eq!(status, 200, "{url}: {body}");
            let list = match &body {
                Value::Object(fields) => fields.values().find(|v| v.is_array()).unwrap().clone(),
                other => other.clone(),
            };
            found.extend(list.as_array().unwrap().iter().cloned());
            next = link(&headers, "next");
        }
        found
    }

    /// Sends a query.
    pub(crate) async fn query(&self, query: &str, variables: Value) -> (u16, Value) {
        let body = json!({"query": query, "variables": variables});
        let request = self.http.post(self.url("/graphql")).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The names of the repositories that the truth says something of.
    pub(crate) fn named(&self, fits: impl Fn(&Value) -> bool) -> Vec<String> {
        let truth = self.lab.truth();
        let all = truth["repositories"].as_object().unwrap().values();
        all.filter(|r| fits(r)).map(|r| r["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// The address that `Link` gives for a relation.
pub(crate) fn link(headers: &HeaderMap, relation: &str) -> Option<String> {
    let wanted = format!("rel=\"{relation}\"");
    let links = headers.get_all("link").iter().flat_map(|v| v.to_str().unwrap().split(", "));
    let found = links
        .filter(|l| l.ends_with(&wanted))
        .map(|l| l.trim_start_matches('<').split_once('>').unwrap().0.to_owned());
    found.last()
}

/// A field of each, as text.
pub(crate) fn ids(list: &[Value], field: &str) -> BTreeSet<String> {
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let found: BTreeSet<String> = list.iter().map(|v| text(&v[field])).collect();
    assert_eq!(found.len(), list.len(), "each once");
    found
}

/// What the truth says of a kind.
pub(crate) fn kind(truth: &Value, name: &str) -> BTreeSet<String> {
    let all = truth["kinds"][name]["ids"].as_array().unwrap_or_else(|| panic!("{name}"));
    all.iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}
