//! GraphQL.
use super::ask::{Ask, Reply};
use super::lab::GitHubLab;
use super::limits::Standing;
use serde_json::json;

pub(super) fn exhausted(caller: &str) -> Reply {
    let error = json!({"type": "RATE_LIMITED", "message": format!("API rate limit exceeded for {caller}.")});
    Reply::ok(json!({"errors": [error]}))
}
pub(super) fn answer(
    _ask: &Ask<'_>,
    _method: &str,
    _lab: &GitHubLab,
    _standing: &Standing,
) -> (Reply, u64) {
    (Reply::not_found(), 1)
}
