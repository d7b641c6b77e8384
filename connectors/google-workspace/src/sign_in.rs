//! Signing in as a service account in the name of an administrator (RFC 7523, domain-wide
//! delegation). The token endpoint is the configured one, never the one a key file names.

use async_trait::async_trait;
use rollcall_connector::transport::{HttpClient, Mint, TokenAnswer, Transport, sign_rs256};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::definition::{SCOPES, TOKEN};

/// How long an assertion holds, in seconds; Google takes an hour at most.
const LASTS: i64 = 600;

/// What is read of a service account's key file.
#[derive(Deserialize)]
struct Key {
    client_email: String,
    private_key: SecretString,
    #[serde(default)]
    private_key_id: Option<String>,
}

pub(crate) struct ServiceAccount {
    /// The token service.
    pub(crate) http: HttpClient,
    pub(crate) key: SecretString,
    pub(crate) admin: String,
}

#[async_trait]
impl Mint for ServiceAccount {
    async fn mint(&self, transport: &Transport, now: Timestamp) -> Result<TokenAnswer, Problem> {
        let key: Key = serde_json::from_str(self.key.expose_secret()).map_err(|_| {
            let message = "service_account_key is no key file of a service account: expected JSON with \
                           client_email and private_key";
            Problem::new(ProblemClass::Config, "bad_key", message)
        })?;
        let claims = json!({
            "iss": key.client_email, "sub": self.admin, "scope": SCOPES.join(" "),
            "aud": format!("{}/token", self.http.base().as_str().trim_end_matches('/')),
            "iat": now.seconds(), "exp": now.seconds() + LASTS,
        });
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".into()),
            ("assertion", sign_rs256(&key.private_key, key.private_key_id.as_deref(), &claims)?),
        ];
        let answer = self.http.over(transport).post_form(TOKEN, &[], &form).await;
        Ok(answer.map_err(|error| error.into_problem(TOKEN))?.value)
    }
}
