//! How the lab's GitHub behaves, and what opens it.

use std::time::Duration;

use crate::plan::{Company, LabError, token_text};

/// How much may be asked. Source: GitHub's documentation, rate limits of the REST and GraphQL API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// REST requests a token may make in a window.
    pub core: u64,
    /// GraphQL points a token may spend in a window.
    pub graphql: u64,
    /// Requests for the audit log in a window.
    pub audit_log: u64,
    /// How long a window is: an hour at GitHub.
    pub window: Duration,
    /// Requests under way at once, REST and GraphQL together.
    pub concurrent: usize,
    /// Points a minute for REST: a read costs one, a write five.
    pub rest_points: u64,
    /// Points a minute for GraphQL.
    pub graphql_points: u64,
}

impl Limits {
    /// As generous as a test wants that is not about limits. GitHub Enterprise Server has none by
    /// default either.
    #[must_use]
    pub fn none() -> Self {
        Self {
            core: 1_000_000,
            graphql: 1_000_000,
            rest_points: u64::MAX,
            graphql_points: u64::MAX,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    /// Those of an installation in an organisation of GitHub Enterprise Cloud.
    fn default() -> Self {
        Self {
            core: 15_000,
            graphql: 10_000,
            audit_log: 1_750,
            window: Duration::from_secs(3_600),
            concurrent: 100,
            rest_points: 900,
            graphql_points: 2_000,
        }
    }
}

/// How the lab's GitHub behaves.
#[derive(Clone, Debug, Default)]
pub struct GitHubOptions {
    /// How much may be asked.
    pub limits: Limits,
    /// What every request takes at least.
    pub latency: Duration,
    /// The key of the App, in PEM; without one the App cannot sign in. See [`GitHubKeys::generate`].
    pub app_key: Option<String>,
    /// Whether the times in the App's JWT are held against the lab's clock, which starts at the
    /// company's `now`.
    pub strict_clock: bool,
    /// Where webhooks of the App are sent to: `http://` and an address of this machine.
    pub webhook_url: Option<String>,
    /// What signs them; none is the one of [`GitHubKeys`].
    pub webhook_secret: Option<String>,
    /// The nodes above which GraphQL gives up with 502.
    pub graphql_nodes: Option<u64>,
}

/// What opens the lab's GitHub. The tokens look like GitHub's and open nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitHubKeys {
    /// The App's id.
    pub app_id: u64,
    /// The App's client id.
    pub client_id: String,
    /// The installation of the App.
    pub installation_id: u64,
    /// The App's private key in PEM, where the lab has one.
    pub app_key: Option<String>,
    /// A classic token of an owner with every scope an inventory needs.
    pub owner_token: String,
    /// A classic token of a member with the scope `repo` and nothing else.
    pub member_token: String,
    /// A fine-grained token of an owner with everything an inventory reads.
    pub fine_token: String,
    /// What signs the webhooks.
    pub webhook_secret: String,
}

impl GitHubKeys {
    pub(crate) fn of(company: &Company, options: &GitHubOptions) -> Self {
        let text = |n: u64, length| token_text(company.spec.seed, 1 << 51 | n, length);
        let reader = company.hub_installations().swap_remove(0);
        Self {
            app_id: reader.app,
            client_id: reader.client,
            installation_id: reader.id,
            app_key: options.app_key.clone(),
            owner_token: format!("ghp_{}", text(1, 36)),
            member_token: format!("ghp_{}", text(2, 36)),
            fine_token: format!("github_pat_{}_{}", text(3, 22), text(4, 59)),
            webhook_secret: options.webhook_secret.clone().unwrap_or_else(|| text(5, 32)),
        }
    }

    /// Makes the private key of an App, in the form in which GitHub hands one out. It is another one
    /// every time.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn generate() -> Result<String, LabError> {
        super::auth::generate_key()
    }
}
