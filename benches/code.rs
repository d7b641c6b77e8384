//! Scanning checkouts without their history, beside a bare walk with the same folders left out that
//! reads the same files and does nothing with them. Repeated in turn; medians are compared.
//!
//! `cargo bench -p rollcall-benches --bench code -- [FOLDER…]`; without folders it lays twenty checkouts
//! of a thousand files each.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use ignore::{WalkBuilder, WalkState};
use rollcall_connector::{AHEAD, ConnectorContext, Message, SyncRequest, channel};
// The crate brings the program's own allocator, too.
use rollcall_benches::measure::{Cost, Meter};
use rollcall_declared::files;
use rollcall_model::Timestamp;
use serde_json::json;
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 15;
/// What the connector leaves out by default.
const EXCLUDED: [&str; 11] = [
    ".git",
    "node_modules",
    "bower_components",
    "site-packages",
    "__pycache__",
    ".venv",
    "venv",
    ".tox",
    ".terraform",
    ".gradle",
    ".yarn",
];

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut roots: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let folder = tempfile::tempdir()?;
    if roots.is_empty() {
        lay(folder.path())?;
        roots.push(folder.path().canonicalize()?.to_string_lossy().into_owned());
    }
    let (mut floors, mut scans) = (Vec::new(), Vec::new());
    let (mut bytes, mut records) = (0, 0);
    for _ in 0..ROUNDS {
        let began = Meter::start();
        bytes = roots.iter().map(|root| floor(Path::new(root))).sum();
        floors.push(began.stop());
        let began = Meter::start();
        records = runtime.block_on(scan(&roots))?;
        scans.push(began.stop());
    }
    let (floor_cpu, scan_cpu) = (processor(&floors), processor(&scans));
    let (floor, scan) = (median(floors), median(scans));
    let mut out = std::io::stdout().lock();
    let ms = 1e3;
    writeln!(
        out,
        "bare walk and reading {bytes} bytes   {:.1} ms   {:.1} ms of processor time",
        floor * ms,
        floor_cpu * ms
    )?;
    writeln!(
        out,
        "scan, {records} records   {:.1} ms   {:.1} ms of processor time   {:.2} x the floor   {:.2} x its processor time",
        scan * ms,
        scan_cpu * ms,
        scan / floor,
        scan_cpu / floor_cpu
    )?;
    Ok(())
}

/// Bytes read by a bare walk.
fn floor(root: &Path) -> u64 {
    let bytes = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).threads(threads);
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let Ok(entry) = entry else { return WalkState::Continue };
            let name = entry.file_name().to_str().unwrap_or_default();
            let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
            if is_dir && EXCLUDED.contains(&name) {
                return WalkState::Skip;
            }
            let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
            if !is_dir && files::classify_below(&below.to_string_lossy()).is_some() {
                let read = std::fs::read(entry.path()).map_or(0, |b| b.len());
                bytes.fetch_add(read as u64, Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    bytes.into_inner()
}

/// Records of a whole scan without history.
async fn scan(roots: &[String]) -> Result<usize> {
    let context = ConnectorContext { literal_key: [1; 32], ..ConnectorContext::default() };
    let connector = rollcall_code::build(&json!({"roots": roots, "history": false}), &context)?;
    let mut records = 0;
    for stream in ["repositories", "files", "declarations"] {
        let (out, mut inbox) = channel(AHEAD, CancellationToken::new(), HashSet::new());
        let request = SyncRequest::new(stream, Timestamp::default());
        let connector = connector.clone();
        let reading = tokio::spawn(async move { connector.sync(request, out).await });
        while let Some(message) = inbox.recv().await {
            if let Message::Records(_, found) = message {
                records += found.len();
            }
        }
        reading.await??;
    }
    Ok(records)
}

fn median(costs: Vec<Cost>) -> f64 {
    let mut times: Vec<f64> = costs.into_iter().map(|cost| cost.wall).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Of one round; the clock is too coarse for a single one.
fn processor(costs: &[Cost]) -> f64 {
    costs.iter().map(|cost| cost.cpu).sum::<f64>() / costs.len() as f64
}

/// Twenty checkouts: what git needs to call a folder one, a thousand sources, five workflows.
fn lay(root: &Path) -> Result<()> {
    for repository in 0..20 {
        let at = root.join(format!("app-{repository}"));
        for folder in [".git/objects", ".git/refs/heads", ".github/workflows"] {
            std::fs::create_dir_all(at.join(folder))?;
        }
        std::fs::write(at.join(".git/HEAD"), "ref: refs/heads/main\n")?;
        let remote = format!("https://github.com/acme/app-{repository}.git");
        let config = format!(
            "[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = {remote}\n"
        );
        std::fs::write(at.join(".git/config"), config)?;
        for n in 0..1_000 {
            let folder = at.join(format!("src/part-{}", n / 50));
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(format!("file-{n}.rs")), "fn main() {}\n")?;
        }
        for n in 0..5 {
            std::fs::write(at.join(format!(".github/workflows/w{n}.yml")), WORKFLOW)?;
        }
    }
    Ok(())
}

const WORKFLOW: &str = "name: deploy\non:\n  push:\n    branches: [main]\npermissions:\n  id-token: write\n\
jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - uses: actions/checkout@v5\n      \
- uses: aws-actions/configure-aws-credentials@v5\n        with:\n          role-to-assume: arn:aws:iam::123456789012:role/deploy\n      \
- run: ./deploy.sh\n        env:\n          TOKEN: ${{ secrets.DEPLOY_TOKEN }}\n";
