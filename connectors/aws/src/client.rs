//! One account and the way to call its IAM.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_iam as iam;
use aws_sdk_iam::error::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::FutureExt as _;
use rollcall_connector::transport::{CallError, Transport};
use rollcall_model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::error::{classify, settle};
use crate::guard::Guard;
use crate::map::Realm;
use crate::paging::Pages;
use crate::shapes::{Page, RoleName, User};

/// A session with less than this left is not used to start a job that must be asked about later.
const SESSION_MARGIN: Duration = Duration::from_mins(10);

/// An account that can be read.
pub(crate) struct Account {
    pub(crate) realm: Realm,
    pub(crate) iam: iam::Client,
    pub(crate) transport: Transport,
    settings: iam::Config,
    provider: Option<SharedCredentialsProvider>,
    pub(crate) users: OnceCell<Arc<Vec<User>>>,
    pub(crate) roles: OnceCell<Arc<Vec<RoleName>>>,
}

impl Account {
    pub(crate) fn new(realm: Realm, sdk: &SdkConfig, guard: Guard, transport: Transport) -> Self {
        let settings = iam::config::Builder::from(sdk).interceptor(guard).build();
        Self {
            realm,
            iam: iam::Client::from_conf(settings.clone()),
            transport,
            provider: sdk.credentials_provider(),
            settings,
            users: OnceCell::new(),
            roles: OnceCell::new(),
        }
    }

    /// One call, through the transport. `send` performs it, `keep` takes from the answer what our
    /// shape holds. `params` tells this call from others of the operation in recordings.
    pub(crate) async fn call<T, O, E, Fut>(
        &self,
        operation: &'static str,
        params: &str,
        send: impl Fn() -> Fut + Send + Sync,
        keep: impl Fn(O) -> T + Copy + Send + Sync,
    ) -> Result<T, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        Fut: Future<Output = Result<O, SdkError<E>>> + Send,
        O: Send,
    {
        // Boxed: the SDK's futures are large, and so are the types they would nest into.
        let attempt = || send().map(|sent| sent.map(keep).map_err(|e| classify(&e))).boxed();
        let params = if params.is_empty() {
            self.realm.account.to_string()
        } else {
            format!("{} {params}", self.realm.account)
        };
        self.transport.call(operation, &params, attempt).await.map_err(|e| settle(operation, e))
    }

    /// Every page of a listing in one list. `send` asks for the page of a token, `params` tell this
    /// listing from others of the operation.
    pub(crate) async fn list<T, O, E, Fut>(
        &self,
        operation: &'static str,
        params: &str,
        send: impl Fn(Option<String>) -> Fut + Send + Sync,
        keep: impl Fn(O) -> Page<T> + Copy + Send + Sync,
    ) -> Result<Vec<T>, CallError>
    where
        T: Serialize + DeserializeOwned + Send,
        E: ProvideErrorMetadata + std::error::Error + 'static,
        Fut: Future<Output = Result<O, SdkError<E>>> + Send,
        O: Send,
    {
        let mut found = Vec::new();
        let mut pages = Pages::new(self.transport.options().max_pages);
        loop {
            let marker = pages.marker().map(str::to_owned);
            let named = match &marker {
                Some(marker) => format!("{params} {marker}"),
                None => params.to_owned(),
            };
            let page = self.call(operation, &named, || send(marker.clone()), keep).await?;
            found.extend(page.items);
            if !pages.advance(operation, page.truncated, page.marker)? {
                return Ok(found);
            }
        }
    }

    /// A client bound to one session: what a job was started with must be what asks about it.
    /// Where the session cannot be told, the usual client.
    pub(crate) async fn pinned(&self) -> Pinned {
        let usual = Pinned { iam: self.iam.clone(), expires_at: None };
        if self.transport.is_replay() {
            return usual;
        }
        let Some(provider) = &self.provider else { return usual };
        let Ok(credentials) = provider.provide_credentials().await else { return usual };
        let expires_at = credentials.expiry().and_then(since_epoch);
        let settings = self
            .settings
            .to_builder()
            .credentials_provider(credentials)
            .identity_cache(iam::config::IdentityCache::no_cache())
            .build();
        Pinned { iam: iam::Client::from_conf(settings), expires_at }
    }
}

/// A client that stays with one session.
#[derive(Clone)]
pub(crate) struct Pinned {
    pub(crate) iam: iam::Client,
    expires_at: Option<Timestamp>,
}

impl Pinned {
    /// Whether the session lasts long enough to start something new with it.
    pub(crate) fn lasts(&self, now: Timestamp) -> bool {
        let margin = SESSION_MARGIN.as_secs().cast_signed();
        self.expires_at.is_none_or(|at| at > now.plus_seconds(margin))
    }
}

fn since_epoch(at: SystemTime) -> Option<Timestamp> {
    let seconds = at.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    Some(Timestamp::from_seconds(i64::try_from(seconds).ok()?))
}
