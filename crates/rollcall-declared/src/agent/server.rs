//! MCP servers in a configuration, in every shape the known clients use.

use std::collections::BTreeSet;

use crate::agent::package::{self, Package};
use crate::agent::{Config, arguments};
use crate::secret::{self, Credential, LiteralKey, ReferenceSort, names, url};
use crate::text::{Lines, Position};
use crate::tree::{Entry, Node, Value};

/// How a client talks to a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// It starts a program and talks over its input and output.
    Stdio,
    /// HTTP.
    Http,
    /// HTTP with server-sent events.
    Sse,
    /// Part of the client itself.
    Builtin,
    /// Not said.
    Unknown,
}

impl Transport {
    /// The word used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::Http => "http",
            Self::Sse => "sse",
            Self::Builtin => "builtin",
            Self::Unknown => "unknown",
        }
    }
}

/// What part of a configuration holds a credential.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Holder {
    /// An environment variable handed to a program.
    Env,
    /// An HTTP header.
    Header,
    /// A command line argument.
    Argument,
    /// An address.
    Url,
    /// A field of its own.
    Field,
}

impl Holder {
    /// The word used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Header => "header",
            Self::Argument => "argument",
            Self::Url => "url",
            Self::Field => "field",
        }
    }
}

/// A credential and where the configuration holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CredentialUse {
    /// The variable, header, flag or field it stands under.
    pub name: String,
    /// What part of the configuration that is.
    pub holder: Holder,
    /// The credential.
    pub value: Credential,
    /// Where.
    pub at: Position,
}

/// A server as configured.
#[derive(Clone, Debug)]
pub struct Server {
    /// What the configuration calls it.
    pub name: String,
    /// The project it is configured for, where one file serves several; else empty.
    pub project: String,
    /// Where it is configured.
    pub at: Position,
    /// All its lines.
    pub lines: Lines,
    /// How the client talks to it.
    pub transport: Transport,
    /// What it is started from.
    pub package: Option<Package>,
    /// The host it is reached at.
    pub host: Option<String>,
    /// Whether the way there is encrypted.
    pub encrypted: Option<bool>,
    /// Whether the configuration switches it off.
    pub disabled: bool,
    /// The tools it is limited to, or that run unasked.
    pub tools: Vec<String>,
    /// The client runs its tools without asking.
    pub trusted: bool,
    /// Its credentials.
    pub credentials: Vec<CredentialUse>,
    /// It gets its authorisation from a person's sign-in.
    pub oauth: bool,
}

impl Server {
    /// What the server is, rather than what it is called here: its host, or its package.
    #[must_use]
    pub fn identity(&self) -> &str {
        match (&self.host, &self.package) {
            (Some(host), _) => host,
            (None, Some(package)) => &package.name,
            (None, None) => &self.name,
        }
    }
}

/// Keys under which clients list servers.
pub(crate) const SECTIONS: &[&str] = &[
    "mcpServers",
    "servers",
    "mcp_servers",
    "context_servers",
    "mcp",
    "amp.mcpServers",
    "mcp-servers",
    "extensions",
    "mcp.servers",
    "chat.mcp.servers",
];

/// Keys of a server whose values are looked at by name; the rest may hold credentials of any name.
const READ: &[&str] = &[
    "command",
    "cmd",
    "args",
    "env",
    "environment",
    "envs",
    "headers",
    "http_headers",
    "url",
    "httpUrl",
    "serverUrl",
    "uri",
    "env_http_headers",
    "bearer_token_env_var",
    "env_vars",
    "env_keys",
    "envFile",
    "env_file",
    "headersHelper",
    "description",
    "name",
    "tools",
    "type",
    "transport",
    "cwd",
    "alwaysAllow",
    "autoApprove",
    "includeTools",
    "excludeTools",
    "enabled_tools",
    "disabled_tools",
    "requestOptions",
    "requestInit",
    "config",
    "settings",
];

pub(crate) fn read_all(root: &Node<'_>, key: LiteralKey<'_>, config: &mut Config) {
    read_section(root, "", key, config);
    for project in root.get("projects").map(Node::entries).unwrap_or_default() {
        read_section(&project.value, &project.key, key, config);
    }
}

/// Reads every section of servers in a map; a map that is one itself is read as such.
pub(crate) fn read_section(
    root: &Node<'_>,
    project: &str,
    key: LiteralKey<'_>,
    config: &mut Config,
) {
    let inputs: Vec<&str> = root
        .get("inputs")
        .or_else(|| root.get("mcp").and_then(|mcp| mcp.get("inputs")))
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter(|input| input.get("password").and_then(Node::boolean) == Some(true))
        .filter_map(|input| input.get("id").and_then(Node::text))
        .collect();
    let mut read = false;
    for entry in root.entries() {
        if SECTIONS.contains(&&*entry.key) {
            read = true;
            section(&entry.value, project, &inputs, key, config);
        }
    }
    if !read && root.entries().iter().any(|entry| is_server(&entry.value)) {
        section(root, project, &inputs, key, config);
    }
}

fn section(
    node: &Node<'_>,
    project: &str,
    inputs: &[&str],
    key: LiteralKey<'_>,
    config: &mut Config,
) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if is_server(&entry.value) {
                    config.servers.push(server(entry, project, inputs, key));
                } else if matches!(&*entry.key, "servers" | "mcpServers") {
                    section(&entry.value, project, inputs, key, config);
                }
            }
        }
        Value::List(items) => {
            for item in items.iter().filter(|item| is_server(item)) {
                let name = item.get("name").and_then(Node::text).unwrap_or("server").to_owned();
                config.servers.push(body(
                    item,
                    &name,
                    project,
                    (item.at, item.lines()),
                    inputs,
                    key,
                ));
            }
        }
        Value::Scalar { .. } => {}
    }
}

/// Whether a value configures a server: it has a command, an address, or a type that servers have.
fn is_server(node: &Node<'_>) -> bool {
    let inner = node.get("config").unwrap_or(node);
    ["command", "cmd", "url", "httpUrl", "serverUrl", "uri", "transport"]
        .iter()
        .any(|key| inner.get(key).is_some() || node.get(key).is_some())
        || node.get("bundled").is_some()
        || inner.get("type").and_then(Node::text).is_some_and(|t| {
            matches!(
                t,
                "stdio"
                    | "sse"
                    | "http"
                    | "streamable_http"
                    | "builtin"
                    | "platform"
                    | "local"
                    | "remote"
            )
        })
}

fn server(entry: &Entry<'_>, project: &str, inputs: &[&str], key: LiteralKey<'_>) -> Server {
    body(&entry.value, &entry.key, project, (entry.at, entry.lines()), inputs, key)
}

fn body(
    node: &Node<'_>,
    name: &str,
    project: &str,
    (at, lines): (Position, Lines),
    inputs: &[&str],
    key: LiteralKey<'_>,
) -> Server {
    // Some clients put what matters one level deeper.
    let levels = [
        Some(node),
        node.get("config").filter(|c| c.is_map()),
        node.get("transport").filter(|t| t.is_map()),
    ];
    let get = |names: &[&str]| levels.iter().flatten().find_map(|level| level.get_any(names));
    let address = get(&["url", "httpUrl", "serverUrl", "uri"]);
    let address_text = address.and_then(Node::text);
    let mut reader = Reader { inputs, key, found: Vec::new() };
    let (command, args) = command(get(&["command", "cmd"]), get(&["args"]));
    let package = command.map(|command| {
        let texts: Vec<&str> = args.iter().filter_map(|arg| arg.text()).collect();
        package::read(command, &texts)
    });
    arguments::credentials(&args, inputs, key, &mut reader.found);
    if let Some(address) = address {
        reader.value("url", Holder::Url, address);
    }
    for level in levels.iter().flatten() {
        reader.level(level);
    }
    if let Some(inner) = node.get("command").filter(|c| c.is_map()) {
        reader.level(inner);
    }
    let mut seen = BTreeSet::new();
    let mut credentials = reader.found;
    credentials.retain(|c| seen.insert((c.name.clone(), c.holder, c.value.clone())));
    let flag = |names: &[&str]| get(names).and_then(Node::boolean);
    let texts = |names: &[&str]| get(names).map(Node::texts).unwrap_or_default();
    let tools = ["tools", "includeTools", "enabled_tools", "alwaysAllow", "autoApprove"]
        .iter()
        .find_map(|name| Some(texts(&[*name])).filter(|t| !t.is_empty()))
        .unwrap_or_default();
    Server {
        name: name.to_owned(),
        project: project.to_owned(),
        at,
        lines,
        transport: transport(get(&["type", "transport"]), command.is_some(), address_text),
        package,
        host: address_text.and_then(url::host),
        encrypted: address_text.and_then(url::is_encrypted),
        disabled: flag(&["disabled"]) == Some(true) || flag(&["enabled"]) == Some(false),
        trusted: flag(&["trust"]) == Some(true)
            || tools.contains(&"*") && get(&["autoApprove", "alwaysAllow"]).is_some(),
        tools: tools.into_iter().map(str::to_owned).collect(),
        credentials,
        oauth: get(&["oauth", "auth"]).is_some_and(|n| n.is_map() || n.text() == Some("oauth")),
    }
}

fn command<'n, 'a>(
    command: Option<&'n Node<'a>>,
    args: Option<&'n Node<'a>>,
) -> (Option<&'n str>, Vec<&'n Node<'a>>) {
    let listed = args.map(Node::items).unwrap_or_default().iter();
    let Some(node) = command else { return (None, Vec::new()) };
    match &node.value {
        // opencode has command and arguments in one list.
        Value::List(items) => {
            (items.first().and_then(Node::text), items.iter().skip(1).chain(listed).collect())
        }
        // Zed had a map with `path` and `args`.
        Value::Map(_) => {
            let inner = node.get("args").map(Node::items).unwrap_or_default().iter();
            (node.get("path").and_then(Node::text), inner.chain(listed).collect())
        }
        Value::Scalar { .. } => (node.text(), listed.collect()),
    }
}

fn transport(node: Option<&Node<'_>>, command: bool, address: Option<&str>) -> Transport {
    let named = node.and_then(|n| n.text().or_else(|| n.get("type").and_then(Node::text)));
    match named.map(|n| n.to_ascii_lowercase().replace(['-', '_'], "")).as_deref() {
        Some("stdio" | "local") => Transport::Stdio,
        Some("http" | "streamablehttp" | "remote") => Transport::Http,
        Some("sse") => Transport::Sse,
        Some("builtin" | "platform") => Transport::Builtin,
        _ if command => Transport::Stdio,
        _ if address.is_some() => Transport::Http,
        _ => Transport::Unknown,
    }
}

struct Reader<'i, 'k> {
    inputs: &'i [&'i str],
    key: LiteralKey<'k>,
    found: Vec<CredentialUse>,
}

impl Reader<'_, '_> {
    fn push(&mut self, name: &str, holder: Holder, value: Credential, at: Position) {
        self.found.push(CredentialUse { name: name.to_owned(), holder, value, at });
    }

    fn value(&mut self, name: &str, holder: Holder, node: &Node<'_>) {
        let Some(text) = node.text() else { return };
        for value in secret::credentials(name, text, self.inputs, self.key) {
            self.push(name, holder, value, node.at);
        }
    }

    fn level(&mut self, node: &Node<'_>) {
        for entry in node.entries() {
            let value = &entry.value;
            match &*entry.key {
                "env" | "environment" | "envs" => self.map(value, Holder::Env),
                "headers" | "http_headers" => self.map(value, Holder::Header),
                "requestOptions" | "requestInit" => {
                    if let Some(headers) = value.get("headers") {
                        self.map(headers, Holder::Header);
                    }
                }
                "env_http_headers" => {
                    for header in value.entries() {
                        if let Some(name) = header.value.text() {
                            self.push(
                                &header.key,
                                Holder::Header,
                                Credential::environment(name),
                                header.at,
                            );
                        }
                    }
                }
                "bearer_token_env_var" => {
                    if let Some(name) = value.text() {
                        self.push(
                            "bearer_token_env_var",
                            Holder::Header,
                            Credential::environment(name),
                            value.at,
                        );
                    }
                }
                "env_vars" | "env_keys" => {
                    for item in value.items() {
                        let Some(name) = item.text().filter(|name| names::is_secret(name)) else {
                            continue;
                        };
                        self.push(name, Holder::Env, Credential::environment(name), item.at);
                    }
                }
                "envFile" | "env_file" => self.named(&entry.key, ReferenceSort::File, value),
                "headersHelper" => self.named(&entry.key, ReferenceSort::Command, value),
                other if READ.contains(&other) => {}
                _ => self.anything(&entry.key, value),
            }
        }
    }

    fn map(&mut self, node: &Node<'_>, holder: Holder) {
        for entry in node.entries() {
            self.value(&entry.key, holder, &entry.value);
        }
        // Some clients list `{name, value}` or `NAME=value`.
        for item in node.items() {
            match (item.get("name").and_then(Node::text), item.get("value"), item.text()) {
                (Some(name), Some(value), _) => {
                    let name = name.to_owned();
                    self.value(&name, holder, value);
                }
                (_, _, Some(text)) => {
                    if let Some((name, value)) = text.split_once('=') {
                        for found in secret::credentials(name, value, self.inputs, self.key) {
                            self.push(name, holder, found, item.at);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn named(&mut self, name: &str, sort: ReferenceSort, node: &Node<'_>) {
        let Some(text) = node.text() else { return };
        let value = reference_to(sort, text);
        self.push(name, Holder::Field, value, node.at);
    }

    /// A field no client documents, at any depth.
    fn anything(&mut self, name: &str, node: &Node<'_>) {
        match &node.value {
            Value::Scalar { .. } => self.value(name, Holder::Field, node),
            Value::List(items) => items.iter().for_each(|item| self.anything(name, item)),
            Value::Map(entries) => entries.iter().for_each(|e| self.anything(&e.key, &e.value)),
        }
    }
}

/// A file or command that yields a credential. Of a command only its name is kept: its arguments may
/// hold anything.
pub(crate) fn reference_to(sort: ReferenceSort, text: &str) -> Credential {
    let name = match sort {
        ReferenceSort::Command => {
            let first = text.split_whitespace().next().unwrap_or_default();
            first.rsplit(['/', '\\']).next().unwrap_or(first)
        }
        _ => text,
    };
    Credential::Reference { sort, name: name.to_owned() }
}
