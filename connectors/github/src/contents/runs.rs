//! `workflow-runs`: workflows as GitHub runs them, and when they ran.

use std::collections::BTreeMap;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_model::{Endpoint, EntityKey, EntityType, Reference, Relation, Timestamp};
use rollcall_record::{ActivityRecord, Problem, Record, RelationRecord, entity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::survey;
use crate::definition::Stream;
use crate::run::{Job, Run, say_part, seen_by};
use crate::shapes::{Page, User};

/// The workflows of a repository.
pub(crate) const WORKFLOWS: &str = "GET /repos/{owner}/{repo}/actions/workflows";
/// Their runs.
pub(crate) const RUNS: &str = "GET /repos/{owner}/{repo}/actions/runs";

/// The kind of a workflow as GitHub knows it.
pub(crate) const KIND: &str = "github.workflow";
/// What a run shows.
pub(crate) const EVIDENCE: &str = "github.workflow-run";

pub(crate) const STREAM: Stream = Stream {
    name: "workflow-runs",
    title: "Workflows and their runs",
    part: Some("repository"),
    permissions: &["actions"],
    operations: &[WORKFLOWS, RUNS],
    sees: "which workflows are switched on, and on which days they ran, by which event and for whom",
    blind_spots: &[
        "Of each reading the latest hundred runs since the one before are told; of busier repositories counts are too low.",
        "Which jobs of a workflow ran is not told.",
        "GitHub forgets runs after 400 days, or sooner where so configured.",
    ],
    organization_parts: &[],
    repository_parts: &[""],
    cost: 2,
    follows_pushes: true,
    ..Stream::usual(read)
};

/// `{"workflows": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Workflows {
    workflows: ListOf<Workflow>,
}

impl Page for Workflows {
    type Item = Workflow;

    fn list(self) -> ListOf<Workflow> {
        self.workflows
    }
}

/// A workflow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Workflow {
    id: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    path: Option<String>,
    /// `active`, `disabled_manually`, `disabled_inactivity`, `disabled_fork`, `deleted`.
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    created_at: Option<Timestamp>,
}

/// `{"workflow_runs": […]}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Runs {
    workflow_runs: ListOf<WorkflowRun>,
}

impl Page for Runs {
    type Item = WorkflowRun;

    fn list(self) -> ListOf<WorkflowRun> {
        self.workflow_runs
    }
}

/// A run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorkflowRun {
    #[serde(default)]
    workflow_id: Option<u64>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    created_at: Option<Timestamp>,
    #[serde(default)]
    triggering_actor: Option<User>,
    #[serde(default)]
    actor: Option<User>,
}

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| of_repository(run, job).boxed()).boxed()
}

async fn of_repository(run: &Run<'_>, job: Job) -> Result<(), Problem> {
    let Some(mut guard) = run.scope_of(&job, &["actions"]).await? else { return Ok(()) };
    let (organization, repository) = (&job.organization, &job.repository);
    let values = job.values();
    let realm = survey::realm(&run.reading.host, repository);
    let query = [("per_page", "100")];
    let workflows = organization.list::<Workflows>(WORKFLOWS, &values, &query).await;
    let page = run.reading.host.page(&format!("{}/actions", repository.full_name));
    let said = say_part(&mut guard, workflows, |workflow, out| {
        let key = organization.key(KIND, &workflow.id.to_string())?;
        let name = workflow.name.as_deref().or(workflow.path.as_deref()).unwrap_or("a workflow");
        let seen = seen_by(WORKFLOWS, page.clone());
        let record = entity(key.clone(), EntityType::Workload, name)
            .created_at(workflow.created_at)
            .disabled(workflow.state.as_ref().map(|state| state != "active"))
            .attribute("path", &workflow.path)
            .attribute("state", &workflow.state)
            .attribute("repository", &repository.full_name)
            .evidence(seen.clone());
        out.push(Record::Entity(record));
        let holder = organization.repository_key(repository.id)?;
        let contains = RelationRecord::new(holder, Relation::Contains, &key);
        out.push(Record::Relation(contains.evidence(seen)));
        Ok(())
    })
    .await?;
    if let Some(problem) = said {
        let problem = run.failure(&job, problem).await;
        return guard.fail(problem.hides(STREAM.sees)).await;
    }
    let scope = guard.scope().clone();
    let past = run.asked.past.scope(&scope).and_then(|past| past.cursor.clone());
    let since = past.as_ref().and_then(|cursor| cursor.get("since")?.as_str().map(str::to_owned));
    let created = since.map(|day| format!(">={day}"));
    let mut query = vec![("per_page", "100"), ("exclude_pull_requests", "true")];
    query.extend(created.as_deref().map(|created| ("created", created)));
    match organization.get::<Runs>(RUNS, &values, &query).await {
        Ok(answer) => {
            let runs = answer.value.workflow_runs;
            if let Some(problem) = runs.problem(RUNS) {
                guard.problem(problem).await?;
            }
            for record in activity(
                &runs.items,
                &realm,
                |id| organization.key(KIND, &id.to_string()).ok(),
                &run.reading.host.name,
            ) {
                guard.record(record).await?;
            }
            let day = run.asked.now.to_string().chars().take(10).collect::<String>();
            guard.cursor(json!({"since": day})).await?;
            guard.finish().await
        }
        Err(problem) => {
            let problem = run.failure(&job, problem).await;
            guard.fail(problem.hides("when workflows ran")).await
        }
    }
}

/// Uses of a day that were counted.
struct Counted {
    first: Timestamp,
    last: Timestamp,
    count: u64,
}

/// Runs as activity: of the workflow, of its file and trigger, and of whoever set it off; once a day
/// and event each.
fn activity(
    runs: &[WorkflowRun],
    realm: &str,
    key: impl Fn(u64) -> Option<EntityKey>,
    host: &str,
) -> Vec<Record> {
    let mut counted: BTreeMap<(String, i64, String), (Endpoint, Counted)> = BTreeMap::new();
    for run in runs {
        let Some(at) = run.created_at else { continue };
        let event = run.event.clone().unwrap_or_default();
        let mut used: Vec<Endpoint> = Vec::new();
        used.extend(run.workflow_id.and_then(&key).map(Endpoint::from));
        let path = run.path.as_deref().map(|path| path.split('@').next().unwrap_or(path));
        if let Some(path) = path.filter(|path| path.starts_with(".github/workflows/")) {
            let of = |kind: &str, id: &str| EntityKey::new("code", realm, kind, id).ok();
            used.extend(of("code.workflow-file", path).map(Endpoint::from));
            if !event.is_empty() {
                let trigger = of("github.workflow-trigger", &format!("{path}#{event}"));
                used.extend(trigger.map(Endpoint::from));
            }
        }
        let actor = run.triggering_actor.as_ref().or(run.actor.as_ref());
        if let Some(actor) = actor.filter(|actor| actor.login != crate::map::GHOST) {
            let reference = Reference::new("github.user-id", host, &actor.id.to_string());
            used.push(reference.into());
        }
        for endpoint in used {
            let slot = counted
                .entry((endpoint.to_string(), at.day(), event.clone()))
                .or_insert_with(|| (endpoint, Counted { first: at, last: at, count: 0 }));
            slot.1.first = slot.1.first.min(at);
            slot.1.last = slot.1.last.max(at);
            slot.1.count += 1;
        }
    }
    counted
        .into_iter()
        .map(|((_, _, event), (entity, counted))| {
            let mut attributes = Map::new();
            if !event.is_empty() {
                attributes.insert("event".to_owned(), json!(event));
            }
            Record::Activity(ActivityRecord {
                entity,
                evidence: EVIDENCE.to_owned(),
                first_at: counted.first,
                last_at: counted.last,
                count: Some(counted.count),
                attributes,
            })
        })
        .collect()
}
