//! `rollcall backup`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;
use clap::Args;
use rollcall_store_sql::OpenMode;
use secrecy::ExposeSecret;
use serde::Serialize;
use url::Url;

use crate::app::App;
use crate::commands::COMPLETE;
use crate::config::StoreAddress;
use crate::failure::Failure;
use crate::{environment, key};

#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// The file to write, which must not exist
    file: PathBuf,
}

#[derive(Serialize)]
struct View {
    store: String,
    file: String,
    bytes: u64,
    /// The file that is not in the backup.
    key_file: String,
}

pub(super) async fn run(app: &mut App, args: BackupArgs) -> Result<u8> {
    let config = app.config()?;
    let address = app.store_address(&config).await?;
    let store = app.store(&config, OpenMode::Read).await?;
    let name = store.address();
    // It gets its name when it is whole.
    drop(new_private_file(&args.file)?);
    let partial = beside(&args.file, ".partial");
    drop(std::fs::remove_file(&partial));
    let written = match &address {
        StoreAddress::Sqlite(_) => store.backup(&partial).await.map_err(anyhow::Error::from),
        StoreAddress::Postgres(url) => dump(url.expose_secret(), &partial).await,
    };
    store.close().await;
    let finished = written.and_then(|()| Ok(std::fs::rename(&partial, &args.file)?));
    if let Err(error) = finished {
        drop(std::fs::remove_file(&partial));
        drop(std::fs::remove_file(&args.file));
        return Err(error);
    }
    let view = View {
        store: name,
        file: args.file.display().to_string(),
        bytes: std::fs::metadata(&args.file)?.len(),
        key_file: key::file(&config, &address).display().to_string(),
    };
    if app.out.json() {
        app.out.object(&view)?;
    } else {
        let View { store, file, bytes, key_file } = &view;
        app.out.line(&format!("wrote {store} to {file} ({bytes} bytes)"))?;
        app.out.line(&format!(
            "the key file {key_file} is not in it; keep a copy of that elsewhere"
        ))?;
    }
    Ok(COMPLETE)
}

/// Makes a file that did not exist, for its owner only.
///
/// # Errors
/// When it exists or cannot be made.
pub(crate) fn new_private_file(file: &Path) -> Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file).map_err(|error| {
        let (code, why) = match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                ("exists", "it exists already; name another file".to_owned())
            }
            _ => ("io", error.to_string()),
        };
        Failure::new(code, format!("{} was not written: {why}", file.display())).into()
    })
}

/// The file of the same name with an ending.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Has PostgreSQL's own program write the backup. The password goes by the environment, where other
/// users of the machine do not see it.
async fn dump(url: &str, file: &Path) -> Result<()> {
    let Some(program) = environment::find_program("pg_dump") else {
        return Err(Failure::new(
            "no_pg_dump",
            "a PostgreSQL store is backed up with pg_dump, which is not on PATH; install PostgreSQL's client \
             programs, or run `pg_dump --format=custom --file=FILE DATABASE` where they are",
        )
        .into());
    };
    let (url, password) = without_password(url)?;
    let mut command = tokio::process::Command::new(program);
    command.args(["--format=custom", "--no-password", "--file"]).arg(file).arg("--dbname").arg(url);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    drop(new_private_file(file)?);
    let output = command.stdin(Stdio::null()).output().await?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new("backup_failed", format!("pg_dump failed: {}", said.trim())).into())
}

fn without_password(url: &str) -> Result<(String, Option<String>)> {
    let mut url = Url::parse(url)
        .map_err(|_| Failure::new("store_address", "the store's address is none"))?;
    let mut password = url.password().map(percent_decoded);
    // It fails for addresses without a host, which have no password either.
    let _ = url.set_password(None);
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    url.set_query(None);
    for (name, value) in pairs {
        if name == "password" {
            password = Some(value);
        } else {
            url.query_pairs_mut().append_pair(&name, &value);
        }
    }
    Ok((url.into(), password))
}

/// Decodes `%xx`; what is no text afterwards stays as it was.
fn percent_decoded(text: &str) -> String {
    // A query is decoded by the same rule, but for plus signs.
    let query = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(query.as_bytes())
        .next()
        .map_or_else(|| text.to_owned(), |(_, v)| v.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_command_line() {
        let (url, password) =
            without_password("postgres://u:p%40+s@h:5/db?host=/run/x&sslmode=disable").unwrap();
        assert_eq!(password.as_deref(), Some("p@+s"));
        assert!(
            !url.contains("p%40") && url.contains("host=%2Frun%2Fx") && url.contains("sslmode"),
            "{url}"
        );
        let (url, password) = without_password("postgres://h/db?password=x").unwrap();
        assert_eq!((url.as_str(), password.as_deref()), ("postgres://h/db", Some("x")));
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("b");
        new_private_file(&file).unwrap();
        assert!(new_private_file(&file).unwrap_err().to_string().contains("exists already"));
        assert_eq!(beside(&file, ".bak"), folder.path().join("b.bak"));
    }
}
