//! Access tokens that end: minted when first needed, and again before they end.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Credential, HttpClient, Token, Transport};

/// How long before its end a token is taken for ended.
const MARGIN: Duration = Duration::from_mins(5);
/// How long a token lasts whose answer does not say it.
const UNTOLD: u64 = 3600;

/// What a token endpoint answers (RFC 6749, section 5.1). The token itself is never recorded.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: Token,
    /// How many seconds it lasts.
    #[serde(default)]
    pub expires_in: Option<u64>,
}

/// What makes access tokens.
#[async_trait]
pub trait Mint: Send + Sync {
    /// Makes one. `now` is the time, for claims that hold it.
    ///
    /// # Errors
    /// When the provider refuses, or the key is none.
    async fn mint(&self, transport: &Transport, now: Timestamp) -> Result<TokenAnswer, Problem>;
}

/// A client that signs in by itself.
#[derive(Clone)]
pub struct SignIn {
    http: HttpClient,
    mint: Arc<dyn Mint>,
    current: Arc<Mutex<Option<Current>>>,
}

struct Current {
    client: HttpClient,
    /// What the caller's time was, and ours, when the first token was made.
    began: (Timestamp, Instant),
    ends: Instant,
}

impl SignIn {
    /// Signs in to what `http` leads to with the tokens of `mint`.
    #[must_use]
    pub fn new(http: HttpClient, mint: Arc<dyn Mint>) -> Self {
        Self { http, mint, current: Arc::default() }
    }

    /// A client with a token that lasts for a while yet, whose calls leave by `transport`. `now` is
    /// when the reading began.
    ///
    /// # Errors
    /// As [`Mint::mint`]; malformed, `no_token`, when the answer held none.
    pub async fn client(
        &self,
        transport: &Transport,
        now: Timestamp,
    ) -> Result<HttpClient, Problem> {
        let mut current = self.current.lock().await;
        if let Some(held) = current.as_ref().filter(|held| Instant::now() < held.ends) {
            return Ok(held.client.over(transport));
        }
        let asked = Instant::now();
        let began = current.as_ref().map_or((now, asked), |held| held.began);
        let passed = asked.saturating_duration_since(began.1).as_secs();
        let at = began.0.plus_seconds(i64::try_from(passed).unwrap_or(i64::MAX));
        let answer = self.mint.mint(transport, at).await?;
        if answer.access_token.0.expose_secret().is_empty() && !transport.is_replay() {
            let message = "the provider signed us in without giving an access token";
            return Err(Problem::new(ProblemClass::Malformed, "no_token", message));
        }
        let lasts = Duration::from_secs(answer.expires_in.unwrap_or(UNTOLD)).saturating_sub(MARGIN);
        let client = self.http.with_credential(&Credential::bearer(&answer.access_token.0))?;
        *current = Some(Current { client: client.clone(), began, ends: asked + lasts });
        Ok(client.over(transport))
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("http", &self.http).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{FaultyServer, Reply};
    use crate::transport::TransportOptions;
    use crate::transport::tests::definition;
    use secrecy::SecretString;
    use serde_json::{Value, json};

    struct Form(HttpClient);

    #[async_trait]
    impl Mint for Form {
        async fn mint(
            &self,
            transport: &Transport,
            now: Timestamp,
        ) -> Result<TokenAnswer, Problem> {
            let form = [("grant_type", "x".into()), ("secret", SecretString::from("a&b=ü"))];
            let _ = now;
            let answer = self.0.over(transport).post_form("POST /token", &[], &form).await;
            Ok(answer.map_err(|e| e.into_problem("POST /token"))?.value)
        }
    }

    async fn requests(expires_in: u64) -> Vec<(String, String)> {
        let token = json!({"access_token": "t1", "expires_in": expires_in, "token_type": "Bearer"});
        let server = FaultyServer::answering(vec![
            ("POST /token", Reply::json(200, &token)),
            ("GET /users", Reply::json(200, &json!([]))),
        ])
        .await;
        let definition = definition(&["POST /token", "GET /users"]);
        let transport = Transport::new(&definition, &TransportOptions::hasty()).unwrap();
        let http = HttpClient::new(&transport, server.url()).unwrap();
        let session = SignIn::new(http.clone(), Arc::new(Form(http)));
        for _ in 0..2 {
            let client = session.client(&transport, Timestamp::from_seconds(0)).await.unwrap();
            let _: Value = client.get("GET /users", &[], &[]).await.unwrap().value;
        }
        let seen = server.requests().into_iter();
        seen.map(|r| {
            let said = r.header("authorization").map(str::to_owned);
            (r.target, said.unwrap_or_else(|| String::from_utf8(r.body).unwrap()))
        })
        .collect()
    }

    #[tokio::test]
    async fn a_token_is_used_until_shortly_before_its_end() {
        let form = ("/token".to_owned(), "grant_type=x&secret=a%26b%3D%C3%BC".to_owned());
        let call = ("/users".to_owned(), "Bearer t1".to_owned());
        assert_eq!(requests(3600).await, [form.clone(), call.clone(), call.clone()]);
        assert_eq!(requests(200).await, [form.clone(), call.clone(), form, call]);
    }
}
