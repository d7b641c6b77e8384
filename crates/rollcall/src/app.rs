//! What every command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rollcall_engine::Clock;
use rollcall_model::Timestamp;
use rollcall_store::Store;
use rollcall_store_sql::{OpenMode, SqlStore};
use secrecy::ExposeSecret;

use crate::cli::Globals;
use crate::config::{Config, StoreAddress};
use crate::failure::Failure;
use crate::output::{Out, Screen};
use crate::{clock, config, environment, logs, secret};

/// The version of this program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What every command works with.
pub(crate) struct App {
    pub(crate) globals: Globals,
    pub(crate) out: Out,
    pub(crate) screen: Screen,
    pub(crate) clock: Arc<dyn Clock>,
}

impl App {
    pub(crate) fn new(globals: Globals) -> Self {
        let no_colour = environment::variable("NO_COLOR").is_some();
        let screen = Screen::new(globals.json, globals.color, no_colour);
        let out = Out::new(globals.json, globals.color, no_colour);
        logs::begin(globals.verbose, globals.log_format, screen.colour(), &screen);
        Self { globals, out, screen, clock: clock::system() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The configuration, found where it was told or where it usually is.
    ///
    /// # Errors
    /// When there is none, or it is wrong.
    pub(crate) fn config(&self) -> Result<Config> {
        let file = self.config_file().ok_or_else(|| {
            Failure::new(
                "no_config",
                format!(
                    "there is no configuration: neither {} nor {} exists. `rollcall init` writes one \
                     for what it finds on this machine; --config FILE names another",
                    config::FILE_NAME,
                    user_file().map_or_else(|| "one in the home folder".into(), |f| f.display().to_string())
                ),
            )
        })?;
        Config::load(&file)
    }

    /// The configuration's file: the named one, whether it exists or not, or the one that exists.
    pub(crate) fn config_file(&self) -> Option<PathBuf> {
        if let Some(named) = &self.globals.config {
            return Some(named.clone());
        }
        let here = PathBuf::from(config::FILE_NAME);
        [Some(here), user_file()].into_iter().flatten().find(|file| file.exists())
    }

    /// The store of the configuration.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) async fn store(&self, config: &Config, mode: OpenMode) -> Result<Arc<dyn Store>> {
        let address = self.store_address(config).await?;
        if let StoreAddress::Sqlite(file) = &address {
            if mode == OpenMode::Read && !file.exists() {
                return Err(no_store(file).into());
            }
            make_parent(file)?;
        }
        let store = SqlStore::open(address.url().expose_secret(), mode).await?;
        Ok(Arc::new(store))
    }

    /// Where the store is.
    ///
    /// # Errors
    /// When the address is a reference that leads nowhere, or has no known form.
    pub(crate) async fn store_address(&self, config: &Config) -> Result<StoreAddress> {
        let url = match secret::Reference::parse(&config.store.url) {
            Some(reference) => {
                let context = secret::Context::new(&config.folder, config.transport.options()?);
                reference
                    .map_err(|why| Failure::new("bad_reference", format!("[store] url: {why}")))?
                    .resolve("[store] url", &context)
                    .await?
            }
            None => config.store.url.clone().into(),
        };
        StoreAddress::parse(url, &config.folder)
    }
}

fn user_file() -> Option<PathBuf> {
    Some(environment::config_home()?.join("rollcall").join(config::FILE_NAME))
}

fn no_store(file: &Path) -> Failure {
    Failure::new(
        "no_store",
        format!(
            "there is no inventory yet: {} does not exist. `rollcall sync` reads the configured \
             sources and makes it",
            file.display()
        ),
    )
}

/// Makes the folder of a file, for its owner only.
fn make_parent(file: &Path) -> Result<()> {
    let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty() && !f.exists()) else {
        return Ok(());
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| {
        Failure::new("store_open", format!("{} cannot be made: {error}", folder.display())).into()
    })
}
