use super::*;
use crate::secret::LiteralKey;
use crate::workflow;

fn repository() -> Repository {
    Repository {
        id: "github.com/O/R".to_owned(),
        host: Some("github.com".to_owned()),
        name: Some("O/R".to_owned()),
        default_branch: Some("main".to_owned()),
        ..Repository::default()
    }
}

fn with_ids() -> Repository {
    Repository { ids: Some(Ids { owner: 1, repository: 2 }), ..repository() }
}

fn all(repository: &Repository, on: &str, job: &str) -> Subjects {
    let text = format!("name: CI\non: {on}\njobs:\n  a:\n    {job}\n    steps: []\n");
    let (workflow, issues) = workflow::parse(text.as_bytes(), LiteralKey(&[0; 32]));
    assert_eq!(issues, [], "{text}");
    subjects(repository, ".github/workflows/ci.yml", &workflow, &workflow.jobs[0])
}

fn of(on: &str, job: &str) -> (Vec<String>, Vec<String>) {
    let found = all(&repository(), on, job);
    let short = |s: String| s.trim_start_matches("repo:O/R:").to_owned();
    (found.known.into_keys().map(short).collect(), found.patterns.into_iter().map(short).collect())
}

fn known(repository: &Repository, on: &str, job: &str) -> Vec<String> {
    let known = all(repository, on, job).known;
    known.iter().map(|(subject, form)| format!("{} {subject}", form.as_str())).collect()
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
    assert_eq!(of("workflow_call", "environment: prod"), (vec![], vec![]));
}

#[test]
fn both_forms_are_told_where_the_setting_is_unknown() {
    assert_eq!(
        known(&with_ids(), "push", "environment: prod"),
        ["classic repo:O/R:environment:prod", "immutable repo:O@1/R@2:environment:prod"]
    );
    assert_eq!(
        known(&repository(), "push", "environment: prod"),
        ["classic repo:O/R:environment:prod"]
    );
    let patterns = all(&with_ids(), "release", "runs-on: x").patterns;
    assert_eq!(
        patterns.into_iter().collect::<Vec<_>>(),
        ["repo:O/R:ref:refs/tags/*", "repo:O@1/R@2:ref:refs/tags/*"]
    );
}

#[test]
fn one_form_is_told_where_the_setting_is_known() {
    let with = |prefix: Prefix| Repository {
        subject: Some(SubjectSetting { template: None, prefix }),
        ..with_ids()
    };
    let pulled = |prefix| known(&with(prefix), "pull_request", "runs-on: x");
    assert_eq!(pulled(Prefix::Names), ["classic repo:O/R:pull_request"]);
    assert_eq!(pulled(Prefix::Ids), ["immutable repo:O@1/R@2:pull_request"]);
    assert_eq!(pulled(Prefix::Told("o@7/r@8".into())), ["immutable repo:o@7/r@8:pull_request"]);
    assert_eq!(pulled(Prefix::Told("o/r".into())), ["classic repo:o/r:pull_request"]);
    assert_eq!(pulled(Prefix::Unknown).len(), 2);
}

#[test]
fn a_template_composes_the_subject() {
    let with = |claims: &[&str]| Repository {
        subject: Some(SubjectSetting {
            template: Some(claims.iter().map(|c| (*c).to_owned()).collect()),
            prefix: Prefix::Ids,
        }),
        ..with_ids()
    };
    let schedule = "schedule";
    assert_eq!(
        known(&with(&["repo", "context", "job_workflow_ref"]), schedule, "environment: 'a:b'"),
        [
            "custom repo:O@1/R@2:environment:a%3Ab:job_workflow_ref:O/R/.github/workflows/ci.yml@refs/heads/main"
        ]
    );
    assert_eq!(
        known(
            &with(&[
                "repository_owner_id",
                "repository_id",
                "ref",
                "ref_type",
                "event_name",
                "workflow",
                "runner_environment"
            ]),
            schedule,
            "runs-on: ubuntu-latest"
        ),
        [
            "custom repository_owner_id:1:repository_id:2:ref:refs/heads/main:ref_type:branch:event_name:schedule:workflow:CI:runner_environment:github-hosted"
        ]
    );
    // What only a run tells is a pattern.
    let found = all(&with(&["repository", "actor"]), schedule, "runs-on: x");
    assert_eq!(found.known.len(), 0);
    assert_eq!(found.patterns.into_iter().collect::<Vec<_>>(), ["repository:O/R:actor:*"]);
    let none = all(&with(&["repo", "environment"]), schedule, "runs-on: x");
    assert_eq!(none.patterns.into_iter().collect::<Vec<_>>(), ["repo:O@1/R@2:environment:*"]);
}

#[test]
fn every_known_subject_of_a_form_is_understood_as_one() {
    for on in ["push", "pull_request", "schedule", "{push: {tags: [v1]}}"] {
        for job in ["environment: 'a: b/c'", "runs-on: x"] {
            for (text, form) in all(&with_ids(), on, job).known {
                let subject = Subject::parse(&text).expect("a subject");
                assert_eq!(subject.to_string(), text);
                assert_eq!(subject.is_immutable(), form == Form::Immutable);
            }
        }
    }
}

#[test]
fn issuers_are_those_of_known_hosts() {
    assert!(issuer("github.com").is_some_and(|i| i.ends_with("githubusercontent.com")));
    assert_eq!(issuer("acme.ghe.com").as_deref(), Some("https://token.actions.acme.ghe.com"));
    assert_eq!(issuer("gitlab.com"), None);
}
