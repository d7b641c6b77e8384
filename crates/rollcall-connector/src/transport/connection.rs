//! One attempt over the wire: send, follow redirects on the same host, read the body up to its cap.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;
use url::Url;

use super::status::http_error;
use super::{CallError, TransportOptions};

/// How many redirects on the same host one call follows.
const MAX_REDIRECTS: usize = 3;
/// How much of a refusal's body is read for the provider's words.
const LARGEST_REFUSAL: usize = 64 << 10;
const USER_AGENT: &str = concat!("rollcall/", env!("CARGO_PKG_VERSION"));

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) operation: String,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// The headers of the answer that are kept, refusals' too.
    pub(crate) kept: Arc<[HeaderName]>,
}

/// Those of the headers that are there and text, by name.
pub(crate) fn kept_of(kept: &[HeaderName], headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |name: &HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
    kept.iter().filter_map(|name| Some((name.to_string(), text(name)?))).collect()
}

/// The reqwest client that the options describe. An address on the loopback does not go through
/// the system's proxy.
pub(crate) fn client(options: &TransportOptions, base: &Url) -> Result<reqwest::Client, Problem> {
    let config = |what: String| Problem::new(ProblemClass::Config, "transport", what);
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(options.connect_timeout);
    if let Some(proxy) = &options.proxy {
        // The error would quote the address, which may hold a password.
        let proxy = reqwest::Proxy::all(proxy).map_err(|_| {
            config("the proxy is not an address such as http://proxy:3128".to_owned())
        })?;
        builder = builder.proxy(proxy);
    } else if is_loopback(base) {
        builder = builder.no_proxy();
    }
    for path in &options.extra_ca_files {
        let pem = fs::read(path)
            .map_err(|e| config(format!("the CA file {} cannot be read: {e}", path.display())))?;
        let certificates =
            reqwest::Certificate::from_pem_bundle(&pem).ok().filter(|c| !c.is_empty());
        let certificates = certificates.ok_or_else(|| {
            config(format!("the CA file {} holds no certificate in PEM form", path.display()))
        })?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|e| config(format!("the HTTP client cannot be built: {}", chain(&e))))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Sends and reads, once. An answer that is no success is an error.
pub(crate) async fn exchange(
    client: &reqwest::Client,
    outgoing: &Outgoing,
    max_body_bytes: usize,
) -> Result<(HeaderMap, Bytes), CallError> {
    let operation = outgoing.operation.as_str();
    let mut url = outgoing.url.clone();
    for _ in 0..=MAX_REDIRECTS {
        let mut request =
            client.request(outgoing.method.clone(), url.clone()).headers(outgoing.headers.clone());
        if let Some(body) = &outgoing.body {
            request = request.body(body.clone());
        }
        let answer = request.send().await.map_err(|e| send_error(operation, &e))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        if status.is_success() {
            let body = read_body(operation, answer, max_body_bytes).await?;
            return Ok((headers, body));
        }
        if let Some(target) = redirect_target(&outgoing.method, status, &headers) {
            url = pinned(&url, target)
                .map_err(|_| foreign_host(operation, "a redirect", &url, target))?;
            continue;
        }
        // What a refusal says is welcome but not needed: a broken or large body is no other error.
        let body = read_body(operation, answer, LARGEST_REFUSAL).await.unwrap_or_default();
        let error = http_error(operation, status, &headers, &body, None);
        return Err(error.with_headers(kept_of(&outgoing.kept, &headers)));
    }
    let message = format!("{operation} was redirected more than {MAX_REDIRECTS} times");
    Err(CallError::new(ProblemClass::Malformed, "redirect", message))
}

fn redirect_target<'a>(
    method: &Method,
    status: StatusCode,
    headers: &'a HeaderMap,
) -> Option<&'a str> {
    let followed = matches!(status.as_u16(), 301 | 302 | 307 | 308);
    (followed && matches!(*method, Method::GET | Method::HEAD))
        .then(|| headers.get(header::LOCATION)?.to_str().ok())
        .flatten()
}

/// An address on the same scheme, host and port as `base`, without user information.
pub(crate) fn pinned(base: &Url, target: &str) -> Result<Url, ()> {
    let url = base.join(target).map_err(|_| ())?;
    let same = url.scheme() == base.scheme()
        && url.host() == base.host()
        && url.port_or_known_default() == base.port_or_known_default()
        && url.username().is_empty()
        && url.password().is_none();
    if same { Ok(url) } else { Err(()) }
}

pub(crate) fn foreign_host(operation: &str, what: &str, base: &Url, target: &str) -> CallError {
    let named = base.join(target).ok().map_or_else(
        || "no address".to_owned(),
        |url| format!("{}://{}", url.scheme(), url.host_str().unwrap_or("?")),
    );
    let own = base.host_str().unwrap_or("?");
    CallError::new(
        ProblemClass::Malformed,
        "foreign_host",
        format!("{operation}: {what} leads away from {own}, to {named}; it is not followed"),
    )
}

async fn read_body(
    operation: &str,
    mut answer: reqwest::Response,
    cap: usize,
) -> Result<Bytes, CallError> {
    let too_large = || {
        let message = format!("{operation} answered more than {cap} bytes");
        CallError::new(ProblemClass::Malformed, "body_too_large", message)
    };
    if answer.content_length().is_some_and(|length| length > cap as u64) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| body_error(operation, &e))? {
        if body.len() + chunk.len() > cap {
            return Err(too_large());
        }
        if body.is_empty() && answer.content_length() == Some(chunk.len() as u64) {
            return Ok(chunk);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn body_error(operation: &str, error: &reqwest::Error) -> CallError {
    if error.is_timeout() {
        return timed_out(operation);
    }
    CallError::new(
        ProblemClass::Malformed,
        "truncated_body",
        format!("the answer to {operation} broke off: {}", chain(error)),
    )
}

fn send_error(operation: &str, error: &reqwest::Error) -> CallError {
    if error.is_timeout() {
        return timed_out(operation);
    }
    let why = chain(error);
    // rustls reports a certificate it does not trust as an error of the connection.
    let (class, code) = if why.contains("certificate") {
        (ProblemClass::Config, "certificate")
    } else if error.is_builder() {
        (ProblemClass::Bug, "bad_request")
    } else if error.is_connect() {
        (ProblemClass::Transient, "connect")
    } else {
        (ProblemClass::Transient, "connection_lost")
    };
    CallError::new(class, code, format!("{operation} could not be sent: {why}"))
}

fn timed_out(operation: &str) -> CallError {
    let message = format!("{operation} did not answer in time");
    CallError::new(ProblemClass::Transient, "timed_out", message)
}

/// An error's causes in one line. reqwest's own text is left out: it repeats the address with its
/// query.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        cause = error.source();
    }
    if causes.is_empty() {
        "no further cause".to_owned()
    } else {
        super::words::redact(&causes.join(": "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_same_host_is_followed() {
        let base = Url::parse("https://api.example:8443/v3/x").unwrap();
        for (target, path) in [
            ("/y?z=1", "/y"),
            ("https://api.example:8443/q", "/q"),
            ("w", "/v3/w"),
            ("?p=2", "/v3/x"),
        ] {
            assert_eq!(pinned(&base, target).unwrap().path(), path);
        }
        for foreign in [
            "https://api.example/q",
            "http://api.example:8443/q",
            "//other/q",
            "https://api.example:8443@evil/q",
            "https://user@api.example:8443/q",
            "https://other:8443/",
            "file:///etc/passwd",
            "https://",
            "\\\\evil\\x",
        ] {
            assert!(pinned(&base, foreign).is_err(), "{foreign}");
        }
        let default = Url::parse("https://h/").unwrap();
        assert!(pinned(&default, "https://h:443/x").is_ok());
    }

    #[test]
    fn the_refusal_names_the_other_host_but_not_its_query() {
        let base = Url::parse("https://h/").unwrap();
        let error = foreign_host("GET /x", "the next page", &base, "https://evil/?token=hunter2");
        assert!(error.message.contains("https://evil") && !error.message.contains("hunter2"));
    }

    #[test]
    fn bad_options_are_configuration_problems() {
        let folder = tempfile::tempdir().unwrap();
        let not_pem = folder.path().join("ca.pem");
        std::fs::write(&not_pem, "nothing").unwrap();
        for options in [
            TransportOptions {
                proxy: Some("http://me:hunter2@:x".to_owned()),
                ..TransportOptions::default()
            },
            TransportOptions { extra_ca_files: vec![not_pem], ..TransportOptions::default() },
            TransportOptions {
                extra_ca_files: vec!["/no/such".into()],
                ..TransportOptions::default()
            },
        ] {
            let base = Url::parse("https://h/").unwrap();
            let problem = client(&options, &base).unwrap_err();
            assert_eq!(problem.class, ProblemClass::Config);
            assert!(!problem.message.contains("hunter2"), "{problem}");
        }
    }

    proptest! {
        #[test]
        fn a_pinned_address_is_on_its_host(target in "\\PC{0,60}", tail in "[:/@.?#a-z0-9\\\\-]{0,30}") {
            let base = Url::parse("https://h.example/a").unwrap();
            for target in [target, format!("https:{tail}"), format!("//{tail}")] {
                if let Ok(url) = pinned(&base, &target) {
                    prop_assert_eq!(url.host_str(), Some("h.example"));
                    prop_assert_eq!(url.scheme(), "https");
                }
            }
        }
    }
}
