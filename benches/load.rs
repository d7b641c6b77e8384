//! A snapshot from the store, beside raw selects of the same rows over the same driver.
//!
//! `cargo bench -p rollcall-benches --bench load -- [ENTITIES] [sqlite|postgres]`

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use futures::TryStreamExt as _;
use rollcall_benches::company::{Company, CompanyConnector, RELATIONS};
use rollcall_benches::measure::{Cost, Meter, Peak, held_mib};
use rollcall_connector::Connector;
use rollcall_engine::{
    Clock, Observer, Schema, SnapshotCache, SourceSpec, SyncOptions, load_snapshot, read_source,
};
use rollcall_model::Timestamp;
use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection};
use tokio_util::sync::CancellationToken;

const REALM: usize = 50_000;
/// Rounds; of each measurement the shortest counts.
const ROUNDS: usize = 3;

/// What a snapshot is made of, as plainly as it can be asked for.
const ENTITIES: &str = "SELECT e.provider, e.realm, e.kind, e.native_id, c.body, c.scope_id \
                        FROM entity_claim c JOIN entity e ON e.id = c.fact_id \
                        JOIN scope s ON s.id = c.scope_id \
                        WHERE c.from_rev <= s.published AND c.to_rev > s.published";
const RELATED: &str = "SELECT c.from_id, c.relation, c.to_id FROM relation_claim c \
                       JOIN scope s ON s.id = c.scope_id \
                       WHERE c.from_rev <= s.published AND c.to_rev > s.published";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let entities: usize = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(1_000_000).max(1);
    let only = arguments.iter().find(|a| a.parse::<usize>().is_err());
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let company = Company { realms: entities.div_ceil(REALM), entities: REALM.min(entities) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if wanted("sqlite") {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        runtime.block_on(measure("SQLite", company, &url))?;
    }
    if wanted("postgres") {
        let server = Postgres::start().context("PostgreSQL")?;
        runtime.block_on(measure("PostgreSQL", company, &server.fresh_database()?))?;
    }
    Ok(())
}

async fn measure(name: &str, company: Company, url: &str) -> Result<()> {
    let entities = company.realms * company.entities;
    say(&format!("\n{name}: {entities} entities, {} relations", entities * RELATIONS));
    let store: Arc<dyn Store> = Arc::new(SqlStore::open(url, OpenMode::Write).await?);
    fill(&store, company).await?;
    let (mut floor, mut rows_only, mut ours) = (None, None, None);
    let mut peak = 0;
    for _ in 0..ROUNDS {
        let meter = Meter::start();
        let rows = raw(url).await?;
        keep(&mut floor, meter.stop());
        anyhow::ensure!(rows == entities * (1 + RELATIONS), "{rows} rows");
        let (meter, mut taken) = (Meter::start(), 0_usize);
        store.snapshot(None, &mut |_| taken += 1).await?;
        keep(&mut rows_only, meter.stop());
        let before = held_mib();
        let (meter, watch) = (Meter::start(), Peak::watch());
        let live = load_snapshot(&store, None, &Schema::default()).await?;
        keep(&mut ours, meter.stop());
        peak = watch.stop().saturating_sub(before);
        anyhow::ensure!(live.snapshot.node_count() == entities);
        drop(live);
    }
    let (floor, ours) = (floor.context("a floor")?, ours.context("a load")?);
    let rows_only = rows_only.context("rows")?;
    let file = tempfile::NamedTempFile::new()?;
    let cache = SnapshotCache::new(Some(file.path().to_owned()));
    cache.load(&store, &Schema::default()).await?;
    let meter = Meter::start();
    let live = cache.load(&store, &Schema::default()).await?;
    let cached = meter.stop();
    anyhow::ensure!(live.snapshot.node_count() == entities);
    store.close().await;
    say(&format!(
        "raw selects of the same rows  {:>7.2} s {:>7.2} cpu s\n\
         all rows out of the store     {:>7.2} s {:>7.2} cpu s\n\
         snapshot from the store       {:>7.2} s {:>7.2} cpu s  {:.2} x  peak {peak} MiB more\n\
         snapshot from its file        {:>7.2} s {:>7.2} cpu s",
        floor.wall,
        floor.cpu,
        rows_only.wall,
        rows_only.cpu,
        ours.wall,
        ours.cpu,
        ours.wall / floor.wall,
        cached.wall,
        cached.cpu,
    ));
    Ok(())
}

fn keep(best: &mut Option<Cost>, cost: Cost) {
    if best.is_none_or(|best| cost.wall < best.wall) {
        *best = Some(cost);
    }
}

async fn fill(store: &Arc<dyn Store>, company: Company) -> Result<()> {
    let connector: Arc<dyn Connector> = Arc::new(CompanyConnector::new(company)?);
    let clock: Arc<dyn Clock> = Arc::new(|| Timestamp::from_seconds(1_790_000_000));
    let observer: Observer = Arc::new(|_| {});
    let spec = SourceSpec { name: "company".into(), skip_streams: Vec::new() };
    let (token, options) = (CancellationToken::new(), SyncOptions::default());
    let report = read_source(store, &connector, &spec, &clock, &options, &observer, &token).await?;
    anyhow::ensure!(report.exit_code() as i64 == 0, "{:?}", report.problems);
    Ok(())
}

/// Reads every row and every value, and keeps none.
async fn raw(url: &str) -> Result<usize> {
    let (mut rows, mut sum) = (0, 0);
    if let Some(file) = url.strip_prefix("sqlite:") {
        let mut connection = SqliteConnection::connect(&format!("sqlite://{file}")).await?;
        for pragma in ["PRAGMA cache_size = -65536", "PRAGMA mmap_size = 1073741824"] {
            sqlx::query(pragma).execute(&mut connection).await?;
        }
        let mut stream = sqlx::query(ENTITIES).fetch(&mut connection);
        while let Some(row) = stream.try_next().await? {
            for column in 0..5 {
                sum += row.try_get::<&str, _>(column)?.len() as i64;
            }
            (rows, sum) = (rows + 1, sum ^ row.try_get::<i64, _>(5)?);
        }
        drop(stream);
        let mut stream = sqlx::query(RELATED).fetch(&mut connection);
        while let Some(row) = stream.try_next().await? {
            for column in 0..3 {
                sum ^= row.try_get::<i64, _>(column)?;
            }
            rows += 1;
        }
    } else {
        let mut connection = PgConnection::connect(url).await?;
        let mut stream = sqlx::query(ENTITIES).fetch(&mut connection);
        while let Some(row) = stream.try_next().await? {
            for column in 0..5 {
                sum += row.try_get::<&str, _>(column)?.len() as i64;
            }
            (rows, sum) = (rows + 1, sum ^ row.try_get::<i64, _>(5)?);
        }
        drop(stream);
        let mut stream = sqlx::query(RELATED).fetch(&mut connection);
        while let Some(row) = stream.try_next().await? {
            for column in 0..3 {
                sum ^= row.try_get::<i64, _>(column)?;
            }
            rows += 1;
        }
    }
    std::hint::black_box(sum);
    Ok(rows)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
