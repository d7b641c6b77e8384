//! `[server]`: what `rollcall serve` listens on and who may ask.

use std::net::SocketAddr;

use super::Place;
use super::document::{Document, Table};
use crate::secret::{FORMS, Reference};

/// What `rollcall serve` listens on.
#[derive(Clone, Debug)]
pub(crate) struct ServerSection {
    /// The API's address; port 0 takes one that is free.
    pub(crate) listen: SocketAddr,
    /// Further names under which it is reached.
    pub(crate) hosts: Vec<String>,
    /// A reference to the token that requests must carry.
    pub(crate) token: Option<String>,
    /// The address of the entry for webhooks; none where it is off.
    pub(crate) hooks: Option<SocketAddr>,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self { listen: USUAL, hosts: Vec::new(), token: None, hooks: None }
    }
}

const SECTION: &str = "[server]";
const KEYS: [&str; 4] = ["listen", "hosts", "token", "hooks"];
/// 127.0.0.1:7077
const USUAL: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7077);

pub(super) fn read(document: &mut Document, root: &Table) -> ServerSection {
    let mut section = ServerSection::default();
    let Some(table) = document.table(root, "the file", "server") else { return section };
    document.known(&table, SECTION, &KEYS);
    if let Some(address) = address(document, &table, "listen") {
        section.listen = address;
    }
    section.hooks = address(document, &table, "hooks");
    for (host, place) in document.texts(&table, SECTION, "hosts") {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
        if host.is_empty() || !host.chars().all(fits) {
            let message =
                format!("{host:?} in hosts is no host name; expected \"rollcall.example.com\"");
            document.error(place, message);
        }
        section.hosts.push(host);
    }
    section.token = reference(document, &table, SECTION, "token");
    section
}

fn address(document: &mut Document, table: &Table, name: &str) -> Option<SocketAddr> {
    let (text, place) = document.text(table, SECTION, name)?;
    let address = text.parse().ok();
    if address.is_none() {
        let message = format!(
            "{name} {text:?} is no address; expected one with a port, such as \"127.0.0.1:7077\" or \
             \"[::]:7077\""
        );
        document.error(place, message);
    }
    address
}

/// A reference to a secret; anything else may be the secret itself and is refused unquoted.
pub(super) fn reference(
    document: &mut Document,
    table: &Table,
    section: &str,
    name: &str,
) -> Option<String> {
    let (text, place) = document.text(table, section, name)?;
    match Reference::parse(&text) {
        Some(Ok(_)) => Some(text),
        Some(Err(why)) => {
            document.error(place, format!("{name} of {section}: {why}"));
            None
        }
        None => {
            refuse(document, section, name, place);
            None
        }
    }
}

fn refuse(document: &mut Document, section: &str, name: &str, place: Place) {
    let message = format!(
        "{name} of {section} is a secret and stands there in the open; expected a reference ({FORMS})"
    );
    document.error(place, message);
}
