//! The truth of a repository.

use serde_json::{Value, json};

use super::Lines;
use super::findings::{Expect, Judged, Known};
use super::owners::{Evidence, People, json_of, state};
use super::usage::Verdict;
use crate::files::history::history;
use crate::keys;
use crate::plan::{Company, Defect, LabError, Owner, Planted, Repository, subjects_of};

/// Somewhere an identity is declared.
struct Declared {
    key: rollcall_model::EntityKey,
    class: &'static str,
    name: String,
    path: String,
}

pub(super) fn repository(
    company: &Company,
    repository: &Repository,
    people: &People,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    let realm = keys::repository_realm(&company.name, repository);
    let mut found = Vec::new();
    for workflow in &repository.workflows {
        let path = workflow.path();
        for job in &workflow.jobs {
            if let Some((_, short)) = job.agent() {
                let name = format!("{path}#{}/{short}", job.id);
                let key = keys::code(&realm, "code.agent", &name)?;
                found.push(Declared { key, class: "agent", name, path: path.clone() });
            }
            for rest in subjects_of(workflow, job).into_iter().filter(|_| job.id_token()) {
                let name = format!("repo:{}:{rest}", repository.slug(&company.name));
                let key = keys::subject(keys::GITHUB_ISSUER, &name)?;
                if !found.iter().any(|f: &Declared| f.key == key) {
                    found.push(Declared { key, class: "service", name, path: path.clone() });
                }
            }
        }
    }
    if !repository.servers.is_empty() {
        let key = keys::code(&realm, "code.agent", "claude-code")?;
        let name = "claude-code".to_owned();
        found.push(Declared { key, class: "agent", name, path: ".mcp.json".to_owned() });
    }
    for (name, _) in &repository.agents {
        let path = format!(".claude/agents/{name}.md");
        let key = keys::code(&realm, "code.agent", &format!("{path}#{name}"))?;
        found.push(Declared { key, class: "agent", name: name.clone(), path });
    }
    let planted = repository.planted;
    for declared in &found {
        let evidence = evidence(company, repository, people, &declared.path);
        identity(company, repository, declared, &evidence, out)?;
        let here = planted.filter(|p| is_subject(*p, declared));
        let judged = Judged { key: &declared.key, planted: here };
        judged.plant(out);
        judged.expect("activity-unknown", Expect::May, out)?;
        judged.owner(state(&evidence), Known { is_read: true, is_old: true }, out)?;
    }
    match planted {
        Some(planted) => elsewhere(repository, &realm, planted, out),
        None => Ok(()),
    }
}

/// Whether what was planted in the repository is found on one of its identities.
fn is_subject(planted: Planted, declared: &Declared) -> bool {
    match planted.defect {
        Defect::AgentOwnerMissing => declared.name == "claude-code",
        Defect::AgentPublicTrigger => declared.class == "agent",
        _ => false,
    }
}

/// What was planted and is found on something that is no identity: a job, an MCP server.
fn elsewhere(
    repository: &Repository,
    realm: &str,
    planted: Planted,
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    let key = match planted.defect {
        Defect::McpPlaintext | Defect::McpUnpinned => {
            let Some(server) = repository.servers.first() else { return Ok(()) };
            keys::code(realm, "mcp.server", &format!(".mcp.json#{}", server.name))?
        }
        Defect::UnpinnedPrivileged | Defect::StaticCloudKey | Defect::SecretUntrusted => {
            // The first workflow is the one that only tests.
            let Some(workflow) = repository.workflows.get(1) else { return Ok(()) };
            let Some(job) = workflow.jobs.first() else { return Ok(()) };
            let id = format!("{}#{}", workflow.path(), job.id);
            keys::code(realm, "github.workflow-job", &id)?
        }
        _ => return Ok(()),
    };
    Judged { key: &key, planted: Some(planted) }.plant(out);
    Ok(())
}

fn evidence(
    company: &Company,
    repository: &Repository,
    people: &People,
    path: &str,
) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    match repository.owner_of(path) {
        Some(Owner::Team(team)) => {
            evidence.push(people.outright("codeowners", &company.team(team).slug));
        }
        Some(Owner::Person(person)) => {
            evidence.push(people.outright("codeowners", &company.person(person).email));
        }
        None => {}
    }
    let changes = history(company, repository);
    if let Some(change) = changes.iter().rev().find(|c| c.path == path) {
        let hint = people.hint("history", &change.email);
        // Someone who has left answers for nothing.
        evidence.extend(hint.active.then_some(hint));
    }
    evidence
}

fn identity(
    company: &Company,
    repository: &Repository,
    declared: &Declared,
    evidence: &[Evidence],
    out: &mut Lines<'_>,
) -> Result<(), LabError> {
    out.identities += 1;
    let usage: Value = Verdict::Unobservable("files say nothing of use").json();
    out.say(&json!({
        "line": "identity", "source": "code", "id": declared.key.public_id(), "key": declared.key,
        "name": declared.name, "class": declared.class, "file": declared.path,
        "repository": repository.slug(&company.name),
        "owner": People::owner(company, repository.owner),
        "owner_state": state(evidence).as_str(), "evidence": json_of(evidence), "usage": usage,
    }))
}
