//! Jobs.

use std::collections::BTreeMap;

use crate::expression;
use crate::text::{Issue, Position};
use crate::tree::{Entry, Node, Value};
use crate::workflow::context::{self, Context, References};
use crate::workflow::permission::{self, Permissions};
use crate::workflow::runner::{self, RunsOn};
use crate::workflow::step::{self, Step};
use crate::workflow::uses::{self, Target, Uses};
use crate::workflow::{Span, Tool};

/// A job of a workflow.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Its key under `jobs`.
    pub id: String,
    /// Its `name`, with expressions as templates.
    pub name: Option<String>,
    /// Its lines.
    pub span: Span,
    /// Its own `permissions`.
    pub permissions: Permissions,
    /// The deployment environment it runs in.
    pub environment: Option<Environment>,
    /// Where it runs.
    pub runs_on: RunsOn,
    /// The jobs it waits for.
    pub needs: Vec<String>,
    /// What its `if` looks at, out of what guards against strangers: `author_association`,
    /// `actor`, `label`, `fork`.
    pub gates: Vec<String>,
    /// Its `if` is never true: it is switched off.
    pub disabled: bool,
    /// The workflow it calls instead of having steps.
    pub call: Option<Call>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// The images of its container and services.
    pub images: Vec<Uses>,
    /// What anything in it refers to.
    pub references: References,
}

/// A deployment environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Environment {
    /// Its name; a template where it is computed.
    pub name: String,
    /// Whether the name is spelled out.
    pub resolved: bool,
    /// Where it is named.
    pub at: Position,
}

/// A called workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// Which.
    pub uses: Uses,
    /// Whether it gets all secrets of the caller.
    pub inherits_secrets: bool,
}

impl Job {
    /// The tools its scripts call, each with the line of the first call.
    #[must_use]
    pub fn tools(&self) -> BTreeMap<Tool, Position> {
        let mut all = BTreeMap::new();
        for (tool, at) in self.steps.iter().flat_map(|step| &step.tools) {
            all.entry(*tool).or_insert(*at);
        }
        all
    }

    /// Where it checks out code that a stranger may have written, and whether anything runs after.
    #[must_use]
    pub fn untrusted_checkout(&self) -> Option<(Position, bool)> {
        let at = self.steps.iter().position(|step| step.untrusted_checkout)?;
        let checkout = self.steps.get(at)?;
        let runs = self.steps.iter().skip(at + 1).any(|step| {
            step.runs_script
                || step.uses.as_ref().is_some_and(|u| matches!(u.target, Target::Local(_)))
        });
        Some((checkout.span.at, runs))
    }
}

pub(crate) fn read(
    entry: &Entry<'_>,
    context: &mut Context<'_, '_>,
    issues: &mut Vec<Issue>,
) -> Job {
    let node = &entry.value;
    let mut job = Job {
        id: entry.key.to_string(),
        span: Span { at: entry.at, lines: entry.lines() },
        ..Job::default()
    };
    if !node.is_map() {
        issues.push(Issue::hides("workflow_job", "a job is a map", entry.at));
        return job;
    }
    context.job_env = context::literals(node.get("env"));
    context.matrix = matrix(node.get("strategy").and_then(|s| s.get("matrix")));
    context.collect_but_steps(node, &mut job.references);
    job.name = node.get("name").and_then(Node::text).map(expression::template);
    job.permissions = permission::read(node.get("permissions"), issues);
    job.environment = node.get("environment").and_then(|n| environment(n, context));
    job.runs_on = runner::read(node.get("runs-on"), context);
    job.needs = node
        .get("needs")
        .map(Node::texts)
        .unwrap_or_default()
        .iter()
        .map(|n| (*n).to_owned())
        .collect();
    job.gates = node.get("if").and_then(Node::text).map(gates).unwrap_or_default();
    job.disabled = node.get("if").and_then(Node::text).is_some_and(is_never);
    job.images = images(node, context);
    job.call = node.get("uses").and_then(|uses| {
        Some(Call {
            uses: Uses::parse(uses.text()?, uses.at),
            inherits_secrets: node.get("secrets").and_then(Node::text) == Some("inherit"),
        })
    });
    let steps = node.get("steps").map(Node::items).unwrap_or_default();
    job.steps = steps.iter().map(|item| step::read(item, context)).collect();
    for step in &job.steps {
        job.references.extend(&step.references);
    }
    if job.call.is_none() && node.get("steps").is_none() {
        issues.push(Issue::hides("workflow_job", "a job has `steps` or `uses`", entry.at));
    }
    job
}

fn environment(node: &Node<'_>, context: &Context<'_, '_>) -> Option<Environment> {
    let name = match &node.value {
        Value::Map(_) => node.get("name")?,
        _ => node,
    };
    let text = name.text()?;
    let none = BTreeMap::new();
    let value = context.resolve(text, &none);
    let resolved = !expression::is_dynamic(value);
    let text = if resolved { value } else { text };
    Some(Environment { name: expression::template(text), resolved, at: name.at })
}

/// The values of a spelled-out matrix by name.
fn matrix(node: Option<&Node<'_>>) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in node.map(Node::entries).unwrap_or_default() {
        if &*entry.key == "include" {
            for item in entry.value.items().iter().flat_map(Node::entries) {
                let text = item.value.text().map(str::to_owned);
                values.entry(item.key.to_string()).or_default().extend(text);
            }
        } else if matches!(entry.value.value, Value::List(_)) && &*entry.key != "exclude" {
            let texts = entry.value.texts().into_iter().map(str::to_owned);
            values.entry(entry.key.to_string()).or_default().extend(texts);
        }
    }
    values.retain(|_, texts| !texts.is_empty());
    values
}

/// The images of its container and services; of one that a spelled-out matrix names, each value.
fn images(node: &Node<'_>, context: &Context<'_, '_>) -> Vec<Uses> {
    let image = |node: &Node<'_>| -> Vec<Uses> {
        let image = if node.is_map() { node.get("image") } else { Some(node) };
        let Some((text, at)) = image.and_then(|image| Some((image.text()?, image.at))) else {
            return Vec::new();
        };
        let own = [text.to_owned()];
        let texts = context.matrix_values(text).unwrap_or(&own).iter();
        texts
            .filter(|text| !text.is_empty() && !expression::is_dynamic(text))
            .map(|text| Uses { target: uses::image(text), at })
            .collect()
    };
    let services = node.get("services").map(Node::entries).unwrap_or_default();
    node.get("container")
        .into_iter()
        .chain(services.iter().map(|s| &s.value))
        .flat_map(image)
        .collect()
}

/// Whether a condition is the word `false`.
fn is_never(condition: &str) -> bool {
    let inner = condition.trim();
    let inner = inner.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(inner);
    inner.trim() == "false"
}

/// What a condition looks at, out of what can keep strangers out.
pub(crate) fn gates(condition: &str) -> Vec<String> {
    let known: &[(&str, &str)] = &[
        ("author_association", "author_association"),
        ("github.actor", "actor"),
        ("github.triggering_actor", "actor"),
        ("sender.login", "actor"),
        ("user.login", "actor"),
        ("label", "label"),
        ("head.repo", "fork"),
        ("repository_owner", "owner"),
        ("github.repository", "repository"),
        ("environment", "environment"),
    ];
    let mut gates: Vec<String> = known
        .iter()
        .filter(|(path, _)| condition.contains(path))
        .map(|(_, gate)| (*gate).to_owned())
        .collect();
    gates.sort();
    gates.dedup();
    gates
}
