//! On what a job may run: the context and the git reference of each way in which its workflow starts.

use crate::workflow::{Job, Trigger, Workflow};

use super::Part;

/// A text, or a pattern with `*`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Text {
    pub(super) value: String,
    /// It holds no `*`.
    pub(super) exact: bool,
}

impl Text {
    pub(super) fn exact(value: String) -> Self {
        Self { value, exact: true }
    }

    pub(super) fn pattern(value: &str) -> Self {
        Self { value: value.to_owned(), exact: false }
    }

    /// Another text of this one, as exact as it.
    pub(super) fn map(&self, make: impl FnOnce(&str) -> String) -> Self {
        Self { value: make(&self.value), exact: self.exact }
    }
}

/// One way in which a job may run.
pub(super) struct Run {
    /// The part of the subject behind the repository: an environment, `pull_request`, or a reference.
    pub(super) context: Text,
    /// The git reference it runs on.
    pub(super) reference: Text,
    /// The event that started it.
    pub(super) event: String,
}

/// The ways in which a job may run by itself; none for one that is only ever called.
pub(super) fn of(default_branch: Option<&str>, workflow: &Workflow, job: &Job) -> Vec<Run> {
    let mut runs = Vec::new();
    for trigger in workflow.triggers.iter().filter(|t| t.event != "workflow_call") {
        for reference in references(default_branch, trigger) {
            runs.push(Run {
                context: context(trigger, job, &reference),
                reference,
                event: trigger.event.clone(),
            });
        }
    }
    runs
}

fn context(trigger: &Trigger, job: &Job, reference: &Text) -> Text {
    if let Some(environment) = &job.environment {
        if !environment.resolved {
            return Text::pattern("environment:*");
        }
        let part = Part::Claim("environment".to_owned(), environment.name.clone());
        return Text::exact(part.to_string());
    }
    if is_of_pull_request(&trigger.event) {
        return Text::exact(Part::PullRequest.to_string());
    }
    reference.map(|reference| Part::Claim("ref".to_owned(), reference.to_owned()).to_string())
}

fn is_of_pull_request(event: &str) -> bool {
    matches!(event, "pull_request" | "pull_request_review" | "pull_request_review_comment")
}

/// The references on which an event starts a workflow.
fn references(default_branch: Option<&str>, trigger: &Trigger) -> Vec<Text> {
    let known = |branch: Option<&str>| branch.map(|b| Text::exact(format!("refs/heads/{b}")));
    let any_branch = || Text::pattern("refs/heads/*");
    let on_default = || known(default_branch).unwrap_or_else(any_branch);
    match trigger.event.as_str() {
        event if is_of_pull_request(event) => vec![Text::pattern("refs/pull/*/merge")],
        "push" => pushed(default_branch, trigger),
        "release" | "create" | "registry_package" => vec![Text::pattern("refs/tags/*")],
        // Whoever starts it by hand chooses the branch or tag; the others run where they were pushed.
        "workflow_dispatch" => known(default_branch).into_iter().chain([any_branch()]).collect(),
        "deployment" | "deployment_status" | "merge_group" | "check_run" | "check_suite"
        | "status" => {
            vec![any_branch()]
        }
        "pull_request_target" if !trigger.branches.is_empty() => branches(&trigger.branches),
        // Everything else runs on the default branch.
        _ => vec![on_default()],
    }
}

fn branches(filters: &[String]) -> Vec<Text> {
    filters.iter().filter_map(|filter| filtered("refs/heads/", filter)).collect()
}

fn pushed(default_branch: Option<&str>, trigger: &Trigger) -> Vec<Text> {
    let mut all = branches(&trigger.branches);
    let any_branch = trigger.branches.is_empty() && trigger.tags.is_empty();
    if any_branch || !trigger.branches_ignore.is_empty() {
        let kept = default_branch.filter(|b| !trigger.branches_ignore.iter().any(|i| i == b));
        all.extend(kept.map(|branch| Text::exact(format!("refs/heads/{branch}"))));
        all.push(Text::pattern("refs/heads/*"));
    }
    all.extend(trigger.tags.iter().filter_map(|tag| filtered("refs/tags/", tag)));
    if any_branch && trigger.branches_ignore.is_empty() {
        all.push(Text::pattern("refs/tags/*"));
    }
    all
}

/// What a filter lets through; nothing for one that takes away.
fn filtered(before: &str, filter: &str) -> Option<Text> {
    if filter.starts_with('!') {
        return None;
    }
    let is_glob = filter.contains(['*', '?', '+', '[']);
    let value = format!("{before}{}", if is_glob { glob(filter) } else { filter.to_owned() });
    Some(Text { value, exact: !is_glob })
}

/// A filter as a pattern with `*`: what a filter says beyond that matches more, not less.
fn glob(text: &str) -> String {
    let mut out = String::new();
    let mut in_set = false;
    for c in text.chars() {
        match c {
            '[' => in_set = true,
            ']' if in_set => {
                in_set = false;
                out.push('*');
            }
            _ if in_set => {}
            '?' | '+' | '*' => out.push('*'),
            c => out.push(c),
        }
    }
    while out.contains("**") {
        out = out.replace("**", "*");
    }
    out
}
