//! Signing in as a service app: the token endpoint of the organisation's own authorization server.

use async_trait::async_trait;
use rollcall_connector::transport::{
    HttpClient, Mint, TokenAnswer, Transport, fresh_id, sign_rs256,
};
use rollcall_model::Timestamp;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde_json::json;

use crate::definition::{SCOPES, TOKEN};

/// How long an assertion holds, in seconds; Okta takes an hour at most.
const LASTS: i64 = 300;

pub(crate) struct ServiceApp {
    pub(crate) http: HttpClient,
    pub(crate) client_id: String,
    pub(crate) private_key: SecretString,
    pub(crate) key_id: Option<String>,
}

#[async_trait]
impl Mint for ServiceApp {
    async fn mint(&self, transport: &Transport, now: Timestamp) -> Result<TokenAnswer, Problem> {
        let address =
            format!("{}/oauth2/v1/token", self.http.base().as_str().trim_end_matches('/'));
        let claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": address, "jti": fresh_id(),
            "iat": now.seconds(), "exp": now.seconds() + LASTS,
        });
        let assertion = sign_rs256(&self.private_key, self.key_id.as_deref(), &claims)?;
        let form = [
            ("grant_type", "client_credentials".into()),
            ("scope", SCOPES.join(" ").into()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".into(),
            ),
            ("client_assertion", assertion),
        ];
        let answer = self.http.over(transport).post_form(TOKEN, &[], &form).await;
        Ok(answer.map_err(|error| error.into_problem(TOKEN))?.value)
    }
}
