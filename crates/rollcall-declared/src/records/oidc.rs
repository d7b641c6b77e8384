//! As whom a job presents itself to other systems: the subject of its OIDC token.
//!
//! The rules are GitHub's default ones: an environment comes before everything else, then
//! `pull_request`, then the branch or tag. A repository or organisation can change the form, and
//! repositories made after July 2026 have ids in it; neither is written in a checkout.

use std::collections::BTreeSet;

use crate::workflow::{Job, Trigger, Workflow};

/// The subjects a job may present.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subjects {
    /// Those that are fully known.
    pub known: BTreeSet<String>,
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

/// The subjects of a job in `owner/name`.
#[must_use]
pub fn subjects(
    name: &str,
    default_branch: Option<&str>,
    workflow: &Workflow,
    job: &Job,
) -> Subjects {
    let mut subjects = Subjects {
        from_caller: workflow.triggers.iter().any(|t| t.event == "workflow_call"),
        ..Subjects::default()
    };
    let only_called = workflow.triggers.iter().all(|t| t.event == "workflow_call");
    if only_called {
        return subjects;
    }
    if let Some(environment) = &job.environment {
        if environment.resolved {
            // A colon would end the value.
            let value = environment.name.replace(':', "%3A");
            subjects.known.insert(format!("repo:{name}:environment:{value}"));
        } else {
            subjects.patterns.insert(format!("repo:{name}:environment:*"));
        }
        return subjects;
    }
    for trigger in &workflow.triggers {
        of_trigger(name, default_branch, trigger, &mut subjects);
    }
    subjects
}

fn of_trigger(name: &str, default_branch: Option<&str>, trigger: &Trigger, into: &mut Subjects) {
    let mut branch = |branch: Option<&str>| match branch {
        Some(branch) if !is_glob(branch) => {
            into.known.insert(format!("repo:{name}:ref:refs/heads/{branch}"));
        }
        Some(branch) if !branch.starts_with('!') => {
            into.patterns.insert(format!("repo:{name}:ref:refs/heads/{}", glob(branch)));
        }
        Some(_) => {}
        None => {
            into.patterns.insert(format!("repo:{name}:ref:refs/heads/*"));
        }
    };
    match trigger.event.as_str() {
        "workflow_call" => {}
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => {
            into.known.insert(format!("repo:{name}:pull_request"));
        }
        "push" => {
            let any_branch = trigger.branches.is_empty() && trigger.tags.is_empty();
            trigger.branches.iter().for_each(|b| branch(Some(b)));
            if any_branch || !trigger.branches_ignore.is_empty() {
                if default_branch.is_some_and(|b| !trigger.branches_ignore.iter().any(|i| i == b)) {
                    branch(default_branch);
                }
                branch(None);
            }
            for tag in trigger.tags.iter().filter(|tag| !tag.starts_with('!')) {
                let subject = format!("repo:{name}:ref:refs/tags/{}", glob(tag));
                if is_glob(tag) {
                    into.patterns.insert(subject)
                } else {
                    into.known.insert(subject)
                };
            }
            if any_branch && trigger.branches_ignore.is_empty() {
                into.patterns.insert(format!("repo:{name}:ref:refs/tags/*"));
            }
        }
        "release" | "create" | "registry_package" => {
            into.patterns.insert(format!("repo:{name}:ref:refs/tags/*"));
        }
        // Whoever starts it by hand chooses the branch or tag; the others run where they were pushed.
        "workflow_dispatch" | "deployment" | "deployment_status" | "merge_group" | "check_run"
        | "check_suite" | "status" => {
            if trigger.event == "workflow_dispatch" && default_branch.is_some() {
                branch(default_branch);
            }
            branch(None);
        }
        "pull_request_target" if !trigger.branches.is_empty() => {
            trigger.branches.iter().for_each(|b| branch(Some(b)));
        }
        // Everything else runs on the default branch.
        _ => branch(default_branch),
    }
}

fn is_glob(text: &str) -> bool {
    text.starts_with('!') || text.contains(['*', '?', '+', '['])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::LiteralKey;
    use crate::workflow;

    fn of(on: &str, job: &str) -> (Vec<String>, Vec<String>) {
        let text = format!("on: {on}\njobs:\n  a:\n    {job}\n    steps: []\n");
        let (workflow, issues) = workflow::parse(text.as_bytes(), LiteralKey(&[0; 32]));
        assert_eq!(issues, [], "{text}");
        let found = subjects("O/R", Some("main"), &workflow, &workflow.jobs[0]);
        let short = |set: BTreeSet<String>| {
            set.iter().map(|s| s.trim_start_matches("repo:O/R:").to_owned()).collect()
        };
        (short(found.known), short(found.patterns))
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        assert_eq!(of("push", "environment: prod:eu").0, ["environment:prod%3Aeu"]);
        assert_eq!(
            of("push", "environment: '${{ inputs.x }}'"),
            (vec![], vec!["environment:*".into()])
        );
        assert_eq!(of("pull_request", "runs-on: x").0, ["pull_request"]);
        assert_eq!(
            of("{push: {branches: [main, 'release/**']}}", "runs-on: x"),
            (vec!["ref:refs/heads/main".into()], vec!["ref:refs/heads/release/*".into()])
        );
        assert_eq!(
            of("{push: {tags: [v1, 'v[0-9]+.*']}}", "runs-on: x"),
            (vec!["ref:refs/tags/v1".into()], vec!["ref:refs/tags/v*.*".into()])
        );
        assert_eq!(of("[schedule, issue_comment]", "runs-on: x").0, ["ref:refs/heads/main"]);
        assert_eq!(of("push", "runs-on: x").1, ["ref:refs/heads/*", "ref:refs/tags/*"]);
    }

    #[test]
    fn issuers_are_those_of_known_hosts() {
        assert!(issuer("github.com").is_some_and(|i| i.ends_with("githubusercontent.com")));
        assert_eq!(issuer("acme.ghe.com").as_deref(), Some("https://token.actions.acme.ghe.com"));
        assert_eq!(issuer("gitlab.com"), None);
    }
}
