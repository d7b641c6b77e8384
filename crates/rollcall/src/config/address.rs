//! Where the store is.

use std::path::{Path, PathBuf};

use anyhow::Result;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::failure::Failure;
use crate::secret::Reference;

/// The address of a store.
#[derive(Debug)]
pub(crate) enum StoreAddress {
    /// A file, absolute.
    Sqlite(PathBuf),
    /// A server; the address may hold a password.
    Postgres(SecretString),
}

impl StoreAddress {
    /// From an address whose reference is resolved; a relative file starts at `folder`.
    ///
    /// # Errors
    /// When it has no known form.
    pub(crate) fn parse(url: SecretString, folder: &Path) -> Result<Self> {
        let text = url.expose_secret();
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if !file.is_empty() && !file.contains(":memory:") {
                return Ok(Self::Sqlite(folder.join(file)));
            }
        } else if is_postgres(text) {
            return Ok(Self::Postgres(url));
        }
        Err(Failure::new("store_address", EXPECTED).into())
    }

    /// As the store takes it.
    pub(crate) fn url(&self) -> SecretString {
        match self {
            Self::Sqlite(file) => format!("sqlite:{}", file.display()).into(),
            Self::Postgres(url) => url.clone(),
        }
    }
}

const EXPECTED: &str =
    "[store] url has no known form; expected \"sqlite:FILE\" or \"postgres://USER@HOST/DATABASE\"";

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// What is wrong with an address as it stands in the configuration; nothing when it may be right.
pub(super) fn fault(url: &str) -> Option<String> {
    if let Some(reference) = Reference::parse(url) {
        return reference.err().map(|why| format!("[store] url: {why}"));
    }
    if url.strip_prefix("sqlite:").is_some_and(|file| !file.is_empty()) {
        return None;
    }
    if !is_postgres(url) {
        return Some(EXPECTED.to_owned());
    }
    holds_password(url).then(|| {
        "[store] url holds a password in the open; leave it out and set PGPASSWORD or a .pgpass \
         file, or give the whole address by reference: url = \"env:ROLLCALL_DATABASE_URL\""
            .to_owned()
    })
}

/// Whether an address holds a password. One that cannot be read is taken to.
pub(super) fn holds_password(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return url.contains('@') };
    url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_open_is_refused() {
        assert!(fault("postgres://u:hunter2@h/db").is_some_and(|why| !why.contains("hunter2")));
        assert!(fault("postgres://u@h/db?password=x").is_some());
        assert_eq!(fault("postgres://u@h:5/db?host=/run&sslmode=disable"), None);
        assert_eq!(fault("env:DATABASE_URL"), None);
        assert_eq!(fault("sqlite:x.db"), None);
        assert!(fault("mysql://h/db").is_some() && fault("sqlite:").is_some());
    }

    #[test]
    fn a_relative_file_starts_at_the_configuration() {
        let address = |url: &str| StoreAddress::parse(url.into(), Path::new("/etc/r")).ok();
        let file = |url: &str| match address(url) {
            Some(StoreAddress::Sqlite(file)) => file,
            other => panic!("{other:?}"),
        };
        assert_eq!(file("sqlite:a.db"), Path::new("/etc/r/a.db"));
        assert_eq!(file("sqlite:///var/a.db"), Path::new("/var/a.db"));
        assert!(address("sqlite::memory:").is_none());
    }
}
