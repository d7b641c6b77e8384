//! The configuration of a source.

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

const API: &str = "https://admin.googleapis.com";
const TOKENS: &str = "https://oauth2.googleapis.com";

/// As written in `[source.config]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    customer_id: String,
    admin: String,
    service_account_key: SecretString,
    api_url: Option<String>,
    token_url: Option<String>,
}

/// What to read and as whom.
#[derive(Debug)]
pub(crate) struct Config {
    /// The customer's id, which never changes.
    pub(crate) customer: String,
    /// The administrator in whose name the service account reads.
    pub(crate) admin: String,
    /// The key file's text.
    pub(crate) key: SecretString,
    pub(crate) api_url: String,
    pub(crate) token_url: String,
}

impl Config {
    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let written: Written =
            serde_json::from_value(value.clone()).map_err(|error| problem(&error.to_string()))?;
        let customer = written.customer_id.trim().to_owned();
        if customer.is_empty() || customer == "my_customer" {
            return Err(problem(
                "customer_id is not the customer's id, such as C01abcdef (Admin console, Account settings)",
            ));
        }
        if !written.admin.contains('@') {
            return Err(problem("admin is not the address of an administrator"));
        }
        Ok(Self {
            customer,
            admin: written.admin,
            key: written.service_account_key,
            api_url: written.api_url.unwrap_or_else(|| API.to_owned()),
            token_url: written.token_url.unwrap_or_else(|| TOKENS.to_owned()),
        })
    }
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
        for (config, said) in [
            (json!({}), "missing field"),
            (
                json!({"customer_id": "my_customer", "admin": "a@b", "service_account_key": "{}"}),
                "customer's id",
            ),
            (json!({"customer_id": "C1", "admin": "ada", "service_account_key": "{}"}), "address"),
            (
                json!({"customer_id": "C1", "admin": "a@b", "service_account_key": "{}", "key": 1}),
                "unknown field",
            ),
        ] {
            let message = Config::read(&config).err().map(|p| p.message).unwrap_or_default();
            assert!(message.contains(said), "{said}: {message}");
        }
    }
}
