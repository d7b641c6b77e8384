//! The configuration of a source.

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

const GRAPH: &str = "https://graph.microsoft.com";
const LOGIN: &str = "https://login.microsoftonline.com";

/// As written in `[source.config]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    tenant_id: String,
    client_id: String,
    client_secret: Option<SecretString>,
    certificate: Option<SecretString>,
    #[serde(default)]
    leave_dates: bool,
    graph_url: Option<String>,
    login_url: Option<String>,
}

/// How the application proves who it is.
#[derive(Clone, Debug)]
pub(crate) enum Auth {
    Secret(SecretString),
    /// A certificate and its private key, in one PEM text.
    Certificate(SecretString),
}

/// What to read and as whom.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) auth: Auth,
    /// Ask for the date at which people leave, which needs a permission of its own.
    pub(crate) leave_dates: bool,
    pub(crate) graph_url: String,
    pub(crate) login_url: String,
}

impl Config {
    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let written: Written =
            serde_json::from_value(value.clone()).map_err(|error| problem(&error.to_string()))?;
        let auth = match (written.client_secret, written.certificate) {
            (Some(secret), None) => Auth::Secret(secret),
            (None, Some(certificate)) => Auth::Certificate(certificate),
            (None, None) => return Err(problem("there is neither certificate nor client_secret")),
            (Some(_), Some(_)) => {
                return Err(problem("there are certificate and client_secret; give one"));
            }
        };
        let tenant = written.tenant_id.trim().to_lowercase();
        if !is_guid(&tenant) {
            return Err(problem(
                "tenant_id is not the directory's id, such as 72f988bf-86f1-41af-91ab-2d7cd011db47; names of domains can change",
            ));
        }
        Ok(Self {
            tenant,
            client_id: written.client_id,
            auth,
            leave_dates: written.leave_dates,
            graph_url: written.graph_url.unwrap_or_else(|| GRAPH.to_owned()),
            login_url: written.login_url.unwrap_or_else(|| LOGIN.to_owned()),
        })
    }
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

fn problem(message: &str) -> Problem {
    let message = format!("the configuration of this source: {message}");
    Problem::new(ProblemClass::Config, "bad_config", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_understood_is_refused() {
        let tenant = "72F988BF-86f1-41af-91ab-2d7cd011db47";
        for (config, said) in [
            (json!({}), "missing field"),
            (json!({"tenant_id": tenant, "client_id": "c"}), "neither"),
            (
                json!({"tenant_id": tenant, "client_id": "c", "client_secret": "s", "certificate": "p"}),
                "give one",
            ),
            (
                json!({"tenant_id": "acme.onmicrosoft.com", "client_id": "c", "client_secret": "s"}),
                "directory's id",
            ),
            (json!({"tenant_id": tenant, "client_id": "c", "secret": "s"}), "unknown field"),
        ] {
            let message = Config::read(&config).err().map(|p| p.message).unwrap_or_default();
            assert!(message.contains(said), "{said}: {message}");
        }
        let config =
            Config::read(&json!({"tenant_id": tenant, "client_id": "c", "client_secret": "s"}));
        assert_eq!(config.unwrap().tenant, tenant.to_lowercase());
    }
}
