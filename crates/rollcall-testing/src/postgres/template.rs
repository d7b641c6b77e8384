//! A new cluster's files, made once per version of PostgreSQL and copied for each server: copying
//! takes a tenth of the time that `initdb` does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::programs::Programs;
use super::{Account, USER, own, private_folder};
use crate::TestError;
use crate::process::run;
use crate::settings::cache_folder;

/// Changes when what `initdb` is told changes.
const RECIPE: &str = "2";

/// The files of a new cluster.
pub(super) enum Template {
    /// Kept for the next time.
    Cached(PathBuf),
    /// There is no place to keep it.
    Temporary(TempDir),
}

impl Template {
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Cached(path) => path.clone(),
            Self::Temporary(folder) => folder.path().join("data"),
        }
    }
}

/// The cached files, made now if they are not there.
pub(super) fn prepare(
    programs: &Programs,
    account: Option<Account>,
) -> Result<Template, TestError> {
    let Some(cache) = cache_folder() else {
        return make(programs, account).map(Template::Temporary);
    };
    let shelf = cache.join("postgres");
    let place = shelf.join(format!("{}-{RECIPE}", plain(&programs.version()?)));
    // The last thing that appears in the cache is the whole folder, by a rename.
    if place.is_dir() {
        return Ok(Template::Cached(place));
    }
    let made = make(programs, account)?;
    let what = || TestError::io(format!("keeping a new cluster in {}", shelf.display()));
    fs::create_dir_all(&shelf).map_err(what())?;
    let landing = tempfile::tempdir_in(&shelf).map_err(what())?;
    copy(made.path().join("data"), &landing.path().join("data"), None)?;
    match fs::rename(landing.path().join("data"), &place) {
        // Another test was quicker; its files are as good.
        Err(_) if place.is_dir() => Ok(Template::Cached(place)),
        result => result.map_err(what()).map(|()| Template::Cached(place)),
    }
}

/// Runs `initdb` in a folder of the account's.
fn make(programs: &Programs, account: Option<Account>) -> Result<TempDir, TestError> {
    let attempt = |collation: &[&str]| {
        let folder = private_folder(account)?;
        let mut command = programs.command("initdb", account);
        command
            .arg("-D")
            .arg(folder.path().join("data"))
            // The folder of the socket is private, so whoever can connect may.
            .args(["-U", USER, "-A", "trust", "-E", "UTF8", "-N", "--no-instructions"])
            // The smallest log segments: less to copy.
            .arg("--wal-segsize=1")
            .args(collation);
        run("initdb", command).map(|_| folder)
    };
    attempt(&["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"])
        .or_else(|_| attempt(&["--locale=C"]))
}

/// Copies a tree of plain files, giving each to the account.
pub(super) fn copy(
    from: impl AsRef<Path>,
    to: &Path,
    account: Option<Account>,
) -> Result<(), TestError> {
    copy_tree(from.as_ref(), to, account)
        .map_err(TestError::io(format!("copying {}", from.as_ref().display())))
}

fn copy_tree(from: &Path, to: &Path, account: Option<Account>) -> io::Result<()> {
    fs::create_dir(to)?;
    // PostgreSQL refuses a data folder that others can read.
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    own(to, account)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target, account)?;
        } else {
            fs::copy(entry.path(), &target)?;
            own(&target, account)?;
        }
    }
    Ok(())
}

/// A version as a file name.
fn plain(version: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    version.chars().map(kept).collect()
}
