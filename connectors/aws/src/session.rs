//! The base session: which credential, which region, which partition; and the sessions in other
//! accounts that are opened from it.

use std::sync::Arc;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_iam::config::IdentityCache;
use aws_sdk_sts as sts;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{Connector, proxy, tls};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use futures::FutureExt as _;
use rollcall_connector::transport::{CallError, Transport, TransportOptions};
use rollcall_model::ProblemClass;
use rollcall_record::Problem;

use crate::arn::{Arn, home_region};
use crate::config::Config;
use crate::credentials::AssumedRole;
use crate::error::{classify, settle};
use crate::guard::Guard;
use crate::shapes::Caller;

/// How long obtaining credentials may take, retries included.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_mins(2);

/// The session that everything starts from.
pub(crate) struct Base {
    pub(crate) sdk: SdkConfig,
    pub(crate) caller: String,
    pub(crate) account: String,
    pub(crate) partition: Arc<str>,
}

/// Loads the SDK's configuration: the usual chain, with retries left to the transport.
///
/// # Errors
/// When a proxy or a certificate authority cannot be used.
pub(crate) async fn load(
    config: &Config,
    options: &TransportOptions,
) -> Result<SdkConfig, Problem> {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::disabled())
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(options.connect_timeout)
                .operation_attempt_timeout(options.timeout)
                .build(),
        );
    let files = config
        .config_file
        .as_ref()
        .map(|file| EnvConfigFiles::builder().with_file(EnvConfigFileKind::Config, file).build());
    // A profile that is named is meant: what the environment holds is somebody else.
    if config.profile.is_some() || files.is_some() {
        let mut credentials = ProfileFileCredentialsProvider::builder();
        if let Some(profile) = &config.profile {
            loader = loader.profile_name(profile);
            credentials = credentials.profile_name(profile);
        }
        if let Some(files) = &files {
            loader = loader.profile_files(files.clone());
            credentials = credentials.profile_files(files.clone());
        }
        loader = loader.credentials_provider(credentials.build());
    }
    if let Some(url) = &config.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let of_role =
        config.role_arn.as_deref().and_then(Arn::parse).map(|a| a.partition).unwrap_or_default();
    let region = match (&config.region, of_role) {
        (Some(region), _) => RegionProviderChain::first_try(Region::new(region.clone())),
        (None, "aws-cn" | "aws-us-gov") => {
            RegionProviderChain::first_try(Region::new(home_region(of_role)))
        }
        // Instance metadata is not asked: it would only tell which of the equal regions we are in.
        (None, _) => {
            let mut profile = ProfileFileRegionProvider::builder();
            if let Some(name) = &config.profile {
                profile = profile.profile_name(name);
            }
            if let Some(files) = files {
                profile = profile.profile_files(files);
            }
            RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
                .or_else(profile.build())
                .or_else(Region::new(home_region("aws")))
        }
    };
    loader = loader.region(region);
    if let Some(client) = http_client(options)? {
        loader = loader.http_client(client);
    }
    Ok(loader.load().await)
}

/// An HTTP client with the proxy and the certificate authorities of the options; none when the
/// SDK's own does.
fn http_client(options: &TransportOptions) -> Result<Option<SharedHttpClient>, Problem> {
    if options.proxy.is_none() && options.extra_ca_files.is_empty() {
        return Ok(None);
    }
    let wrong = |what: String| Problem::new(ProblemClass::Config, "bad_transport", what);
    let proxy = match &options.proxy {
        Some(address) => proxy::ProxyConfig::all(address.as_str())
            .map_err(|_| wrong("the proxy's address cannot be used".to_owned()))?,
        None => proxy::ProxyConfig::from_env(),
    };
    let mut store = tls::TrustStore::empty().with_native_roots(true);
    for file in &options.extra_ca_files {
        let pem = std::fs::read(file).map_err(|e| wrong(format!("{}: {e}", file.display())))?;
        store.add_pem_certificate(pem);
    }
    let context = tls::TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|e| wrong(format!("a certificate authority cannot be used: {e}")))?;
    let settings =
        HttpConnectorSettings::builder().connect_timeout(options.connect_timeout).build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .proxy_config(proxy)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .tls_context(context)
        .build();
    let shared = SharedHttpConnector::new(connector);
    Ok(Some(http_client_fn(move |_, _| shared.clone())))
}

/// Opens the base session: assumes `role_arn` where one is given, and asks who we are.
///
/// # Errors
/// When there are no credentials, or they are not accepted.
pub(crate) async fn open(
    config: &Config,
    sdk: SdkConfig,
    guard: &Guard,
    transport: &Transport,
) -> Result<Base, Problem> {
    let sdk = match &config.role_arn {
        Some(role) => assume(&sdk, role, config, guard, transport).await.map_err(|e| {
            let message = format!("the role {role} could not be assumed: {}", e.message);
            Problem { message, ..Problem::from(e) }.hides("everything this source reads")
        })?,
        None => sdk,
    };
    let caller = caller(&sdk, guard, transport).await.map_err(|e| {
        let hint = if e.code == "invalid_credentials" {
            "; for China or GovCloud set region to one of that partition"
        } else {
            ""
        };
        let message = format!("{}{hint}", e.message);
        Problem { message, ..Problem::from(e) }.hides("everything this source reads")
    })?;
    let unknown = || {
        Problem::new(
            ProblemClass::Malformed,
            "bad_answer",
            "STS did not tell whose the credentials are",
        )
    };
    let arn = caller.arn.ok_or_else(unknown)?;
    let partition = Arn::parse(&arn).ok_or_else(unknown)?.partition.into();
    let account = caller.account.filter(|a| !a.is_empty()).ok_or_else(unknown)?;
    Ok(Base { sdk, caller: arn, account, partition })
}

/// A configuration with the credentials of another role.
///
/// # Errors
/// When the role cannot be assumed.
pub(crate) async fn assume(
    sdk: &SdkConfig,
    role_arn: &str,
    config: &Config,
    guard: &Guard,
    transport: &Transport,
) -> Result<SdkConfig, CallError> {
    let role = AssumedRole::new(
        sts_client(sdk, guard),
        // Renewing the session must not wait for a place that a call in that session holds.
        transport.for_another_credential(),
        role_arn.to_owned(),
        config.external_id.clone(),
        config.session_name.clone(),
    )
    .open()
    .await?;
    Ok(sdk
        .to_builder()
        .credentials_provider(SharedCredentialsProvider::new(role))
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
        .build())
}

async fn caller(
    sdk: &SdkConfig,
    guard: &Guard,
    transport: &Transport,
) -> Result<Caller, CallError> {
    const OPERATION: &str = "aws:sts:GetCallerIdentity";
    let client = sts_client(sdk, guard);
    let attempt = || {
        let sent = client.get_caller_identity().send();
        async move {
            let answer = sent.await.map_err(|e| classify(&e))?;
            Ok(Caller { arn: answer.arn, account: answer.account })
        }
        .boxed()
    };
    transport.call(OPERATION, "", attempt).await.map_err(|e| settle(OPERATION, e))
}

fn sts_client(sdk: &SdkConfig, guard: &Guard) -> sts::Client {
    sts::Client::from_conf(sts::config::Builder::from(sdk).interceptor(guard.clone()).build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;
    use std::io::{Read as _, Write as _};

    #[test]
    fn a_proxy_or_authority_that_cannot_be_used_is_named() {
        let options = |proxy: Option<&str>, file: Option<&str>| TransportOptions {
            proxy: proxy.map(str::to_owned),
            extra_ca_files: file.into_iter().map(Into::into).collect(),
            ..TransportOptions::hasty()
        };
        assert!(http_client(&options(None, None)).unwrap().is_none());
        let refused = http_client(&options(None, Some("no/such/file.pem"))).unwrap_err();
        assert!(refused.message.contains("no/such/file.pem"), "{}", refused.message);
        let refused = http_client(&options(Some("not a url"), None)).unwrap_err();
        assert_eq!((refused.class, refused.code.as_str()), (ProblemClass::Config, "bad_transport"));
    }

    #[tokio::test]
    async fn calls_go_through_the_proxy() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 4096];
            let length = stream.read(&mut head).unwrap();
            let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-cn:iam::123456789012:user/u</Arn>\
                        <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                .unwrap();
            String::from_utf8_lossy(&head[..length]).into_owned()
        });
        let options = TransportOptions {
            proxy: Some(format!("http://{address}")),
            ..TransportOptions::hasty()
        };
        let config = Config { region: Some("cn-north-1".to_owned()), ..Config::default() };
        let credentials = Credentials::new("AKIAX", "x", None, None, "test");
        let sdk = load(&config, &options).await.unwrap().into_builder();
        let sdk = sdk
            .endpoint_url("http://sts.invalid")
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        assert_eq!(sdk.region().map(Region::as_ref), Some("cn-north-1"));
        let definition = crate::definition();
        let transport = Transport::new(&definition, &options).unwrap();
        let base = open(&config, sdk, &Guard::new(&definition, 1 << 20), &transport).await.unwrap();
        assert_eq!((base.account.as_str(), &*base.partition), ("123456789012", "aws-cn"));
        let head = proxy.join().unwrap();
        assert!(head.starts_with("POST http://sts.invalid/ HTTP/1.1"), "{head}");
    }

    #[tokio::test]
    async fn the_region_follows_the_partition_of_the_first_role() {
        for (role, region) in [
            ("arn:aws-cn:iam::123456789012:role/r", "cn-north-1"),
            ("arn:aws-us-gov:iam::123456789012:role/r", "us-gov-west-1"),
        ] {
            let config = Config { role_arn: Some(role.to_owned()), ..Config::default() };
            let sdk = load(&config, &TransportOptions::hasty()).await.unwrap();
            assert_eq!(sdk.region().map(Region::as_ref), Some(region));
        }
    }
}
