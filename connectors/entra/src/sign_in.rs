//! Signing in as an application, by secret or by certificate (the OAuth 2.0 client credentials flow).

use async_trait::async_trait;
use rollcall_connector::transport::{
    HttpClient, JwtAlgorithm, Mint, TokenAnswer, Transport, certificate_thumbprint, fresh_id,
    sign_jwt,
};
use rollcall_model::Timestamp;
use rollcall_record::Problem;
use secrecy::SecretString;
use serde_json::json;

use crate::config::Auth;
use crate::definition::TOKEN;

/// How long an assertion holds, in seconds.
const LASTS: i64 = 300;

pub(crate) struct Application {
    /// The sign-in service.
    pub(crate) http: HttpClient,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) auth: Auth,
    /// What the token is for.
    pub(crate) scope: String,
}

impl Application {
    fn assertion(&self, pem: &SecretString, now: Timestamp) -> Result<SecretString, Problem> {
        let base = self.http.base().as_str().trim_end_matches('/');
        let claims = json!({
            "aud": format!("{base}/{}/oauth2/v2.0/token", self.tenant),
            "iss": self.client_id, "sub": self.client_id, "jti": fresh_id(),
            "nbf": now.seconds(), "iat": now.seconds(), "exp": now.seconds() + LASTS,
        });
        let thumbprint = certificate_thumbprint(pem)?;
        sign_jwt(pem, JwtAlgorithm::Ps256, &[("x5t#S256", &thumbprint)], &claims)
    }
}

#[async_trait]
impl Mint for Application {
    async fn mint(&self, transport: &Transport, now: Timestamp) -> Result<TokenAnswer, Problem> {
        let mut form: Vec<(&str, SecretString)> = vec![
            ("grant_type", "client_credentials".into()),
            ("client_id", self.client_id.clone().into()),
            ("scope", self.scope.clone().into()),
        ];
        match &self.auth {
            Auth::Secret(secret) => form.push(("client_secret", secret.clone())),
            Auth::Certificate(pem) => {
                let sort = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                form.push(("client_assertion_type", sort.into()));
                form.push(("client_assertion", self.assertion(pem, now)?));
            }
        }
        let values = [("tenant", self.tenant.as_str())];
        let answer = self.http.over(transport).post_form(TOKEN, &values, &form).await;
        Ok(answer.map_err(|error| error.into_problem(TOKEN))?.value)
    }
}
