//! The configuration of a source.

use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// As written in `[source.config]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: String,
    client_id: Option<String>,
    private_key: Option<SecretString>,
    key_id: Option<String>,
    api_token: Option<SecretString>,
    realm: Option<String>,
}

/// How the connector proves who it is.
#[derive(Clone, Debug)]
pub(crate) enum Auth {
    /// A service app that signs with its own key.
    App { client_id: String, private_key: SecretString, key_id: Option<String> },
    /// An API token, which has all rights of the person who made it.
    Token(SecretString),
}

/// What to read and as whom.
#[derive(Debug)]
pub(crate) struct Config {
    /// The organisation's address.
    pub(crate) url: String,
    pub(crate) auth: Auth,
    /// The organisation's id, where Okta is not to be asked for it.
    pub(crate) realm: Option<String>,
}

impl Config {
    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let written: Written =
            serde_json::from_value(value.clone()).map_err(|error| problem(&error.to_string()))?;
        let auth = match (written.client_id, written.private_key, written.api_token) {
            (Some(client_id), Some(private_key), None) => {
                Auth::App { client_id, private_key, key_id: written.key_id }
            }
            (None, None, Some(token)) => Auth::Token(token),
            (None, None, None) => {
                return Err(problem("there is neither client_id with private_key nor api_token"));
            }
            (_, _, Some(_)) => {
                return Err(problem(
                    "there is api_token beside client_id or private_key; give one",
                ));
            }
            _ => return Err(problem("client_id and private_key go together")),
        };
        if written.url.trim_end_matches('/').ends_with("-admin.okta.com") {
            return Err(problem("url is that of the admin console; leave -admin away"));
        }
        let realm = written.realm.filter(|realm| !realm.trim().is_empty());
        Ok(Self { url: written.url, auth, realm })
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
        let url = "https://acme.okta.com";
        for (config, said) in [
            (json!({}), "missing field `url`"),
            (json!({"url": url}), "neither"),
            (json!({"url": url, "client_id": "0oa"}), "go together"),
            (
                json!({"url": url, "client_id": "0oa", "private_key": "k", "api_token": "t"}),
                "give one",
            ),
            (json!({"url": "https://acme-admin.okta.com/", "api_token": "t"}), "admin console"),
            (json!({"url": url, "token": "t"}), "unknown field"),
        ] {
            let message = Config::read(&config).err().map(|p| p.message).unwrap_or_default();
            assert!(message.contains(said), "{said}: {message}");
        }
    }
}
