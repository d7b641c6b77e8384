//! Programs that run in Node.js: servers and scripts, with the packages of `tests/node`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::TestError;
use crate::local::{LocalServer, Program, scrub};
use crate::process::run;
use crate::settings::{cache_folder, on_path};

/// The variable by which our scripts find the packages.
const PACKAGES: &str = "ROLLCALL_NODE_PACKAGES";

/// What to run, and how to see that it is up. In `arguments` and in the values of `environment`,
/// `{port}` stands for the port it must listen on, at 127.0.0.1.
#[derive(Clone, Debug)]
pub struct NodeScript {
    /// The file.
    pub file: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment. It sees none of ours but `PATH`.
    pub environment: Vec<(String, String)>,
    /// A path that it answers, with whatever status, once it is up.
    pub ready_path: &'static str,
}

impl NodeScript {
    /// Prism, which answers as an OpenAPI description says, with its examples, and refuses requests
    /// that the description does not allow.
    ///
    /// # Errors
    /// When the packages are not installed.
    pub fn prism(description: &Path) -> Result<Self, TestError> {
        let description = description.display().to_string();
        let arguments = ["mock", "--host", "127.0.0.1", "--port", "{port}"].map(str::to_owned);
        Ok(Self {
            file: package_file("@stoplight/prism-cli/dist/index.js")?,
            arguments: arguments.into_iter().chain([description]).collect(),
            environment: Vec::new(),
            ready_path: "/",
        })
    }
}

/// A running Node.js server on 127.0.0.1.
#[derive(Debug)]
pub struct NodeServer {
    server: LocalServer,
}

impl NodeServer {
    /// Starts a script and waits until it answers.
    ///
    /// # Errors
    /// When Node.js or the packages are not installed, or the server does not come up; with the end
    /// of what it printed.
    pub fn start(script: &NodeScript) -> Result<Self, TestError> {
        let mut arguments = vec![script.file.display().to_string()];
        arguments.extend_from_slice(&script.arguments);
        let mut environment = vec![(PACKAGES.to_owned(), node_packages()?.display().to_string())];
        environment.extend_from_slice(&script.environment);
        let server = LocalServer::start(&Program {
            name: "node",
            file: &node()?,
            arguments: &arguments,
            environment: &environment,
            ready_path: script.ready_path,
        })?;
        Ok(Self { server })
    }

    /// Prism over an OpenAPI description.
    ///
    /// # Errors
    /// As [`NodeServer::start`].
    pub fn prism(description: &Path) -> Result<Self, TestError> {
        Self::start(&NodeScript::prism(description)?)
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

/// Runs a script of `tests/node` to its end and returns what it printed.
///
/// # Errors
/// When Node.js or the packages are not installed, or the script fails; with what it printed.
pub fn run_node(script: &str, arguments: &[&str]) -> Result<String, TestError> {
    let folder = tempfile::tempdir().map_err(TestError::io("making a temporary folder"))?;
    let mut command = Command::new(node()?);
    scrub(&mut command, folder.path());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node").join(script);
    command.env(PACKAGES, node_packages()?).arg(file).args(arguments);
    run(script, command)
}

/// A file of an installed package, such as `@octokit/openapi/index.js`.
///
/// # Errors
/// When it is not there.
pub fn package_file(path: &str) -> Result<PathBuf, TestError> {
    let file = node_packages()?.join("node_modules").join(path);
    if file.is_file() {
        return Ok(file);
    }
    Err(TestError::Missing { what: format!("{path} of the packages in tests/node") })
}

/// The folder whose `node_modules` `make setup-tests` filled.
fn node_packages() -> Result<PathBuf, TestError> {
    cache_folder()
        .map(|cache| cache.join("node"))
        .filter(|folder| folder.join("node_modules").is_dir())
        .ok_or_else(|| TestError::Missing {
            what: "the folder of Node.js packages for tests".to_owned(),
        })
}

fn node() -> Result<PathBuf, TestError> {
    on_path("node").ok_or_else(|| TestError::Missing { what: "Node.js (node)".to_owned() })
}
