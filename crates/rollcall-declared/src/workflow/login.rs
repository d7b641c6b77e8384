//! Actions that log in to another system, and as whom.

use std::collections::BTreeMap;

use crate::expression;
use crate::secret::{self, Credential};
use crate::text::Position;
use crate::tree::{Entry, Node};
use crate::workflow::Uses;
use crate::workflow::context::{Context, Literals};

/// The system a step logs in to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LoginKind {
    /// AWS.
    Aws,
    /// Google Cloud.
    Gcp,
    /// Azure.
    Azure,
    /// HashiCorp Vault.
    Vault,
    /// A container registry.
    Registry,
    /// A GitHub App.
    GithubApp,
}

impl LoginKind {
    /// The word used in attributes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
            Self::Vault => "vault",
            Self::Registry => "registry",
            Self::GithubApp => "github-app",
        }
    }
}

/// As whom a step logs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// Spelled out: a role's ARN, a service account's address, a client id.
    Known(String),
    /// Computed; what is left of it as a template.
    Computed(String),
}

/// A login.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    /// Where to.
    pub kind: LoginKind,
    /// As whom, where the step says so.
    pub principal: Option<Principal>,
    /// Where the principal, or else the action, is named.
    pub at: Position,
    /// It hands over a long-lived secret instead of proving what it is.
    pub static_credential: bool,
    /// Secrets that stand in its inputs, by input.
    pub literals: Vec<(&'static str, Credential, Position)>,
    /// Further inputs that say where and how, as templates: `audience`, `tenant`, `url`, `method`.
    pub details: BTreeMap<&'static str, String>,
}

/// The inputs of an action that logs in.
struct Known {
    slugs: &'static [&'static str],
    kind: LoginKind,
    /// The first that is given names the principal.
    principal: &'static [&'static str],
    /// Any that is given is a long-lived secret.
    secrets: &'static [&'static str],
    details: &'static [(&'static str, &'static str)],
}

/// Inputs as the actions' own `action.yml` files name them.
const KNOWN: &[Known] = &[
    Known {
        slugs: &["aws-actions/configure-aws-credentials"],
        kind: LoginKind::Aws,
        principal: &["role-to-assume"],
        secrets: &["aws-access-key-id", "aws-secret-access-key"],
        details: &[
            ("region", "aws-region"),
            ("audience", "audience"),
            ("session_name", "role-session-name"),
            ("role_chaining", "role-chaining"),
            ("token_file", "web-identity-token-file"),
        ],
    },
    Known {
        slugs: &["google-github-actions/auth"],
        kind: LoginKind::Gcp,
        principal: &["service_account", "workload_identity_provider"],
        secrets: &["credentials_json"],
        details: &[
            ("provider", "workload_identity_provider"),
            ("project", "project_id"),
            ("audience", "audience"),
            ("delegates", "delegates"),
        ],
    },
    Known {
        slugs: &["azure/login"],
        kind: LoginKind::Azure,
        principal: &["client-id"],
        secrets: &["creds"],
        details: &[
            ("tenant", "tenant-id"),
            ("subscription", "subscription-id"),
            ("audience", "audience"),
            ("method", "auth-type"),
        ],
    },
    Known {
        slugs: &["hashicorp/vault-action"],
        kind: LoginKind::Vault,
        principal: &["role"],
        secrets: &["token", "secretId", "githubToken", "password"],
        details: &[
            ("url", "url"),
            ("method", "method"),
            ("mount", "path"),
            ("namespace", "namespace"),
            ("audience", "jwtGithubAudience"),
        ],
    },
    Known {
        slugs: &["docker/login-action"],
        kind: LoginKind::Registry,
        principal: &["username"],
        secrets: &["password"],
        details: &[("registry", "registry")],
    },
    Known {
        slugs: &["actions/create-github-app-token", "tibdex/github-app-token"],
        kind: LoginKind::GithubApp,
        principal: &["client-id", "app-id", "app_id"],
        secrets: &["private-key", "private_key"],
        details: &[("owner", "owner"), ("repositories", "repositories")],
    },
];

pub(crate) fn read(
    uses: &Uses,
    with: &[Entry<'_>],
    context: &Context<'_, '_>,
    env: &Literals,
) -> Option<Login> {
    let known = KNOWN.iter().find(|known| known.slugs.iter().any(|slug| uses.is_action(slug)))?;
    let input = |name: &str| -> Option<(&Node<'_>, &str)> {
        let entry = with.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(name))?;
        let text = entry.value.text()?;
        Some((&entry.value, context.resolve(text, env)))
    };
    let principal = known.principal.iter().find_map(|name| input(name));
    let mut details = BTreeMap::new();
    for (name, from) in known.details {
        if let Some((_, text)) = input(from) {
            details.insert(*name, identifier(text, context));
        }
    }
    for entry in with {
        // What an app's token is narrowed to.
        if known.kind == LoginKind::GithubApp && entry.key.starts_with("permission-") {
            details.insert("permissions", "narrowed".to_owned());
        }
    }
    let builtin = |text: &str| {
        known.kind == LoginKind::Registry
            && expression::uses(text).iter().all(|u| u.named == expression::Named::Token)
            && expression::is_dynamic(text)
    };
    let mut static_credential = false;
    let mut literals = Vec::new();
    for name in known.secrets {
        let Some((node, text)) = input(name).filter(|(_, text)| !text.is_empty() && !builtin(text))
        else {
            continue;
        };
        static_credential = true;
        if !expression::is_dynamic(text) {
            // Whatever stands in an input for a secret is one.
            let found = secret::credentials("secret", text, &[], context.key);
            literals.extend(found.into_iter().map(|credential| (*name, credential, node.at)));
        }
    }
    Some(Login {
        kind: known.kind,
        at: principal.map_or(uses.at, |(node, _)| node.at),
        principal: principal.map(|(_, text)| {
            if expression::is_dynamic(text) || text.is_empty() {
                Principal::Computed(expression::template(text))
            } else {
                Principal::Known(identifier(text, context))
            }
        }),
        static_credential,
        literals,
        details,
    })
}

/// The text of an input that is an identifier; one that holds a secret all the same is not kept.
fn identifier(text: &str, context: &Context<'_, '_>) -> String {
    let holds_secret = !secret::detect::all(text).is_empty()
        || !secret::url::secrets(text, context.key).is_empty();
    if holds_secret { "(withheld)".to_owned() } else { expression::template(text) }
}
