//! `coding-agents`: GitHub's own coding agent: where it may work, and what it is given there.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_declared::agent::{self, clients};
use rollcall_declared::files::{Facts, FileType};
use rollcall_declared::records::{self, Place, Repository};
use rollcall_model::{Endpoint, EntityKey, EntityType, IdentityClass, Relation};
use rollcall_record::{Evidence, Problem, Record, RelationRecord, entity};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroize as _;

use super::survey;
use crate::client::Organization;
use crate::definition::Stream;
use crate::run::{Job, Run, seen_by};
use crate::shapes::SelectedRepositories;

/// Where the agent may work.
pub(crate) const PERMISSIONS: &str = "GET /orgs/{org}/copilot/coding-agent/permissions";
/// The chosen repositories.
pub(crate) const REPOSITORIES: &str =
    "GET /orgs/{org}/copilot/coding-agent/permissions/repositories";
/// What it is given in a repository.
pub(crate) const CONFIGURATION: &str =
    "GET /repos/{owner}/{repo}/copilot/cloud-agent/configuration";

/// The kind of the agent.
pub(crate) const KIND: &str = "github.coding-agent";
/// The permission that the organisation's choice takes.
const OF_ORGANIZATION: &str = "organization_copilot_agent_settings";
/// The permission that a repository's configuration takes.
/// Source: GitHub's reference of the REST interface, "Copilot agent settings".
const OF_REPOSITORY: &str = "copilot_agent_settings";
/// What stands for the configuration, which is in no file.
const PLACE: &str = "copilot-cloud-agent";

pub(crate) const STREAM: Stream = Stream {
    name: "coding-agents",
    title: "Coding agents of GitHub",
    part: Some("repository"),
    permissions: &[OF_ORGANIZATION, OF_REPOSITORY],
    operations: &[PERMISSIONS, REPOSITORIES, CONFIGURATION],
    sees: "where Copilot's coding agent may work, which MCP servers it may call there, and how it is fenced in",
    blind_spots: &[
        "Agents that are installed as Apps are told with the Apps.",
        "The tasks that were given to an agent are shown to users only.",
        "Literal values in the configuration are not kept.",
    ],
    shifting: false,
    repository_parts: &[""],
    ..Stream::usual(read)
};

/// Where the agent may work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Choice {
    /// `all`, `selected` or `none`.
    #[serde(default)]
    enabled_repositories: Option<String>,
}

/// What the agent is given in a repository.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Configuration {
    /// It may hold anything; it is parsed and dropped, and no recording has it.
    #[serde(default, skip_serializing)]
    mcp_configuration: Option<Value>,
    #[serde(default)]
    enabled_tools: Option<Value>,
    #[serde(default)]
    require_actions_workflow_approval: Option<bool>,
    #[serde(default)]
    is_firewall_enabled: Option<bool>,
    #[serde(default)]
    is_firewall_recommended_allowlist_enabled: Option<bool>,
    #[serde(default)]
    custom_allowlist: Option<Vec<String>>,
}

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    async move {
        run.each_organization(move |organization| {
            async move { of_organization(run, &organization).await }.boxed()
        })
        .await?;
        run.each_repository(move |job| of_repository(run, job).boxed()).await
    }
    .boxed()
}

async fn of_organization(run: &Run<'_>, organization: &Organization) -> Result<(), Problem> {
    let own = organization.own_key()?;
    let guard = run.scope_with(organization, "", own.clone(), &[OF_ORGANIZATION]).await?;
    let Some(mut guard) = guard else { return Ok(()) };
    let values = [("org", organization.login.as_str())];
    let choice = match organization.get::<Choice>(PERMISSIONS, &values, &[]).await {
        Ok(answer) => answer.value,
        Err(problem) => return guard.fail(problem.hides(STREAM.sees)).await,
    };
    let enabled = choice.enabled_repositories.as_deref();
    let key = organization.key(KIND, "org")?;
    let page = format!("organizations/{}/settings/copilot/coding_agent", organization.login);
    let seen = seen_by(PERMISSIONS, organization.host.page(&page));
    let name = format!("Copilot coding agent in {}", organization.login);
    let record = entity(key.clone(), EntityType::Identity, name)
        .class(IdentityClass::Agent)
        .disabled(enabled.map(|enabled| enabled == "none"))
        .attribute("product", "GitHub Copilot")
        .attribute("enabled_repositories", enabled)
        .evidence(seen.clone());
    guard.entity(record).await?;
    let access = |to: EntityKey| {
        let relation = RelationRecord::new(&key, Relation::CanAccess, to);
        relation.attribute("level", "write").evidence(seen.clone())
    };
    match enabled {
        Some("all") => guard.relation(access(own)).await?,
        Some("selected") => {
            let query = [("per_page", "100")];
            let listed =
                organization.list::<SelectedRepositories>(REPOSITORIES, &values, &query).await;
            for repository in &listed.items {
                guard.relation(access(organization.repository_key(repository.id)?)).await?;
            }
            if let Some(problem) = listed.problem("the repositories it may work in") {
                return guard.fail(problem).await;
            }
        }
        _ => {}
    }
    guard.finish().await
}

async fn of_repository(run: &Run<'_>, job: Job) -> Result<(), Problem> {
    let Some(mut guard) = run.scope_of(&job, &[OF_REPOSITORY]).await? else { return Ok(()) };
    let (organization, repository) = (&job.organization, &job.repository);
    let found = organization.get::<Configuration>(CONFIGURATION, &job.values(), &[]).await;
    let configuration = match found {
        Ok(answer) => answer.value,
        Err(problem) => {
            let problem = run.failure(&job, problem).await;
            return guard.fail(problem.hides(STREAM.sees)).await;
        }
    };
    let key = organization.key(KIND, &format!("repo:{}", repository.id))?;
    let page = format!("{}/settings/copilot/coding_agent", repository.full_name);
    let seen = seen_by(CONFIGURATION, organization.host.page(&page));
    let tools = configuration.enabled_tools.as_ref().and_then(Value::as_object);
    let on = |(name, on): (&String, &Value)| (on == &Value::Bool(true)).then(|| name.clone());
    let record = entity(
        key.clone(),
        EntityType::Identity,
        format!("Copilot coding agent in {}", repository.full_name),
    )
    .class(IdentityClass::Agent)
    .attribute("product", "GitHub Copilot")
    .attribute("tools", tools.map(|tools| tools.iter().filter_map(on).collect::<Vec<_>>()))
    .attribute("workflow_approval", configuration.require_actions_workflow_approval)
    .attribute("firewall", configuration.is_firewall_enabled)
    .attribute("recommended_allowlist", configuration.is_firewall_recommended_allowlist_enabled)
    .attribute("allowlist", &configuration.custom_allowlist)
    .evidence(seen.clone());
    guard.entity(record).await?;
    let access =
        RelationRecord::new(&key, Relation::CanAccess, organization.repository_key(repository.id)?)
            .attribute("level", "write")
            .evidence(seen.clone());
    guard.relation(access).await?;
    if let Some(mut written) = configuration.mcp_configuration.filter(|v| !v.is_null()) {
        let named = survey::named(&run.reading.host, repository, None);
        let servers = servers(run, &named, &written, &key, &seen);
        wipe(&mut written);
        let (records, problems) = servers;
        for record in records {
            guard.record(record).await?;
        }
        for problem in problems {
            guard.problem(problem).await?;
        }
    }
    guard.finish().await
}

/// The MCP servers of a configuration, as what the agent may call.
fn servers(
    run: &Run<'_>,
    repository: &Repository,
    written: &Value,
    agent: &EntityKey,
    seen: &Evidence,
) -> (Vec<Record>, Vec<Problem>) {
    let Some(kind) = clients::in_repository(".github/mcp.json") else {
        return (Vec::new(), Vec::new());
    };
    // It comes as JSON, or as a text with JSON in it.
    let text = match written {
        Value::String(text) => zeroize::Zeroizing::new(text.clone()),
        other => zeroize::Zeroizing::new(other.to_string()),
    };
    let key = run.reading.contents.literal_key();
    let (config, issues) = agent::parse(text.as_bytes(), &kind, key);
    let place = Place { repository, path: PLACE, commit: None };
    let declared =
        records::declared(&Facts::Config(kind, config), place, FileType::Config(kind)).records;
    let records = declared.into_iter().filter_map(|record| of_agent(record, agent, seen)).collect();
    let problems = issues.iter().map(|issue| issue.problem(PLACE, None)).collect();
    (records, problems)
}

/// A declared record as one of this agent: it stands in the place of the client's.
fn of_agent(record: Record, agent: &EntityKey, seen: &Evidence) -> Option<Record> {
    match record {
        Record::Entity(mut found) if found.key.kind.as_str() != "code.agent" => {
            found.evidence = vec![seen.clone()];
            Some(Record::Entity(found))
        }
        Record::Relation(mut relation) if relation.relation != Relation::Declares => {
            if matches!(&relation.from, Endpoint::Key(key) if key.kind.as_str() == "code.agent") {
                relation.from = agent.clone().into();
            }
            relation.evidence = vec![seen.clone()];
            Some(Record::Relation(relation))
        }
        _ => None,
    }
}

/// Overwrites every text of a value.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        _ => {}
    }
}
