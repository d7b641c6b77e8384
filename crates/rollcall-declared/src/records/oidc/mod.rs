//! As whom a job presents itself to other systems: the subjects of its OIDC token.
//!
//! The rules are GitHub's: an environment comes before everything else, then `pull_request`, then the
//! branch or tag. Repositories made, renamed or transferred since July 2026 have ids in the subject,
//! and a repository or organisation can compose it of other claims; neither is written in a checkout.

mod runs;
mod setting;
mod subject;

pub use setting::{Customization, Ids, Prefix, SubjectSetting, effective};
pub use subject::{Named, Part, Subject};

use std::collections::{BTreeMap, BTreeSet};

use crate::records::Repository;
use crate::workflow::{Job, Workflow};
use runs::{Run, Text};

/// The form of a subject.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Form {
    /// GitHub's own template, by names alone.
    Classic,
    /// GitHub's own template, with the ids of owner and repository.
    Immutable,
    /// Composed of the claims that the repository or its organisation chose.
    Custom,
}

impl Form {
    /// The word used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Immutable => "immutable",
            Self::Custom => "custom",
        }
    }
}

/// The subjects a job may present.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subjects {
    /// Those that are fully known, each with its form.
    pub known: BTreeMap<String, Form>,
    /// Patterns with `*` for those that depend on what runs it: a branch, a tag, a computed name.
    pub patterns: BTreeSet<String>,
    /// It may be called by another workflow, and then presents that one's subject.
    pub from_caller: bool,
}

/// The issuer of the tokens of jobs of a host; none where the host is not known to issue any.
#[must_use]
pub fn issuer(host: &str) -> Option<String> {
    if host == "github.com" {
        return Some("https://token.actions.githubusercontent.com".to_owned());
    }
    let tenant = host.strip_suffix(".ghe.com").filter(|tenant| !tenant.is_empty())?;
    Some(format!("https://token.actions.{tenant}.ghe.com"))
}

/// The subjects of a job of the workflow at `path`. Where the form is not known, those of each form
/// that can be told. Nothing for a repository without a name on a host.
#[must_use]
pub fn subjects(repository: &Repository, path: &str, workflow: &Workflow, job: &Job) -> Subjects {
    let mut subjects = Subjects {
        from_caller: workflow.triggers.iter().any(|t| t.event == "workflow_call"),
        ..Subjects::default()
    };
    let Some(name) = &repository.name else { return subjects };
    let runs = runs::of(repository.default_branch.as_deref(), workflow, job);
    for (form, prefix) in prefixes(repository, name) {
        let template = repository.subject.as_ref().and_then(|s| s.template.as_deref());
        for run in &runs {
            let Text { value, exact } = match template {
                Some(claims) => {
                    composed(&prefix, claims, run, &Facts { repository, name, path, workflow, job })
                }
                None => Text {
                    value: format!("repo:{prefix}:{}", run.context.value),
                    ..run.context.clone()
                },
            };
            if exact {
                subjects.known.entry(value).or_insert(form);
            } else {
                subjects.patterns.insert(value);
            }
        }
    }
    subjects
}

/// How subjects of a repository may begin, without `repo:`.
fn prefixes(repository: &Repository, name: &str) -> Vec<(Form, String)> {
    let with_ids = repository.ids.and_then(|ids| {
        let (owner, short) = name.split_once('/')?;
        Some(format!("{owner}@{}/{short}@{}", ids.owner, ids.repository))
    });
    let classic = (Form::Classic, name.to_owned());
    let immutable = with_ids.map(|prefix| (Form::Immutable, prefix));
    let Some(setting) = &repository.subject else {
        return std::iter::once(classic).chain(immutable).collect();
    };
    let mut found: Vec<(Form, String)> = match &setting.prefix {
        Prefix::Names => vec![classic],
        Prefix::Ids => immutable.into_iter().collect(),
        Prefix::Told(told) => {
            let has_ids = Named::parse(told).is_some_and(|named| named.owner_id.is_some());
            vec![(if has_ids { Form::Immutable } else { Form::Classic }, told.clone())]
        }
        Prefix::Unknown => std::iter::once(classic).chain(immutable).collect(),
    };
    if setting.template.is_some() {
        found.iter_mut().for_each(|(form, _)| *form = Form::Custom);
    }
    found
}

/// What claims are made of.
struct Facts<'a> {
    repository: &'a Repository,
    name: &'a str,
    path: &'a str,
    workflow: &'a Workflow,
    job: &'a Job,
}

/// A subject of chosen claims. What cannot be told from files becomes `*`.
fn composed(prefix: &str, claims: &[String], run: &Run, facts: &Facts<'_>) -> Text {
    let mut exact = true;
    let mut parts = Vec::new();
    for key in claims {
        let part = match key.as_str() {
            "repo" => Text::exact(format!("repo:{prefix}")),
            "context" => run.context.clone(),
            _ => {
                let value = claim(key, run, facts).unwrap_or_else(|| Text::pattern("*"));
                let part = Part::Claim(key.clone(), value.value);
                Text { value: part.to_string(), exact: value.exact }
            }
        };
        exact &= part.exact;
        parts.push(part.value);
    }
    Text { value: parts.join(":"), exact }
}

/// The value of a claim, where files tell it.
fn claim(key: &str, run: &Run, facts: &Facts<'_>) -> Option<Text> {
    let Facts { repository, name, path, workflow, job } = facts;
    let exact = |value: &str| Some(Text::exact(value.to_owned()));
    let at = |file: &str| run.reference.map(|reference| format!("{name}/{file}@{reference}"));
    match key {
        "repository" => exact(name),
        "repository_owner" => exact(name.split('/').next()?),
        "repository_id" => exact(&repository.ids?.repository.to_string()),
        "repository_owner_id" => exact(&repository.ids?.owner.to_string()),
        "environment" => {
            let environment = job.environment.as_ref()?;
            environment.resolved.then(|| Text::exact(environment.name.clone()))
        }
        "ref" => Some(run.reference.clone()),
        "ref_type" if run.reference.value.starts_with("refs/tags/") => exact("tag"),
        "ref_type" => exact("branch"),
        "event_name" => exact(&run.event),
        "workflow" => exact(workflow.name.as_deref().unwrap_or(path)),
        "workflow_ref" => Some(at(path)),
        // A job that calls a workflow presents the called one here, at a commit that files do not tell.
        "job_workflow_ref" => match &job.call {
            None => Some(at(path)),
            Some(call) => Some(Text::pattern(&format!("{}@*", call.uses.address()?))),
        },
        "runner_environment" => match job.runs_on.self_hosted? {
            true => exact("self-hosted"),
            false => exact("github-hosted"),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
