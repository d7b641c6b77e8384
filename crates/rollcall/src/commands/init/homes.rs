//! Home folders with agent and MCP configuration.

use std::path::{Path, PathBuf};

use rollcall_declared::agent::clients;
use serde::Serialize;

/// A home folder.
#[derive(Serialize)]
pub(super) struct HomeFound {
    pub(super) path: PathBuf,
    /// The clients whose configuration is there, by title.
    pub(super) clients: Vec<&'static str>,
}

/// Looks for the files that known clients keep in a home folder. None is opened.
pub(super) fn look(home: &Path) -> HomeFound {
    let mut found: Vec<&'static str> = clients::in_home()
        .into_iter()
        .filter(|(path, _)| exists(home, path))
        .map(|(_, kind)| kind.client.title)
        .collect();
    found.sort_unstable();
    found.dedup();
    HomeFound { path: home.to_owned(), clients: found }
}

/// Whether a file is there; the last name of its path may have a `*`.
fn exists(home: &Path, path: &str) -> bool {
    let Some((folder, pattern)) = path.rsplit_once('/').filter(|_| path.contains('*')) else {
        return home.join(path).is_file();
    };
    let Ok(entries) = std::fs::read_dir(home.join(folder)) else { return false };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(|name| clients::wild(pattern, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_known_by_their_files() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".cursor")).unwrap();
        std::fs::write(home.path().join(".cursor/mcp.json"), "{}").unwrap();
        assert_eq!(look(home.path()).clients, ["Cursor"]);
    }
}
