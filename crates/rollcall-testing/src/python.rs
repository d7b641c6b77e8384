//! Servers that are Python modules.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::TestError;
use crate::process::{Server, run};
use crate::settings::{cache_folder, variable};

/// A port can be lost between asking for a free one and the server's start; rarely, so this many
/// tries are plenty.
const TRIES: usize = 4;

/// What to run, and how to see that it is up. In `arguments` and in the values of `environment`,
/// `{port}` stands for the port it must listen on, at 127.0.0.1.
#[derive(Clone, Debug)]
pub struct PythonModule {
    /// As in `python -m`.
    pub module: &'static str,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment. It sees none of ours but `PATH`.
    pub environment: Vec<(String, String)>,
    /// A path that it answers, with whatever status, once it is up.
    pub ready_path: &'static str,
}

impl PythonModule {
    /// moto, which plays AWS.
    #[must_use]
    pub fn moto() -> Self {
        Self {
            module: "moto.server",
            arguments: ["-H", "127.0.0.1", "-p", "{port}"].map(str::to_owned).to_vec(),
            environment: Vec::new(),
            ready_path: "/moto-api/",
        }
    }

    /// ministack, which plays AWS too, and differently. Left alone it listens on every interface,
    /// and has two more listeners that do so whatever else it is told; here it does not.
    #[must_use]
    pub fn ministack() -> Self {
        Self {
            module: "ministack",
            arguments: Vec::new(),
            environment: Vec::new(),
            ready_path: "/_ministack/health",
        }
        .with("BIND_HOST", "127.0.0.1")
        .with("GATEWAY_PORT", "{port}")
        .with("IOT_MTLS_ENABLED", "0")
        .with("SFTP_ENABLED", "0")
    }

    /// Python's own file server over a folder.
    #[must_use]
    pub fn files(folder: &std::path::Path) -> Self {
        let folder = folder.display().to_string();
        let arguments = ["{port}", "--bind", "127.0.0.1", "--directory", &folder];
        Self {
            module: "http.server",
            arguments: arguments.map(str::to_owned).to_vec(),
            environment: Vec::new(),
            ready_path: "/",
        }
    }

    /// The same with one more variable in its environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running Python server on 127.0.0.1.
#[derive(Debug)]
pub struct PythonServer {
    // Dropped in this order: the server stops before its folder goes.
    _server: Server,
    _folder: TempDir,
    address: SocketAddr,
}

impl PythonServer {
    /// Starts a module and waits until it answers.
    ///
    /// # Errors
    /// When Python or the module is not installed, or the server does not come up; with the end of
    /// what it printed.
    pub fn start(module: &PythonModule) -> Result<Self, TestError> {
        let python = python_for(module.module)?;
        let mut result = Self::try_start(&python, module);
        for _ in 1..TRIES {
            match &result {
                Err(TestError::Program { output, .. }) if port_was_taken(output) => {
                    result = Self::try_start(&python, module);
                }
                _ => break,
            }
        }
        result
    }

    /// moto with its defaults.
    ///
    /// # Errors
    /// As [`PythonServer::start`].
    pub fn moto() -> Result<Self, TestError> {
        Self::start(&PythonModule::moto())
    }

    /// ministack, on 127.0.0.1 only.
    ///
    /// # Errors
    /// As [`PythonServer::start`].
    pub fn ministack() -> Result<Self, TestError> {
        Self::start(&PythonModule::ministack())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn try_start(python: &PathBuf, module: &PythonModule) -> Result<Self, TestError> {
        let folder = tempfile::Builder::new()
            .prefix("rollcall-python-")
            .tempdir()
            .map_err(TestError::io("making a temporary folder"))?;
        let address = free_port()?;
        let fill = |text: &str| text.replace("{port}", &address.port().to_string());

        let mut command = Command::new(python);
        command.args(["-m", module.module]).args(module.arguments.iter().map(|a| fill(a)));
        // Nothing of this machine's user is its business: no credentials, no configuration.
        command.env_clear().env("HOME", folder.path()).env("TMPDIR", folder.path());
        command.current_dir(folder.path()).env("PYTHONUNBUFFERED", "1").env("LC_ALL", "C.UTF-8");
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            command.envs(variable(name).map(|value| (name, value)));
        }
        command.envs(module.environment.iter().map(|(name, value)| (name, fill(value))));

        let log = folder.path().join("log");
        let mut server = Server::start(module.module, command, "TERM", folder.path(), &log)?;
        server.wait_until(|| answers(address, module.ready_path))?;
        // What answered could be a stranger who took the port, which ends ours in a moment.
        server.wait_until(|| answers(address, module.ready_path))?;
        Ok(Self { _server: server, _folder: folder, address })
    }
}

/// The interpreter that has the module: `ROLLCALL_TEST_PYTHON`, what `make setup-tests` made, or a
/// `.venv` in the current folder.
///
/// # Errors
/// When there is none, or it lacks the module; with the command that installs both.
pub fn python_for(module: &str) -> Result<PathBuf, TestError> {
    let python = variable("ROLLCALL_TEST_PYTHON")
        .map(PathBuf::from)
        .or_else(|| {
            cache_folder().map(|cache| cache.join("venv/bin/python")).filter(|p| p.exists())
        })
        .or_else(|| std::path::absolute(".venv/bin/python").ok().filter(|p| p.exists()))
        .ok_or_else(|| TestError::Missing {
            what: "the Python environment for tests".to_owned(),
        })?;
    let mut probe = Command::new(&python);
    let code = "import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[1]))";
    probe.args(["-c", code, module.split('.').next().unwrap_or(module)]);
    run("python", probe).map(|_| python.clone()).map_err(|_| TestError::Missing {
        what: format!("the Python module {module} (for {})", python.display()),
    })
}

/// An address on which nobody listens.
fn free_port() -> Result<SocketAddr, TestError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(TestError::io("asking for a free port"))
}

fn port_was_taken(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    ["already in use", "in use by another", "errno 98", "errno 48"]
        .iter()
        .any(|words| output.contains(words))
}

/// Whether something there speaks HTTP.
fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 7];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/1.")
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_port_is_told_from_other_failures() {
        assert!(port_was_taken("OSError: [Errno 98] Address already in use"));
        assert!(!port_was_taken("ModuleNotFoundError: No module named 'moto'"));
    }

    #[test]
    fn a_missing_module_says_what_installs_it() {
        let error = python_for("no_such_module_anywhere").unwrap_err().to_string();
        assert!(error.contains("make setup-tests"), "{error}");
    }
}
