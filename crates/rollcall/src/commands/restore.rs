//! `rollcall restore`.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use rollcall_store::{Store, StoreError};
use rollcall_store_sql::{OpenMode, SqlStore};
use serde::Serialize;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::commands::backup::{beside, new_private_file};
use crate::config::StoreAddress;
use crate::failure::Failure;

#[derive(Args, Debug)]
pub(crate) struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// Put it in the place of a database that exists; the old one is kept with the ending .bak
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct View {
    store: String,
    file: String,
    sources: usize,
    kept: Option<String>,
}

/// What every SQLite file begins with. Source: sqlite.org/fileformat.html, section 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

pub(super) async fn run(app: &mut App, args: RestoreArgs) -> Result<u8> {
    let config = app.config()?;
    let StoreAddress::Sqlite(target) = app.store_address(&config).await? else {
        return Err(Failure::new(
            "unsupported",
            format!(
                "the store is in PostgreSQL; restore it with PostgreSQL's own program: `pg_restore --clean \
                 --if-exists --single-transaction --dbname=DATABASE {}`",
                args.file.display()
            ),
        )
        .into());
    };
    if target.exists() && !args.force {
        return Err(Failure::new(
            "exists",
            format!(
                "there is a database at {}; nothing was changed. --force puts the backup in its place and \
                 keeps the old one as {}",
                target.display(),
                beside(&target, ".bak").display()
            ),
        )
        .into());
    }
    let fresh = beside(&target, ".restoring");
    drop(std::fs::remove_file(&fresh));
    let restored = restore(&args.file, &fresh, &target).await;
    if restored.is_err() {
        remove_with_log(&fresh);
    }
    let (sources, kept) = restored?;
    let view = View {
        store: format!("sqlite:{}", target.display()),
        file: args.file.display().to_string(),
        sources,
        kept: kept.map(|file| file.display().to_string()),
    };
    if app.out.json() {
        app.out.object(&view)?;
    } else {
        let sources = crate::output::text::count(sources as u64, "source");
        app.out.line(&format!("{} is now what {} holds ({sources})", view.store, view.file))?;
        if let Some(kept) = &view.kept {
            app.out.line(&format!("the database that was there before is {kept}"))?;
        }
    }
    Ok(COMPLETE)
}

async fn restore(file: &Path, fresh: &Path, target: &Path) -> Result<(usize, Option<PathBuf>)> {
    check_magic(file)?;
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut copy = new_private_file(fresh)?;
    std::io::copy(&mut std::fs::File::open(file)?, &mut copy)?;
    copy.sync_all()?;
    drop(copy);
    let sources = sources_in(fresh, file).await?;
    let kept = if target.exists() { Some(set_aside(target).await?) } else { None };
    remove_log(target);
    std::fs::rename(fresh, target)?;
    remove_log(fresh);
    Ok((sources, kept))
}

fn check_magic(file: &Path) -> Result<()> {
    let shown = file.display();
    let mut magic = [0; MAGIC.len()];
    let read = std::fs::File::open(file)
        .map_err(|error| Failure::new("io", format!("the backup {shown} cannot be read: {error}")))?
        .read_exact(&mut magic);
    if read.is_err() || magic != *MAGIC {
        return Err(no_store(file, "it is no SQLite database").into());
    }
    Ok(())
}

/// Opens the copy as a store, which checks its schema, and reads it.
async fn sources_in(copy: &Path, file: &Path) -> Result<usize> {
    let url = format!("sqlite:{}", copy.display());
    let store = match SqlStore::open(&url, OpenMode::Read).await {
        // A backup of an older rollcall; the copy is brought up to date.
        Err(StoreError::OldSchema(_)) => SqlStore::open(&url, OpenMode::Write).await,
        other => other,
    };
    let store = store.map_err(|error| match error {
        StoreError::NewerSchema { .. } => anyhow::Error::from(error),
        other => no_store(file, &other.to_string()).into(),
    })?;
    let counted = async {
        store.last_publication().await?;
        Ok::<_, StoreError>(store.sources().await?.len())
    };
    let counted = counted.await;
    store.close().await;
    counted.map_err(|error| no_store(file, &error.to_string()).into())
}

fn no_store(file: &Path, why: &str) -> Failure {
    let message =
        format!("{} is no backup of a store that this rollcall knows: {why}", file.display());
    Failure::new("bad_backup", message)
}

/// Keeps the present database under another name, whole: its log is written into it first.
async fn set_aside(target: &Path) -> Result<PathBuf> {
    if let Ok(store) = SqlStore::open(&format!("sqlite:{}", target.display()), OpenMode::Read).await
    {
        store.close().await;
    }
    let log = beside(target, "-wal");
    if std::fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
        let message = format!(
            "{} is in use by another process, or was left by one that was killed; nothing was changed. End that \
             process, or run `rollcall coverage` once, and try again",
            target.display()
        );
        return Err(Failure::new("store_busy", message).into());
    }
    let kept = beside(target, ".bak");
    drop(std::fs::remove_file(&kept));
    // A second name rather than a move: at every moment there is a database at the old place.
    if std::fs::hard_link(target, &kept).is_err() {
        std::fs::copy(target, &kept)?;
    }
    Ok(kept)
}

fn remove_log(file: &Path) {
    for ending in ["-wal", "-shm"] {
        drop(std::fs::remove_file(beside(file, ending)));
    }
}

fn remove_with_log(file: &Path) {
    drop(std::fs::remove_file(file));
    remove_log(file);
}
