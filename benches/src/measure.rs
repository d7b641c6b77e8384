//! Time, processor time and memory of this process, from `/proc`.

use std::time::{Duration, Instant};

/// The kernel's clock ticks in a second: always 100 where Linux shows them to programs.
const TICKS: u64 = 100;

/// What a piece of work cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds that passed.
    pub wall: f64,
    /// Seconds of processor time of this process, all threads.
    pub cpu: f64,
}

/// A running measurement.
#[derive(Debug)]
pub struct Meter {
    began: Instant,
    cpu: Duration,
}

impl Meter {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), cpu: processor_time() }
    }

    /// Stops.
    #[must_use]
    pub fn stop(&self) -> Cost {
        Cost {
            wall: self.began.elapsed().as_secs_f64(),
            cpu: processor_time().saturating_sub(self.cpu).as_secs_f64(),
        }
    }
}

/// Processor time of this process so far: fields 14 and 15 of `/proc/self/stat` (proc(5)).
#[must_use]
pub fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// The most memory this process has held at once, in MiB, since the last [`reset_peak`].
#[must_use]
pub fn peak_mib() -> u64 {
    memory("VmHWM:")
}

/// The memory this process holds now, in MiB.
#[must_use]
pub fn held_mib() -> u64 {
    memory("VmRSS:")
}

/// The same in bytes, to the nearest KiB.
#[must_use]
pub fn held_bytes() -> u64 {
    memory_kib("VmRSS:") * 1024
}

fn memory(field: &str) -> u64 {
    memory_kib(field) / 1024
}

fn memory_kib(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or_default()
}

/// Forgets the peak, so that the next one is of what follows (proc(5), `clear_refs`).
pub fn reset_peak() {
    // Where the kernel does not allow it the peak is that of the whole process, which only makes
    // the figure worse.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
