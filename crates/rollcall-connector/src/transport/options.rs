//! How calls leave the process.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Whether what connectors kept of each answer is written down, or read back instead of calling.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Recording {
    /// Calls leave, nothing is written down.
    #[default]
    Off,
    /// Calls leave, and what our structs kept of each answer is appended to this file (mode 0600).
    Record(PathBuf),
    /// No call leaves; answers come from this file.
    Replay(PathBuf),
}

/// How calls leave: proxies, private CAs, limits, recording and replay.
#[derive(Clone)]
pub struct TransportOptions {
    /// Recording and replay.
    pub recording: Recording,
    /// A proxy for everything, `http://`, `https://` or with user information; the system's own
    /// proxy settings hold when absent.
    pub proxy: Option<String>,
    /// Files with further certificate authorities, in PEM form.
    pub extra_ca_files: Vec<PathBuf>,
    /// How long opening a connection may take.
    pub connect_timeout: Duration,
    /// How long one attempt may take from its first byte to its last.
    pub timeout: Duration,
    /// How large an answer may be after decompression, in bytes.
    pub max_body_bytes: usize,
    /// How many pages one listing may have.
    pub max_pages: usize,
    /// How many calls of one credential may be under way at once; at least 1.
    pub concurrency: usize,
    /// How many calls of one credential may leave in a second.
    pub requests_per_second: Option<u32>,
    /// How often one call is tried; at least 1.
    pub max_attempts: u32,
    /// How long one call may wait in all: for its budget and between attempts.
    pub max_wait: Duration,
    /// The pause before the second attempt, before jitter; it doubles from attempt to attempt.
    pub first_pause: Duration,
    /// The longest pause between attempts that nobody asked for.
    pub longest_pause: Duration,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            recording: Recording::Off,
            proxy: None,
            extra_ca_files: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_mins(1),
            max_body_bytes: 64 << 20,
            max_pages: 10_000,
            concurrency: 8,
            requests_per_second: None,
            max_attempts: 5,
            max_wait: Duration::from_mins(15),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl TransportOptions {
    /// For tests against local servers: the same behaviour with pauses of milliseconds.
    #[must_use]
    pub fn hasty() -> Self {
        Self {
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(5),
            max_wait: Duration::from_secs(10),
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(5),
            ..Self::default()
        }
    }
}

impl fmt::Debug for TransportOptions {
    /// The proxy is not printed: its address may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("recording", &self.recording)
            .field("proxy", &self.proxy.as_ref().map(|_| "[set]"))
            .field("extra_ca_files", &self.extra_ca_files)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_pages", &self.max_pages)
            .field("concurrency", &self.concurrency)
            .field("requests_per_second", &self.requests_per_second)
            .field("max_attempts", &self.max_attempts)
            .field("max_wait", &self.max_wait)
            .field("first_pause", &self.first_pause)
            .field("longest_pause", &self.longest_pause)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_password_is_not_printed() {
        let options = TransportOptions {
            proxy: Some("http://me:hunter2@proxy:3128".to_owned()),
            ..TransportOptions::default()
        };
        let printed = format!("{options:?}");
        assert!(!printed.contains("hunter2") && printed.contains("[set]"), "{printed}");
    }
}
