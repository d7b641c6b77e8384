//! Errors as `application/problem+json` (RFC 9457), with a stable code for programs.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rollcall_graph::QueryError;
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:rollcall:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable word for programs, such as `bad_query`.
    code: &'static str,
    /// What was found, what was expected, what to do.
    detail: String,
    /// Of a query: where it is wrong, in bytes of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    /// Of a query: what may stand in that place, the most likely first.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<Vec<String>>,
}

/// A piece of a query's text, in bytes.
#[derive(Debug, Serialize, ToSchema)]
struct Position {
    /// The first byte.
    start: usize,
    /// The one after the last.
    end: usize,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:rollcall:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            position: None,
            suggestions: None,
        }
    }

    pub(crate) fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub(crate) fn not_ready() -> Self {
        let detail = "the first snapshot is being loaded; ask /readyz";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail)
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let mut problem = Self::bad("bad_query", error.to_string());
        problem.position = Some(Position { start: error.span.start, end: error.span.end });
        problem.suggestions = Some(error.suggestions);
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::UNAUTHORIZED {
            let ask = HeaderValue::from_static("Bearer realm=\"rollcall\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
        }
        response
    }
}
