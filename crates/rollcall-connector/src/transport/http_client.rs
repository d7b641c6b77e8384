//! An HTTP client that is pinned to one host and sends only declared operations.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::connection::{Outgoing, client, exchange, foreign_host, kept_of, pinned};
use super::json::parse_json;
use super::link::next_link;
use super::retry_after::{answer_date, limit_seen};
use super::template::{fill_path, method_and_path, query_text};
use super::{CallError, Credential, Pages, Transport, graphql_operation};

/// What our structs kept of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answer<T> {
    /// The body as the connector's own type.
    pub value: T,
    /// Where the next page is, as the `Link` header says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When the provider says it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// The headers that [`HttpClient::keeping`] named, in lowercase.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// A client for one base address. Cloning is cheap and shares connections and budget.
#[derive(Clone)]
pub struct HttpClient {
    transport: Transport,
    client: reqwest::Client,
    base: Arc<Url>,
    headers: HeaderMap,
    kept: Arc<[HeaderName]>,
}

impl HttpClient {
    /// A client for `base_url` (scheme, host, port and a path that goes before every operation's),
    /// without a credential.
    ///
    /// # Errors
    /// When the address is none, holds user information or a query, or the transport's options are
    /// wrong (`config`).
    pub fn new(transport: &Transport, base_url: &str) -> Result<Self, Problem> {
        let bad = |why: &str| {
            Problem::new(ProblemClass::Config, "base_url", format!("the base address {why}"))
        };
        let base = Url::parse(base_url).map_err(|e| bad(&format!("is no address: {e}")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(bad("does not begin with http:// or https:// and a host"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(bad("holds a user name or password; give the credential by reference"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(bad("has a query or a fragment"));
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        Ok(Self {
            client: client(transport.options(), &base)?,
            transport: transport.clone(),
            base: Arc::new(base),
            headers,
            kept: Arc::new([]),
        })
    }

    /// The same with a credential in place of any other of the same header. Connections are shared,
    /// the budget is that of the transport.
    ///
    /// # Errors
    /// When the credential cannot stand in a header.
    pub fn with_credential(&self, credential: &Credential) -> Result<Self, Problem> {
        let (name, value) = credential.to_header()?;
        let mut client = self.clone();
        client.headers.insert(name, value);
        Ok(client)
    }

    /// The same with a header that every call carries, such as `accept` or an API version.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same over another transport, such as one with a budget of its own or a cancellation.
    #[must_use]
    pub fn over(&self, transport: &Transport) -> Self {
        Self { transport: transport.clone(), ..self.clone() }
    }

    /// The same, keeping these headers of every answer and every refusal
    /// ([`CallError::headers`]). What is kept is recorded: name none that holds a secret.
    #[must_use]
    pub fn keeping(mut self, names: &[&'static str]) -> Self {
        self.kept = names.iter().map(|&name| HeaderName::from_static(name)).collect();
        self
    }

    /// How its calls leave.
    #[must_use]
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The base address.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Reads one address as JSON: `operation` is a declared `GET /path/{x}`, `values` fill its
    /// placeholders, `query` follows.
    ///
    /// # Errors
    /// See [`Transport::call`], [`super::http_error`] and [`parse_json`].
    pub async fn get<T>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let target = target(operation, values, query)?;
        self.get_target(operation, &target, |body| parse_json(operation, body)).await
    }

    /// Reads one address that is not JSON: `parse` keeps what is wanted of the body, and only that
    /// is recorded.
    ///
    /// # Errors
    /// As [`HttpClient::get`], and what `parse` says.
    pub async fn get_with<T, P>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
        parse: P,
    ) -> Result<Answer<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        P: Fn(&[u8]) -> Result<T, CallError> + Send + Sync,
    {
        let target = target(operation, values, query)?;
        self.get_target(operation, &target, parse).await
    }

    /// Reads a listing page by page. Pages follow the `Link` header; see [`Pages`] for tokens.
    #[must_use]
    pub fn pages<'a>(
        &'a self,
        operation: &'a str,
        values: &[(&str, &str)],
        query: &[(&str, &str)],
    ) -> Pages<'a> {
        Pages::new(self, operation, target(operation, values, query), query)
    }

    /// Makes a declared POST that changes nothing (a search, a token exchange). `params` tells it
    /// from other calls in recordings and must hold no secret.
    ///
    /// # Errors
    /// As [`HttpClient::get`].
    pub async fn post<T, B>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        params: &str,
        body: &B,
    ) -> Result<Answer<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        B: Serialize + Sync + ?Sized,
    {
        let path = target(operation, values, &[])?;
        let body = serde_json::to_vec(body).map_err(|e| {
            CallError::new(ProblemClass::Bug, "bad_request", format!("{operation}: {e}"))
        })?;
        let outgoing = self.outgoing(operation, Method::POST, &path, Some(body.into()))?;
        self.send(operation, params, outgoing, |body| parse_json(operation, body)).await
    }

    /// Makes a declared POST of a form, such as a token exchange. Fields can be secrets; none of
    /// them is recorded.
    ///
    /// # Errors
    /// As [`HttpClient::get`].
    pub async fn post_form<T>(
        &self,
        operation: &str,
        values: &[(&str, &str)],
        form: &[(&str, SecretString)],
    ) -> Result<Answer<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let path = target(operation, values, &[])?;
        let fields: Vec<_> = form.iter().map(|(n, v)| (*n, v.expose_secret())).collect();
        let body = query_text(&fields);
        let mut outgoing = self.outgoing(operation, Method::POST, &path, Some(body.into()))?;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        outgoing.headers.insert(header::CONTENT_TYPE, kind);
        self.send(operation, &path, outgoing, |body| parse_json(operation, body)).await
    }

    /// Sends a declared GraphQL document (`graphql:<sha256>`) to `path`. Errors beside data are in
    /// the answer; errors without data are an error.
    ///
    /// # Errors
    /// As [`HttpClient::get`]; a limit (type `RATE_LIMITED`) is rate limited, `FORBIDDEN` and
    /// `INSUFFICIENT_SCOPES` are permission, `NOT_FOUND` is `not_found`, others are `graphql`.
    pub async fn graphql<T>(
        &self,
        path: &str,
        document: &str,
        variables: &Value,
    ) -> Result<Answer<super::GraphqlAnswer<T>>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let operation = graphql_operation(document);
        let body = serde_json::json!({"query": document, "variables": variables}).to_string();
        let outgoing = self.outgoing(&operation, Method::POST, path, Some(body.into()))?;
        let parse = |body: &[u8]| super::graphql::parse(&operation, body);
        self.send(&operation, &variables.to_string(), outgoing, parse).await
    }

    /// The path and query, below the base's path, of an address that a provider named.
    pub(crate) fn local(&self, operation: &str, what: &str, named: &str) -> Result<Url, CallError> {
        pinned(&self.base, named).map_err(|()| foreign_host(operation, what, &self.base, named))
    }

    /// Reads a path with its query, which is below the base's path.
    pub(crate) async fn get_target<T, P>(
        &self,
        operation: &str,
        target: &str,
        parse: P,
    ) -> Result<Answer<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        P: Fn(&[u8]) -> Result<T, CallError> + Send + Sync,
    {
        let outgoing = self.outgoing(operation, Method::GET, target, None)?;
        self.send(operation, target, outgoing, parse).await
    }

    fn outgoing(
        &self,
        operation: &str,
        method: Method,
        target: &str,
        body: Option<Bytes>,
    ) -> Result<Outgoing, CallError> {
        let declared = operation.split_once(' ').map_or("POST", |(method, _)| method);
        if declared != method.as_str() {
            let message = format!("{operation} is not sent as {method}");
            return Err(CallError::new(ProblemClass::Bug, "bad_operation", message));
        }
        let address = format!("{}{target}", self.base.as_str().trim_end_matches('/'));
        let url = pinned(&self.base, &address)
            .map_err(|()| foreign_host(operation, "the path", &self.base, &address))?;
        let mut headers = self.headers.clone();
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let kept = Arc::clone(&self.kept);
        Ok(Outgoing { operation: operation.to_owned(), method, url, headers, body, kept })
    }

    async fn send<T, P>(
        &self,
        operation: &str,
        params: &str,
        outgoing: Outgoing,
        parse: P,
    ) -> Result<Answer<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        P: Fn(&[u8]) -> Result<T, CallError> + Send + Sync,
    {
        let cap = self.transport.options().max_body_bytes;
        let attempt = || async {
            let (headers, body) = exchange(&self.client, &outgoing, cap).await?;
            if let Some(seen) = limit_seen(&headers, None) {
                self.transport.saw_limit(operation, seen);
            }
            Ok(Answer {
                value: parse(&body)?,
                next: next_link(&headers),
                date: answer_date(&headers),
                headers: kept_of(&self.kept, &headers),
            })
        };
        self.transport.call(operation, params, attempt).await
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Path and query of a call.
fn target(
    operation: &str,
    values: &[(&str, &str)],
    query: &[(&str, &str)],
) -> Result<String, CallError> {
    let (_, template) = method_and_path(operation)?;
    let mut target = fill_path(template, values)?;
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query_text(query));
    }
    Ok(target)
}
