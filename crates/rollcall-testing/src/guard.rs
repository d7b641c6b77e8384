//! A watchdog that cleans up when the test process dies.
//!
//! A dropped value stops its server, but a killed process drops nothing, and neither does a static.
//! So each server has a small shell beside it that waits for the end of its standard input. The
//! other end of that pipe is held by the test process alone: however it ends, the kernel closes it.
//! (The kernel's own parent-death signal is no use here: it is bound to the thread that started the
//! child, and test threads end early.)

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::TestError;

/// Runs a shell script once this process is gone. Dropping it calls that off.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// `script` sees `arguments` as `$1`, `$2`…
    pub(crate) fn new<A: AsRef<OsStr>>(script: &str, arguments: &[A]) -> Result<Self, TestError> {
        // It must outlive what kills the rest: an interrupt from the keyboard, a test runner that
        // ends a whole process group.
        let script = format!("trap '' INT TERM HUP\nwhile read -r _; do :; done\n{script}");
        let shell = Command::new("sh")
            .arg("-c")
            .arg(script)
            .arg("guard")
            .args(arguments)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(TestError::io("starting a guard shell"))?;
        Ok(Self { shell })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A shell that is gone already needs neither.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
