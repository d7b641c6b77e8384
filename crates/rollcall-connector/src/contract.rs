//! What a connector does.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use rollcall_model::{ProblemClass, ScopeKey, Timestamp};
use rollcall_record::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Definition, Emitter, Past, Plan, PlanRequest};

/// What to read.
#[derive(Clone, Debug)]
pub struct SyncRequest {
    /// The stream's name.
    pub stream: String,
    /// Where a delta stream stopped last time.
    pub cursor: Option<Value>,
    /// When the reading began; connectors take the time from here, never from a clock.
    pub now: Timestamp,
    /// What earlier readings of this stream left behind. A stream may leave out scopes that need no
    /// reading yet: what they hold stays, as old as it is.
    pub past: Arc<Past>,
    /// After a webhook: just these scopes are asked for. A stream that cannot read them one by one
    /// reads everything.
    pub only: Option<Vec<ScopeKey>>,
}

impl SyncRequest {
    /// A reading of a whole stream that was never read before.
    #[must_use]
    pub fn new(stream: impl Into<String>, now: Timestamp) -> Self {
        Self { stream: stream.into(), cursor: None, now, past: Arc::default(), only: None }
    }

    /// Whether a scope is asked for.
    #[must_use]
    pub fn wants(&self, scope: &ScopeKey) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(scope))
    }
}

/// A reader of one provider. One value serves one run: what it caches is as old as the run.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What it is, as data.
    fn definition(&self) -> &Definition;

    /// Probes every permission and says, stream by stream, what each missing one hides.
    ///
    /// # Errors
    /// When nothing could be probed at all: no credentials, no connection.
    async fn check(&self, now: Timestamp) -> Result<CheckReport, Problem>;

    /// Reads one stream and emits what it finds.
    ///
    /// # Errors
    /// When the stream cannot go on. Scopes that were not finished by then are partial or failed;
    /// a problem with one scope belongs to that scope ([`crate::ScopeGuard::fail`]) and does not end the
    /// stream.
    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem>;

    /// Takes what the provider sent to the entry for webhooks, and says what is to be read again. The
    /// connector checks the signature over the raw bytes, before anything else.
    ///
    /// # Errors
    /// `permission` when the signature is missing or wrong, `malformed` when it is right and the rest
    /// is not as it should be, `unsupported` by connectors that take none.
    async fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Refreshes, Problem> {
        let _ = (headers, body);
        let message = format!("the connector {} takes no webhooks", self.definition().id);
        Err(Problem::new(ProblemClass::Unsupported, "no_webhooks", message))
    }

    /// The requests that reading it now would take, stream by stream; `None` where nothing is
    /// budgeted.
    ///
    /// # Errors
    /// When what there is to read cannot be counted.
    async fn plan(&self, request: PlanRequest) -> Result<Option<Plan>, Problem> {
        let _ = request;
        Ok(None)
    }

    /// The exact least access it needs, as documents in the provider's own form.
    ///
    /// # Errors
    /// When the format is none of [`Definition::access_formats`].
    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem>;
}

/// What a webhook says is to be read again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refreshes {
    /// Streams to be read as a whole.
    pub streams: Vec<String>,
    /// Scopes to be read by themselves, at once. With no streams and no scopes nothing that is read
    /// has changed.
    pub scopes: Vec<ScopeKey>,
    /// The provider's id of this delivery, where it has one: a delivery that comes again is dropped.
    pub delivery: Option<String>,
}

/// A document that grants a connector what it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessDocument {
    /// A file name for it.
    pub name: String,
    /// What to do with it, in one or two sentences.
    pub usage: String,
    /// Its text.
    pub text: String,
}

/// What `check` found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CheckReport {
    /// Whom the provider takes the credential for.
    pub identity: Option<String>,
    /// The permissions, stream by stream.
    pub permissions: Vec<PermissionCheck>,
    /// What else a person should know: a credential that can write, a region that is off.
    pub warnings: Vec<String>,
}

/// One permission of one stream in one realm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PermissionCheck {
    /// The stream that needs it.
    pub stream: String,
    /// The realm it was probed in.
    pub realm: String,
    /// The permission in the provider's words.
    pub permission: String,
    /// What the probe said.
    pub state: PermissionState,
    /// The provider's own words, where it refused.
    pub detail: Option<String>,
    /// What is hidden without it.
    pub hides: Option<String>,
}

/// What probing a permission said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionState {
    /// It is there.
    Granted,
    /// It is not there.
    Denied,
    /// The provider does not offer the operation here.
    Unsupported,
    /// The probe could not tell.
    Unknown,
}

/// What the process gives a connector besides its configuration.
#[derive(Clone, Default)]
pub struct ConnectorContext {
    /// The key under which literals found in files are hashed, so that equal literals can be told
    /// to be equal without keeping them. It lives outside the database.
    pub literal_key: [u8; 32],
    /// How calls leave: proxies, private CAs, recording and replay.
    pub transport: crate::transport::TransportOptions,
}

/// Makes a connector from a source's configuration, whose secret references are resolved already.
pub type Build = fn(&Value, &ConnectorContext) -> Result<Arc<dyn Connector>, Problem>;
