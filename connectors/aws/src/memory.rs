//! AWS from memory: an SDK configuration whose HTTP client asks a function instead of the network.
//! Tests and benchmarks use it with [`crate::Aws::new`].

use std::fmt;
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

/// A request as it would have left.
#[derive(Clone, Copy, Debug)]
pub struct MemoryRequest<'a> {
    /// The host it was for.
    pub host: &'a str,
    /// The `Authorization` header: it names the access key, the region and the service.
    pub authorization: &'a str,
    /// The `X-Amz-Target` header of the JSON protocol; empty in the query protocol.
    pub target: &'a str,
    /// The body: a form in the query protocol, JSON in the other.
    pub body: &'a str,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct MemoryAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The body; cloning it copies nothing.
    pub body: Bytes,
}

type Answering = dyn Fn(MemoryRequest<'_>) -> Option<MemoryAnswer> + Send + Sync;

#[derive(Clone)]
struct Wire(Arc<Answering>);

/// An SDK configuration that asks `answer` instead of the network; nothing said means that the
/// connection broke. `access_key` signs.
pub fn memory_sdk(
    region: &str,
    access_key: &str,
    answer: impl Fn(MemoryRequest<'_>) -> Option<MemoryAnswer> + Send + Sync + 'static,
) -> SdkConfig {
    let connector = SharedHttpConnector::new(Wire(Arc::new(answer)));
    let credentials = Credentials::new(access_key, "from memory", None, None, "memory");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build()
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let body = std::str::from_utf8(request.body().bytes().unwrap_or_default());
        let asked = MemoryRequest {
            host: request.uri().split('/').nth(2).unwrap_or_default(),
            authorization: header("authorization"),
            target: header("x-amz-target"),
            body: body.unwrap_or_default(),
        };
        let broken = |why: &str| ConnectorError::io(std::io::Error::other(why.to_owned()).into());
        let response = match (self.0)(asked) {
            None => Err(broken("the connection closed")),
            Some(answer) => StatusCode::try_from(answer.status)
                .map(|status| {
                    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
                    response.headers_mut().insert("content-type", answer.content_type);
                    response
                })
                .map_err(|_| broken("the status is none")),
        };
        HttpConnectorFuture::ready(response)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}
