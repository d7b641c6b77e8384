//! What the program serves, and what it tells of it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use clap::Parser;
use rollcall_lab::{
    Archetype, AwsOptions, Company, DirectoryLab, DirectoryOptions, GitHubKeys, GitHubLab,
    GitHubOptions, Lab, Limits, ServerHandle, Spec, serve_aws, serve_directory, serve_github,
};
use rollcall_model::Timestamp;
use tokio::net::TcpListener;

/// Serves a made-up company on this machine: AWS, GitHub, and its directory over SCIM and as Okta.
#[derive(Clone, Debug, Parser)]
#[command(name = "rollcall-lab", version)]
pub(super) struct Options {
    /// Another seed is another company.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many identities it has, 50 to 2000000.
    #[arg(long, default_value_t = 1_000)]
    pub(super) size: u64,
    /// `startup_monorepo`, `regulated_bank` or `agent_heavy_lab`.
    #[arg(long, default_value_t = Archetype::AgentHeavyLab)]
    pub(super) archetype: Archetype,
    /// When it is looked at, such as 2026-11-22T12:00:00Z; now where it is not said.
    #[arg(long)]
    pub(super) now: Option<Timestamp>,
    /// So many people in place of what follows from the size. Its AWS stays as it is.
    #[arg(long)]
    pub(super) people: Option<u64>,
    /// So many repositories in place of what follows from the size.
    #[arg(long)]
    pub(super) repositories: Option<u64>,
    /// What every request to GitHub and to the directory takes at least.
    #[arg(long, default_value_t = 0)]
    pub(super) latency_ms: u64,
    /// Whether GitHub's limits hold.
    #[arg(long)]
    pub(super) limits: bool,
    /// Where webhooks are sent to, an http:// address of this machine.
    #[arg(long)]
    pub(super) webhook_url: Option<String>,
    /// The file that the private key of the App is written to.
    #[arg(long, default_value = "lab-app.pem")]
    pub(super) key_file: PathBuf,
    /// The first of three ports: AWS, GitHub, directory; any that are free where it is 0.
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
}

/// What is being served.
pub(super) struct Served {
    /// What there is to know.
    pub(super) text: String,
    handles: Vec<ServerHandle>,
}

impl Served {
    /// Answers what was asked already, and stops.
    pub(super) async fn stop(self) -> Result<()> {
        for handle in self.handles {
            handle.shutdown().await?;
        }
        Ok(())
    }
}

/// Serves everything.
pub(super) async fn serve(options: &Options) -> Result<Served> {
    let now = match options.now {
        Some(now) => now,
        None => clock()?,
    };
    let spec = Spec { seed: options.seed, size: options.size, archetype: options.archetype, now };
    let company = Company::generate(spec)?;
    let sized = company.clone().resized(options.people, options.repositories);
    let key = GitHubKeys::generate()?;
    std::fs::write(&options.key_file, &key)
        .with_context(|| format!("writing {}", options.key_file.display()))?;
    let github = GitHubOptions {
        limits: if options.limits { Limits::default() } else { Limits::none() },
        latency: Duration::from_millis(options.latency_ms),
        app_key: Some(key),
        // Whose clock the company has is the machine's, unless somebody chose another time.
        strict_clock: options.now.is_none(),
        webhook_url: options.webhook_url.clone(),
        ..GitHubOptions::default()
    };
    let aws = Arc::new(Lab::new(company, AwsOptions::default(), None));
    let github = Arc::new(GitHubLab::new(sized.clone(), github));
    let aws = serve_aws(aws, listener(options.port, 0).await?)?;
    let keys = github.keys().clone();
    let hub = serve_github(github, listener(options.port, 1).await?)?;
    let latency = Duration::from_millis(options.latency_ms);
    let people = DirectoryOptions { latency, ..DirectoryOptions::default() };
    let people = Arc::new(DirectoryLab::new(sized.clone(), people));
    let token = people.token().to_owned();
    let directory = serve_directory(people, listener(options.port, 2).await?)?;
    let mut text = String::new();
    let organization = sized.hub_organization();
    writeln!(
        text,
        "{} with {} people and {} repositories, seed {}",
        sized.name,
        sized.people,
        sized.hub_repositories(),
        options.seed
    )?;
    writeln!(text, "\nAWS      {}", aws.url())?;
    writeln!(text, "         any access key that begins with AKIA")?;
    writeln!(text, "\nGitHub   {} (REST, also below /api/v3), {}/graphql", hub.url(), hub.url())?;
    writeln!(text, "         organisation   {} ({})", organization.login, organization.id)?;
    writeln!(
        text,
        "         App            id {}, installation {}, key in {}",
        keys.app_id,
        keys.installation_id,
        options.key_file.display()
    )?;
    writeln!(text, "         owner's token  {}", keys.owner_token)?;
    writeln!(text, "         member's token {}", keys.member_token)?;
    writeln!(text, "         fine-grained   {}", keys.fine_token)?;
    writeln!(text, "         webhook secret {}", keys.webhook_secret)?;
    writeln!(text, "         {}/_lab/truth says what there is", hub.url())?;
    writeln!(text, "\nSCIM     {}/scim/v2", directory.url())?;
    writeln!(text, "Okta     {}/api/v1", directory.url())?;
    writeln!(text, "         token          {token}")?;
    Ok(Served { text, handles: vec![aws, hub, directory] })
}

async fn listener(first: u16, n: u16) -> Result<TcpListener> {
    let port = if first == 0 { 0 } else { first + n };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}

/// The machine's time, in whole seconds.
#[expect(clippy::disallowed_methods, reason = "a program that is told no time takes the machine's")]
fn clock() -> Result<Timestamp> {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_seconds(i64::try_from(passed.as_secs())?))
}
