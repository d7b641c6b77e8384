//! The key under which literals found in files are hashed. It lives in a file beside the database,
//! never in it: whoever has only the database cannot try guesses.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::config::{Config, StoreAddress};
use crate::failure::Failure;

/// What the file is called.
pub(crate) const FILE_NAME: &str = "rollcall.key";

const LENGTH: usize = 32;

/// Where the key of a store is: as configured, else beside an SQLite file, else beside the
/// configuration.
pub(crate) fn file(config: &Config, address: &StoreAddress) -> PathBuf {
    if let Some(file) = &config.store.key_file {
        return file.clone();
    }
    let folder = match address {
        StoreAddress::Sqlite(file) => file.parent().map(Path::to_owned),
        StoreAddress::Postgres(_) => None,
    };
    folder.unwrap_or_else(|| config.folder.clone()).join(FILE_NAME)
}

/// The key in a file, made at first use.
///
/// # Errors
/// When the file is no key, or cannot be read or made.
pub(crate) fn load_or_make(file: &Path) -> Result<[u8; LENGTH]> {
    match load(file)? {
        Some(key) => Ok(key),
        None => make(file),
    }
}

/// The key in a file, or one for this moment only: what is hashed under it is thrown away.
///
/// # Errors
/// As [`load_or_make`].
pub(crate) fn load_or_pass(file: &Path) -> Result<[u8; LENGTH]> {
    load(file)?.map_or_else(random, Ok)
}

fn load(file: &Path) -> Result<Option<[u8; LENGTH]>> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failure(file, &error.to_string()).into()),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
            tracing::warn!("{} is a key and can be used by others; `chmod 600` it", file.display());
        }
    }
    let found = bytes.len();
    let key = <[u8; LENGTH]>::try_from(bytes).map_err(|_| {
        failure(
            file,
            &format!(
                "it has {found} bytes and not {LENGTH}; restore it, or move it away to begin with a new \
                 key, under which equal literals of old and new readings no longer look equal"
            ),
        )
    })?;
    Ok(Some(key))
}

fn make(file: &Path) -> Result<[u8; LENGTH]> {
    let key = random()?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let made = options.open(file).and_then(|mut out| {
        out.write_all(&key)?;
        out.sync_all()
    });
    match made {
        Ok(()) => Ok(key),
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            load(file)?.ok_or_else(|| failure(file, "it came and went").into())
        }
        Err(error) => Err(failure(file, &error.to_string()).into()),
    }
}

/// From the system, by way of the cryptographic library.
fn random() -> Result<[u8; LENGTH]> {
    let mut key = [0; LENGTH];
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    provider
        .secure_random
        .fill(&mut key)
        .map_err(|_| Failure::new("no_randomness", "the system gives no random numbers"))?;
    Ok(key)
}

fn failure(file: &Path, why: &str) -> Failure {
    Failure::new("key_file", format!("the key file {} cannot be used: {why}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("k");
        assert_ne!(load_or_pass(&file).unwrap(), load_or_pass(&file).unwrap());
        assert!(!file.exists());
        let key = load_or_make(&file).unwrap();
        assert_eq!(load_or_make(&file).unwrap(), key);
        assert_ne!(key, [0; LENGTH]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&file, "short").unwrap();
        assert!(load_or_make(&file).unwrap_err().to_string().contains("5 bytes"));
    }
}
