//! One organisation and the calls that are made for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rollcall_connector::transport::{Answer, CallError, GraphqlAnswer, HttpClient, Transport};
use rollcall_model::{EntityKey, ProblemClass, Visibility};
use rollcall_record::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;

use crate::host::{Host, PROVIDER};
use crate::kinds;
use crate::map::malformed;
use crate::refusal;
use crate::session::{Fresh, Session, count};
use crate::shapes::{Installation, Object, Page, RateLimit, RateLimits, Repo, RepositoryName};

/// A repository by its number, whatever it is called now.
pub(crate) const REPOSITORY_BY_ID: &str = "GET /repositories/{id}";
/// What is left of the limits. GitHub does not count this call.
pub(crate) const RATE_LIMIT: &str = "GET /rate_limit";

/// A token is renewed when it holds no longer than this.
const RENEW_BEFORE: Duration = Duration::from_mins(20);

/// Our App's installation in an organisation, with a budget of its own.
pub(crate) struct Installed {
    pub(crate) installation: Installation,
    pub(crate) transport: Transport,
}

/// How calls for an organisation are authenticated.
pub(crate) enum Auth {
    /// By a token that was given to us; its scopes where it is a classic one.
    Token(Box<Fresh>, Option<Vec<String>>),
    /// By tokens that are minted for an installation.
    App(Box<Installed>, Arc<Session>, Mutex<Option<Box<Fresh>>>),
}

impl Auth {
    pub(crate) fn token(fresh: Fresh, scopes: Option<Vec<String>>) -> Self {
        Self::Token(Box::new(fresh), scopes)
    }

    pub(crate) fn app(installed: Installed, session: Arc<Session>) -> Self {
        Self::App(Box::new(installed), session, Mutex::new(None))
    }
}

/// What a listing gave.
pub(crate) struct Listed<T> {
    /// The entries that were read.
    pub(crate) items: Vec<T>,
    /// Entries that could not be read.
    pub(crate) broken: Vec<Problem>,
    /// Why the listing ended before its end.
    pub(crate) failed: Option<Problem>,
}

impl<T> Listed<T> {
    /// Says what a failure hides.
    pub(crate) fn hiding(mut self, what: &str) -> Self {
        self.failed = self.failed.map(|problem| problem.hides(what));
        self
    }

    /// The first thing that is wrong with it.
    pub(crate) fn problem(&self, what: &str) -> Option<Problem> {
        let first = self.failed.as_ref().or(self.broken.first())?.clone();
        let hides = first.hides.clone().unwrap_or_else(|| format!("some of {what}"));
        Some(first.hides(hides))
    }
}

/// An organisation.
pub(crate) struct Organization {
    pub(crate) id: u64,
    /// Its login, as spelled.
    pub(crate) login: String,
    /// `HOST/ORGID`.
    pub(crate) realm: String,
    pub(crate) host: Host,
    auth: Auth,
    spent: Arc<AtomicU64>,
    /// How many calls this run may make: what was left when it was asked, and what was spent before.
    allowance: OnceCell<Option<u64>>,
    gone: std::sync::Mutex<HashMap<u64, Problem>>,
}

impl Organization {
    pub(crate) fn new(
        id: u64,
        login: String,
        host: Host,
        auth: Auth,
        spent: Arc<AtomicU64>,
    ) -> Self {
        let realm = format!("{}/{id}", host.name);
        let allowance = OnceCell::new();
        let gone = std::sync::Mutex::default();
        Self { id, login, realm, host, auth, spent, allowance, gone }
    }

    /// The key of something that belongs to it.
    pub(crate) fn key(&self, kind: &str, id: &str) -> Result<EntityKey, Problem> {
        EntityKey::new(PROVIDER, &self.realm, kind, id)
            .map_err(|_| malformed(format!("an entry of kind {kind} has no id")))
    }

    /// Its own key.
    pub(crate) fn own_key(&self) -> Result<EntityKey, Problem> {
        self.key(kinds::ORGANIZATION, &self.id.to_string())
    }

    /// The key of a repository of it.
    pub(crate) fn repository_key(&self, id: u64) -> Result<EntityKey, Problem> {
        self.key(kinds::REPOSITORY, &id.to_string())
    }

    /// Why nothing of it can be read, where that is known beforehand.
    pub(crate) fn shut(&self) -> Option<Problem> {
        let Auth::App(installed, ..) = &self.auth else { return None };
        installed.installation.suspended_at?;
        let message = format!("the App's installation in {} is suspended", self.login);
        Some(
            Problem::new(ProblemClass::Permission, "installation_suspended", message)
                .hides(format!("everything in {}", self.login)),
        )
    }

    /// Whether our App reaches chosen repositories only.
    pub(crate) fn is_selective(&self) -> bool {
        matches!(&self.auth, Auth::App(installed, ..) if installed.installation.is_selective())
    }

    /// The number of our App's installation here, where we are an App.
    pub(crate) fn installation_id(&self) -> Option<u64> {
        match &self.auth {
            Auth::App(installed, ..) => Some(installed.installation.id),
            Auth::Token(..) => None,
        }
    }

    /// The permissions of our App here; `None` for a token, of which they are not known.
    pub(crate) fn granted(&self) -> Option<BTreeMap<String, String>> {
        match &self.auth {
            Auth::App(installed, ..) => Some(installed.installation.granted()),
            Auth::Token(..) => None,
        }
    }

    /// The permission that our App lacks for a stream, where it is an App and lacks one.
    pub(crate) fn lacks(&self, permission: &str) -> Option<Problem> {
        let granted = self.granted()?;
        if permission.is_empty() || granted.contains_key(permission) {
            return None;
        }
        Some(refusal::missing_permission(&self.login, permission))
    }

    /// What of the credential decides what a stream sees: the stream's own permissions, and which
    /// repositories are reached where that matters.
    pub(crate) fn visibility(&self, permissions: &[&str], by_repository: bool) -> Visibility {
        match &self.auth {
            Auth::App(installed, ..) => {
                let granted = installed.installation.granted();
                let mut all: Vec<String> = permissions
                    .iter()
                    .filter(|name| granted.contains_key(**name))
                    .map(|name| format!("{name}:read"))
                    .collect();
                if by_repository && !installed.installation.is_selective() {
                    all.push("repositories:all".to_owned());
                }
                Visibility::of(all)
            }
            Auth::Token(_, scopes) => {
                let scopes = scopes.iter().flatten().map(|scope| format!("scope:{scope}"));
                Visibility::of(std::iter::once("token".to_owned()).chain(scopes))
            }
        }
    }

    /// Clients with a token that holds for twenty minutes at least.
    async fn fresh(&self) -> Result<Fresh, Problem> {
        match &self.auth {
            Auth::Token(fresh, _) => Ok((**fresh).clone()),
            Auth::App(installed, session, minted) => {
                let mut minted = minted.lock().await;
                match &*minted {
                    Some(fresh) if Instant::now() + RENEW_BEFORE < fresh.until => {
                        Ok((**fresh).clone())
                    }
                    _ => {
                        if let Some(problem) = self.shut() {
                            return Err(problem);
                        }
                        let fresh = session.mint(installed).await?;
                        *minted = Some(Box::new(fresh.clone()));
                        Ok(fresh)
                    }
                }
            }
        }
    }

    /// Forgets a token that GitHub no longer takes. False when there is no other to be had.
    async fn forget(&self) -> bool {
        match &self.auth {
            Auth::Token(..) => false,
            Auth::App(_, _, minted) => minted.lock().await.take().is_some(),
        }
    }

    /// The client for plain calls.
    ///
    /// # Errors
    /// When no token can be had.
    pub(crate) async fn client(&self) -> Result<HttpClient, Problem> {
        Ok(self.fresh().await?.rest)
    }

    /// How many calls were made with its credential in this run.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// How many calls GitHub lets this run make, asked once a run; `None` where it sets no limit.
    pub(crate) async fn allowance(&self) -> Option<u64> {
        let ask = || async { Some(self.limit().await?.remaining + self.spent()) };
        *self.allowance.get_or_init(ask).await
    }

    /// What GitHub says of its limit; `None` where it sets none.
    pub(crate) async fn limit(&self) -> Option<RateLimit> {
        let client = self.client().await.ok()?;
        let answer = client.get::<RateLimits>(RATE_LIMIT, &[], &[]).await.ok()?;
        Some(answer.value.resources.core)
    }

    /// Reads one address, whose answer is an object.
    ///
    /// # Errors
    /// As [`Organization::get_any`].
    pub(crate) async fn get<T>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, Problem>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let answer = self.get_any::<Object<T>>(operation, values, query).await?;
        let Answer { value: Object(value), next, date, headers } = answer;
        Ok(Answer { value, next, date, headers })
    }

    /// Reads one address, whatever its answer is.
    ///
    /// # Errors
    /// When it is refused or not what GitHub documents; see [`refusal::explain`].
    pub(crate) async fn get_any<T>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, Problem>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        count(&self.spent);
        let first = self.client().await?.get::<T>(operation, values, query).await;
        let answer = match first {
            Err(error) if is_stale(&error) && self.forget().await => {
                self.client().await?.get::<T>(operation, values, query).await
            }
            other => other,
        };
        answer.map_err(|error| self.refused(error, operation))
    }

    /// Reads a listing to its end, or as far as it goes.
    pub(crate) async fn list<P: Page>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Listed<P::Item> {
        let mut listed = Listed { items: Vec::new(), broken: Vec::new(), failed: None };
        let mut again = true;
        loop {
            let client = match self.client().await {
                Ok(client) => client,
                Err(problem) => {
                    listed.failed = Some(problem);
                    return listed;
                }
            };
            let mut pages = client.pages(operation, values, query);
            let error = loop {
                count(&self.spent);
                match pages.next_link::<P>().await {
                    Ok(Some(page)) => {
                        let more = page.next.is_some();
                        let page = page.value.list();
                        listed.broken.extend(page.problem(operation));
                        listed.items.extend(page.items);
                        if !more {
                            return listed;
                        }
                    }
                    Ok(None) => return listed,
                    Err(error) => break error,
                }
            };
            // A token that ended in the middle: from the beginning, with another.
            if again && is_stale(&error) && self.forget().await {
                again = false;
                listed = Listed { items: Vec::new(), broken: Vec::new(), failed: None };
                continue;
            }
            listed.failed = Some(self.refused(error, operation));
            return listed;
        }
    }

    /// Asks a declared GraphQL document.
    ///
    /// # Errors
    /// As [`Organization::get`]. Errors beside data are in the answer.
    pub(crate) async fn graphql<T>(
        &self,
        document: &str,
        variables: &Value,
    ) -> Result<GraphqlAnswer<T>, Problem>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let answer = self.graphql_call(document, variables).await;
        let operation = rollcall_connector::transport::graphql_operation(document);
        answer.map_err(|error| match error {
            GraphqlFailure::Call(error) => self.refused(error, &operation),
            GraphqlFailure::NoToken(problem) => problem,
        })
    }

    /// The same with the error as the transport has it, for callers that ask for less when an
    /// answer is too large.
    pub(crate) async fn graphql_call<T>(
        &self,
        document: &str,
        variables: &Value,
    ) -> Result<GraphqlAnswer<T>, GraphqlFailure>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let fresh = self.fresh().await.map_err(GraphqlFailure::NoToken)?;
        let first = fresh.graphql.graphql::<T>("/graphql", document, variables).await;
        let answer = match first {
            Err(error) if is_stale(&error) && self.forget().await => {
                let fresh = self.fresh().await.map_err(GraphqlFailure::NoToken)?;
                fresh.graphql.graphql::<T>("/graphql", document, variables).await
            }
            other => other,
        };
        answer.map(|answer| answer.value).map_err(GraphqlFailure::Call)
    }

    /// The same, tried once: for callers that ask for less when an answer is too much.
    pub(crate) async fn graphql_once<T>(
        &self,
        document: &str,
        variables: &Value,
    ) -> Result<GraphqlAnswer<T>, GraphqlFailure>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let client = self.fresh().await.map_err(GraphqlFailure::NoToken)?.graphql;
        let once = client.over(&client.transport().with_attempts(1));
        let answer = once.graphql::<T>("/graphql", document, variables).await;
        answer.map(|answer| answer.value).map_err(GraphqlFailure::Call)
    }

    /// The problem that a refusal is.
    pub(crate) fn refused(&self, error: CallError, operation: &str) -> Problem {
        refusal::explain(error, operation, &self.login, self.granted().as_ref())
    }

    /// Where a repository's listing was answered as if it were not there: whether the repository is
    /// gone, has moved to somebody else, or is there and hides what was asked for.
    pub(crate) async fn about_repository(&self, problem: Problem, repository: &Repo) -> Problem {
        if ![refusal::NOT_FOUND, refusal::NOT_FOUND_PERMITTED].contains(&problem.code.as_str()) {
            return problem;
        }
        let known = {
            let gone = self.gone.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            gone.get(&repository.id).cloned()
        };
        if let Some(known) = known {
            return known;
        }
        let id = repository.id.to_string();
        let operation = REPOSITORY_BY_ID;
        let said = match self.get::<RepositoryName>(operation, &[("id", &id)], &[]).await {
            Err(gone) if gone.code.starts_with(refusal::NOT_FOUND) => Problem::new(
                ProblemClass::Unsupported,
                "repository_gone",
                format!(
                    "the repository {} is no longer there, or no longer shown to us",
                    repository.full_name
                ),
            ),
            Err(other) => return other,
            Ok(answer) => {
                let owner = repository.owner_and_name().0;
                let now = answer.value.full_name.unwrap_or_default();
                let same = now.split('/').next().is_some_and(|o| o.eq_ignore_ascii_case(owner));
                if same {
                    return refusal::hidden(problem, &repository.full_name);
                }
                Problem::new(
                    ProblemClass::Unsupported,
                    "repository_transferred",
                    format!("the repository {} is now {now}", repository.full_name),
                )
            }
        };
        let said = Problem { evidence: problem.evidence, hides: problem.hides, ..said };
        let mut gone = self.gone.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        gone.insert(repository.id, said.clone());
        said
    }
}

/// How a GraphQL call failed.
pub(crate) enum GraphqlFailure {
    /// No token could be had.
    NoToken(Problem),
    /// The call was refused.
    Call(CallError),
}

fn is_stale(error: &CallError) -> bool {
    error.status == Some(401)
}
