//! What a workflow file declares, as records.

use rollcall_model::{Endpoint, EntityKey, EntityType, IdentityClass, Reference, Relation};
use rollcall_record::{Evidence, ReferenceRecord, RelationRecord, entity};
use serde_json::{Value, json};

use super::Scope;
use crate::files::history::Change;
use crate::keys;
use crate::plan::{Job, LabError, Repository, Step, Workflow, subjects_of};

/// Events that strangers can cause while secrets are there, of those that occur here.
const UNTRUSTED: [&str; 2] = ["pull_request_target", "issue_comment"];

/// Where a workflow lies.
pub(super) struct Place<'a> {
    /// The repository's realm.
    pub(super) realm: &'a str,
    /// `organisation/name`.
    pub(super) slug: &'a str,
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The file's path.
    pub(super) path: &'a str,
    /// The file's key.
    pub(super) file: &'a EntityKey,
    /// What changed the file last.
    pub(super) changed: Option<&'a Change>,
}

impl Place<'_> {
    pub(super) fn evidence(&self) -> Evidence {
        Evidence { file: Some(self.path.to_owned()), ..Evidence::default() }
    }

    /// The file declares something, which was changed when the file was.
    pub(super) fn declares(&self, key: &EntityKey, scope: &mut Scope<'_, '_>) {
        let relation = RelationRecord::new(self.file, Relation::Declares, key);
        scope.relation(relation.evidence(self.evidence()));
        if let Some(change) = self.changed {
            scope.relation(by(Relation::LastChanged, change, key).evidence(self.evidence()));
        }
    }

    fn relation(
        &self,
        from: &EntityKey,
        relation: Relation,
        to: impl Into<Endpoint>,
    ) -> RelationRecord {
        RelationRecord::new(from, relation, to).evidence(self.evidence())
    }
}

/// Who changed or made something.
pub(super) fn by(relation: Relation, change: &Change, key: &EntityKey) -> RelationRecord {
    RelationRecord::new(Reference::new("git.email", "github.com", &change.email), relation, key)
        .attribute("at", change.at)
}

/// Everything a workflow file declares.
pub(super) fn declared(
    workflow: &Workflow,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let mut jobs = Vec::with_capacity(workflow.jobs.len());
    for job in &workflow.jobs {
        let id = format!("{}#{}", place.path, job.id);
        jobs.push((keys::code(place.realm, "github.workflow-job", &id)?, job));
    }
    for trigger in &workflow.triggers {
        let id = format!("{}#{}", place.path, trigger.event);
        let key = keys::code(place.realm, "github.workflow-trigger", &id)?;
        let name = format!("{} in {}", trigger.event, place.path);
        let record = entity(key.clone(), EntityType::Workload, name)
            .attribute("event", &trigger.event)
            .attribute("types", &trigger.types)
            .attribute("branches", &trigger.branches)
            .attribute("crons", trigger.cron.iter().collect::<Vec<_>>())
            .attribute("untrusted", is_untrusted(&trigger.event))
            .evidence(place.evidence());
        scope.entity(record);
        place.declares(&key, scope);
        for (job, _) in &jobs {
            scope.relation(place.relation(&key, Relation::Starts, job));
        }
    }
    for (key, job) in &jobs {
        of_job(key, workflow, job, place, scope)?;
    }
    Ok(())
}

fn is_untrusted(event: &str) -> bool {
    UNTRUSTED.contains(&event)
}

fn of_job(
    key: &EntityKey,
    workflow: &Workflow,
    job: &Job,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let events: Vec<&str> = workflow.triggers.iter().map(|t| t.event.as_ref()).collect();
    let untrusted: Vec<&str> = events.iter().filter(|e| is_untrusted(e)).copied().collect();
    let mut permissions: Vec<String> =
        job.permissions.iter().map(|(scope, level)| format!("{scope}:{level}")).collect();
    permissions.sort();
    let writes = |(scope, level): &(_, _)| scope != "id-token" && level == "write";
    let secrets = secrets_of(&job.steps);
    let foreign = foreign_code(job);
    let gates: &[&str] = match &job.condition {
        Some(_) => &["author_association"],
        None => &[],
    };
    let record = entity(key.clone(), EntityType::Workload, format!("{} in {}", job.id, place.path))
        .attribute("workflow", &workflow.name)
        .attribute("triggers", &events)
        .attribute("untrusted_triggers", untrusted)
        .attribute("permissions", permissions)
        .attribute("permissions_from", "job")
        .attribute("can_write", job.permissions.iter().any(writes))
        .attribute("id_token", job.id_token())
        .attribute("environment", &job.environment)
        .attribute("runs_on", ["ubuntu-24.04"])
        .attribute("self_hosted", false)
        .attribute("gates", gates)
        .attribute("secrets", &secrets)
        .attribute("unpinned", unpinned(&job.steps))
        .attribute("logins", logins(&job.steps))
        .attribute("untrusted_checkout", foreign.then_some(true))
        .attribute("runs_after_checkout", foreign.then_some(true))
        .disabled(Some(false))
        .evidence(place.evidence());
    scope.entity(record);
    place.declares(key, scope);
    uses_secrets(key, &secrets, job.environment.as_deref(), place, scope);
    for step in &job.steps {
        of_step(key, step, place, scope);
    }
    if let Some((action, short)) = job.agent() {
        of_agent(key, job, action, short, &secrets, place, scope)?;
    }
    if job.id_token() {
        for rest in subjects_of(workflow, job) {
            let subject = format!("repo:{}:{rest}", place.slug);
            of_subject(key, &subject, place, scope)?;
        }
    }
    Ok(())
}

/// The secrets that steps name, sorted.
fn secrets_of(steps: &[Step]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for step in steps {
        match step {
            Step::Uses { with, .. } => found.extend(with.iter().filter_map(|(_, value)| {
                let inner = value.strip_prefix("${{ secrets.")?.strip_suffix(" }}")?;
                Some(inner.to_owned())
            })),
            Step::Run(_, secrets) => found.extend(secrets.iter().map(|(_, s)| s.to_string())),
            Step::Local(_) => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether it checks out what a stranger may have written.
fn foreign_code(job: &Job) -> bool {
    job.steps.iter().any(|step| match step {
        Step::Uses { with, .. } => with.iter().any(|(_, v)| v.contains("pull_request.head")),
        _ => false,
    })
}

fn is_pinned(reference: &str) -> bool {
    reference.len() == 40 && reference.bytes().all(|b| b.is_ascii_hexdigit())
}

fn unpinned(steps: &[Step]) -> Vec<String> {
    let found = steps.iter().filter_map(|step| match step {
        Step::Uses { action, reference, .. } if !is_pinned(reference) => {
            Some(format!("{action}@{reference}"))
        }
        _ => None,
    });
    found.collect()
}

/// The inputs of a step that logs in, and the role it takes on.
type Login<'a> = (&'a [(std::borrow::Cow<'static, str>, String)], Option<&'a str>);

/// How a step logs in to AWS, if it does.
fn login(step: &Step) -> Option<Login<'_>> {
    let Step::Uses { action, with, .. } = step else { return None };
    if action != "aws-actions/configure-aws-credentials" {
        return None;
    }
    let role = with.iter().find(|(name, _)| name == "role-to-assume");
    Some((with, role.map(|(_, arn)| arn.as_str())))
}

fn logins(steps: &[Step]) -> Vec<Value> {
    let found = steps.iter().filter_map(login).map(|(with, role)| {
        let region = with.iter().find(|(name, _)| name == "aws-region").map(|(_, r)| r);
        let mut value = json!({"to": "aws", "static": role.is_none(), "region": region});
        if let (Value::Object(map), Some(role)) = (&mut value, role) {
            map.insert("as".to_owned(), role.into());
        }
        value
    });
    found.collect()
}

fn uses_secrets(
    from: &EntityKey,
    secrets: &[String],
    environment: Option<&str>,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) {
    for name in secrets {
        let secret = Reference::new("github.secret", place.realm, name);
        let relation = place.relation(from, Relation::UsesCredential, secret);
        scope.relation(relation.attribute("environment", environment));
    }
}

fn of_step(key: &EntityKey, step: &Step, place: &Place<'_>, scope: &mut Scope<'_, '_>) {
    match step {
        Step::Uses { action, reference, .. } => {
            let to = Reference::new("github.action", "github.com", &action.to_lowercase());
            let relation = place
                .relation(key, Relation::Calls, to)
                .discriminator(reference.as_ref())
                .attribute("ref", reference)
                .attribute("pinned", is_pinned(reference));
            scope.relation(relation);
        }
        Step::Local(path) => {
            let value = format!("{}/{}", place.slug.to_lowercase(), path.trim_start_matches("./"));
            let to = Reference::new("github.action", "github.com", &value);
            let relation = place.relation(key, Relation::Calls, to);
            scope.relation(relation.attribute("pinned", true).attribute("local", true));
        }
        Step::Run(..) => {}
    }
    if let Some((_, Some(arn))) = login(step) {
        let relation = place
            .relation(key, Relation::RunsAs, keys::arn(arn))
            .attribute("login", "aws")
            .attribute("static_credential", false);
        scope.relation(relation);
    }
}

fn of_agent(
    job_key: &EntityKey,
    job: &Job,
    action: &str,
    short: &str,
    secrets: &[String],
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let id = format!("{}#{}/{short}", place.path, job.id);
    let key = keys::code(place.realm, "code.agent", &id)?;
    let record = entity(
        key.clone(),
        EntityType::Identity,
        format!("Claude Code in {} of {}", job.id, place.slug),
    )
    .class(IdentityClass::Agent)
    .attribute("product", "Claude Code")
    .attribute("runs_in", "workflow")
    .attribute("action", action)
    .evidence(place.evidence());
    scope.entity(record);
    place.declares(&key, scope);
    scope.relation(place.relation(job_key, Relation::RunsAs, &key));
    uses_secrets(&key, secrets, None, place, scope);
    Ok(())
}

fn of_subject(
    job: &EntityKey,
    subject: &str,
    place: &Place<'_>,
    scope: &mut Scope<'_, '_>,
) -> Result<(), LabError> {
    let key = keys::subject(keys::GITHUB_ISSUER, subject)?;
    let record = entity(key.clone(), EntityType::Identity, subject)
        .class(IdentityClass::Service)
        .attribute("issuer", keys::GITHUB_ISSUER)
        .attribute("subject", subject)
        .attribute("form", "classic")
        .evidence(place.evidence());
    scope.entity(record);
    place.declares(&key, scope);
    let reference = Reference::new("oidc.subject", keys::GITHUB_ISSUER, subject);
    scope.reference(ReferenceRecord::new(&key, reference));
    scope.relation(place.relation(job, Relation::RunsAs, &key));
    debug_assert!(!place.repository.name.is_empty());
    Ok(())
}
