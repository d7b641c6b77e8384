//! `rollcall export`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use rollcall_engine::export_canonical;
use rollcall_store::Store;
use rollcall_store_sql::OpenMode;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::failure::Failure;
use crate::output::{Out, text};

#[derive(Subcommand, Debug)]
pub(crate) enum ExportCommand {
    /// Write every live fact as a line of JSON
    Facts(FactsArgs),
}

#[derive(Args, Debug)]
pub(crate) struct FactsArgs {
    /// In the canonical form: sorted keys, content order, no run ids, no times of observation, no
    /// history, no evidence, so that two stores that know the same give the same bytes
    #[arg(long, required = true)]
    canonical: bool,
    /// Write to this file, which must not exist
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(app: &mut App, command: ExportCommand) -> Result<u8> {
    let ExportCommand::Facts(args) = command;
    let store = app.store(&app.config()?, OpenMode::Read).await?;
    match args.out {
        None => {
            write(&store, app.out.writer()).await?;
        }
        Some(file) => {
            let unwritable = |error: io::Error| {
                Failure::new("io", format!("{} cannot be written: {error}", file.display()))
            };
            let out = crate::commands::backup::new_private_file(&file)?;
            let mut out = io::BufWriter::new(out);
            let written = write(&store, &mut out).await;
            let lines = match written
                .and_then(|lines| Ok(out.flush().map(|()| lines).map_err(unwritable)?))
            {
                Ok(lines) => lines,
                Err(error) => {
                    drop(std::fs::remove_file(&file));
                    return Err(error);
                }
            };
            app.screen.note(&format!("wrote {} to {}", text::count(lines, "fact"), file.display()));
        }
    }
    store.close().await;
    Ok(COMPLETE)
}

async fn write(store: &Arc<dyn Store>, out: &mut (dyn Write + Send)) -> Result<u64> {
    let mut out = Remembering { out, error: None };
    let outcome = export_canonical(store, &mut out).await;
    // The engine tells a broken pipe from a full disk in words only.
    match out.error {
        Some(error) => Err(Out::settle(error)),
        None => Ok(outcome?),
    }
}

/// A writer that remembers its error.
struct Remembering<'w> {
    out: &'w mut (dyn Write + Send),
    error: Option<io::Error>,
}

impl Write for Remembering<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| {
            let told = io::Error::from(error.kind());
            self.error = Some(error);
            told
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
