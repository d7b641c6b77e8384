//! Measures a scan beside its floor: `measure FOLDER…`. The floor is a bare walk with the same
//! folders left out that reads the same files and does nothing with them. Both are repeated in turn,
//! and the medians are compared.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ignore::{WalkBuilder, WalkState};
use rollcall_connector::{ConnectorContext, SyncRequest, channel};
use rollcall_declared::files;
use rollcall_model::Timestamp;
use serde_json::json;

const ROUNDS: usize = 15;
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
async fn scan(roots: &[String]) -> Result<u64, Box<dyn std::error::Error>> {
    let context = ConnectorContext { literal_key: [1; 32], ..ConnectorContext::default() };
    let connector = rollcall_code::build(&json!({"roots": roots, "history": false}), &context)?;
    let mut records = 0;
    for stream in ["repositories", "files", "declarations"] {
        let (out, mut inbox) =
            channel(64, tokio_util::sync::CancellationToken::new(), Default::default());
        let request =
            SyncRequest { stream: stream.into(), cursor: None, now: Timestamp::default() };
        let connector = connector.clone();
        let reading = tokio::spawn(async move { connector.sync(request, out).await });
        while let Some(message) = inbox.recv().await {
            if let rollcall_connector::Message::Records(_, found) = message {
                records += found.len() as u64;
            }
        }
        reading.await??;
    }
    Ok(records)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let roots: Vec<String> = std::env::args().skip(1).collect();
    let (mut floors, mut scans) = (Vec::new(), Vec::new());
    let (mut bytes, mut records) = (0, 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        bytes = roots.iter().map(|root| floor(Path::new(root))).sum();
        floors.push(begun.elapsed());
        let begun = Instant::now();
        records = scan(&roots).await?;
        scans.push(begun.elapsed());
    }
    let (floor, scan) = (median(floors), median(scans));
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "floor {floor:?} ({bytes} bytes), scan {scan:?} ({records} records), ratio {:.2}",
        scan.as_secs_f64() / floor.as_secs_f64()
    )?;
    Ok(())
}
