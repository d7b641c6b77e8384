//! What the streams of one run share. One [`Reading`] lives as long as the connector does, which is
//! one run.
//!
//! For whoever writes a stream:
//!
//! - A stream is a [`crate::definition::Stream`], a constant beside its function, listed in
//!   `definition::streams()` (those about contents in `contents::STREAMS`). Its function gets a
//!   [`crate::run::Run`]: `run.reading`, `run.out` (the emitter), `run.asked` (the request: time, past,
//!   and which scopes alone are wanted).
//! - `run.organizations()` gives the organisations to read, [`Arc<Organization>`]; those that cannot
//!   be entered were told of already. `organization.realm` is `HOST/ORGID`.
//! - [`Reading::repositories`] gives an organisation's repositories, listed once a run:
//!   [`Repositories`] with `list` ([`Repo`]: `id`, `node_id`, `owner_id()`, `full_name`,
//!   `default_branch`, `archived`, `disabled`, `seen_by()`, `fork`, `pushed_at`, `created_at`,
//!   `custom_properties` …) and `problem`, which is set when the list is not complete.
//! - `run.each_repository(|organization, repository| async { … })` does it for every repository of
//!   every organisation that is due (see `due.rs`), many at once, the most urgent first, and stops a
//!   stream that has no priority when the run's share of the budget is spent. It needs no scope of
//!   its own: the closure begins the scopes.
//! - `run.scope(&organization, part, parent)` begins a scope of this stream with realm
//!   `organization.realm` and the visibility that the stream's permissions have; `None` when the
//!   scope is not wanted (`only`, already read). `run.started(…)` gives the `ScopeStarted` of another
//!   realm. A scope ends by `guard.finish()`, `guard.unchanged()` or `guard.fail(problem)`.
//! - Calls: `organization.get::<T>(OPERATION, values, query)`, `organization.list::<P>(…)` (all
//!   pages, what was read before a failure included), `organization.graphql::<T>(document,
//!   variables)`. They renew the token, count against the budget, and explain refusals: errors are
//!   [`Problem`]s whose class says what becomes of the scope. `organization.client().await` is the
//!   [`HttpClient`] itself, with its headers and a token that holds for twenty minutes at least.
//! - `organization.about_repository(problem, &repository)` tells a repository that is gone from one
//!   that hides something, where a call was answered with 404.
//! - `Host` (`reading.host`) makes keys and references: `user(id)`, `login(login)`,
//!   `repository(full_name)`; `organization.key(kind, id)` is a key in its realm.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use tokio::sync::OnceCell;

use crate::client::Organization;
use crate::config::Config;
use crate::host::Host;
use crate::session::{Census, Session};
use crate::shapes::{Repo, SelectedRepositories, SubjectTemplate};
use crate::stored::{self, Store, Stored};

/// Every repository of an organisation that the credential can see.
pub(crate) const REPOSITORIES: &str = "GET /orgs/{org}/repos";
/// Those that an App with chosen repositories reaches.
pub(crate) const SELECTED: &str = "GET /installation/repositories";
/// The form of a repository's subjects.
pub(crate) const REPOSITORY_SUBJECT: &str =
    "GET /repos/{owner}/{repo}/actions/oidc/customization/sub";

/// An organisation's number and the name of a store of its.
type StoreOf = (u64, &'static str);

/// The form of a repository's subjects, or why it cannot be read.
type Subject = Result<SubjectTemplate, Problem>;

/// A value that is found out once a run.
type Once<T> = Arc<OnceCell<T>>;

/// The repositories of an organisation.
#[derive(Debug)]
pub(crate) struct Repositories {
    /// Those that could be listed.
    pub(crate) list: Vec<Arc<Repo>>,
    /// Why the list is not complete, where it is not.
    pub(crate) problem: Option<Problem>,
    /// Those that an App with chosen repositories reaches; `None` where it reaches all.
    pub(crate) selected: Option<BTreeSet<u64>>,
}

impl Repositories {
    /// Whether a repository's own listings can be asked for.
    pub(crate) fn reaches(&self, repository: &Repo) -> bool {
        self.selected.as_ref().is_none_or(|ids| ids.contains(&repository.id))
    }
}

/// What the streams of one run share.
pub(crate) struct Reading {
    pub(crate) config: Config,
    pub(crate) host: Host,
    session: Session,
    census: OnceCell<Census>,
    repositories: Mutex<HashMap<u64, Once<Arc<Repositories>>>>,
    environments: Mutex<HashMap<u64, Arc<Vec<String>>>>,
    subjects: Mutex<HashMap<u64, Once<Subject>>>,
    /// What the streams about contents share.
    pub(crate) contents: crate::contents::Cache,
    stored: Mutex<HashMap<StoreOf, Once<Arc<Stored>>>>,
}

impl Reading {
    pub(crate) fn new(config: Config, session: Session, literal_key: [u8; 32]) -> Self {
        Self {
            host: Host::of(&config),
            config,
            session,
            census: OnceCell::new(),
            repositories: Mutex::default(),
            environments: Mutex::default(),
            subjects: Mutex::default(),
            contents: crate::contents::Cache::new(literal_key),
            stored: Mutex::default(),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The organisations, and those that cannot be told.
    ///
    /// # Errors
    /// When the credential does not work at all.
    pub(crate) async fn organizations(&self) -> Result<&Census, Problem> {
        self.census.get_or_try_init(|| self.session.census(&self.config, &self.host)).await
    }

    /// The repositories of an organisation, listed once a run.
    pub(crate) async fn repositories(&self, organization: &Organization) -> Arc<Repositories> {
        let cell = {
            let mut known = self.repositories.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(organization.id).or_default())
        };
        Arc::clone(cell.get_or_init(|| list_repositories(organization)).await)
    }

    /// Remembers the names of a repository's environments for the streams that follow.
    pub(crate) fn remember_environments(&self, repository: &Repo, names: Vec<String>) {
        let mut known = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(repository.id, Arc::new(names));
    }

    /// The names of a repository's environments, if this run read them.
    pub(crate) fn environments(&self, repository: &Repo) -> Option<Arc<Vec<String>>> {
        let known = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&repository.id).map(Arc::clone)
    }

    /// The secrets of an organisation in one store, listed once a run.
    pub(crate) async fn stored(
        &self,
        organization: &Organization,
        store: &'static Store,
    ) -> Arc<Stored> {
        let cell = {
            let mut known = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry((organization.id, store.name)).or_default())
        };
        let list = || async { Arc::new(stored::of_organization(organization, store).await) };
        Arc::clone(cell.get_or_init(list).await)
    }

    /// Whether this run found out the form of a repository's subjects.
    pub(crate) fn knows_subject(&self, repository: &Repo) -> bool {
        let known = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&repository.id).is_some_and(|cell| cell.initialized())
    }

    /// The form of a repository's subjects, asked for once a run.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn subject(
        &self,
        organization: &Organization,
        repository: &Repo,
    ) -> Result<SubjectTemplate, Problem> {
        let cell = {
            let mut known = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(repository.id).or_default())
        };
        let ask = || async {
            let (owner, name) = repository.owner_and_name();
            let values = [("owner", owner), ("repo", name)];
            let answer =
                organization.get::<SubjectTemplate>(REPOSITORY_SUBJECT, &values, &[]).await;
            match answer {
                Ok(answer) => Ok(answer.value),
                Err(problem) => Err(organization.about_repository(problem, repository).await),
            }
        };
        cell.get_or_init(ask).await.clone()
    }
}

async fn list_repositories(organization: &Organization) -> Arc<Repositories> {
    let values = [("org", organization.login.as_str())];
    let query = [("type", "all"), ("per_page", "100")];
    let listed = organization
        .list::<rollcall_connector::transport::ListOf<Repo>>(REPOSITORIES, &values, &query)
        .await;
    let mut problem = listed.problem("the repositories");
    let mut list = listed.items;
    // Pages are numbered: what moved between them comes twice.
    let mut seen = BTreeSet::new();
    list.retain(|repository| seen.insert(repository.id));
    // A login can be given up and taken by somebody else.
    if let Some(other) = list.iter().find(|r| r.owner_id().is_some_and(|id| id != organization.id))
    {
        let message = format!(
            "{} is not of the organisation with the number {}; its login may belong to another now",
            other.full_name, organization.id
        );
        problem = Some(Problem::new(ProblemClass::Malformed, "other_owner", message));
        list.retain(|r| r.owner_id().is_none_or(|id| id == organization.id));
    }
    let mut selected = None;
    if organization.is_selective() {
        let query = [("per_page", "100")];
        let chosen = organization.list::<SelectedRepositories>(SELECTED, &[], &query).await;
        problem = problem.or(chosen.problem("the repositories that the App reaches"));
        selected = Some(chosen.items.iter().map(|repository| repository.id).collect());
    }
    let list = list.into_iter().map(Arc::new).collect();
    Arc::new(Repositories { list, problem, selected })
}
