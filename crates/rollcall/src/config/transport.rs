//! `[transport]`: how calls leave.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use rollcall_connector::transport::TransportOptions;

use super::Place;
use super::address::holds_password;
use super::document::{Document, Table};
use crate::secret::Reference;

/// How calls leave.
#[derive(Debug, Default)]
pub(crate) struct TransportSection {
    /// A proxy's address, or a reference to one.
    pub(crate) proxy: Option<String>,
    extra_ca_files: Vec<PathBuf>,
    connect_timeout: Option<Duration>,
    timeout: Option<Duration>,
    max_wait: Option<Duration>,
    max_attempts: Option<u32>,
    concurrency: Option<usize>,
    requests_per_second: Option<u32>,
}

const SECTION: &str = "[transport]";
const KEYS: [&str; 8] = [
    "proxy",
    "extra_ca_files",
    "connect_timeout_seconds",
    "timeout_seconds",
    "max_wait_seconds",
    "max_attempts",
    "concurrency",
    "requests_per_second",
];

pub(super) fn read(document: &mut Document, root: &Table, folder: &Path) -> TransportSection {
    let Some(table) = document.table(root, "the file", "transport") else {
        return TransportSection::default();
    };
    document.known(&table, SECTION, &KEYS);
    let proxy = document.text(&table, SECTION, "proxy");
    if let Some((address, place)) = &proxy {
        check_proxy(document, address, *place);
    }
    let mut seconds = |name| {
        let number = document.integer(&table, SECTION, name, 1..=86_400)?;
        Some(Duration::from_secs(number.unsigned_abs()))
    };
    let (connect_timeout, timeout, max_wait) = (
        seconds("connect_timeout_seconds"),
        seconds("timeout_seconds"),
        seconds("max_wait_seconds"),
    );
    let mut number = |name, most| document.integer(&table, SECTION, name, 1..=most);
    let max_attempts = number("max_attempts", 20).and_then(|n| u32::try_from(n).ok());
    let concurrency = number("concurrency", 256).and_then(|n| usize::try_from(n).ok());
    let requests_per_second =
        number("requests_per_second", 10_000).and_then(|n| u32::try_from(n).ok());
    let files = document.texts(&table, SECTION, "extra_ca_files");
    TransportSection {
        proxy: proxy.map(|(address, _)| address),
        extra_ca_files: files.into_iter().map(|(file, _)| folder.join(file)).collect(),
        connect_timeout,
        timeout,
        max_wait,
        max_attempts,
        concurrency,
        requests_per_second,
    }
}

fn check_proxy(document: &mut Document, address: &str, place: Place) {
    match Reference::parse(address) {
        Some(Err(why)) => document.error(place, format!("proxy: {why}")),
        Some(Ok(_)) => {}
        None if !address.starts_with("http://") && !address.starts_with("https://") => {
            document.error(place, "proxy has no known form; expected \"http://HOST:PORT\"");
        }
        None if holds_password(address) => document.error(
            place,
            "proxy holds a password in the open; give the whole address by reference: proxy = \"env:NAME\"",
        ),
        None => {}
    }
}

impl TransportSection {
    /// The transport's options, without a proxy that is given by reference.
    ///
    /// # Errors
    /// When a file with certificate authorities cannot be read.
    pub(crate) fn options(&self) -> Result<TransportOptions> {
        for file in &self.extra_ca_files {
            std::fs::metadata(file).map_err(|error| {
                let message = format!("extra_ca_files: {}: {error}", file.display());
                crate::failure::Failure::new("config", message)
            })?;
        }
        let usual = TransportOptions::default();
        Ok(TransportOptions {
            proxy: self.proxy.clone().filter(|address| Reference::parse(address).is_none()),
            extra_ca_files: self.extra_ca_files.clone(),
            connect_timeout: self.connect_timeout.unwrap_or(usual.connect_timeout),
            timeout: self.timeout.unwrap_or(usual.timeout),
            max_wait: self.max_wait.unwrap_or(usual.max_wait),
            max_attempts: self.max_attempts.unwrap_or(usual.max_attempts),
            concurrency: self.concurrency.unwrap_or(usual.concurrency),
            requests_per_second: self.requests_per_second.or(usual.requests_per_second),
            ..usual
        })
    }
}
