//! The lab's own entries, below `/_lab`: truth, counters, faults, changes.

use std::time::Duration;

use serde_json::{Value, json};

use super::ask::Reply;
use super::change::Change;
use super::faults::GitHubFault;
use super::lab::GitHubLab;
use crate::plan::LabError;

/// Answers an entry.
pub(super) async fn answer(lab: &GitHubLab, method: &str, path: &str, body: &[u8]) -> Reply {
    let sent = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match (method, path) {
        ("GET", "/_lab/truth") => Reply::ok(lab.truth()),
        ("GET", "/_lab/requests") => requests(lab),
        ("DELETE", "/_lab/requests") => {
            lab.forget_requests();
            requests(lab)
        }
        ("GET", "/_lab/faults") => faults(lab),
        ("DELETE", "/_lab/faults") => {
            lab.clear_faults();
            faults(lab)
        }
        ("POST", "/_lab/faults") => match serde_json::from_value::<GitHubFault>(sent) {
            Ok(fault) => {
                lab.inject(fault);
                faults(lab)
            }
            Err(error) => bad(&error.to_string()),
        },
        ("POST", "/_lab/latency") => {
            lab.set_latency(Duration::from_millis(sent["milliseconds"].as_u64().unwrap_or(0)));
            Reply::ok(json!({"milliseconds": sent["milliseconds"]}))
        }
        ("GET", "/_lab/webhooks") => Reply::ok(json!({"deliveries": lab.deliveries()})),
        ("POST", "/_lab/webhooks") => {
            lab.set_webhook(sent["url"].as_str().map(str::to_owned));
            Reply::ok(json!({"url": sent["url"]}))
        }
        ("POST", "/_lab/push") => {
            let text = |name: &str| sent[name].as_str().map(str::to_owned);
            match (text("repo").or_else(|| text("repository")), text("path")) {
                (Some(repository), Some(path)) => {
                    let change = Change::Push { repository, path, text: text("text") };
                    changed(lab, &change).await
                }
                _ => bad("repo and path must be said, and text unless the file is to go"),
            }
        }
        ("POST", "/_lab/change") => match serde_json::from_value::<Change>(sent) {
            Ok(change) => changed(lab, &change).await,
            Err(error) => bad(&error.to_string()),
        },
        _ => Reply::json(
            404,
            json!({
                "error": "unknown_entry",
                "message": "there are truth, requests, faults, latency, webhooks, push and change",
            }),
        ),
    }
}

async fn changed(lab: &GitHubLab, change: &Change) -> Reply {
    match lab.change(change).await {
        Ok(delivery) => Reply::ok(json!({"changed": change, "delivery": delivery})),
        Err(error) => failed(&error),
    }
}

fn requests(lab: &GitHubLab) -> Reply {
    let routes = lab.requests();
    let total: u64 = routes.values().sum();
    Reply::ok(json!({
        "total": total,
        "unchanged": lab.unchanged(),
        "most_under_way": lab.most_under_way(),
        "routes": routes,
    }))
}

fn faults(lab: &GitHubLab) -> Reply {
    Reply::ok(json!({"faults": lab.faults()}))
}

fn bad(message: &str) -> Reply {
    Reply::json(400, json!({"error": "bad_request", "message": message}))
}

fn failed(error: &LabError) -> Reply {
    let status = if matches!(error, LabError::Event(_)) { 404 } else { 502 };
    Reply::json(status, json!({"error": error.code(), "message": error.to_string()}))
}
