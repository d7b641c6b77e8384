//! One stream of one run: which scopes are wanted, and how they begin and end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use rollcall_connector::{Emitter, ScopeGuard, SyncRequest};
use rollcall_model::{EntityKey, ProblemClass, ScopeKey, Visibility};
use rollcall_record::{Problem, Record, ScopeStarted};

use crate::client::{Listed, Organization};
use crate::config::Config;
use crate::definition::Stream;
use crate::due::{self, Urgency};
use crate::reading::{Reading, Repositories};
use crate::session::evidence;
use crate::shapes::Repo;

/// One stream of one run.
pub(crate) struct Run<'a> {
    pub(crate) reading: &'a Reading,
    /// The time, the past, and which scopes alone are wanted.
    pub(crate) asked: &'a SyncRequest,
    pub(crate) stream: &'static Stream,
    pub(crate) out: &'a Emitter,
    /// What an App was refused, by organisation and suffix: how often, and why.
    refused: Mutex<Refused>,
}

/// How often listings were refused and why, by organisation and by what their parts end with.
type Refused = HashMap<(u64, &'static str), (u32, Problem)>;

/// After how many refusals of an App for one sort of listing the others are not asked for.
const REFUSALS: u32 = 3;

/// A repository whose scope is due.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) organization: Arc<Organization>,
    pub(crate) repository: Arc<Repo>,
    /// What the part of its scope ends with.
    pub(crate) suffix: &'static str,
}

impl Job {
    /// The part of its scope.
    pub(crate) fn part(&self) -> String {
        format!("{}{}", self.repository.id, self.suffix)
    }

    /// Owner and name, for paths.
    pub(crate) fn values(&self) -> [(&'static str, &str); 2] {
        let (owner, name) = self.repository.owner_and_name();
        [("owner", owner), ("repo", name)]
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        reading: &'a Reading,
        asked: &'a SyncRequest,
        stream: &'static Stream,
        out: &'a Emitter,
    ) -> Self {
        Self { reading, asked, stream, out, refused: Mutex::default() }
    }

    /// The organisations to read. Those that cannot be entered are told of here, in their scopes
    /// of this stream.
    ///
    /// # Errors
    /// When the credential does not work at all, or the reading was stopped.
    pub(crate) async fn organizations(&self) -> Result<Vec<Arc<Organization>>, Problem> {
        let census = self.reading.organizations().await?;
        for problem in &census.problems {
            self.out.problem(problem.clone().in_stream(self.stream.name)).await?;
        }
        let mut open = Vec::new();
        for organization in &census.organizations {
            let Some(problem) = organization.shut() else {
                open.push(Arc::clone(organization));
                continue;
            };
            for part in self.stream.organization_parts {
                if let Some(guard) = self.scope(organization, part, None).await? {
                    guard.fail(problem.clone()).await?;
                }
            }
            for part in self.known_parts(organization) {
                if let Some(guard) = self.scope(organization, &part, None).await? {
                    guard.fail(problem.clone()).await?;
                }
            }
            if !self.stream.repository_parts.is_empty() {
                self.out.problem(problem.in_stream(self.stream.name)).await?;
            }
        }
        Ok(open)
    }

    /// The parts of an organisation's scopes that earlier readings began, besides those that there
    /// are always.
    fn known_parts(&self, organization: &Organization) -> Vec<String> {
        let mut parts: Vec<String> = self
            .asked
            .past
            .iter()
            .filter(|(key, _)| key.realm == organization.realm)
            .map(|(key, _)| key.part.clone())
            .filter(|part| !self.stream.organization_parts.contains(&part.as_str()))
            .collect();
        parts.sort_unstable();
        parts
    }

    /// Does something for every organisation, one after another.
    ///
    /// # Errors
    /// As [`Run::organizations`], and what `read` says.
    pub(crate) async fn each_organization<'r, F>(&'r self, read: F) -> Result<(), Problem>
    where
        F: Fn(Arc<Organization>) -> BoxFuture<'r, Result<(), Problem>>,
    {
        for organization in self.organizations().await? {
            read(organization).await?;
        }
        Ok(())
    }

    /// The key of a scope of this stream.
    pub(crate) fn key(&self, organization: &Organization, part: &str) -> ScopeKey {
        ScopeKey::part(self.stream.name, &organization.realm, part)
    }

    /// How a scope of this stream begins.
    pub(crate) fn started(
        &self,
        scope: ScopeKey,
        parent: Option<EntityKey>,
        visibility: Visibility,
    ) -> ScopeStarted {
        ScopeStarted { scope, parent, listing: self.stream.listing, visibility }
    }

    /// Begins a scope of an organisation, seen with all permissions of the stream; `None` when it is
    /// not wanted or was read shortly before.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn scope(
        &self,
        organization: &Organization,
        part: &str,
        parent: Option<EntityKey>,
    ) -> Result<Option<ScopeGuard>, Problem> {
        let parent = match parent {
            Some(parent) => parent,
            None => organization.own_key()?,
        };
        self.scope_with(organization, part, parent, self.stream.permissions).await
    }

    /// The same, seen with some permissions. Where the App lacks one of them, the scope ends at once
    /// as forbidden, without a call.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn scope_with(
        &self,
        organization: &Organization,
        part: &str,
        parent: EntityKey,
        permissions: &[&str],
    ) -> Result<Option<ScopeGuard>, Problem> {
        let key = self.key(organization, part);
        if !self.asked.wants(&key) || self.out.already_read(&key) {
            return Ok(None);
        }
        let by_repository = !self.stream.repository_parts.is_empty();
        let visibility = organization.visibility(permissions, by_repository);
        let guard = self.out.scope(self.started(key, Some(parent), visibility)).await?;
        if organization.shut().is_some() {
            return Ok(Some(guard));
        }
        let lacking = permissions.iter().find_map(|name| organization.lacks(name));
        match lacking {
            Some(problem) => {
                guard.fail(problem.hides(self.stream.sees)).await?;
                Ok(None)
            }
            None => Ok(Some(guard)),
        }
    }

    /// Begins the scope of a repository. Where an App was refused this sort of listing several times
    /// already, it ends at once with the same refusal.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn scope_of(
        &self,
        job: &Job,
        permissions: &[&str],
    ) -> Result<Option<ScopeGuard>, Problem> {
        let parent = job.organization.repository_key(job.repository.id)?;
        let part = job.part();
        let guard = self.scope_with(&job.organization, &part, parent, permissions).await?;
        let Some(guard) = guard else { return Ok(None) };
        let known = {
            let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.get(&(job.organization.id, job.suffix)).cloned()
        };
        match known {
            Some((times, problem)) if times >= REFUSALS => {
                guard.fail(problem).await?;
                Ok(None)
            }
            _ => Ok(Some(guard)),
        }
    }

    /// What a failure about a repository is, after asking whether the repository is still there.
    /// An App's permissions hold for all repositories it reaches, so refusals are remembered.
    pub(crate) async fn failure(&self, job: &Job, problem: Problem) -> Problem {
        let problem = job.organization.about_repository(problem, &job.repository).await;
        let lasting = matches!(problem.code.as_str(), "missing_permission" | "not_offered");
        if lasting && job.organization.granted().is_some() {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused
                .entry((job.organization.id, job.suffix))
                .or_insert_with(|| (0, problem.clone()))
                .0 += 1;
        }
        problem
    }

    /// Says a listing of a repository in its scope and ends it.
    ///
    /// # Errors
    /// When the reading was stopped.
    pub(crate) async fn say_of<T>(
        &self,
        job: &Job,
        guard: ScopeGuard,
        mut listed: Listed<T>,
        map: impl FnMut(T, &mut Vec<Record>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        if let Some(problem) = listed.failed.take() {
            listed.failed = Some(self.failure(job, problem).await.hides(self.stream.sees));
        }
        say(guard, listed, map).await
    }

    /// Does something for every repository that is due, many at once, the most urgent first.
    ///
    /// # Errors
    /// As [`Run::organizations`], and what `read` says; a problem of one repository belongs into its
    /// scope.
    pub(crate) async fn each_repository<'r, F>(&'r self, read: F) -> Result<(), Problem>
    where
        F: Fn(Job) -> BoxFuture<'r, Result<(), Problem>> + Sync,
    {
        for organization in self.organizations().await? {
            let repositories = self.reading.repositories(&organization).await;
            if let Some(problem) = &repositories.problem {
                let message = format!(
                    "not every repository of {} is known; the stream repositories says why",
                    organization.login
                );
                let said = Problem::new(problem.class, "repositories_unknown", message);
                self.out.problem(said.in_stream(self.stream.name)).await?;
            }
            let reached = repositories.list.iter().filter(|r| repositories.reaches(r));
            let mut jobs: Vec<(Urgency, Job)> = Vec::new();
            for repository in reached {
                for suffix in self.suffixes() {
                    let job = Job {
                        organization: Arc::clone(&organization),
                        repository: Arc::clone(repository),
                        suffix,
                    };
                    if let Some(urgency) = self.urgency(&job) {
                        jobs.push((urgency, job));
                    }
                }
            }
            self.tell_unlisted(&organization, &repositories).await?;
            jobs.sort_by_key(|(urgency, _)| *urgency);
            let allowance = allowance(&self.reading.config, self.stream, &organization).await;
            let total = jobs.len();
            let started = std::sync::atomic::AtomicUsize::new(0);
            let affordable = stream::iter(jobs.into_iter().map(|(_, job)| job)).take_while(|_| {
                let begun = started.load(std::sync::atomic::Ordering::Relaxed);
                let spent = organization.spent();
                let goes_on = allowance.is_none_or(|most| spent + self.stream.cost <= most);
                if goes_on {
                    started.store(begun + 1, std::sync::atomic::Ordering::Relaxed);
                }
                futures::future::ready(goes_on)
            });
            affordable
                .map(Ok)
                .try_for_each_concurrent(self.reading.config.concurrency, &read)
                .await?;
            let left = total - started.into_inner().min(total);
            if left > 0 {
                let message = format!(
                    "this run's share of the hour's calls is spent; {left} scopes of {} in {} wait \
                     for the next run",
                    self.stream.name, organization.login
                );
                let said = Problem::new(ProblemClass::RateLimited, "budget_spent", message);
                self.out.problem(said.in_stream(self.stream.name)).await?;
            }
        }
        Ok(())
    }

    /// What the parts of repositories' scopes end with in this configuration.
    pub(crate) fn suffixes(&self) -> impl Iterator<Item = &'static str> + use<> {
        suffixes(self.stream, &self.reading.config)
    }

    /// Where an App reaches chosen repositories only, the scopes of those it no longer reaches are
    /// not complete any more.
    async fn tell_unlisted(
        &self,
        organization: &Organization,
        repositories: &Repositories,
    ) -> Result<(), Problem> {
        if !organization.is_selective() || repositories.problem.is_some() {
            return Ok(());
        }
        for part in self.known_parts(organization) {
            let id = part.split('/').next().and_then(|id| id.parse().ok());
            let Some(id) = id else { continue };
            let reached = repositories.list.iter().any(|r| r.id == id && repositories.reaches(r));
            if reached {
                continue;
            }
            let parent = organization.repository_key(id)?;
            let guard = self.scope_with(organization, &part, parent, self.stream.permissions);
            if let Some(guard) = guard.await? {
                let message = "the App reaches chosen repositories only, and not this one";
                let problem =
                    Problem::new(ProblemClass::Permission, "repository_not_selected", message);
                guard.fail(problem.hides(self.stream.sees)).await?;
            }
        }
        Ok(())
    }

    /// Whether a scope that is a part of an organisation is to be read now: it was asked for, or was
    /// never read, or is old, or its last complete reading left another cursor than this.
    pub(crate) fn is_due(&self, key: &ScopeKey, cursor: Option<&serde_json::Value>) -> bool {
        if !self.asked.wants(key) || self.out.already_read(key) {
            return false;
        }
        let Some(past) = self.asked.past.scope(key).filter(|_| self.asked.only.is_none()) else {
            return true;
        };
        let old = past.age(self.asked.now).is_none_or(|age| age >= self.reading.config.due_after());
        old || cursor.is_some_and(|cursor| !past.is_at(cursor))
    }

    /// How urgent a repository's scope is; `None` when it need not be read now.
    fn urgency(&self, job: &Job) -> Option<Urgency> {
        let key = self.key(&job.organization, &job.part());
        if !self.asked.wants(&key) || self.out.already_read(&key) {
            return None;
        }
        if self.asked.only.is_some() {
            return Some(Urgency::wanted());
        }
        due::of_repository(
            self.stream,
            &self.asked.past,
            &key,
            self.asked.now,
            self.reading.config.due_after(),
            &job.repository,
        )
    }
}

/// How many calls may be made with an organisation's credential in this run for a stream.
pub(crate) async fn allowance(
    config: &Config,
    stream: &Stream,
    organization: &Organization,
) -> Option<u64> {
    let told = organization.allowance().await;
    let most = match (config.budget_per_hour, told) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    // What has no priority leaves something for what has.
    most.map(|most| if stream.priority { most } else { most - most / 20 })
}

/// What the parts of repositories' scopes of a stream end with in a configuration.
pub(crate) fn suffixes(
    stream: &'static Stream,
    config: &Config,
) -> impl Iterator<Item = &'static str> + use<> {
    let codespaces = config.codespaces_secrets;
    stream
        .repository_parts
        .iter()
        .copied()
        .filter(move |suffix| codespaces || *suffix != "/codespaces")
}

/// Says a listing in a scope and ends it: finished where it was read to its end, failed otherwise.
///
/// # Errors
/// When the reading was stopped.
pub(crate) async fn say<T>(
    mut guard: ScopeGuard,
    listed: Listed<T>,
    map: impl FnMut(T, &mut Vec<Record>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    match say_part(&mut guard, listed, map).await? {
        Some(problem) => guard.fail(problem).await,
        None => guard.finish().await,
    }
}

/// Says a listing in a scope that goes on; gives what it failed with.
///
/// # Errors
/// When the reading was stopped.
pub(crate) async fn say_part<T>(
    guard: &mut ScopeGuard,
    listed: Listed<T>,
    mut map: impl FnMut(T, &mut Vec<Record>) -> Result<(), Problem>,
) -> Result<Option<Problem>, Problem> {
    let mut records = Vec::new();
    for item in listed.items {
        let outcome = map(item, &mut records);
        for record in records.drain(..) {
            guard.record(record).await?;
        }
        if let Err(problem) = outcome {
            guard.problem(problem).await?;
        }
    }
    for problem in listed.broken {
        guard.problem(problem).await?;
    }
    Ok(listed.failed)
}

/// Evidence of an operation, with a page for people.
pub(crate) fn seen_by(operation: &str, url: String) -> rollcall_record::Evidence {
    rollcall_record::Evidence { url: Some(url), ..evidence(operation) }
}
