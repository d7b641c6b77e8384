//! What starts a workflow.

use crate::text::Issue;
use crate::tree::{Entry, Node, Value};
use crate::workflow::Span;

/// An event that starts a workflow, with its filters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trigger {
    /// The event's name, such as `pull_request_target`.
    pub event: String,
    /// Where it is declared.
    pub span: Span,
    /// The activity types it is limited to.
    pub types: Vec<String>,
    /// The branches it is limited to; globs.
    pub branches: Vec<String>,
    /// The branches it leaves out.
    pub branches_ignore: Vec<String>,
    /// The tags it is limited to.
    pub tags: Vec<String>,
    /// Whether it is limited to some paths.
    pub paths: bool,
    /// The cron expressions of `schedule`, in UTC.
    pub crons: Vec<String>,
    /// The workflows whose end starts this one (`workflow_run`).
    pub workflows: Vec<String>,
    /// The names of its inputs.
    pub inputs: Vec<String>,
    /// The names of the secrets a caller passes (`workflow_call`).
    pub secrets: Vec<String>,
}

/// Events that people without any right in the repository can cause, and that run with its secrets.
pub(crate) const UNTRUSTED: &[&str] = &[
    "pull_request_target",
    "workflow_run",
    "issue_comment",
    "issues",
    "discussion",
    "discussion_comment",
    "fork",
    "watch",
    "pull_request_review_comment",
    "pull_request_review",
];

pub(crate) fn read(on: &Entry<'_>, issues: &mut Vec<Issue>) -> Vec<Trigger> {
    let simple = |node: &Node<'_>| {
        node.text().map(|event| Trigger {
            event: event.to_owned(),
            span: Span { at: node.at, lines: node.lines() },
            ..Trigger::default()
        })
    };
    match &on.value.value {
        Value::Scalar { .. } => simple(&on.value).into_iter().collect(),
        Value::List(items) => items.iter().filter_map(simple).collect(),
        Value::Map(entries) => entries.iter().map(|entry| event(entry, issues)).collect(),
    }
}

fn event(entry: &Entry<'_>, issues: &mut Vec<Issue>) -> Trigger {
    let node = &entry.value;
    let list = |name: &str| -> Vec<String> {
        node.get(name)
            .map(|n| n.texts().into_iter().map(str::to_owned).collect())
            .unwrap_or_default()
    };
    let names = |name: &str| -> Vec<String> {
        let entries = node.get(name).map(Node::entries).unwrap_or_default();
        entries.iter().map(|entry| entry.key.to_string()).collect()
    };
    let mut crons = Vec::new();
    if &*entry.key == "schedule" {
        for item in node.items() {
            match item.get("cron").and_then(Node::text) {
                Some(cron) => crons.push(cron.to_owned()),
                None => {
                    issues.push(Issue::note("workflow_cron", "a schedule without `cron`", item.at))
                }
            }
        }
    }
    Trigger {
        event: entry.key.to_string(),
        span: Span { at: entry.at, lines: entry.lines() },
        types: list("types"),
        branches: list("branches"),
        branches_ignore: list("branches-ignore"),
        tags: list("tags"),
        paths: node.get("paths").is_some() || node.get("paths-ignore").is_some(),
        crons,
        workflows: list("workflows"),
        inputs: names("inputs"),
        secrets: names("secrets"),
    }
}

impl Trigger {
    /// Whether people without any right in the repository can cause it while it runs with the
    /// repository's secrets.
    #[must_use]
    pub fn is_untrusted(&self) -> bool {
        UNTRUSTED.contains(&self.event.as_str())
    }
}
