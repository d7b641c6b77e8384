//! The GitHub connector: reads organisations of github.com, GHE.com and GitHub Enterprise Server
//! through REST and GraphQL, as a GitHub App or with a token.
//!
//! One source holds one credential and reads every organisation it reaches. Nothing is written
//! anywhere: every operation is checked against the [`definition`]'s list before it leaves.
//!
//! `HOST` is `github.com`, `SUBDOMAIN.ghe.com` or a server's own name. What belongs to an
//! organisation has the realm `HOST/ORGID`, users have the realm `HOST`. Names it gives to what it
//! reads (the namespaces of references); logins and `owner/name` are in lowercase:
//!
//! | namespace | authority | value |
//! |---|---|---|
//! | `github.user`, `github.user-id` | HOST | login, number |
//! | `github.organization`, `github.organization-id` | HOST | login, number |
//! | `github.team` | HOST | `org/slug` |
//! | `github.repository`, `github.repository-id` | HOST | `owner/name`, number |
//! | `github.app-installation` | HOST | number |
//! | `github.installed-app` | HOST | `org/slug` |
//! | `github.token-id` | HOST | number of a fine-grained token |
//! | `github.secret` | `HOST/owner/name`, as spelled | the name workflows of that repository use |
//! | `github.stored-secret` | `HOST/ORGID` | `STORE:` and the secret's id without its time |
//! | `github.environment` | `HOST/owner/name`, as spelled | name |
//! | `ssh.key-fingerprint` | `sha256` | fingerprint of a public key, base64 without padding |
//! | `git.email` | HOST | `ID+login@users.noreply.github.com` |
//! | `email` | the address's domain | the whole address |

mod access;
mod check;
mod client;
mod config;
mod conformance_table;
mod connector;
mod contents;
mod definition;
mod due;
mod facts;
mod host;
mod kinds;
mod map;
mod plan;
mod reading;
mod receive;
mod refusal;
mod run;
mod session;
mod shapes;
mod stored;
mod streams;

pub use config::{AppId, Config, Tier};
pub use connector::{GitHub, build};
pub use definition::definition;

/// For tests that hold our shapes against GitHub's own description of its interface.
#[doc(hidden)]
pub mod conformance {
    /// Whether the body of an answer can be read by what an operation's answers are read with.
    ///
    /// # Errors
    /// What is wrong with it, or that no answer of the operation is read.
    pub fn accepts(operation: &str, body: &[u8]) -> Result<(), String> {
        crate::conformance_table::accepts(operation, body)
    }
}

/// Every GraphQL document that may leave, by a name, to be held against GitHub's public schema.
#[doc(hidden)]
#[must_use]
pub fn graphql_documents() -> Vec<(&'static str, &'static str)> {
    let others = [
        ("linked identities", streams::identities::LINKS),
        ("count of environments", plan::COUNT_ENVIRONMENTS),
    ];
    contents::graphql_documents().into_iter().chain(others).collect()
}
