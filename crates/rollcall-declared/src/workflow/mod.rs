//! GitHub Actions workflows: what starts them, what their jobs may do, whose credentials they use
//! and whose code they run.
//!
//! The rules of reading are GitHub's: `permissions` of a job replace those of the workflow, and any
//! map sets what it does not name to none; `on` may have been written as the boolean `true` by tools
//! that speak YAML 1.1; expressions are not evaluated except for a plain `env.X` or `matrix.X`.

mod agent_step;
mod context;
mod job;
mod login;
mod permission;
mod runner;
mod step;
mod tools;
mod trigger;
mod uses;

pub use agent_step::AgentStep;
pub use context::References;
pub use job::{Call, Environment, Job};
pub use login::{Login, LoginKind, Principal};
pub use permission::{Access, Permissions};
pub use runner::RunsOn;
pub use step::Step;
pub use tools::{Tool, tools};
pub use trigger::Trigger;
pub(crate) use uses::image as split_image;
pub use uses::{Target, Uses};

use crate::secret::LiteralKey;
use crate::text::{Issue, Lines, Position, Source};
use crate::tree::Node;
use crate::yaml;
use context::Context;

/// A workflow file as read.
#[derive(Clone, Debug, Default)]
pub struct Workflow {
    /// Its `name`.
    pub name: Option<String>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its own `permissions`.
    pub permissions: Permissions,
    /// What its own `env` refers to; every job sees it.
    pub references: References,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// Reads a workflow. What could be understood is returned even when issues say that something was
/// not.
#[must_use]
pub fn parse(bytes: &[u8], key: LiteralKey<'_>) -> (Workflow, Vec<Issue>) {
    let (source, mut issues) = Source::decode(bytes);
    let root = yaml::parse(source.text(), &mut issues);
    let workflow = read(&root, source.text(), key, &mut issues);
    (workflow, issues)
}

fn read(root: &Node<'_>, text: &str, key: LiteralKey<'_>, issues: &mut Vec<Issue>) -> Workflow {
    let mut context = Context::new(text, key);
    let broken = !issues.is_empty();
    if !root.is_map() {
        issues.push(Issue::hides("workflow_shape", "a workflow is a map", root.at));
        return Workflow::default();
    }
    let on = match root.entry("on") {
        Some(on) => Some(on),
        None => {
            root.entries().iter().find(|e| matches!(&*e.key, "true" | "True")).inspect(|entry| {
                let said = "`on` is written as the boolean `true`, which it is in YAML 1.1";
                issues.push(Issue::note("workflow_on_is_true", said, entry.at));
            })
        }
    };
    let triggers = match on {
        Some(on) => trigger::read(on, issues),
        None => {
            if !broken {
                issues.push(Issue::hides(
                    "workflow_without_on",
                    "no `on` says what starts it",
                    root.at,
                ));
            }
            Vec::new()
        }
    };
    context.workflow_env = context::literals(root.get("env"));
    let mut references = References::default();
    if let Some(env) = root.get("env") {
        context.collect(env, &mut references);
    }
    let permissions = permission::read(root.get("permissions"), issues);
    let jobs = match root.get("jobs") {
        Some(jobs) if jobs.is_map() => {
            jobs.entries().iter().map(|entry| job::read(entry, &mut context, issues)).collect()
        }
        Some(jobs) => {
            issues.push(Issue::hides("workflow_jobs", "`jobs` is a map of jobs", jobs.at));
            Vec::new()
        }
        None => {
            if !broken {
                issues.push(Issue::hides("workflow_without_jobs", "no `jobs`", root.at));
            }
            Vec::new()
        }
    };
    Workflow {
        name: root.get("name").and_then(Node::text).map(crate::expression::template),
        triggers,
        permissions,
        references,
        jobs,
    }
}

/// Reads the steps of a composite action, and what they refer to.
pub(crate) fn read_steps(
    node: Option<&Node<'_>>,
    text: &str,
    key: LiteralKey<'_>,
    references: &mut References,
) -> Vec<Step> {
    let context = Context::new(text, key);
    let steps: Vec<Step> = node
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|item| step::read(item, &context))
        .collect();
    for step in &steps {
        references.extend(&step.references);
    }
    steps
}

/// A step, job or trigger's lines and its own position together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Where it begins.
    pub at: Position,
    /// All its lines.
    pub lines: Lines,
}

impl Default for Span {
    fn default() -> Self {
        Self { at: Position::default(), lines: Lines::one(1) }
    }
}

impl Workflow {
    /// What a job may do with the token GitHub gives it: its own permissions, or the workflow's.
    #[must_use]
    pub fn effective_permissions<'a>(&'a self, job: &'a Job) -> &'a Permissions {
        match &job.permissions {
            Permissions::Absent => &self.permissions,
            own => own,
        }
    }

    /// Whether a job may ask for an OIDC token. Without any `permissions` the default never grants it.
    #[must_use]
    pub fn can_mint_oidc(&self, job: &Job) -> bool {
        self.effective_permissions(job).access("id-token") == Some(Access::Write)
    }
}

#[cfg(test)]
mod tests;
