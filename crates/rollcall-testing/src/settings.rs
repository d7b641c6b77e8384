//! What this crate reads from the environment. It is the only place here that does, and only tests
//! ever run it.

use std::ffi::OsString;
use std::path::PathBuf;

/// A variable that is set and not empty.
#[allow(clippy::disallowed_methods, reason = "a development tool, configured by its environment")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|v| !v.is_empty())
}

/// Where things are kept between test runs: the folder that `make` uses too. `None` where there is
/// no home folder.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    variable("ROLLCALL_CACHE")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".cache/rollcall")))
}

/// The file of this name in the first folder of `PATH` that has it.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
