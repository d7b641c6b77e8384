//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Account;
use crate::TestError;
use crate::process::run;
use crate::settings::{on_path, variable};

/// Variables that would point a client somewhere else or change what a server does.
const MISLEADING: [&str; 11] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGPASSWORD",
    "PGPASSFILE",
    "PGDATABASE",
    "PGOPTIONS",
    "PGSERVICE",
    "PGSSLMODE",
    "PGDATA",
];

/// One installation.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// In this order: the folder in `ROLLCALL_TEST_PG_BIN`, the newest of Debian's, `PATH`.
    /// `tools/setup-tests` looks in the same places.
    pub(super) fn find() -> Result<Self, TestError> {
        if let Some(folder) = variable("ROLLCALL_TEST_PG_BIN") {
            let folder = PathBuf::from(folder);
            if folder.join("initdb").is_file() {
                return Ok(Self { folder });
            }
            let what = format!("PostgreSQL in {} (ROLLCALL_TEST_PG_BIN)", folder.display());
            return Err(TestError::Missing { what });
        }
        newest(Path::new("/usr/lib/postgresql"))
            .or_else(|| {
                // Where it is a link, the other programs are beside its target.
                let initdb = on_path("initdb")?.canonicalize().ok()?;
                initdb.parent().map(Path::to_owned)
            })
            .map(|folder| Self { folder })
            .ok_or_else(|| TestError::Missing {
                what: "PostgreSQL (initdb in /usr/lib/postgresql/*/bin or on PATH)".to_owned(),
            })
    }

    /// One of its programs, to be run as `account`.
    pub(super) fn command(&self, program: &str, account: Option<Account>) -> Command {
        let own = self.folder.join(program);
        let file = if own.is_file() { own } else { on_path(program).unwrap_or(own) };
        let mut command = Command::new(file);
        for name in MISLEADING {
            command.env_remove(name);
        }
        // Messages in one language; and a folder that every account may be in.
        command.env("LC_ALL", "C").current_dir("/");
        if let Some(account) = account {
            account.run_as(&mut command);
        }
        command
    }

    /// What the server says of its version, such as `postgres (PostgreSQL) 15.18`.
    pub(super) fn version(&self) -> Result<String, TestError> {
        let mut command = self.command("postgres", None);
        command.arg("--version");
        run("postgres --version", command).map(|text| text.trim().to_owned())
    }
}

/// The folder of the highest version under Debian's `/usr/lib/postgresql/VERSION/bin`.
fn newest(base: &Path) -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(base)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").is_file().then_some((version, folder))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_with_a_server_wins() {
        let base = tempfile::tempdir().unwrap();
        for version in ["9", "15", "16", "old"] {
            let bin = base.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            if version != "16" {
                std::fs::write(bin.join("initdb"), "").unwrap();
            }
        }
        assert_eq!(newest(base.path()), Some(base.path().join("15/bin")));
        assert_eq!(newest(&base.path().join("none")), None);
    }
}
