//! Who we are at GitHub: an App with its installations, or a token.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderName, HeaderValue, header};
use rollcall_connector::transport::{
    Credential, HttpClient, ListOf, Transport, TransportOptions, sign_rs256,
};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::{Evidence, Problem};
use secrecy::SecretString;
use serde_json::json;
use tokio::time::Instant;

use crate::client::{Auth, Installed, Organization};
use crate::config::Config;
use crate::host::Host;
use crate::refusal;
use crate::shapes::{Account, Installation, OrganizationDetail, Viewer};

/// The installations of our own App.
pub(crate) const INSTALLATIONS: &str = "GET /app/installations";
/// Mints a token that reads what one installation may.
pub(crate) const MINT: &str = "POST /app/installations/{installation_id}/access_tokens";
/// Whom a token acts for.
pub(crate) const USER: &str = "GET /user";
/// The organisations a token can see.
pub(crate) const USER_ORGANIZATIONS: &str = "GET /user/orgs";
/// One organisation.
pub(crate) const ORGANIZATION: &str = "GET /orgs/{org}";

/// The one permission that is asked for to write, and only where the configuration wants it:
/// GitHub lists a repository's Codespaces secrets to nobody else.
pub(crate) const CODESPACES: &str = "codespaces_secrets";

/// GitHub's interface by date, so that fields do not change under us.
const API_VERSION: (&str, &str) = ("x-github-api-version", "2022-11-28");
/// What is kept of answers besides their bodies.
const KEPT: [&str; 5] = [
    "x-accepted-github-permissions",
    "x-accepted-oauth-scopes",
    "x-oauth-scopes",
    "x-github-sso",
    "link",
];
/// GitHub's own service allows 900 points a minute, and a GET is one.
/// Source: GitHub documentation, "Rate limits for the REST API".
const SERVICE_REQUESTS_PER_MINUTE: u32 = 880;
/// How far our clock may run before GitHub's, and how long a signed token holds, in seconds.
/// Source: GitHub documentation, "Generating a JSON Web Token for a GitHub App": at most ten minutes.
const CLOCK_SKEW: i64 = 60;
const SIGNED_FOR: i64 = 9 * 60;

/// The organisations that there are to read.
pub(crate) struct Census {
    /// Those that are known.
    pub(crate) organizations: Vec<Arc<Organization>>,
    /// Those that were asked for and cannot be found, and why a list is not complete.
    pub(crate) problems: Vec<Problem>,
    /// Whom GitHub takes us for.
    pub(crate) identity: Option<String>,
    /// The scopes of a classic token.
    pub(crate) scopes: Option<Vec<String>>,
}

/// The credential, and how its calls leave.
pub(crate) struct Session {
    transport: Transport,
    client: HttpClient,
    graphql: HttpClient,
    began: OnceTime,
    key: Option<(String, SecretString)>,
    token: Option<SecretString>,
    mint: MintWhat,
}

/// The permissions to ask for, with the level `read`.
type MintWhat = Arc<Vec<&'static str>>;

/// When the run began, by the clock of whoever asked and by our own.
#[derive(Default)]
struct OnceTime(std::sync::OnceLock<(Timestamp, Instant)>);

impl OnceTime {
    /// The time now, as far as the run knows.
    fn now(&self) -> Timestamp {
        let Some((at, then)) = self.0.get() else { return Timestamp::from_micros(0) };
        at.plus_seconds(i64::try_from(then.elapsed().as_secs()).unwrap_or(i64::MAX))
    }
}

impl Session {
    /// # Errors
    /// When an address or a recording cannot be used.
    pub(crate) fn new(
        config: &Config,
        transport: Transport,
        mint: Vec<&'static str>,
    ) -> Result<Self, Problem> {
        let host = Host::of(config);
        let headers = |client: HttpClient| {
            client
                .with_header(
                    header::ACCEPT,
                    HeaderValue::from_static("application/vnd.github+json"),
                )
                .with_header(
                    HeaderName::from_static(API_VERSION.0),
                    HeaderValue::from_static(API_VERSION.1),
                )
                .keeping(&KEPT)
        };
        let key = config.app_id.as_ref().zip(config.private_key.as_ref());
        Ok(Self {
            client: headers(HttpClient::new(&transport, &config.base_url)?),
            graphql: headers(HttpClient::new(&transport, &host.graphql_base)?),
            transport,
            began: OnceTime::default(),
            key: key.map(|(id, pem)| (id.issuer(), pem.clone())),
            token: config.token.clone(),
            mint: Arc::new(mint),
        })
    }

    /// How calls leave for a configuration: concurrency and pace.
    pub(crate) fn options(config: &Config, options: &TransportOptions) -> TransportOptions {
        let usual = Host::of(config).is_service.then_some(SERVICE_REQUESTS_PER_MINUTE);
        let a_minute = config.requests_per_minute.or(usual);
        TransportOptions {
            concurrency: config.concurrency,
            requests_per_second: a_minute.map(|n| (n / 60).max(1)).or(options.requests_per_second),
            ..options.clone()
        }
    }

    /// Says when the run began. Only the first word counts.
    pub(crate) fn begin(&self, now: Timestamp) {
        self.began.0.get_or_init(|| (now, Instant::now()));
    }

    /// Whether calls are made for an App.
    pub(crate) fn is_app(&self) -> bool {
        self.key.is_some()
    }

    /// A client that speaks as the App itself.
    fn app_client(&self) -> Result<HttpClient, Problem> {
        let Some((issuer, pem)) = &self.key else {
            return Err(Problem::new(ProblemClass::Bug, "no_app", "there is no App to speak as"));
        };
        let now = self.began.now().seconds();
        let claims = json!({
            "iat": now - CLOCK_SKEW, "exp": now + SIGNED_FOR, "iss": issuer,
        });
        self.client.with_credential(&Credential::bearer(&sign_rs256(pem, None, &claims)?))
    }

    /// A new token for an installation, with no more than the streams need of what was granted.
    pub(crate) async fn mint(&self, installed: &Installed) -> Result<Fresh, Problem> {
        let granted = installed.installation.granted();
        let asked: BTreeMap<&str, &str> = self
            .mint
            .iter()
            .filter(|name| granted.contains_key(**name))
            .map(|name| (*name, if *name == CODESPACES { "write" } else { "read" }))
            .collect();
        let id = installed.installation.id.to_string();
        let mut body = serde_json::Map::new();
        if !asked.is_empty() {
            body.insert("permissions".to_owned(), json!(asked));
        }
        let minted = self
            .app_client()?
            .post::<crate::shapes::Minted, _>(MINT, &[("installation_id", &id)], &id, &body)
            .await
            .map_err(|error| refusal::of_credential(error, MINT))?;
        let credential = Credential::bearer(&minted.value.token.0);
        // How long it holds is measured by GitHub's own clock where the answer tells it.
        let sent = minted.date.unwrap_or_else(|| self.began.now());
        let seconds = minted.value.expires_at.map_or(3600, |at| at.seconds() - sent.seconds());
        Ok(Fresh {
            rest: self.client.over(&installed.transport).with_credential(&credential)?,
            graphql: self.graphql.over(&installed.transport).with_credential(&credential)?,
            until: Instant::now()
                + std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
        })
    }

    /// Which organisations there are.
    pub(crate) async fn census(&self, config: &Config, host: &Host) -> Result<Census, Problem> {
        match &self.token {
            None => self.census_of_app(config, host).await,
            Some(token) => self.census_of_token(token, config, host).await,
        }
    }

    async fn census_of_app(&self, config: &Config, host: &Host) -> Result<Census, Problem> {
        let client = self.app_client()?;
        let mut pages = client.pages(INSTALLATIONS, &[], &[("per_page", "100")]);
        let mut installations: Vec<Installation> = Vec::new();
        let mut problems = Vec::new();
        while let Some(page) = pages
            .next_link::<ListOf<Installation>>()
            .await
            .map_err(|error| refusal::of_credential(error, INSTALLATIONS))?
        {
            problems.extend(page.value.problem("the installations of the App"));
            installations.extend(page.value.items);
        }
        let slug = installations.iter().find_map(|i| i.app_slug.clone());
        let mut organizations = Vec::new();
        for installation in installations {
            let of_user = installation.target_type.as_deref() == Some("User");
            let Some(Account { id, login: Some(login), .. }) = installation.account.clone() else {
                if !of_user {
                    let message = format!("installation {} names no account", installation.id);
                    problems.push(Problem::new(ProblemClass::Malformed, "bad_entry", message));
                }
                continue;
            };
            if of_user || !config.wants(&login) {
                continue;
            }
            let installed =
                Installed { installation, transport: self.transport.for_another_credential() };
            organizations.push(Organization::new(
                id,
                login,
                host.clone(),
                Auth::app(installed, self.clone_for_mint()),
                Arc::default(),
            ));
        }
        for login in &config.organizations {
            if !organizations.iter().any(|o| o.login.eq_ignore_ascii_case(login)) {
                problems.push(
                    Problem::new(
                        ProblemClass::Permission,
                        "app_not_installed",
                        format!("the App is not installed in the organisation {login}"),
                    )
                    .hides(format!("everything in {login}"))
                    .at(evidence(INSTALLATIONS)),
                );
            }
        }
        Ok(Census {
            organizations: organizations.into_iter().map(Arc::new).collect(),
            problems,
            identity: slug.map(|slug| format!("App {slug}")),
            scopes: None,
        })
    }

    async fn census_of_token(
        &self,
        token: &SecretString,
        config: &Config,
        host: &Host,
    ) -> Result<Census, Problem> {
        let credential = Credential::bearer(token);
        let rest = self.client.with_credential(&credential)?;
        let graphql = self.graphql.with_credential(&credential)?;
        let viewer = rest
            .get::<Viewer>(USER, &[], &[])
            .await
            .map_err(|error| refusal::of_credential(error, USER))?;
        let scopes = viewer.headers.get("x-oauth-scopes").map(|text| {
            text.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
        });
        let mut found: Vec<(u64, String)> = Vec::new();
        let mut problems = Vec::new();
        if config.organizations.is_empty() {
            let mut pages = rest.pages(USER_ORGANIZATIONS, &[], &[("per_page", "100")]);
            while let Some(page) = pages
                .next_link::<ListOf<Viewer>>()
                .await
                .map_err(|error| refusal::of_credential(error, USER_ORGANIZATIONS))?
            {
                problems.extend(page.value.problem("the organisations of the token"));
                found.extend(page.value.items.into_iter().map(|o| (o.id, o.login)));
            }
        }
        for login in &config.organizations {
            let answer = rest.get::<OrganizationDetail>(ORGANIZATION, &[("org", login)], &[]).await;
            match answer {
                Ok(answer) => found.push((answer.value.id, answer.value.login)),
                Err(error) => problems.push(
                    refusal::of_credential(error, ORGANIZATION)
                        .hides(format!("everything in {login}")),
                ),
            }
        }
        let spent: Arc<AtomicU64> = Arc::default();
        let organizations = found.into_iter().map(|(id, login)| {
            let fresh = Fresh { rest: rest.clone(), graphql: graphql.clone(), until: forever() };
            Arc::new(Organization::new(
                id,
                login,
                host.clone(),
                Auth::token(fresh, Clone::clone(&scopes)),
                Arc::clone(&spent),
            ))
        });
        Ok(Census {
            organizations: organizations.collect(),
            problems,
            identity: Some(viewer.value.login),
            scopes,
        })
    }

    /// What minting needs, for an organisation that outlives the borrow.
    fn clone_for_mint(&self) -> Arc<Self> {
        let began = OnceTime::default();
        if let Some(at) = self.began.0.get() {
            began.0.get_or_init(|| *at);
        }
        Arc::new(Self {
            transport: self.transport.clone(),
            client: self.client.clone(),
            graphql: self.graphql.clone(),
            began,
            key: self.key.clone(),
            token: None,
            mint: Arc::clone(&self.mint),
        })
    }
}

/// A token that holds until some time.
#[derive(Clone)]
pub(crate) struct Fresh {
    pub(crate) rest: HttpClient,
    pub(crate) graphql: HttpClient,
    pub(crate) until: Instant,
}

/// A token that was given to us holds until GitHub refuses it.
fn forever() -> Instant {
    Instant::now() + std::time::Duration::from_hours(24 * 365)
}

/// Counts a call.
pub(crate) fn count(spent: &AtomicU64) {
    spent.fetch_add(1, Ordering::Relaxed);
}

/// Evidence of an operation.
pub(crate) fn evidence(operation: &str) -> Evidence {
    Evidence { operation: Some(operation.to_owned()), ..Evidence::default() }
}
