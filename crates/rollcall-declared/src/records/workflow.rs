//! Workflows and actions as records.

use rollcall_model::{Endpoint, EntityKey, EntityType, IdentityClass, Reference, Relation};
use rollcall_record::{RelationRecord, entity};
use serde_json::{Value, json};

use crate::action::Action;
use crate::records::{Builder, address, oidc};
use crate::secret::Credential;
use crate::text::{Lines, Position};
use crate::workflow::{
    AgentStep, Environment, Job, Login, LoginKind, Permissions, Principal, References, Step,
    Target, Tool, Trigger, Uses, Workflow,
};

pub(crate) fn workflow(workflow: &Workflow, out: &mut Builder<'_>) {
    let triggers: Vec<EntityKey> =
        workflow.triggers.iter().filter_map(|t| trigger(t, out)).collect();
    for found in &workflow.jobs {
        let Some(key) = job(workflow, found, out) else { continue };
        for (trigger, at) in triggers.iter().zip(&workflow.triggers) {
            out.relation(RelationRecord::new(trigger, Relation::Starts, &key), at.span.at.line);
        }
    }
}

fn trigger(trigger: &Trigger, out: &mut Builder<'_>) -> Option<EntityKey> {
    let key = out.place.named("github.workflow-trigger", &trigger.event)?;
    let record = entity(
        key.clone(),
        EntityType::Workload,
        format!("{} in {}", trigger.event, out.place.path),
    )
    .attribute("event", &trigger.event)
    .attribute("crons", &trigger.crons)
    .attribute("types", &trigger.types)
    .attribute("branches", &trigger.branches)
    .attribute("branches_ignore", &trigger.branches_ignore)
    .attribute("tags", &trigger.tags)
    .attribute("paths", trigger.paths.then_some(true))
    .attribute("workflows", &trigger.workflows)
    .attribute("inputs", &trigger.inputs)
    .attribute("secrets", &trigger.secrets)
    .attribute("untrusted", trigger.is_untrusted());
    out.entity(record, trigger.span.lines);
    Some(key)
}

fn job(workflow: &Workflow, job: &Job, out: &mut Builder<'_>) -> Option<EntityKey> {
    let key = out.place.named("github.workflow-job", &job.id)?;
    let permissions = workflow.effective_permissions(job);
    let mut references = workflow.references.clone();
    references.extend(&job.references);
    let oidc = workflow.can_mint_oidc(job);
    let repository = out.place.repository;
    let issuer = repository.issuer.clone().or_else(|| oidc::issuer(repository.host.as_deref()?));
    let subjects = issuer
        .filter(|_| oidc && repository.name.is_some())
        .map(|issuer| (issuer, oidc::subjects(repository, out.place.path, workflow, job)));
    let checkout = job.untrusted_checkout();
    let source = match (&job.permissions, &workflow.permissions) {
        (Permissions::Absent, Permissions::Absent) => "default",
        (Permissions::Absent, _) => "workflow",
        _ => "job",
    };
    let unpinned: Vec<String> =
        calls(job).filter(|u| !u.is_pinned()).filter_map(uses_text).collect();
    let record =
        entity(key.clone(), EntityType::Workload, format!("{} in {}", job.id, out.place.path))
            .attribute("workflow", &workflow.name)
            .attribute("job_name", &job.name)
            .attribute("triggers", workflow.triggers.iter().map(|t| &t.event).collect::<Vec<_>>())
            .attribute(
                "untrusted_triggers",
                workflow
                    .triggers
                    .iter()
                    .filter(|t| t.is_untrusted())
                    .map(|t| &t.event)
                    .collect::<Vec<_>>(),
            )
            .attribute("permissions", permissions.describe())
            .attribute("permissions_from", source)
            .attribute("can_write", permissions.can_write())
            .attribute("id_token", oidc)
            .attribute("environment", job.environment.as_ref().map(|e| &e.name))
            .attribute(
                "environment_computed",
                job.environment.as_ref().filter(|e| !e.resolved).map(|_| true),
            )
            .attribute("runs_on", &job.runs_on.labels)
            .attribute("runner_group", &job.runs_on.group)
            .attribute("self_hosted", job.runs_on.self_hosted)
            .attribute("needs", &job.needs)
            .attribute("gates", gates(job))
            .attribute("secrets", references.secrets.keys().collect::<Vec<_>>())
            .attribute("all_secrets", references.all_secrets.map(|_| true))
            .attribute("computed_secret", references.some_secret.map(|_| true))
            .attribute(
                "inherits_secrets",
                job.call.as_ref().filter(|c| c.inherits_secrets).map(|_| true),
            )
            .attribute("uses_token", references.token.map(|_| true))
            .attribute("variables", references.variables.keys().collect::<Vec<_>>())
            .attribute("unpinned", unpinned)
            .attribute("tools", job.tools().keys().map(|t| t.as_str()).collect::<Vec<_>>())
            .attribute("logins", logins(&job.steps))
            .attribute("untrusted_checkout", checkout.map(|_| true))
            .attribute("runs_after_checkout", checkout.filter(|(_, runs)| *runs).map(|_| true))
            .attribute("subject_patterns", subjects.as_ref().map(|(_, s)| &s.patterns))
            .attribute(
                "subject_from_caller",
                subjects.as_ref().filter(|(_, s)| s.from_caller).map(|_| true),
            )
            .disabled(Some(job.disabled));
    out.entity(record, job.span.lines);
    uses_secrets(&key, &references, job.environment.as_ref(), out);
    for uses in calls(job) {
        call(&key, uses, job.call.as_ref().is_some_and(|c| c.inherits_secrets), out);
    }
    runner(&key, job, out);
    for step in &job.steps {
        if let Some(login) = &step.login {
            runs_as(&key, login, out);
            for (input, credential, at) in &login.literals {
                literal_use(&key, credential, *at, input, out);
            }
        }
        if let Some(agent) = &step.agent {
            agent_step(&key, &job.id, agent, step, out);
        }
    }
    agent_tools(&key, job, out);
    if let Some((issuer, subjects)) = subjects {
        for (subject, form) in &subjects.known {
            oidc_subject(&key, &issuer, subject, *form, job, out);
        }
    }
    Some(key)
}

/// Everything a job runs that is not its own script.
fn calls(job: &Job) -> impl Iterator<Item = &Uses> {
    job.call
        .iter()
        .map(|c| &c.uses)
        .chain(job.steps.iter().filter_map(|s| s.uses.as_ref()))
        .chain(&job.images)
}

fn gates(job: &Job) -> Vec<String> {
    let mut gates = job.gates.clone();
    // A condition on the agent's own step guards the agent as well.
    gates.extend(job.steps.iter().filter(|s| s.agent.is_some()).flat_map(|s| s.gates.clone()));
    gates.sort();
    gates.dedup();
    gates
}

fn uses_text(uses: &Uses) -> Option<String> {
    match &uses.target {
        Target::Repository { reference, .. } => Some(format!("{}@{reference}", uses.address()?)),
        Target::Image { image, tag, .. } => {
            Some(format!("docker://{image}:{}", tag.as_deref().unwrap_or("latest")))
        }
        Target::Local(_) | Target::Unknown => None,
    }
}

/// The secrets that are named. A job in an environment gets that environment's secret where there is
/// one of the name, and otherwise the repository's or organisation's; which of them there are is not
/// in the file, so where ids make the environment's nameable both are said.
fn uses_secrets(
    from: &EntityKey,
    references: &References,
    environment: Option<&Environment>,
    out: &mut Builder<'_>,
) {
    let realm = out.place.repository.id.clone();
    let stored = environment.filter(|e| e.resolved).and_then(|environment| {
        let repository = out.place.repository;
        let (host, ids) = repository.host.as_ref().zip(repository.ids)?;
        let holder = format!("actions:repo:{}/env:{}", ids.repository, environment.name);
        Some((format!("{host}/{}", ids.owner), holder))
    });
    let environment = environment.map(|e| e.name.as_str());
    for (name, at) in &references.secrets {
        let secret = Reference::new("github.secret", &realm, name);
        let relation = RelationRecord::new(from, Relation::UsesCredential, secret)
            .attribute("environment", environment);
        out.relation(relation, at.line);
        if let Some((owner, holder)) = &stored {
            let own = Reference::new("github.stored-secret", owner, &format!("{holder}#{name}"));
            let relation = RelationRecord::new(from, Relation::UsesCredential, own)
                .attribute("environment", environment)
                .attribute("if_any", true);
            out.relation(relation, at.line);
        }
    }
    for (literal, at) in &references.literals {
        literal_use(from, literal, *at, "workflow", out);
    }
}

fn literal_use(
    from: &EntityKey,
    credential: &Credential,
    at: Position,
    name: &str,
    out: &mut Builder<'_>,
) {
    if let Some(to) = out.credential(credential, at) {
        let relation =
            RelationRecord::new(from, Relation::UsesCredential, to).attribute("under", name);
        out.relation(relation, at.line);
    }
}

fn call(from: &EntityKey, uses: &Uses, inherits: bool, out: &mut Builder<'_>) {
    let host = out.place.repository.host.clone().unwrap_or_else(|| "github.com".to_owned());
    let own = out.place.repository.name.clone();
    let is_workflow = |path: &str| path.starts_with(".github/workflows/");
    let (to, reference): (Endpoint, &str) = match &uses.target {
        Target::Repository { owner, name, path, reference } => {
            let namespace = if is_workflow(path) { "github.workflow" } else { "github.action" };
            let value = address(&format!("{owner}/{name}"), path);
            (Reference::new(namespace, &host, &value).into(), reference)
        }
        Target::Local(path) => {
            let own = match own {
                Some(name) => {
                    let namespace =
                        if is_workflow(path) { "github.workflow" } else { "github.action" };
                    Reference::new(namespace, &host, &address(&name, path))
                }
                None => Reference::new("code.path", &out.place.repository.id, path),
            };
            (own.into(), "")
        }
        Target::Image { image, tag, digest } => {
            let reference = digest.as_deref().or(tag.as_deref()).unwrap_or("latest");
            (Reference::new("container.image", "oci", image).into(), reference)
        }
        Target::Unknown => return,
    };
    let relation = RelationRecord::new(from, Relation::Calls, to)
        .discriminator(reference)
        .attribute("ref", reference)
        .attribute("pinned", uses.is_pinned())
        .attribute("local", matches!(uses.target, Target::Local(_)).then_some(true))
        .attribute("inherits_secrets", inherits.then_some(true));
    out.relation(relation, uses.at.line);
}

fn runner(from: &EntityKey, job: &Job, out: &mut Builder<'_>) {
    let (Some(host), Some(name)) = (&out.place.repository.host, &out.place.repository.name) else {
        return;
    };
    let owner = name.split('/').next().unwrap_or_default();
    let authority = format!("{host}/{}", owner.to_lowercase());
    let line = job.span.at.line;
    let to = match (&job.runs_on.group, job.runs_on.self_hosted) {
        (Some(group), _) if !group.contains('{') => {
            Reference::new("github.runner-group", &authority, group)
        }
        (None, Some(true)) => {
            let mut labels: Vec<&str> = job.runs_on.labels.iter().map(String::as_str).collect();
            labels.sort_unstable();
            Reference::new("github.runner-labels", &authority, &labels.join(","))
        }
        _ => return,
    };
    out.relation(RelationRecord::new(from, Relation::RunsOn, to), line);
}

/// What the logins of steps are, for rules that compare them.
fn logins(steps: &[Step]) -> Vec<Value> {
    let value = |login: &Login| {
        let principal = match &login.principal {
            Some(Principal::Known(text) | Principal::Computed(text)) => Some(text),
            None => None,
        };
        let mut value = json!({"to": login.kind.as_str(), "static": login.static_credential});
        if let Value::Object(map) = &mut value {
            map.extend(principal.map(|p| ("as".to_owned(), json!(p))));
            map.extend(login.details.iter().map(|(name, text)| ((*name).to_owned(), json!(text))));
        }
        value
    };
    let mut all: Vec<Value> = Vec::new();
    for login in steps.iter().filter_map(|s| s.login.as_ref()).map(value) {
        if !all.contains(&login) {
            all.push(login);
        }
    }
    all
}

fn runs_as(from: &EntityKey, login: &Login, out: &mut Builder<'_>) {
    let Some(Principal::Known(principal)) = &login.principal else { return };
    let host = out.place.repository.host.as_deref().unwrap_or("github.com");
    let detail =
        |name: &str| login.details.get(name).map(String::as_str).filter(|t| !t.contains('{'));
    let to = match login.kind {
        LoginKind::Aws => {
            let mut parts = principal.split(':');
            let (Some("arn"), Some(partition)) = (parts.next(), parts.next()) else { return };
            Reference::new("aws.arn", partition, principal)
        }
        LoginKind::Gcp if principal.contains('@') => {
            Reference::new("gcp.service-account-email", "gcp", &principal.to_lowercase())
        }
        LoginKind::Gcp => Reference::new("gcp.workload-identity-provider", "gcp", principal),
        LoginKind::Azure => Reference::new(
            "azure.client-id",
            detail("tenant").unwrap_or("azure"),
            &principal.to_lowercase(),
        ),
        LoginKind::Vault => {
            let host = detail("url").and_then(crate::secret::url::host);
            let mount = detail("mount").or(detail("method")).unwrap_or("jwt");
            Reference::new(
                "vault.role",
                host.as_deref().unwrap_or("vault"),
                &format!("{mount}/{principal}"),
            )
        }
        LoginKind::GithubApp => {
            let numeric = principal.bytes().all(|b| b.is_ascii_digit());
            Reference::new(
                if numeric { "github.app-id" } else { "github.app-client-id" },
                host,
                principal,
            )
        }
        // A user name of a registry is no identity that anything else names.
        LoginKind::Registry => return,
    };
    let relation = RelationRecord::new(from, Relation::RunsAs, to)
        .attribute("login", login.kind.as_str())
        .attribute("static_credential", login.static_credential)
        .attribute("session_name", detail("session_name"))
        .attribute("audience", detail("audience"));
    out.relation(relation, login.at.line);
}

fn oidc_subject(
    from: &EntityKey,
    issuer: &str,
    subject: &str,
    form: oidc::Form,
    job: &Job,
    out: &mut Builder<'_>,
) {
    let Ok(key) = EntityKey::new("oidc", issuer, "oidc.subject", subject) else { return };
    let record = entity(key.clone(), EntityType::Identity, subject)
        .class(IdentityClass::Service)
        .attribute("issuer", issuer)
        .attribute("subject", subject)
        .attribute("form", form.as_str());
    out.entity(record, Lines::one(job.span.at.line));
    out.reference(&key, Reference::new("oidc.subject", issuer, subject));
    out.relation(RelationRecord::new(from, Relation::RunsAs, &key), job.span.at.line);
}

fn agent_step(
    job: &EntityKey,
    job_id: &str,
    agent: &AgentStep,
    step: &Step,
    out: &mut Builder<'_>,
) {
    let short = agent.action.rsplit('/').next().unwrap_or(agent.action);
    let Some(key) = out.place.named("code.agent", &format!("{job_id}/{short}")) else { return };
    let record = entity(
        key.clone(),
        EntityType::Identity,
        format!("{} in {} of {}", agent.product, job_id, out.place.repository.title),
    )
    .class(IdentityClass::Agent)
    .attribute("product", agent.product)
    .attribute("runs_in", "workflow")
    .attribute("action", agent.action)
    .attribute("settings", &agent.settings)
    .attribute("gates", &step.gates)
    .attribute("open_to_all", agent.open_to_all.then_some(true));
    out.entity(record, agent.span.lines);
    out.relation(RelationRecord::new(job, Relation::RunsAs, &key), agent.span.at.line);
    uses_secrets(&key, &agent.references, None, out);
    for (input, credential, at) in &agent.literals {
        literal_use(&key, credential, *at, input, out);
    }
}

/// Agents that scripts start: they use what their step and job are given.
fn agent_tools(job_key: &EntityKey, job: &Job, out: &mut Builder<'_>) {
    for step in &job.steps {
        for (tool, at) in &step.tools {
            let Some(product) = tool.agent() else { continue };
            agent_tool(job_key, &job.id, *tool, product, *at, step, out);
        }
    }
}

fn agent_tool(
    job: &EntityKey,
    job_id: &str,
    tool: Tool,
    product: &str,
    at: Position,
    step: &Step,
    out: &mut Builder<'_>,
) {
    let Some(key) = out.place.named("code.agent", &format!("{job_id}/{}", tool.as_str())) else {
        return;
    };
    let name = format!("{product} in {job_id} of {}", out.place.repository.title);
    let record = entity(key.clone(), EntityType::Identity, name)
        .class(IdentityClass::Agent)
        .attribute("product", product)
        .attribute("runs_in", "workflow")
        .attribute("action", tool.as_str())
        .attribute("gates", &step.gates);
    out.entity(record, step.span.lines);
    out.relation(RelationRecord::new(job, Relation::RunsAs, &key), at.line);
    uses_secrets(&key, &step.references, None, out);
}

pub(crate) fn action(action: &Action, out: &mut Builder<'_>) {
    let file = out.file.clone();
    for uses in action.steps.iter().filter_map(|s| s.uses.as_ref()).chain(&action.image) {
        call(&file, uses, false, out);
    }
    uses_secrets(&file, &action.references, None, out);
    for step in &action.steps {
        if let Some(login) = &step.login {
            runs_as(&file, login, out);
        }
        if let Some(agent) = &step.agent {
            agent_step(&file, "action", agent, step, out);
        }
        for (tool, at) in &step.tools {
            if let Some(product) = tool.agent() {
                agent_tool(&file, "action", *tool, product, *at, step, out);
            }
        }
    }
}
