//! The folder of a demo: checkouts, credentials that open nothing but the lab, configuration,
//! inventory, and where the demo that runs can be asked.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::commands::backup::new_private_file;
use crate::failure::Failure;

/// What tells the folder of a demo from every other folder.
const MARK: &str = "demo.json";

/// Files with what opens the lab's servers, and nothing else.
const AWS_PROFILE: &str = "aws-profile";
const APP_KEY: &str = "github-app.pem";
const OKTA_TOKEN: &str = "okta-token";

/// Where the lab serves the company, and what opens it.
pub(super) struct LabServers {
    /// The address of its AWS.
    pub(super) aws: String,
    /// The address of its GitHub.
    pub(super) github: String,
    /// The id of the GitHub App.
    pub(super) github_app: u64,
    /// The App's private key in PEM form.
    pub(super) github_key: String,
    /// The address of its directory, which speaks Okta and SCIM.
    pub(super) directory: String,
    /// The directory's token.
    pub(super) directory_token: String,
}

/// A demo that runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The address of the service.
    pub(super) api: String,
    /// The address of the lab.
    pub(super) lab: String,
}

/// The folder of a demo.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: &Path) -> Result<Self> {
        Ok(Self(std::path::absolute(path)?))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn config(&self) -> PathBuf {
        self.0.join("rollcall.toml")
    }

    pub(super) fn checkouts(&self) -> PathBuf {
        self.0.join("checkouts")
    }

    /// Makes it, without what an earlier demo left.
    ///
    /// # Errors
    /// When there is something else in it.
    pub(super) fn clear(&self) -> Result<()> {
        let mark = self.0.join(MARK);
        let is_empty = match fs::read_dir(&self.0) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(self.unusable(&error)),
        };
        if !is_empty && !mark.is_file() {
            let message = format!(
                "{} holds something that no demo has put there; name another folder with --folder",
                self.0.display()
            );
            return Err(Failure::new("exists", message).into());
        }
        if !is_empty {
            fs::remove_dir_all(&self.0).map_err(|error| self.unusable(&error))?;
        }
        fs::create_dir_all(&self.0).map_err(|error| self.unusable(&error))?;
        self.remember(&State::default())
    }

    /// Writes configuration and credentials.
    pub(super) fn write(&self, lab: &LabServers, listen: SocketAddr) -> Result<()> {
        // Whatever is signed with it, the lab does not look at signatures.
        let credentials = "[profile demo]\nregion = us-east-1\naws_access_key_id = AKIADEMO\n\
                           aws_secret_access_key = opens-nothing\n";
        let LabServers { aws, github, github_app, directory, .. } = lab;
        let config = format!(
            "# A demo: a company of the lab. `rollcall demo` writes this anew each time.\n\n\
             [server]\nlisten = \"{listen}\"\n\n\
             [[source]]\nname = \"directory\"\nkind = \"okta\"\nschedule = \"5m\"\n\
             [source.config]\nurl = \"{directory}\"\napi_token = \"file:{OKTA_TOKEN}\"\n\n\
             [[source]]\nname = \"cloud\"\nkind = \"aws\"\nschedule = \"5m\"\n\
             [source.config]\norganization = true\nprofile = \"demo\"\n\
             config_file = \"{AWS_PROFILE}\"\nendpoint_url = \"{aws}\"\n\n\
             [[source]]\nname = \"code\"\nkind = \"code\"\nschedule = \"5m\"\n\
             [source.config]\nroots = [\"checkouts\"]\n\n\
             [[source]]\nname = \"github\"\nkind = \"github\"\nschedule = \"5m\"\n\
             [source.config]\nbase_url = \"{github}\"\nhost = \"github.com\"\n\
             app_id = {github_app}\nprivate_key = \"file:{APP_KEY}\"\n"
        );
        for (name, text) in [
            (AWS_PROFILE, credentials),
            (APP_KEY, &lab.github_key),
            (OKTA_TOKEN, &lab.directory_token),
            ("rollcall.toml", config.as_str()),
        ] {
            new_private_file(&self.0.join(name))?.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    /// Says where the demo is that runs.
    pub(super) fn remember(&self, state: &State) -> Result<()> {
        let text = serde_json::to_string(state)?;
        fs::write(self.0.join(MARK), text).map_err(|error| self.unusable(&error))
    }

    /// The demo has ended; the folder stays and is still known for one of a demo.
    pub(super) fn forget(&self) {
        drop(self.remember(&State::default()));
    }

    /// The demo that runs.
    pub(super) fn state(&self) -> Option<State> {
        let text = fs::read_to_string(self.0.join(MARK)).ok()?;
        serde_json::from_str(&text).ok().filter(|state: &State| !state.api.is_empty())
    }

    fn unusable(&self, error: &io::Error) -> anyhow::Error {
        Failure::new("io", format!("{}: {error}", self.0.display())).into()
    }
}
