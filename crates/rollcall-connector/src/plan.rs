//! The requests that a reading would take, before any is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Past;

/// What a plan is made for.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// When the reading would begin.
    pub now: Timestamp,
    /// What earlier readings left behind, by stream.
    pub past: BTreeMap<String, Arc<Past>>,
}

/// The requests that reading a source now would take.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// What bounds it, one for each credential or organisation.
    pub budgets: Vec<PlanBudget>,
    /// The streams, in the order in which they are read.
    pub streams: Vec<StreamPlan>,
}

/// What bounds the requests of one credential.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlanBudget {
    /// Whose it is, such as an organisation.
    pub name: String,
    /// Requests an hour; `None` where the provider sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_hour: Option<u64>,
    /// Requests at the same time.
    pub concurrency: u32,
}

/// The requests of one stream in one realm.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StreamPlan {
    /// The stream.
    pub stream: String,
    /// The realm, by the name people know it by.
    pub realm: String,
    /// It is read before others, within the first hour.
    pub priority: bool,
    /// How many scopes would be read now.
    pub scopes: u64,
    /// How many requests that takes.
    pub requests: u64,
    /// How many requests are left for later runs.
    #[serde(default)]
    pub later: u64,
    /// What else a person should know, such as why it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Plan {
    /// The requests of all streams now.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.streams.iter().map(|stream| stream.requests).sum()
    }

    /// The requests that are left for later runs.
    #[must_use]
    pub fn later(&self) -> u64 {
        self.streams.iter().map(|stream| stream.later).sum()
    }
}
