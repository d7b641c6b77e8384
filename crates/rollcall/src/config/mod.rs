//! The configuration: one TOML file. Unknown keys are refused with the nearest known one, and every
//! error says where it stands.

mod address;
mod analysis;
mod document;
mod fields;
mod nearest;
mod server;
mod source;
mod transport;

use std::path::{Path, PathBuf};

use anyhow::Result;
use rollcall_engine::Settings;

pub(crate) use address::StoreAddress;
pub(crate) use fields::{check_fields, expected};
pub(crate) use nearest::hint;
pub(crate) use server::ServerSection;
pub(crate) use source::{External, Field, Source};
pub(crate) use transport::TransportSection;

use crate::failure::Failure;
use document::Document;

/// What the file is called where nobody says otherwise.
pub(crate) const FILE_NAME: &str = "rollcall.toml";

/// A position in the file, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file, absolute.
    pub(crate) file: PathBuf,
    /// Its folder: relative paths inside the file start here.
    pub(crate) folder: PathBuf,
    pub(crate) store: StoreSection,
    pub(crate) transport: TransportSection,
    pub(crate) analysis: Settings,
    pub(crate) server: ServerSection,
    pub(crate) sources: Vec<Source>,
}

/// Where the inventory is kept.
#[derive(Debug)]
pub(crate) struct StoreSection {
    /// `sqlite:FILE`, `postgres://…`, or a reference to one.
    pub(crate) url: String,
    /// The file with the key under which literals are hashed.
    pub(crate) key_file: Option<PathBuf>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or something in it is wrong; then all that is wrong is told at once.
    pub(crate) fn load(file: &Path) -> Result<Self> {
        let unreadable = |error: std::io::Error| {
            Failure::new(
                "no_config",
                format!("the configuration {} cannot be read: {error}", file.display()),
            )
        };
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        let absolute = std::path::absolute(file).map_err(unreadable)?;
        let shown = file.display().to_string();
        Ok(Self::parse(&text, &absolute, &shown)?)
    }

    /// Reads a text as the content of `file`, which errors call `shown`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn parse(text: &str, file: &Path, shown: &str) -> Result<Self, Failure> {
        let folder = file.parent().unwrap_or(Path::new(".")).to_owned();
        let mut document = Document::new(shown, text);
        let root = document.parse()?;
        let sections = ["store", "transport", "server", "analysis", "source"];
        document.known(&root, "the file", &sections);
        let store = store_section(&mut document, &root, &folder);
        let transport = transport::read(&mut document, &root, &folder);
        let server = server::read(&mut document, &root);
        let sources = source::read_all(&mut document, &root, &folder);
        let analysis = analysis::read(&mut document, &root, &sources);
        document.finish()?;
        Ok(Self { file: file.to_owned(), folder, store, transport, server, analysis, sources })
    }

    /// The source with a name.
    ///
    /// # Errors
    /// When there is none; with the nearest name.
    pub(crate) fn source(&self, name: &str) -> Result<&Source, Failure> {
        self.sources.iter().find(|source| source.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
            let message =
                format!("no source is called {name:?}{}", hint(name, &names, "configured sources"));
            Failure::new("unknown_source", message)
        })
    }

    /// The sources with these names, or all of them.
    ///
    /// # Errors
    /// When a name is unknown, or there is no source at all.
    pub(crate) fn chosen(&self, names: &[String]) -> Result<Vec<&Source>, Failure> {
        if self.sources.is_empty() {
            return Err(Failure::new(
                "no_sources",
                format!(
                    "{} configures no source; add a [[source]], or let `rollcall init --force` write one",
                    self.file.display()
                ),
            ));
        }
        if names.is_empty() {
            return Ok(self.sources.iter().collect());
        }
        let mut chosen: Vec<&Source> = Vec::new();
        for name in names {
            let source = self.source(name)?;
            if !chosen.iter().any(|other| other.name == source.name) {
                chosen.push(source);
            }
        }
        Ok(chosen)
    }
}

fn store_section(document: &mut Document, root: &document::Table, folder: &Path) -> StoreSection {
    let mut section = StoreSection { url: "sqlite:rollcall.db".to_owned(), key_file: None };
    if let Some(table) = document.table(root, "the file", "store") {
        document.known(&table, "[store]", &["url", "key_file"]);
        if let Some((url, place)) = document.text(&table, "[store]", "url") {
            if let Some(why) = address::fault(&url) {
                document.error(place, why);
            }
            section.url = url;
        }
        section.key_file =
            document.text(&table, "[store]", "key_file").map(|(file, _)| folder.join(file));
    }
    section
}

#[cfg(test)]
mod tests;
