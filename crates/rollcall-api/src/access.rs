//! Who may ask: the token of the API.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::App;
use crate::problem::Problem;

/// Lets only requests through that carry the token, where there is one.
pub(crate) async fn require_token(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    match &app.settings.token {
        Some(token) if !carries(request.headers(), token) => unauthorized().into_response(),
        _ => next.run(request).await,
    }
}

pub(crate) fn unauthorized() -> Problem {
    let detail = "this needs the header `Authorization: Bearer TOKEN` with the right token";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
}

/// Whether a request carries a token. How long that takes tells nothing about the token: hashes are
/// compared, all of them.
pub(crate) fn carries(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.split_once(' '));
    let Some((scheme, given)) = given else { return false };
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    let same: bool = hash(given.trim()).ct_eq(&hash(token.expose_secret())).into();
    scheme.eq_ignore_ascii_case("bearer") && same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_with_its_scheme_will_do() {
        let token = SecretString::from("s3cret");
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            carries(&headers, &token)
        };
        assert!(with("Bearer s3cret") && with("bearer s3cret "));
        for wrong in ["s3cret", "Bearer", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", ""] {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(!carries(&HeaderMap::new(), &token));
    }
}
