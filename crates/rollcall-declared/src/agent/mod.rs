//! Configuration of coding agents and other MCP clients: which servers they may call, with whose
//! credentials, and what they may do unasked.

mod arguments;
pub mod clients;
mod package;
mod server;
mod settings;

pub use clients::{Client, FileKind, Format, Scan};
pub use package::Package;
pub use server::{CredentialUse, Holder, Server, Transport};
pub use settings::Settings;

use crate::secret::LiteralKey;
use crate::text::{Issue, Source};
use crate::tree::Node;
use crate::{json, toml_tree, yaml};

/// A configuration file as read.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The servers it configures.
    pub servers: Vec<Server>,
    /// Credentials that belong to the client itself and to no server.
    pub credentials: Vec<CredentialUse>,
    /// What the client may do.
    pub settings: Settings,
}

/// Reads a configuration file of a known kind.
#[must_use]
pub fn parse(bytes: &[u8], kind: &FileKind, key: LiteralKey<'_>) -> (Config, Vec<Issue>) {
    let (source, mut issues) = Source::decode(bytes);
    let root = tree(source.text(), kind.format, &mut issues);
    let mut config = Config::default();
    if root.is_map() {
        server::read_all(&root, key, &mut config);
        settings::read(&root, kind, key, &mut config);
    } else {
        issues.push(Issue::hides("config_shape", "a configuration is a map", root.at));
    }
    (config, issues)
}

/// The tree of a text in a format.
#[must_use]
pub fn tree<'a>(text: &'a str, format: Format, issues: &mut Vec<Issue>) -> Node<'a> {
    match format {
        Format::Json => json::parse(text, issues),
        Format::Toml => toml_tree::parse(text, issues),
        Format::Yaml => yaml::parse(text, issues),
    }
}

/// The servers of a map as `mcp-servers` of a front matter has it.
#[must_use]
pub(crate) fn servers_of(node: &Node<'_>, key: LiteralKey<'_>) -> Vec<Server> {
    let mut config = Config::default();
    server::read_section(node, "", key, &mut config);
    config.servers
}

#[cfg(test)]
mod tests;
