//! What a client may do unasked, and credentials of its own.

use std::collections::BTreeMap;

use crate::agent::server::{self, CredentialUse, Holder};
use crate::agent::{Config, FileKind, Scan};
use crate::secret::{self, Credential, LiteralKey, ReferenceSort, detect, names};
use crate::tree::{Node, Value};

/// What a client may do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// What it may do without asking.
    pub allow: Vec<String>,
    /// What it must ask for.
    pub ask: Vec<String>,
    /// What it may not do.
    pub deny: Vec<String>,
    /// How it decides about the rest: `acceptEdits`, `bypassPermissions`, `never`.
    pub mode: Option<String>,
    /// How it is fenced in: `workspace-write`, `danger-full-access`.
    pub sandbox: Option<String>,
    /// The events at which it runs commands of the configuration.
    pub hooks: Vec<String>,
    /// The fields that name commands which yield credentials.
    pub helpers: Vec<String>,
    /// The plugins it loads.
    pub plugins: Vec<String>,
    /// It starts every server of the project without asking.
    pub all_project_servers: bool,
    /// The model it is set to.
    pub model: Option<String>,
    /// Names of environment variables it sets.
    pub env: Vec<String>,
}

/// Fields that hold a command whose output is a credential.
const HELPERS: &[&str] = &[
    "apiKeyHelper",
    "awsAuthRefresh",
    "awsCredentialExport",
    "otelHeadersHelper",
    "gcpAuthRefresh",
];

/// Fields that hold the name of an environment variable with a credential.
const ENV_NAMES: &[&str] =
    &["env_key", "apiKeyEnv", "api_key_env", "apiKeyEnvVar", "bearer_token_env_var"];

/// Sections that hold no credential of the client: servers are read elsewhere, the rest is prose.
const NOT_OWN: &[&str] =
    &["inputs", "hooks", "permissions", "prompt", "instructions", "rules", "$schema", "projects"];

pub(crate) fn read(root: &Node<'_>, kind: &FileKind, key: LiteralKey<'_>, config: &mut Config) {
    if kind.scan == Scan::Servers {
        if let Some(api_key) = root.get("primaryApiKey") {
            own(root, "primaryApiKey", api_key, key, config);
        }
        return;
    }
    let permissions = root.get("permissions");
    let mut list = |name: &str| -> Vec<String> {
        let node = permissions.and_then(|p| p.get(name));
        node.map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|item| rule(item, key, config))
            .collect()
    };
    let (allow, ask, deny) = (list("allow"), list("ask"), list("deny"));
    let keys = |name: &str| -> Vec<String> {
        root.get(name)
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|e| e.key.to_string())
            .collect()
    };
    let word = |names: &[&str]| {
        let text = root.get_any(names).and_then(Node::text)?;
        (text.len() <= 200 && detect::all(text).is_empty()).then(|| text.to_owned())
    };
    config.settings = Settings {
        allow,
        ask,
        deny,
        mode: permissions
            .and_then(|p| p.get("defaultMode"))
            .and_then(Node::text)
            .map(str::to_owned)
            .or_else(|| word(&["approval_policy", "GOOSE_MODE"])),
        sandbox: word(&["sandbox_mode", "sandbox"]),
        hooks: keys("hooks"),
        helpers: HELPERS
            .iter()
            .filter(|h| root.get(h).is_some())
            .map(|h| (*h).to_owned())
            .collect(),
        plugins: keys("enabledPlugins"),
        all_project_servers: root.get("enableAllProjectMcpServers").and_then(Node::boolean)
            == Some(true),
        model: word(&["model", "GOOSE_MODEL"]),
        env: keys("env"),
    };
    for entry in root.entries() {
        let name: &str = &entry.key;
        if HELPERS.contains(&name) {
            if let Some(text) = entry.value.text() {
                config.credentials.push(CredentialUse {
                    name: name.to_owned(),
                    holder: Holder::Field,
                    value: server::reference_to(ReferenceSort::Command, text),
                    at: entry.value.at,
                });
            }
        } else if !server::SECTIONS.contains(&name) && !NOT_OWN.contains(&name) {
            own(root, name, &entry.value, key, config);
        }
    }
}

/// A permission rule. One that was approved with a secret in it is cut down to its tool, and the
/// secret is a credential.
fn rule(node: &Node<'_>, key: LiteralKey<'_>, config: &mut Config) -> Option<String> {
    let text = node.text()?;
    let mut found = secret::shaped(text, key);
    let words = text.split(|c: char| c.is_whitespace() || "\"'()=:,".contains(c));
    let random =
        words.filter(|word| detect::is_random(word)).map(|word| key.literal("high-entropy", word));
    found.extend(random.map(Credential::Literal));
    for pair in text.split(|c: char| c.is_whitespace() || "\"'();".contains(c)) {
        if let Some((name, value)) = pair.split_once('=') {
            let literal = |c: &Credential| matches!(c, Credential::Literal(_));
            found.extend(secret::credentials(name, value, &[], key).into_iter().filter(literal));
        }
    }
    found.sort();
    found.dedup();
    let tool = text.split('(').next().unwrap_or_default();
    let clean = found.is_empty() && text.len() <= 300;
    config.credentials.extend(found.into_iter().map(|value| CredentialUse {
        name: "permissions".to_owned(),
        holder: Holder::Argument,
        value,
        at: node.at,
    }));
    Some(if clean {
        text.to_owned()
    } else {
        format!("{}(…)", tool.chars().take(60).collect::<String>())
    })
}

/// Credentials of the client anywhere in a section.
fn own(root: &Node<'_>, name: &str, node: &Node<'_>, key: LiteralKey<'_>, config: &mut Config) {
    match &node.value {
        Value::Scalar { .. } => {
            let Some(text) = node.text() else { return };
            let found = if ENV_NAMES.contains(&name) {
                vec![Credential::environment(text)]
            } else {
                secret::credentials(name, text, &[], key)
            };
            let holder = if root.get("env").is_some_and(|env| env.get(name).is_some()) {
                Holder::Env
            } else {
                Holder::Field
            };
            config.credentials.extend(found.into_iter().map(|value| CredentialUse {
                name: name.to_owned(),
                holder,
                value,
                at: node.at,
            }));
        }
        Value::List(items) => {
            for item in items {
                own(root, name, item, key, config);
            }
        }
        Value::Map(entries) => {
            let names_inside = matches!(name, "env_vars" | "env_keys");
            for entry in entries {
                if !names_inside || names::is_secret(&entry.key) {
                    own(root, &entry.key, &entry.value, key, config);
                }
            }
        }
    }
}

/// The settings as attributes, empty ones left out.
impl Settings {
    /// What is worth knowing of it, by attribute name.
    #[must_use]
    pub fn lists(&self) -> BTreeMap<&'static str, &[String]> {
        BTreeMap::from([
            ("allow", self.allow.as_slice()),
            ("ask", self.ask.as_slice()),
            ("deny", self.deny.as_slice()),
            ("hooks", self.hooks.as_slice()),
            ("helpers", self.helpers.as_slice()),
            ("plugins", self.plugins.as_slice()),
        ])
    }
}
