//! A GitHub organisation of the lab, read over HTTP into a store: requests beside the plan, and time
//! beside the bound that the requests, what each takes at least, and how many may be under way set.
//!
//! `cargo bench -p rollcall-benches --bench github -- [REPOSITORIES] [MEMBERS]`

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rollcall_benches::measure::{Cost, Meter, Peak};
use rollcall_connector::{Connector, ConnectorContext, PlanRequest};
use rollcall_engine::{Clock, Observer, RunReport, SourceSpec, SyncOptions, pasts, read_source};
use rollcall_lab::{
    Archetype, Change, Company, GitHubKeys, GitHubLab, GitHubOptions, Limits, Spec, serve_github,
};
use rollcall_model::{ScopeKey, Timestamp};
use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What every request takes at least.
const LATENCY: Duration = Duration::from_millis(20);
/// How many calls may be under way.
const CONCURRENCY: u64 = 20;
/// The time of the company and of the readings.
const NOW: i64 = 1_790_000_000;

struct Scene {
    store: Arc<dyn Store>,
    lab: Arc<GitHubLab>,
    config: serde_json::Value,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let mut size = |usual: u64| -> Result<u64> {
        arguments.next().map_or(Ok(usual), |given| {
            given.parse().with_context(|| format!("{given:?} is no number"))
        })
    };
    let (repositories, members) = (size(2_000)?, size(500)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(repositories, members))
}

async fn measure(repositories: u64, members: u64) -> Result<()> {
    let now = Timestamp::from_seconds(NOW);
    let spec = Spec { seed: 5, size: 2_000, archetype: Archetype::AgentHeavyLab, now };
    let company = Company::generate(spec)?.resized(Some(members), Some(repositories));
    let options = GitHubOptions {
        limits: Limits::none(),
        latency: LATENCY,
        app_key: Some(GitHubKeys::generate()?),
        ..GitHubOptions::default()
    };
    let lab = Arc::new(GitHubLab::new(company, options));
    let server = serve_github(Arc::clone(&lab), TcpListener::bind("127.0.0.1:0").await?)?;
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("github.db").display());
    let store: Arc<dyn Store> = Arc::new(SqlStore::open(&url, OpenMode::Write).await?);
    let config = json!({
        "base_url": server.url(), "host": "github.com", "app_id": lab.keys().app_id,
        "private_key": lab.keys().app_key, "concurrency": CONCURRENCY,
    });
    let scene = Scene { store, lab, config };
    say(&format!(
        "{repositories} repositories, {members} members, {} ms a request, {CONCURRENCY} at once",
        LATENCY.as_millis()
    ));

    let planned = scene.planned(now).await?;
    let peak = Peak::watch();
    let (first, requests, _) = scene.read(now, Vec::new()).await?;
    row("first reading", first, requests, Some(planned), Some(peak.stop()));
    let later = now.plus_seconds(900);
    let planned = scene.planned(later).await?;
    let (second, again, _) = scene.read(later, Vec::new()).await?;
    row("second reading", second, again, Some(planned), None);
    say(&format!("second reading: {:.1} % of the first's requests", percent(again, requests)));
    scene.push(later).await
}

impl Scene {
    fn connector(&self) -> Result<Arc<dyn Connector>> {
        Ok(rollcall_github::build(&self.config, &ConnectorContext::default())?)
    }

    /// The requests that a reading would take. Counting them takes some, which are not counted.
    async fn planned(&self, now: Timestamp) -> Result<u64> {
        let connector = self.connector()?;
        let past = pasts(&self.store, "hub", connector.definition()).await?;
        let plan = connector.plan(PlanRequest { now, past }).await?.context("no plan")?;
        self.lab.forget_requests();
        Ok(plan.requests())
    }

    async fn read(&self, now: Timestamp, only: Vec<ScopeKey>) -> Result<(Cost, u64, RunReport)> {
        let connector = self.connector()?;
        let clock: Arc<dyn Clock> = Arc::new(move || now);
        let observer: Observer = Arc::new(|_| {});
        let spec = SourceSpec { name: "hub".into(), skip_streams: Vec::new() };
        let options = SyncOptions { only, ..SyncOptions::default() };
        let token = CancellationToken::new();
        let meter = Meter::start();
        let report =
            read_source(&self.store, &connector, &spec, &clock, &options, &observer, &token)
                .await?;
        let cost = meter.stop();
        ensure!(report.exit_code() as i64 == 0, "{:#?}", report.problems);
        let requests = self.lab.requests();
        self.lab.forget_requests();
        let tokens = |route: &String| route.contains("access_tokens");
        let sent = requests.iter().filter(|(route, _)| !tokens(route)).map(|(_, n)| n).sum();
        Ok((cost, sent, report))
    }

    /// A push to one repository, from the webhook's arrival to its facts being in the store.
    async fn push(&self, now: Timestamp) -> Result<()> {
        let truth = self.lab.truth();
        let repositories = truth["repositories"].as_object().context("no repositories")?;
        let open = |r: &&serde_json::Value| {
            ["archived", "disabled", "empty"].iter().all(|word| r[word] != true)
        };
        let found = repositories.values().find(open).context("none can be pushed to")?;
        let name = found["name"].as_str().context("no name")?.to_owned();
        let path = ".github/workflows/pushed.yml".to_owned();
        let text = "on: push\njobs:\n  pushed:\n    runs-on: ubuntu-latest\n    steps: []\n";
        let organization = truth["organization"]["login"].as_str().context("no login")?;
        let realm = format!("github.com/{organization}/{name}");
        let push = Change::Push { repository: name, path, text: Some(text.to_owned()) };
        self.lab.change(&push).await?;
        let began = Instant::now();
        let only = ["files", "declarations"].map(|stream| ScopeKey::realm(stream, &realm));
        let (_, requests, report) = self.read(now.plus_seconds(60), only.to_vec()).await?;
        let added: u64 = report.scopes.iter().map(|scope| scope.added).sum();
        ensure!(added > 0, "the push is not seen: {report:#?}");
        say(&format!(
            "one push: {:.2} s from being told to being in the store, {requests} requests",
            began.elapsed().as_secs_f64()
        ));
        Ok(())
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole.max(1) as f64
}

fn row(what: &str, cost: Cost, requests: u64, planned: Option<u64>, peak: Option<u64>) {
    let bound = requests as f64 * LATENCY.as_secs_f64() / CONCURRENCY as f64;
    let planned = planned.map_or(String::new(), |planned| {
        format!(", {planned} planned ({:+.1} %)", percent(requests, planned) - 100.0)
    });
    let peak = peak.map_or(String::new(), |mib| format!(", peak {mib} MiB"));
    say(&format!(
        "{what:<16} {requests:>7} requests{planned}, {:.2} s, {:.2} x the bound of {bound:.2} s, \
         {:.2} cpu s with the lab{peak}",
        cost.wall,
        cost.wall / bound,
        cost.cpu
    ));
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
