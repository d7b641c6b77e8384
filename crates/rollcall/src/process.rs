//! What this process is called where several may read the same source, and whether one of them was
//! killed, so that its lease need not run out first.
//!
//! A name holds the boot, the process namespace, the user, the process id and when it started. Only
//! a process of the same boot, namespace and user can be judged: others may be alive and unseen.
//! Sources: proc(5) of the Linux manual; ps(1) and sysctl(3) of macOS. Other systems judge nobody.

use rollcall_engine::Process;

/// The name of this process.
pub(crate) fn name() -> String {
    let id = std::process::id();
    match (place(), started(id)) {
        (Some(place), Some(started)) => format!("{place}/{id}/{started}"),
        // Without such a place the name is only unique together with the run that follows it.
        _ => format!("process/{id}"),
    }
}

/// How to judge others.
pub(crate) const fn judge() -> Process {
    Process { has_ended }
}

/// Whether the process that wrote this name, with its run after a space, has ended.
fn has_ended(holder: &str) -> bool {
    let name = holder.split(' ').next().unwrap_or_default();
    let mut parts = name.rsplitn(3, '/');
    let (Some(start), Some(id), Some(of)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let Ok(id) = id.parse::<u32>() else { return false };
    if place().as_deref() != Some(of) {
        return false;
    }
    // Another process may have got its id.
    started(id).is_none_or(|now| now != start)
}

/// Where processes can see each other: boot, process namespace, user.
#[cfg(target_os = "linux")]
fn place() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let user = std::fs::metadata("/proc/self").ok()?.uid();
    Some(format!("{}/{}/{user}", boot.trim(), space.to_str()?))
}

/// When a process started, in clock ticks since boot: field 22 of its status line, whose second field
/// is a name in brackets that may hold anything.
#[cfg(target_os = "linux")]
fn started(id: u32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let after_name = &text[text.rfind(')')? + 1..];
    after_name.split_whitespace().nth(19).map(str::to_owned)
}

/// The same where there are no process namespaces, as the system's own programs tell it.
#[cfg(target_os = "macos")]
fn place() -> Option<String> {
    Some(format!("{}/{}", told("sysctl", &["-n", "kern.boottime"])?, told("id", &["-u"])?))
}

#[cfg(target_os = "macos")]
fn started(id: u32) -> Option<String> {
    told("ps", &["-o", "lstart=", "-p", &id.to_string()])
}

/// What a program prints, as one word.
#[cfg(target_os = "macos")]
fn told(program: &str, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == ':';
    let word: String = text.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let word = word.trim_matches('_');
    (output.status.success() && !word.is_empty()).then(|| word.to_owned())
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn place() -> Option<String> {
    None
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn started(_id: u32) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    #[test]
    fn a_killed_process_is_known_and_nobody_else_is_judged() {
        assert!(!has_ended(&format!("{} run", name())), "this process runs");
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let holder =
            format!("{}/{}/{} run", place().unwrap(), child.id(), started(child.id()).unwrap());
        assert!(!has_ended(&holder));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(has_ended(&holder));
        let elsewhere = holder.replacen(&place().unwrap(), "other-boot/pid:[1]/0", 1);
        assert!(!has_ended(&elsewhere));
        for odd in ["", "run", "process/1 run", "a/b/c/d", "a//b"] {
            assert!(!has_ended(odd), "{odd}");
        }
    }
}
