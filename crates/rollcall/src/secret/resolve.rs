//! Fetching what references name.

use std::path::{Path, PathBuf};

use anyhow::Result;
use rollcall_connector::transport::TransportOptions;
use secrecy::{ExposeSecret, SecretString};

use super::{Reference, exec, vault};
use crate::environment;
use crate::failure::Failure;

/// A secret is never larger than this, in bytes; a private key has a few thousand.
const MOST_BYTES: u64 = 1 << 20;

/// Where references are resolved.
pub(crate) struct Context {
    folder: PathBuf,
    transport: TransportOptions,
}

impl Context {
    /// Relative files start at `folder`.
    pub(crate) fn new(folder: &Path, transport: TransportOptions) -> Self {
        Self { folder: folder.to_owned(), transport }
    }
}

impl Reference {
    /// The secret. `what` names the setting in errors.
    ///
    /// # Errors
    /// When there is none or it is empty, never with the value.
    pub(crate) async fn resolve(&self, what: &str, context: &Context) -> Result<SecretString> {
        let value = match self {
            Self::Env(name) => environment::variable(name)
                .map(SecretString::from)
                .ok_or_else(|| format!("the environment variable {name} is not set or empty")),
            Self::File(path) => read(&context.folder.join(path)),
            Self::Exec(words) => exec::run(words, &context.folder).await,
            Self::Vault { mount, path, field } => {
                vault::read(mount, path, field, &context.transport).await
            }
        };
        let value = value.and_then(|value| {
            if value.expose_secret().is_empty() { Err("it is empty".to_owned()) } else { Ok(value) }
        });
        value.map_err(|why| {
            Failure::new(
                "secret_unavailable",
                format!("the secret for {what} cannot be had: {why}"),
            )
            .into()
        })
    }
}

fn read(file: &Path) -> Result<SecretString, String> {
    let shown = file.display();
    let metadata = std::fs::metadata(file).map_err(|error| format!("{shown}: {error}"))?;
    if metadata.len() > MOST_BYTES {
        return Err(format!("{shown} is larger than {MOST_BYTES} bytes"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode();
        if mode & 0o002 != 0 {
            return Err(format!(
                "{shown} can be written by everyone, so that anyone could put another secret there; \
                 `chmod 600` it"
            ));
        }
        if mode & 0o044 != 0 {
            tracing::warn!("{shown} holds a secret and can be read by others; `chmod 600` it");
        }
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    Ok(without_line_end(text))
}

/// The text without its last line end.
pub(super) fn without_line_end(mut text: String) -> SecretString {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(text: &str, folder: &Path) -> Result<String, String> {
        let context = Context::new(folder, TransportOptions::default());
        let reference = Reference::parse(text).unwrap().unwrap();
        let value = reference.resolve("token", &context).await.map_err(|e| e.to_string())?;
        Ok(value.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn files_and_programs_give_their_text_without_the_last_line_end() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t"), "s3\ncret\r\n").unwrap();
        assert_eq!(resolve("file:t", folder.path()).await.as_deref(), Ok("s3\ncret"));
        assert_eq!(resolve("exec:printf '%s\\n' 'a b'", folder.path()).await.as_deref(), Ok("a b"));
        assert_eq!(
            resolve("exec:cat t", folder.path()).await.as_deref(),
            Ok("s3\ncret"),
            "it starts beside the configuration"
        );
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_said_with_the_setting() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        for text in [
            "file:absent",
            "file:empty",
            "env:ROLLCALL_TEST_ABSENT",
            "exec:false",
            "exec:no-such-program",
        ] {
            let why = resolve(text, folder.path()).await.unwrap_err();
            assert!(why.starts_with("the secret for token cannot be had: "), "{why}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_everyone_can_write_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t");
        std::fs::write(&file, "x").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(resolve("file:t", folder.path()).await.unwrap_err().contains("chmod 600"));
    }
}
