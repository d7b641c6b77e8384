//! Asking the service and the lab of a demo that runs, as anybody could with `curl`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use rollcall_model::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::folder::State;
use crate::failure::Failure;

/// How long a reading may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long to wait before looking again.
const AGAIN: Duration = Duration::from_millis(150);

/// What is counted before and after an event: the query and what it counts.
pub(super) const QUESTIONS: [(&str, &str); 10] = [
    ("type:identity gone:false", "identities"),
    ("type:identity gone:false class:agent", "of them AI agents"),
    ("type:person gone:false", "people in the directory"),
    ("finding:owner-missing", "nobody answers for"),
    ("finding:owner-departed", "whose owner has left"),
    ("finding:stale-unused", "not used for 90 days"),
    ("finding:stale-never-used", "made and never used"),
    ("finding:activity-unknown", "whose use cannot be seen"),
    ("type:resource finding:inventory-gap", "accounts that could not be read whole"),
    ("type:identity gone:true", "gone"),
];

/// A service and a lab.
#[derive(Clone, Debug)]
pub(super) struct Service {
    client: reqwest::Client,
    state: State,
}

/// What the service says of itself, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    shows: Option<Shows>,
    sources: BTreeMap<String, Source>,
    /// What would look gone if an answer that did not come were believed.
    pub(super) kept: Option<Kept>,
}

#[derive(Clone, Debug, Deserialize)]
struct Shows {
    current_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
struct Source {
    last_run: Option<Run>,
    running_since: Option<String>,
    queued: bool,
    error: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Run {
    run: String,
    finished_at: Option<Timestamp>,
}

/// What is kept in spite of answers that did not come.
#[derive(Clone, Debug, Deserialize, serde::Serialize)]
pub(super) struct Kept {
    /// How many entities.
    pub(super) entities: u64,
    /// How many of them are identities.
    pub(super) identities: u64,
    /// When the oldest of them was last known to be so.
    pub(super) oldest: Option<Timestamp>,
}

/// What an event did.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Happened {
    pub(super) changed: String,
    pub(super) expect: String,
}

impl Service {
    pub(super) fn new(state: State) -> Self {
        // It is on this machine: no proxy has anything to do with it.
        let client = reqwest::Client::builder().no_proxy().build().unwrap_or_default();
        Self { client, state }
    }

    /// Lets an event happen.
    pub(super) async fn event(&self, name: &str) -> Result<Happened> {
        let url = format!("{}/lab/events/{name}", self.state.lab);
        let answer = self.client.post(url).send().await.context("asking the lab")?;
        let is_done = answer.status().is_success();
        let body: Value = answer.json().await.context("reading the lab's answer")?;
        if !is_done {
            let why = body["message"].as_str().or(body["error"].as_str()).unwrap_or("refused");
            return Err(Failure::new("lab_event", why.to_owned()).into());
        }
        Ok(serde_json::from_value(body)?)
    }

    /// The counts of [`QUESTIONS`].
    pub(super) async fn counts(&self) -> Result<Vec<u64>> {
        let mut counts = Vec::with_capacity(QUESTIONS.len());
        for (query, _) in QUESTIONS {
            let answer = self.get("count", &[("q", query)]).await?;
            counts.push(answer["matched"].as_u64().unwrap_or_default());
        }
        Ok(counts)
    }

    pub(super) async fn status(&self) -> Result<Status> {
        Ok(serde_json::from_value(self.get("status", &[]).await?)?)
    }

    /// Reads every source again and waits until the service shows it.
    pub(super) async fn read_again(&self) -> Result<Status> {
        let before = self.status().await?;
        for source in before.sources.keys() {
            let url = format!("{}/api/v1/sources/{source}/sync", self.state.api);
            self.client.post(url).send().await?.error_for_status()?;
        }
        self.wait(|now| {
            now.sources.iter().all(|(name, source)| {
                let known = before.sources.get(name).and_then(|source| source.last_run.as_ref());
                let run = source.last_run.as_ref();
                source.is_idle() && run.map(|run| &run.run) != known.map(|run| &run.run)
            })
        })
        .await
    }

    /// Waits until every source was read once.
    pub(super) async fn read_once(&self) -> Result<Status> {
        self.wait(|now| now.sources.values().all(Source::is_idle)).await
    }

    /// Waits until the service is as wanted, and shows what its sources say by then.
    async fn wait(&self, is_there: impl Fn(&Status) -> bool) -> Result<Status> {
        let waiting = async {
            loop {
                if let Ok(status) = self.status().await
                    && is_there(&status)
                    && status.is_shown()
                {
                    return status;
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| {
            let message =
                "the service has not read its sources after two minutes; its log says why";
            Failure::new("too_slow", message).into()
        })
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        let url = format!("{}/api/v1/{path}", self.state.api);
        let answer = self.client.get(url).query(query).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

impl Status {
    /// What is answered is no older than what was read last.
    fn is_shown(&self) -> bool {
        let runs = self.sources.values().filter_map(|source| source.last_run.as_ref());
        let ended = runs.filter_map(|run| run.finished_at).max();
        self.shows.as_ref().is_some_and(|shows| shows.current_at >= ended)
    }
}

impl Source {
    /// Its last reading has ended, and no other goes on or waits.
    fn is_idle(&self) -> bool {
        let ended = self.last_run.as_ref().is_some_and(|run| run.finished_at.is_some());
        (ended || self.error.is_some()) && self.running_since.is_none() && !self.queued
    }
}
