use rollcall_testing::{Limit, SmallDisk};

const ROOM: u64 = 1 << 20;

/// Writes so many KiB into a file and says whether that worked.
fn write(disk: &SmallDisk, name: &str, kib: u64) -> bool {
    let mut command = disk.command("dd");
    command.arg("if=/dev/zero").arg(format!("of={}", disk.join(name).display()));
    command.args(["bs=1024", &format!("count={kib}")]);
    command.output().unwrap().status.success()
}

#[test]
fn a_small_disk_fills_up() {
    let disk = SmallDisk::new(ROOM).unwrap();
    assert!(write(&disk, "small", 100));
    assert!(!write(&disk, "large", 1100));
    if disk.limit() == Limit::Disk {
        assert!(!write(&disk, "another", 100), "the room is shared by all files");
    }
    let path = disk.path().to_owned();
    drop(disk);
    assert!(!path.exists(), "{} is still there", path.display());
}

#[test]
fn a_file_limit_fails_the_write_and_does_not_kill() {
    let disk = SmallDisk::with_file_limit(ROOM).unwrap();
    assert_eq!(disk.limit(), Limit::FileSize);
    assert!(write(&disk, "small", 1024));
    let mut command = disk.command("dd");
    command.arg("if=/dev/zero").arg(format!("of={}", disk.join("large").display()));
    let output = command.args(["bs=1024", "count=1100"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "an error, not a signal");
    assert_eq!(std::fs::metadata(disk.join("large")).unwrap().len(), ROOM);
}
