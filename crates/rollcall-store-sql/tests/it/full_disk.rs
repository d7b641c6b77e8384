//! A disk without room.

use std::process::{Command, Stdio};

use rollcall_store::{FinishOutcome, Store};
use rollcall_testing::{Limit, SmallDisk};

use crate::child::{Job, ROLES, child};
use crate::support::{Reader, check_order, check_scopes, open, url_of};

/// Another process fills the disk; see [`Job::Fill`] for what it checks itself.
async fn fill(disk: &SmallDisk) {
    let file = disk.join("store.db");
    let ballast = disk.join("ballast");
    let ballast = (disk.limit() == Limit::Disk).then(|| {
        std::fs::write(&ballast, vec![b'b'; 2 << 20]).unwrap();
        ballast.as_path()
    });
    let url = url_of(&file);
    let mut command = child(&url, Job::Fill { ballast }, |exe| disk.command(exe));
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let written = text.lines().find_map(|line| line.strip_prefix("written ")).unwrap();
    let written: i64 = written.parse().unwrap();
    assert!(written > 1, "the disk was full at once");

    // This process has no limit, or more room now.
    if disk.limit() == Limit::Disk {
        let mut mount = Command::new("mount");
        let done = mount.args(["-o", "remount,size=64m"]).arg(disk.path()).status().unwrap();
        assert!(done.success());
    }
    let store = open(&url).await;
    assert_eq!(check_order(&store).await, written);
    let source = store.sources().await.unwrap().remove(0).id;
    check_scopes(&store, source, ROLES).await;
    let reader = Reader { store: &store, source };
    let outcome = reader.read("part-0", ROLES, "with room again", 1_000).await.unwrap();
    assert_eq!(outcome, FinishOutcome::Published(Some(written + 1)));
    check_scopes(&store, source, ROLES).await;
    store.close().await;
}

#[tokio::test]
async fn a_full_disk_is_told_and_harms_nothing() {
    fill(&SmallDisk::new(12 << 20).unwrap()).await;
}

#[tokio::test]
async fn a_file_that_may_not_grow_is_told_and_harms_nothing() {
    fill(&SmallDisk::with_file_limit(6 << 20).unwrap()).await;
}
