//! Servers that are Python modules.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use crate::TestError;
use crate::local::{LocalServer, Program};
use crate::process::run;
use crate::settings::{cache_folder, variable};

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

    /// scim2-server, a directory of people that speaks SCIM 2.0 at `/v2` and knows this token.
    /// `limits` is a file with the service provider configuration that it announces.
    #[must_use]
    pub fn scim(token: &str, limits: &std::path::Path) -> Self {
        let limits = limits.display().to_string();
        let arguments = ["--hostname", "127.0.0.1", "--port", "{port}", "--bearer-token", token];
        let arguments = arguments.into_iter().chain(["--service-provider-config", &limits]);
        Self {
            module: "scim2_server.testserver.cli",
            arguments: arguments.map(str::to_owned).collect(),
            environment: Vec::new(),
            ready_path: "/v2/ServiceProviderConfig",
        }
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
    server: LocalServer,
}

impl PythonServer {
    /// Starts a module and waits until it answers.
    ///
    /// # Errors
    /// When Python or the module is not installed, or the server does not come up; with the end of
    /// what it printed.
    pub fn start(module: &PythonModule) -> Result<Self, TestError> {
        let python = python_for(module.module)?;
        let mut arguments = vec!["-m".to_owned(), module.module.to_owned()];
        arguments.extend_from_slice(&module.arguments);
        let mut environment = vec![("PYTHONUNBUFFERED".to_owned(), "1".to_owned())];
        environment.extend_from_slice(&module.environment);
        let server = LocalServer::start(&Program {
            name: module.module,
            file: &python,
            arguments: &arguments,
            environment: &environment,
            ready_path: module.ready_path,
        })?;
        Ok(Self { server })
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
        self.server.address
    }

    /// Its URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }
}

/// The folder with the answers that Okta recorded for the tests of its own client; `tests/okta` reads
/// them.
///
/// # Errors
/// When they are not there.
pub fn okta_recorded() -> Result<PathBuf, TestError> {
    let fetched = |name: &str| name.starts_with("okta-") && !name.contains(".part");
    let found = cache_folder().and_then(|cache| {
        let mut inside = std::fs::read_dir(cache).ok()?.filter_map(Result::ok);
        inside.find(|entry| entry.file_name().to_str().is_some_and(fetched))
    });
    let missing = || TestError::Missing { what: "the answers that Okta recorded".to_owned() };
    found.map(|entry| entry.path()).ok_or_else(missing)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_module_says_what_installs_it() {
        let error = python_for("no_such_module_anywhere").unwrap_err().to_string();
        assert!(error.contains("make setup-tests"), "{error}");
    }
}
