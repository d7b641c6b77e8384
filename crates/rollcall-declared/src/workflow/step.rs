//! Steps.

use std::collections::BTreeMap;

use crate::text::Position;
use crate::tree::Node;
use crate::workflow::agent_step::{self, AgentStep};
use crate::workflow::context::{self, Context, References};
use crate::workflow::job;
use crate::workflow::login::{self, Login};
use crate::workflow::tools::{self, Tool};
use crate::workflow::{Span, Uses};

/// A step of a job, or of a composite action.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Its lines.
    pub span: Span,
    /// The action it runs, if any.
    pub uses: Option<Uses>,
    /// Whether it runs a script.
    pub runs_script: bool,
    /// The tools its script calls, each with the line of the call.
    pub tools: BTreeMap<Tool, Position>,
    /// The login it makes, if its action is one that logs in.
    pub login: Option<Login>,
    /// The agent it runs, if its action is one of an agent.
    pub agent: Option<AgentStep>,
    /// It checks out the head of a pull request or of the run that started this one.
    pub untrusted_checkout: bool,
    /// What its `if` looks at; see [`crate::workflow::Job::gates`].
    pub gates: Vec<String>,
    /// What it refers to.
    pub references: References,
}

/// What a checkout names when it takes code that a stranger may have written.
const UNTRUSTED_REFS: &[&str] = &[
    "github.event.pull_request.head",
    "github.head_ref",
    "github.event.workflow_run.head",
    "refs/pull/",
    "github.event.pull_request.merge_commit_sha",
    "github.event.number",
    "github.event.issue.number",
    "head_sha",
    "head.sha",
];

pub(crate) fn read(node: &Node<'_>, context: &Context<'_, '_>) -> Step {
    let mut step = Step { span: Span { at: node.at, lines: node.lines() }, ..Step::default() };
    context.collect(node, &mut step.references);
    step.gates = node.get("if").and_then(Node::text).map(job::gates).unwrap_or_default();
    let env = context::literals(node.get("env"));
    let with = node.get("with").map(Node::entries).unwrap_or_default();
    if let Some(run) = node.get("run") {
        step.runs_script = true;
        step.tools = tools::of_script(run);
    }
    if let Some(uses) = node.get("uses") {
        let parsed = Uses::parse(uses.text().unwrap_or_default(), uses.at);
        step.login = login::read(&parsed, with, context, &env);
        step.agent = agent_step::read(&parsed, node, context);
        if parsed.is_action("actions/checkout") {
            step.untrusted_checkout = with.iter().any(|entry| {
                matches!(&*entry.key, "ref" | "repository")
                    && entry
                        .value
                        .text()
                        .is_some_and(|t| UNTRUSTED_REFS.iter().any(|bad| t.contains(bad)))
            });
        }
        step.uses = Some(parsed);
    }
    step
}
