//! `POST /hooks/{source}`, on a listener of its own.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router, middleware};
use rollcall_engine::{HookError, HookOutcome, Hooks};
use rollcall_model::ProblemClass;
use serde_json::json;

use crate::guard;
use crate::problem::Problem;

/// No provider sends more. GitHub's largest delivery has 25 MB, of which none that tells of a change
/// of access comes near this; a larger one is refused and the next reading on schedule sees it all.
const MOST_BODY: usize = 5 << 20;
/// How long a delivery may take.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) fn router(hooks: Arc<Hooks>) -> Router {
    Router::new()
        .route("/hooks/{source}", post(receive))
        .fallback(super::nothing_here)
        .method_not_allowed_fallback(super::wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn(guard::secure_headers))
        .with_state(hooks)
}

async fn limit_time(request: Request, next: Next) -> Response {
    guard::within(LIMIT, next.run(request)).await
}

/// Hands a delivery to the connector of its source, as it came.
async fn receive(
    State(hooks): State<Arc<Hooks>>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body =
        body.map_err(|refusal| Problem::new(refusal.status(), "bad_body", refusal.body_text()))?;
    let outcome = hooks.receive(&source, &headers, &body).await.map_err(problem)?;
    let answer = match outcome {
        HookOutcome::Queued { streams, scopes } => {
            json!({"outcome": "queued", "streams": streams, "scopes": scopes})
        }
        HookOutcome::Nothing => json!({"outcome": "nothing"}),
        HookOutcome::Duplicate => json!({"outcome": "duplicate"}),
    };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

fn problem(error: HookError) -> Problem {
    let detail = error.to_string();
    match error {
        HookError::UnknownSource(_) => {
            Problem::new(StatusCode::NOT_FOUND, "unknown_source", detail)
        }
        HookError::Full(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "queue_full", detail),
        HookError::Refused(problem) => match problem.class {
            ProblemClass::Permission => {
                let detail = "the signature is missing or wrong";
                Problem::new(StatusCode::UNAUTHORIZED, "bad_signature", detail)
            }
            ProblemClass::Malformed => Problem::bad("bad_delivery", detail),
            ProblemClass::Unsupported => Problem::new(StatusCode::NOT_FOUND, "no_webhooks", detail),
            ProblemClass::RateLimited => {
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
            }
            // The words may speak of how secrets are fetched, which is nobody's business out there.
            _ => {
                tracing::warn!(code = problem.code, "a webhook cannot be taken: {detail}");
                let detail = "the delivery cannot be looked at now; the log has more";
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            }
        },
    }
}
