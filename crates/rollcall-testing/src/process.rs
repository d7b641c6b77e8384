//! Server processes: started in a process group of their own, watched, stopped by id.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::TestError;
use crate::guard::Guard;

/// How long between two looks at something that is about to happen.
const LOOK: Duration = Duration::from_millis(5);
/// Slower than this is broken, even on a machine that does ten other things.
const START_LIMIT: Duration = Duration::from_secs(90);
/// After this long a server that was asked to stop is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// `$1` process, `$2` how to ask it to stop, `$3` its folder.
const CLEAN_UP: &str = r#"
kill -s "$2" -- "$1"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 -- "$1" || break
    sleep 0.1
done
kill -s KILL -- "-$1"
rm -rf -- "$3"
"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    name: String,
    child: Child,
    stop_signal: &'static str,
    log: PathBuf,
    _guard: Guard,
}

impl Server {
    /// Starts `command` with its output in `log`. `folder` is removed if this process dies;
    /// otherwise it is the caller's to remove.
    pub(crate) fn start(
        name: &str,
        mut command: Command,
        stop_signal: &'static str,
        folder: &Path,
        log: &Path,
    ) -> Result<Self, TestError> {
        let what = format!("starting {name}");
        let output = File::create(log).map_err(TestError::io(what.clone()))?;
        let errors = output.try_clone().map_err(TestError::io(what.clone()))?;
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(TestError::io(what))?;
        let arguments =
            [child.id().to_string().into(), stop_signal.into(), folder.as_os_str().to_owned()];
        let guard = match Guard::new(CLEAN_UP, &arguments) {
            Ok(guard) => guard,
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(error);
            }
        };
        Ok(Self { name: name.to_owned(), child, stop_signal, log: log.to_owned(), _guard: guard })
    }

    /// Waits until `ready` says so. Fails when the process ends first or the time is up.
    pub(crate) fn wait_until(&mut self, mut ready: impl FnMut() -> bool) -> Result<(), TestError> {
        let limit = Instant::now() + START_LIMIT;
        loop {
            // Asked first, so that a stranger's answer on a port we lost is not taken for ours.
            if let Ok(Some(status)) = self.child.try_wait() {
                let reason = format!("it ended before it was ready ({status})");
                return Err(TestError::program(&self.name, reason, &self.log));
            }
            if ready() {
                return Ok(());
            }
            if Instant::now() > limit {
                let reason = format!("it was not ready after {} s", START_LIMIT.as_secs());
                return Err(TestError::program(&self.name, reason, &self.log));
            }
            sleep(LOOK);
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        signal(self.stop_signal, &self.child.id().to_string());
        let limit = Instant::now() + STOP_LIMIT;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > limit {
                signal("KILL", &format!("-{}", self.child.id()));
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
            sleep(LOOK);
        }
    }
}

/// Sends a signal to a process, or with a leading `-` to a process group. The standard library has
/// no safe call for it; every system has the command.
fn signal(name: &str, process: &str) {
    let _ = Command::new("sh")
        .args(["-c", r#"kill -s "$1" -- "$2""#, "sh", name, process])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn run(name: &str, mut command: Command) -> Result<String, TestError> {
    let output =
        command.stdin(Stdio::null()).output().map_err(TestError::io(format!("starting {name}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(TestError::Program {
        program: name.to_owned(),
        reason: output.status.to_string(),
        output: crate::error::tail(&format!("{text}{}", String::from_utf8_lossy(&output.stderr))),
    })
}

/// Whether this process runs as root.
pub(crate) fn am_root() -> bool {
    account_number(&["-u"]) == Some(0)
}

/// What `id` prints for these arguments.
pub(crate) fn account_number(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
