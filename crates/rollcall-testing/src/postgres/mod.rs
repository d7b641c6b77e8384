//! A PostgreSQL of its own for each test, or one for a whole test process.

mod programs;
mod template;

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::TestError;
use crate::process::{Server, account_number, am_root, run};
use programs::Programs;

/// The database user, who may do everything.
const USER: &str = "postgres";
/// Part of the socket's file name; nothing listens on it.
const PORT: u16 = 5432;

/// Safe against a crash of the process, as a test may want to see; not against a power cut.
const TUNING: [&str; 13] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "autovacuum=off",
    "jit=off",
    "max_connections=100",
    "shared_buffers=64MB",
    "max_wal_size=1GB",
    "checkpoint_timeout=1h",
    "timezone=UTC",
    "log_min_error_statement=panic",
    "logging_collector=off",
];

/// A running PostgreSQL server, reached by a socket in a private temporary folder.
///
/// The default collation is a language's where the server can do that without the system's help
/// (version 15 and newer), so that a query which relies on byte order without saying so is found
/// out here and not at a user's.
#[derive(Debug)]
pub struct Postgres {
    // Dropped in this order: the server stops before its folder goes.
    server: Server,
    folder: TempDir,
    programs: Programs,
    created: AtomicU32,
}

/// An account without rights, for a server that refuses to run as root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// Starts a server and waits until it takes connections.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start; with the end of its log.
    pub fn start() -> Result<Self, TestError> {
        let programs = Programs::find()?;
        let account = if am_root() { Some(unprivileged()?) } else { None };
        let template = template::prepare(&programs, account)?;
        let folder = private_folder(account)?;
        let data = folder.path().join("data");
        template::copy(template.path(), &data, account)?;

        let mut command = programs.command("postgres", account);
        command.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-p", &PORT.to_string()]);
        for setting in TUNING {
            command.args(["-c", setting]);
        }
        // Quit: no checkpoint for data that is thrown away.
        let log = folder.path().join("log");
        let mut server = Server::start("postgres", command, "QUIT", folder.path(), &log)?;
        server.wait_until(|| says_ready(&data))?;
        Ok(Self { server, folder, programs, created: AtomicU32::new(0) })
    }

    /// The one server of this test process, started at the first call and stopped with the process.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn shared() -> Result<&'static Self, TestError> {
        static SHARED: OnceLock<Result<Postgres, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::start().map_err(|error| error.to_string()));
        shared.as_ref().map_err(|text| TestError::Refused(text.clone()))
    }

    /// Makes an empty database and returns its URL. The name is of lowercase letters, digits and
    /// underscores.
    ///
    /// # Errors
    /// When there is one of that name already.
    pub fn database(&self, name: &str) -> Result<String, TestError> {
        self.create(name, "template0")
    }

    /// Makes an empty database whose name nobody else of this server has.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn fresh_database(&self) -> Result<String, TestError> {
        let number = self.created.fetch_add(1, Ordering::Relaxed);
        self.database(&format!("fresh_{number}"))
    }

    /// Makes a database that starts as a copy of another one, to which nobody may be connected.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn copy_of(&self, original: &str, name: &str) -> Result<String, TestError> {
        self.create(name, checked(original)?)
    }

    /// The URL of a database of this server.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let socket = self.folder.path().display();
        format!("postgres://{USER}@localhost:{PORT}/{database}?host={socket}&sslmode=disable")
    }

    /// Runs one statement and returns its rows, a line each, columns separated by `|`.
    ///
    /// # Errors
    /// With the server's words, when the statement fails.
    pub fn sql(&self, database: &str, statement: &str) -> Result<String, TestError> {
        let mut command = self.programs.command("psql", None);
        command
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database])
            .args(["-p", &PORT.to_string(), "-c", statement, "-h"])
            .arg(self.folder.path());
        run("psql", command).map(|text| text.trim_end().to_owned())
    }

    /// The server's process id, for tests that kill it.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.server.id()
    }

    fn create(&self, name: &str, template: &str) -> Result<String, TestError> {
        let name = checked(name)?;
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        Ok(self.url(name))
    }
}

fn checked(name: &str) -> Result<&str, TestError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.len() <= 63 && name.chars().all(plain) {
        return Ok(name);
    }
    Err(TestError::Refused(format!("{name:?} is no plain database name")))
}

/// The server writes its state into the eighth line of its lock file; `pg_ctl` waits for the same.
fn says_ready(data: &Path) -> bool {
    let text = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    text.lines().nth(7).is_some_and(|state| state.trim_end() == "ready")
}

/// PostgreSQL refuses to run as root, so its own account or nobody's does.
fn unprivileged() -> Result<Account, TestError> {
    for name in ["postgres", "nobody"] {
        if let (Some(uid), Some(gid)) =
            (account_number(&["-u", name]), account_number(&["-g", name]))
        {
            return Ok(Account { uid, gid });
        }
    }
    Err(TestError::Refused("running as root, and there is no account `nobody`".to_owned()))
}

/// A temporary folder that only the server's account may enter.
fn private_folder(account: Option<Account>) -> Result<TempDir, TestError> {
    // Root's temporary folder may be one that nobody else can reach; and the path of a socket has
    // room for about a hundred characters.
    let base = match account {
        Some(_) => PathBuf::from("/tmp"),
        None => std::env::temp_dir(),
    };
    let what = format!("making a folder in {}", base.display());
    let folder = tempfile::Builder::new()
        .prefix("rollcall-pg-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(&base)
        .map_err(TestError::io(what.clone()))?;
    own(folder.path(), account).map_err(TestError::io(what))?;
    Ok(folder)
}

/// Gives a file to an account.
fn own(path: &Path, account: Option<Account>) -> std::io::Result<()> {
    account.map_or(Ok(()), |account| chown(path, Some(account.uid), Some(account.gid)))
}

impl Account {
    /// Makes a command run as this account, without root's groups.
    fn run_as(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}
