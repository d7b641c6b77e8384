//! The process's environment. Nothing else in rollcall reads it.

use std::ffi::OsString;
use std::path::PathBuf;

/// The command line, with the program's name.
pub(crate) fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// The file of this program.
pub(crate) fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// A variable that is set, not empty and text.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The user's home folder.
pub(crate) fn home() -> Option<PathBuf> {
    variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from)
}

/// Where the user's configuration files are: `$XDG_CONFIG_HOME`, else `~/.config`.
/// Source: XDG Base Directory Specification.
pub(crate) fn config_home() -> Option<PathBuf> {
    let stated = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    stated.or_else(|| Some(home()?.join(".config")))
}

/// Where programs are looked for.
pub(crate) fn search_path() -> String {
    variable("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".to_owned())
}

/// The file that a program's name stands for on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&search_path())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The working folder.
pub(crate) fn working_folder() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}
