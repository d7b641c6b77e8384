//! A folder that is soon full, to see what a program does then.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::TestError;
use crate::guard::Guard;
use crate::process::am_root;

/// How the room is kept small.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// The folder is a small filesystem in memory: writing fails with "no space left on device"
    /// once all files together are too large. Only root can have one.
    Disk,
    /// No file that [`SmallDisk::command`] writes may grow beyond the size: writing fails with
    /// "file too large". It holds for that command and what it starts, wherever it writes.
    FileSize,
}

/// A folder with little room.
///
/// Fill it through [`SmallDisk::command`] alone: it is the only way that both kinds of limit know.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
    bytes: u64,
    // Present where the folder is a mount, which it unmounts if this process dies.
    mount: Option<Guard>,
}

impl SmallDisk {
    /// A folder with about this much room: a small filesystem where we may mount one, otherwise a
    /// limit on the size of each file.
    ///
    /// # Errors
    /// When no temporary folder can be made.
    pub fn new(bytes: u64) -> Result<Self, TestError> {
        let mut disk = Self::with_file_limit(bytes)?;
        if am_root() && mount(disk.folder.path(), bytes) {
            let script = "umount -l -- \"$1\" && rmdir -- \"$1\"";
            disk.mount = Some(Guard::new(script, &[disk.folder.path()])?);
        }
        Ok(disk)
    }

    /// The same, always with a limit on the size of each file.
    ///
    /// # Errors
    /// When no temporary folder can be made.
    pub fn with_file_limit(bytes: u64) -> Result<Self, TestError> {
        let folder = tempfile::Builder::new()
            .prefix("rollcall-disk-")
            .tempdir()
            .map_err(TestError::io("making a temporary folder"))?;
        Ok(Self { folder, bytes, mount: None })
    }

    /// Which limit it is.
    #[must_use]
    pub fn limit(&self) -> Limit {
        if self.mount.is_some() { Limit::Disk } else { Limit::FileSize }
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file in it.
    #[must_use]
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that feels the limit.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        match self.limit() {
            Limit::Disk => Command::new(program),
            Limit::FileSize => {
                // Blocks of 512 bytes. Without the trap the signal would end the program, which is
                // not what a full disk does.
                let script = r#"trap '' XFSZ; ulimit -f "$1"; shift; exec "$@""#;
                let mut command = Command::new("sh");
                command.args(["-c", script, "sh", &self.bytes.div_ceil(512).to_string()]);
                command.arg(program);
                command
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mount.take().is_some() {
            // Lazily, so that a file that someone still holds open does not keep the mount.
            let _ = quiet("umount").arg("-l").arg(self.folder.path()).status();
        }
    }
}

fn mount(folder: &Path, bytes: u64) -> bool {
    let options = format!("size={bytes},mode=0777");
    let status = quiet("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).status();
    status.is_ok_and(|status| status.success())
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
