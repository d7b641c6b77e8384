//! Ingest at a million entities and five million relations, beside raw statements that leave the
//! same rows, keys and indexes.
//!
//! `cargo bench -p rollcall-benches --bench ingest -- [ENTITIES] [sqlite|postgres]`

use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rollcall_benches::company::{Company, CompanyConnector, RELATIONS, kind};
use rollcall_benches::measure::{Cost, Meter, Peak, held_mib};
use rollcall_connector::Connector;
use rollcall_engine::{Clock, Observer, SourceSpec, SyncOptions, read_source};
use rollcall_model::Timestamp;
use rollcall_store::{Store, prepare_entity, prepare_relation};
use rollcall_store_sql::{OpenMode, SqlStore};
use rollcall_testing::Postgres;
use tokio_util::sync::CancellationToken;

mod raw;

const REALM: usize = 50_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let entities: usize = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(1_000_000).max(1);
    let only = arguments.iter().find(|a| a.parse::<usize>().is_err());
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let company = Company { realms: entities.div_ceil(REALM), entities: REALM.min(entities) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    if wanted("sqlite") {
        let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        runtime.block_on(measure("SQLite", company, &url("ours.db"), &url("raw.db")))?;
    }
    if wanted("postgres") {
        let server = Postgres::start().context("PostgreSQL")?;
        let (ours, raw) = (server.fresh_database()?, server.fresh_database()?);
        runtime.block_on(measure("PostgreSQL", company, &ours, &raw))?;
    }
    Ok(())
}

async fn measure(name: &str, company: Company, ours: &str, raw_url: &str) -> Result<()> {
    let entities = company.realms * company.entities;
    let facts = entities * (1 + RELATIONS);
    say(&format!("\n{name}: {entities} entities, {} relations", facts - entities));

    let store: Arc<dyn Store> = Arc::new(SqlStore::open(ours, OpenMode::Write).await?);
    let before = held_mib();
    let peak = Peak::watch();
    let first = read(&store, company).await?;
    let first_peak = peak.stop();
    let peak = Peak::watch();
    let second = read(&store, company).await?;
    let second_peak = peak.stop();
    store.close().await;
    drop(store);

    let raw_store = SqlStore::open(raw_url, OpenMode::Write).await?;
    raw_store.close().await;
    let mut database = raw::Database::open(raw_url).await?;
    let insert = raw_load(&mut database, company, false).await?;
    let upsert = raw_load(&mut database, company, true).await?;

    row("raw multi-row insert of the same rows", facts, insert, None, None);
    row("first load", facts, first, Some(insert), Some(first_peak));
    row("raw upsert of the same rows", facts, upsert, None, None);
    row("unchanged second reading", facts, second, Some(upsert), Some(second_peak));
    say(&format!("memory before the first load {before} MiB"));
    Ok(())
}

async fn read(store: &Arc<dyn Store>, company: Company) -> Result<Cost> {
    let connector: Arc<dyn Connector> = Arc::new(CompanyConnector::new(company)?);
    let clock: Arc<dyn Clock> = Arc::new(|| Timestamp::from_seconds(1_790_000_000));
    let observer: Observer = Arc::new(|_| {});
    let spec = SourceSpec { name: "company".into(), skip_streams: Vec::new() };
    let token = CancellationToken::new();
    let meter = Meter::start();
    let report =
        read_source(store, &connector, &spec, &clock, &SyncOptions::default(), &observer, &token)
            .await?;
    let cost = meter.stop();
    anyhow::ensure!(report.exit_code() as i64 == 0, "{:?}", report.problems);
    Ok(cost)
}

/// Writes the same rows with nothing in between. Making the rows is not counted.
async fn raw_load(database: &mut raw::Database, company: Company, upsert: bool) -> Result<Cost> {
    let kind = kind()?;
    let mut total = Cost { wall: 0.0, cpu: 0.0 };
    for realm in 0..company.realms {
        let scope = realm as i64 + 1;
        let mut lot = raw::Lot::new(scope);
        let mut number = 0;
        for n in 0..company.entities {
            let (key, mut claim) = prepare_entity(company.entity(&kind, realm, n))?;
            number += 1;
            claim.number = number;
            lot.entities.push((key, claim));
            for r in 0..RELATIONS {
                let mut claim = prepare_relation(company.relation(&kind, realm, n, r))?.1;
                number += 1;
                claim.number = number;
                lot.relations.push(claim);
            }
            if lot.rows() >= 5_000 || n + 1 == company.entities {
                let meter = Meter::start();
                database.write(&lot, upsert).await?;
                let cost = meter.stop();
                total = Cost { wall: total.wall + cost.wall, cpu: total.cpu + cost.cpu };
                lot = raw::Lot::new(scope);
            }
        }
    }
    Ok(total)
}

fn row(what: &str, facts: usize, cost: Cost, floor: Option<Cost>, peak: Option<u64>) {
    let rate = facts as f64 / cost.wall;
    let ratio = floor.map_or(String::new(), |f| format!("  {:.2} x the rate", f.wall / cost.wall));
    let peak = peak.map_or(String::new(), |mib| format!("  peak {mib} MiB"));
    say(&format!(
        "{what:<40} {:>8.2} s {:>8.2} cpu s {rate:>10.0} facts/s{ratio}{peak}",
        cost.wall, cost.cpu
    ));
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
