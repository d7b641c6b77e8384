//! What holds for every request: its `Host`, how long it may take, and headers that keep a browser
//! from doing anything with an answer but show it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::problem::Problem;

/// Headers of every answer. Sources: the Fetch standard, the OWASP secure headers project.
const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

pub(crate) async fn secure_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses requests for a name that is not ours: a page of somebody else's whose name was made to
/// lead here would otherwise read the answers.
pub(crate) async fn check_host(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|a| a.as_str()));
    if host.is_some_and(|host| is_ours(host, app.settings.address, &app.settings.hosts)) {
        return next.run(request).await;
    }
    let detail = "the name in the header `Host` is not one of this server; add it to `hosts` in \
                  [server] if it should be";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "bad_host", detail).into_response()
}

pub(crate) fn is_ours(host: &str, address: SocketAddr, hosts: &[String]) -> bool {
    let Some(uri) = host.parse::<Uri>().ok().filter(|_| !host.contains('@')) else { return false };
    let Some(name) = uri.host() else { return false };
    let name = name.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    if hosts.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return true;
    }
    match name.parse::<IpAddr>() {
        // A number is no name that anyone could have made to lead elsewhere.
        Ok(ip) => ip == address.ip() || ip.is_loopback() || address.ip().is_unspecified(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

pub(crate) async fn limit_time(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    within(app.settings.timeout, next.run(request)).await
}

pub(crate) async fn within(limit: Duration, answer: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let detail = format!("no answer within {} seconds", limit.as_secs());
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", detail).into_response()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_server_are_ours() {
        let local: SocketAddr = "127.0.0.1:7077".parse().unwrap();
        let hosts = vec!["rollcall.example.com".to_owned()];
        for host in
            ["127.0.0.1:7077", "localhost:7077", "LOCALHOST", "[::1]:9", "rollcall.example.com"]
        {
            assert!(is_ours(host, local, &hosts), "{host}");
        }
        for host in
            ["evil.example", "10.0.0.1", "localhost.evil.example", "", ":", "a b", "x@localhost@y"]
        {
            assert!(!is_ours(host, local, &hosts), "{host}");
        }
        let everywhere: SocketAddr = "0.0.0.0:7077".parse().unwrap();
        assert!(is_ours("10.0.0.1:7077", everywhere, &[]));
        assert!(!is_ours("evil.example:7077", everywhere, &[]));
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_cut_off() {
        let slow = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        };
        assert_eq!(
            within(Duration::from_secs(30), slow).await.status(),
            StatusCode::GATEWAY_TIMEOUT
        );
    }
}
