//! What a repository of the company holds.

use serde::Serialize;

use super::policy::Text;
use super::{Owner, Planted};

/// A repository.
#[derive(Clone, Debug, Serialize)]
pub struct Repository {
    /// The number by which others refer to it.
    pub number: u64,
    /// Its name below the organisation.
    pub name: String,
    /// Who truly answers for it.
    pub owner: Owner,
    /// The lines of `.github/CODEOWNERS`: pattern, who.
    pub codeowners: Vec<(String, Owner)>,
    /// Its workflows.
    pub workflows: Vec<Workflow>,
    /// The MCP servers of `.mcp.json`.
    pub servers: Vec<McpServer>,
    /// Agents defined in `.claude/agents`: name, tools.
    pub agents: Vec<(String, Vec<Text>)>,
    /// Whether it has `.github/actions/setup/action.yml`.
    pub composite: bool,
    /// Whether it has `CLAUDE.md`.
    pub instructions: bool,
    /// The number of the account that its deploying job enters.
    pub deploys_to: Option<u64>,
    /// What was planted.
    pub planted: Option<Planted>,
}

/// A workflow file.
#[derive(Clone, Debug, Serialize)]
pub struct Workflow {
    /// Its file's name.
    pub file: Text,
    /// Its name.
    pub name: Text,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// What starts a workflow.
#[derive(Clone, Debug, Serialize)]
pub struct Trigger {
    /// The event.
    pub event: Text,
    /// The branches it is limited to.
    pub branches: Vec<Text>,
    /// The activity types it is limited to.
    pub types: Vec<Text>,
    /// When it starts by itself.
    pub cron: Option<Text>,
}

/// A job.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// Its id.
    pub id: Text,
    /// The environment it runs in.
    pub environment: Option<Text>,
    /// What its token may do.
    pub permissions: Vec<(Text, Text)>,
    /// Its condition.
    pub condition: Option<Text>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of a job.
#[derive(Clone, Debug, Serialize)]
pub enum Step {
    /// Runs an action.
    Uses {
        /// `owner/name`.
        action: Text,
        /// The tag, branch or commit.
        reference: Text,
        /// Its inputs.
        with: Vec<(Text, String)>,
    },
    /// Runs the repository's own action.
    Local(Text),
    /// Runs a command, with secrets in its environment.
    Run(Text, Vec<(Text, Text)>),
}

/// An MCP server of `.mcp.json`.
#[derive(Clone, Debug, Serialize)]
pub struct McpServer {
    /// What the file calls it.
    pub name: Text,
    /// The npm package it is started from.
    pub package: Text,
    /// Its version.
    pub version: Option<Text>,
    /// The variable it is given, and the value that stands there.
    pub variable: Option<(Text, McpValue)>,
}

/// What stands in a configuration for a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum McpValue {
    /// `${NAME}`.
    Reference(Text),
    /// Something that looks like a token, drawn from this number.
    Literal(u64),
}

impl Workflow {
    /// Its path in the repository.
    #[must_use]
    pub fn path(&self) -> String {
        format!(".github/workflows/{}", self.file)
    }
}

impl Job {
    /// Whether it may ask for an OIDC token.
    #[must_use]
    pub fn id_token(&self) -> bool {
        self.permissions.iter().any(|(scope, level)| scope == "id-token" && level == "write")
    }

    /// The agent step it has: the action's address and its short name.
    #[must_use]
    pub fn agent(&self) -> Option<(&str, &str)> {
        self.steps.iter().find_map(|step| match step {
            Step::Uses { action, .. } if action == AGENT_ACTION => {
                Some((action.as_ref(), action.rsplit('/').next().unwrap_or_default()))
            }
            _ => None,
        })
    }
}

/// The agent that workflows run.
pub(crate) const AGENT_ACTION: &str = "anthropics/claude-code-action";

impl Repository {
    /// `organisation/name`.
    #[must_use]
    pub fn slug(&self, organization: &str) -> String {
        format!("{organization}/{}", self.name)
    }

    /// The subjects that its jobs present to clouds, by the forms that can be known.
    #[must_use]
    pub fn subjects(&self, organization: &str) -> Vec<String> {
        let slug = self.slug(organization);
        let mut all: Vec<String> = self
            .workflows
            .iter()
            .flat_map(|w| {
                w.jobs.iter().filter(|j| j.id_token()).flat_map(move |job| subjects_of(w, job))
            })
            .map(|rest| format!("repo:{slug}:{rest}"))
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// How many identities it has: subjects and agents.
    #[must_use]
    pub fn identities(&self, organization: &str) -> u64 {
        let agents = self.workflows.iter().flat_map(|w| &w.jobs).filter(|j| j.agent().is_some());
        let client = u64::from(!self.servers.is_empty());
        (self.subjects(organization).len() + agents.count() + self.agents.len()) as u64 + client
    }

    /// Who owns a path, by the last line of CODEOWNERS that matches.
    #[must_use]
    pub fn owner_of(&self, path: &str) -> Option<Owner> {
        self.rule_for(path).map(|(_, _, owner)| owner)
    }

    /// The line of CODEOWNERS that decides about a path: its number, pattern and owner.
    #[must_use]
    pub fn rule_for(&self, path: &str) -> Option<(usize, &str, Owner)> {
        let lines = self.codeowners.iter().enumerate().rev();
        let mut found = lines.filter(|(_, (pattern, _))| matches(pattern, path));
        found.next().map(|(at, (pattern, owner))| (at + 1, pattern.as_str(), *owner))
    }
}

/// The subjects of a job behind `repo:owner/name:`.
/// Source: GitHub's documentation of OIDC, default subject claims.
pub(crate) fn subjects_of(workflow: &Workflow, job: &Job) -> Vec<String> {
    if let Some(environment) = &job.environment {
        return vec![format!("environment:{environment}")];
    }
    let mut found = Vec::new();
    for trigger in &workflow.triggers {
        match trigger.event.as_ref() {
            "pull_request" => found.push("pull_request".to_owned()),
            "push" => found.extend(trigger.branches.iter().map(|b| format!("ref:refs/heads/{b}"))),
            _ => found.push("ref:refs/heads/main".to_owned()),
        }
    }
    found
}

/// The three forms that the lab writes: everything, a folder, a file.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches('/');
    pattern == "*" || pattern == path || (pattern.ends_with('/') && path.starts_with(pattern))
}
