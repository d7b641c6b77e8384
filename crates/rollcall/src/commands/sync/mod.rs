//! `rollcall sync`.

mod report;

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use rollcall_engine::{SourceSpec, SyncOptions, held_set, read_source};
use rollcall_model::ExitCode;
use rollcall_store::Store;
use rollcall_store_sql::OpenMode;
use tokio_util::sync::CancellationToken;

use crate::app::{App, VERSION};
use crate::commands::{COMPLETE, INCOMPLETE, NOTHING};
use crate::config::{Config, hint};
use crate::failure::Failure;
use crate::output::text;
use crate::progress::Progress;
use crate::sources::{self, Checked};
use crate::{key, process, stop};
pub(crate) use report::Report;

/// How long use is kept, in days.
const KEEP_USE_DAYS: i64 = 400;

#[derive(Args, Debug)]
pub(crate) struct SyncArgs {
    /// The sources to read; all when none is named
    sources: Vec<String>,
    /// Read only this stream (can be repeated)
    #[arg(long = "stream", value_name = "STREAM")]
    streams: Vec<String>,
    /// Take up a reading that was killed within the last hour, where the connector can
    #[arg(long)]
    resume: bool,
}

pub(in crate::commands) async fn run(app: &mut App, args: SyncArgs) -> Result<u8> {
    let config = app.config()?;
    // Everything is checked before anything is read, also what is not read this time.
    let all: Vec<_> = config.chosen(&[])?;
    let mut chosen = config.chosen(&args.sources)?;
    // What is pushed from elsewhere cannot be read from here.
    if let Some(pushed) = chosen.iter().find(|s| s.is_pushed() && args.sources.contains(&s.name)) {
        return Err(sources::pushed(&pushed.name).into());
    }
    chosen.retain(|source| !source.is_pushed());
    let checked = sources::check_all(&config, &all).await?;
    let wanted: Vec<&Checked> = checked
        .iter()
        .filter(|one| chosen.iter().any(|source| source.name == one.source.name))
        .collect();
    check_streams(&wanted, &args.streams)?;
    let address = app.store_address(&config).await?;
    let store = app.store(&config, OpenMode::Write).await?;
    let literal_key = key::load_or_make(&key::file(&config, &address))?;
    let names: Vec<String> = all.iter().map(|source| source.name.clone()).collect();
    for name in store.abandon_others(&names, app.now()).await? {
        app.screen.warn(&format!(
            "source {name} is no longer configured: what it said stays and counts as a gap; `rollcall source \
             forget {}` lets go of it, `rollcall source rename` if it is called otherwise now",
            text::shell_word(&name)
        ));
    }

    let told = "stopping; what was read is kept. Ctrl-C again stops at once";
    let cancelled = stop::listen(&app.screen, told);
    let broken_off = cancelled.broken_off.clone();
    let reading = read_all(app, &config, &store, &wanted, &args, literal_key, &cancelled.token);
    let code = tokio::select! {
        code = reading => code?,
        () = broken_off.cancelled() => {
            let message = "broken off; what was published before is intact, and the next reading goes on from there";
            return Err(Failure::new("broken_off", message).into());
        }
    };
    store.forget_activity(app.now().plus_seconds(-KEEP_USE_DAYS * 86_400)).await?;
    store.close().await;
    Ok(code)
}

/// Reads sources one after another; what one meets does not keep the others from being read.
async fn read_all(
    app: &mut App,
    config: &Config,
    store: &Arc<dyn Store>,
    wanted: &[&Checked<'_>],
    args: &SyncArgs,
    literal_key: [u8; 32],
    cancelled: &CancellationToken,
) -> Result<u8> {
    let mut codes = Vec::new();
    for checked in wanted {
        if cancelled.is_cancelled() {
            codes.push(ExitCode::Nothing);
            continue;
        }
        let report = read_one(app, config, store, checked, args, literal_key, cancelled).await?;
        codes.push(report.exit_code());
        report.print(&mut app.out)?;
        app.out.flush()?;
    }
    let all = |code| codes.iter().all(|c| *c == code);
    Ok(if all(ExitCode::Complete) {
        COMPLETE
    } else if all(ExitCode::Nothing) {
        NOTHING
    } else {
        INCOMPLETE
    })
}

async fn read_one(
    app: &App,
    config: &Config,
    store: &Arc<dyn Store>,
    checked: &Checked<'_>,
    args: &SyncArgs,
    literal_key: [u8; 32],
    cancelled: &CancellationToken,
) -> Result<Report> {
    let source = checked.source;
    let connector = match sources::build(config, checked, literal_key).await {
        Ok(connector) => connector,
        Err(error) => return Ok(Report::unreadable(checked, &error)),
    };
    let spec = SourceSpec {
        name: source.name.clone(),
        skip_streams: source.skip_streams.iter().map(|(stream, _)| stream.clone()).collect(),
    };
    let options = SyncOptions {
        streams: args.streams.clone(),
        only: Vec::new(),
        resume: args.resume,
        version: VERSION.to_owned(),
        holder: process::name(),
        process: Some(process::judge()),
    };
    let progress = Progress::new(&app.screen, &source.name);
    let observer = progress.observer();
    let outcome =
        read_source(store, &connector, &spec, &app.clock, &options, &observer, cancelled).await;
    let retired = progress.finish();
    let run = outcome?;
    let held = held_set(store, &source.name).await?;
    Ok(Report::new(checked, &options, &run, &retired, &held))
}

fn check_streams(wanted: &[&Checked], streams: &[String]) -> Result<()> {
    let known: Vec<&str> = wanted
        .iter()
        .flat_map(|checked| checked.definition.streams.iter().map(|stream| stream.name.as_str()))
        .collect();
    match streams.iter().find(|stream| !known.contains(&stream.as_str())) {
        None => Ok(()),
        Some(stream) => {
            let message = format!(
                "no chosen source has a stream {stream:?}{}",
                hint(stream, &known, "streams")
            );
            Err(Failure::new("unknown_stream", message).into())
        }
    }
}
