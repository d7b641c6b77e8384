//! What servers of all languages share: a port that the system chose, a folder of their own, and a
//! wait until they answer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::TestError;
use crate::process::Server;
use crate::settings::variable;

/// A port can be lost between asking for a free one and the server's start; rarely, so this many
/// tries are plenty.
const TRIES: usize = 4;

/// What to start, and how to see that it is up. In `arguments` and in the values of `environment`,
/// `{port}` stands for the port it must listen on, at 127.0.0.1.
pub(crate) struct Program<'a> {
    pub(crate) name: &'a str,
    pub(crate) file: &'a Path,
    pub(crate) arguments: &'a [String],
    pub(crate) environment: &'a [(String, String)],
    pub(crate) ready_path: &'a str,
}

/// A running server on 127.0.0.1.
#[derive(Debug)]
pub(crate) struct LocalServer {
    // Dropped in this order: the server stops before its folder goes.
    _server: Server,
    _folder: TempDir,
    pub(crate) address: SocketAddr,
}

impl LocalServer {
    /// Starts a program and waits until it answers.
    pub(crate) fn start(program: &Program<'_>) -> Result<Self, TestError> {
        let mut result = Self::try_start(program);
        for _ in 1..TRIES {
            match &result {
                Err(TestError::Program { output, .. }) if port_was_taken(output) => {
                    result = Self::try_start(program);
                }
                _ => break,
            }
        }
        result
    }

    fn try_start(program: &Program<'_>) -> Result<Self, TestError> {
        let folder = tempfile::Builder::new()
            .prefix("rollcall-server-")
            .tempdir()
            .map_err(TestError::io("making a temporary folder"))?;
        let address = free_port()?;
        let fill = |text: &String| text.replace("{port}", &address.port().to_string());

        let mut command = Command::new(program.file);
        command.args(program.arguments.iter().map(fill));
        scrub(&mut command, folder.path());
        command.envs(program.environment.iter().map(|(name, value)| (name, fill(value))));

        let log = folder.path().join("log");
        let mut server = Server::start(program.name, command, "TERM", folder.path(), &log)?;
        server.wait_until(|| answers(address, program.ready_path))?;
        // What answered could be a stranger who took the port, which ends ours in a moment.
        server.wait_until(|| answers(address, program.ready_path))?;
        Ok(Self { _server: server, _folder: folder, address })
    }
}

/// Nothing of this machine's user is a test program's business: no credentials, no configuration.
pub(crate) fn scrub(command: &mut Command, folder: &Path) {
    command.env_clear().env("HOME", folder).env("TMPDIR", folder).current_dir(folder);
    command.env("LC_ALL", "C.UTF-8");
    for name in ["PATH", "LD_LIBRARY_PATH"] {
        command.envs(variable(name).map(|value| (name, value)));
    }
}

/// An address on which nobody listens.
fn free_port() -> Result<SocketAddr, TestError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(TestError::io("asking for a free port"))
}

fn port_was_taken(output: &str) -> bool {
    let output = output.to_ascii_lowercase();
    ["already in use", "in use by another", "errno 98", "errno 48", "eaddrinuse"]
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
        assert!(port_was_taken("Error: listen EADDRINUSE 127.0.0.1:4010"));
        assert!(!port_was_taken("ModuleNotFoundError: No module named 'moto'"));
    }
}
