//! The directory over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::faults::{DirectoryFault, DirectoryFaultKind};
use super::lab::{Directory, DirectoryLab};
use super::{okta, scim};
use crate::plan::LabError;
use crate::story::{ServerHandle, start};

/// A request.
pub(super) struct Ask<'a> {
    pub(super) lab: &'a DirectoryLab,
    pub(super) directory: Arc<Directory>,
    /// The parts of the path behind the protocol's beginning.
    pub(super) parts: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    /// The address of the server.
    pub(super) base: String,
    pub(super) faults: Vec<DirectoryFaultKind>,
}

impl Ask<'_> {
    /// A parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// The places of the people that are there.
    pub(super) fn people(&self) -> Vec<usize> {
        let count = self.directory.entries.people.len();
        let half = self.faults.contains(&DirectoryFaultKind::HalfPeople);
        (0..count).filter(|place| !half || place % 2 == 0).collect()
    }

    /// Where a page begins that is to begin at a place.
    pub(super) fn shifted(&self, from: usize) -> usize {
        let shifts = self.faults.contains(&DirectoryFaultKind::ShiftingPages);
        from + usize::from(shifts && from > 0)
    }
}

/// What goes back.
pub(super) struct Reply {
    pub(super) status: u16,
    /// A name may be there more than once.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Value,
}

/// Serves a company's directory on a listener, which should be one of 127.0.0.1: SCIM below
/// `/scim/v2`, Okta below `/api/v1`, the lab's own entries below `/_lab`.
///
/// # Errors
/// When the listener has no address.
pub fn serve_directory(
    lab: Arc<DirectoryLab>,
    listener: TcpListener,
) -> Result<ServerHandle, LabError> {
    start(listener, Router::new().fallback(handle).with_state(lab))
}

async fn handle(
    State(lab): State<Arc<DirectoryLab>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path();
    if let Some(entry) = path.strip_prefix("/_lab/") {
        return respond(control(&lab, method.as_str(), entry, &body), "application/json", false);
    }
    if !lab.options.latency.is_zero() {
        tokio::time::sleep(lab.options.latency).await;
    }
    if path == "/.well-known/okta-organization" {
        return respond(okta::organization(&lab), "application/json", false);
    }
    let (is_okta, rest) = match (path.strip_prefix("/scim/v2/"), path.strip_prefix("/api/v1/")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return respond(missing(), "application/json", false),
    };
    let decode =
        |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    let parts: Vec<String> = rest.trim_end_matches('/').split('/').map(decode).collect();
    let beginning = if is_okta { "/api/v1" } else { "/scim/v2" };
    let route = match parts.as_slice() {
        [one] => format!("{beginning}/{one}"),
        [one, _] => format!("{beginning}/{one}/{{id}}"),
        [one, _, more @ ..] => format!("{beginning}/{one}/{{id}}/{}", more.join("/")),
        [] => beginning.to_owned(),
    };
    let faults = lab.count(&route, path);
    let host = headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("127.0.0.1");
    let query = uri.query().unwrap_or_default();
    let cut = faults.contains(&DirectoryFaultKind::Truncate);
    let ask = Ask {
        lab: &lab,
        directory: lab.directory(),
        parts,
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        base: format!("http://{host}"),
        faults,
    };
    let given = headers.get("authorization").and_then(|h| h.to_str().ok()).unwrap_or_default();
    let known = given.split_once(' ').is_some_and(|(scheme, token)| {
        let right = scheme.eq_ignore_ascii_case("bearer") || (is_okta && scheme == "SSWS");
        right && token == lab.token()
    });
    if method != Method::GET {
        return respond(missing(), "application/json", false);
    }
    if is_okta {
        respond(okta::answer(&ask, known), "application/json", cut)
    } else {
        respond(scim::answer(&ask, known), "application/scim+json", cut)
    }
}

fn missing() -> Reply {
    Reply { status: 404, headers: Vec::new(), body: json!({"error": "not_found"}) }
}

fn control(lab: &DirectoryLab, method: &str, entry: &str, body: &[u8]) -> Reply {
    let ok = |body: Value| Reply { status: 200, headers: Vec::new(), body };
    match (method, entry) {
        ("GET", "truth") => ok(lab.truth()),
        ("GET", "requests") => ok(json!({"routes": lab.requests()})),
        ("DELETE", "requests") => {
            lab.forget_requests();
            ok(json!({"routes": {}}))
        }
        ("GET", "faults") => ok(json!({"faults": lab.faults()})),
        ("DELETE", "faults") => {
            lab.clear_faults();
            ok(json!({"faults": []}))
        }
        ("POST", "faults") => match serde_json::from_slice::<DirectoryFault>(body) {
            Ok(fault) => {
                lab.inject(fault);
                ok(json!({"faults": lab.faults()}))
            }
            Err(error) => {
                let body = json!({"error": "bad_fault", "message": error.to_string()});
                Reply { status: 400, headers: Vec::new(), body }
            }
        },
        _ => missing(),
    }
}

fn respond(reply: Reply, content_type: &'static str, cut: bool) -> Response<Body> {
    let mut bytes = reply.body.to_string().into_bytes();
    if cut {
        bytes.truncate(bytes.len() / 2);
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    headers.insert("content-type", HeaderValue::from_static(content_type));
    response
}
