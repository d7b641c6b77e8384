//! AWS from memory: an HTTP client for the SDK that answers what a test tells it to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use rollcall_aws::{Aws, Config, MemoryAnswer, MemoryRequest, SdkConfig, memory_sdk};
use rollcall_connector::transport::TransportOptions;
use rollcall_model::Timestamp;
use serde_json::Value;

/// When everything here happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A call as AWS would see it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) action: String,
    pub(crate) params: BTreeMap<String, String>,
    /// The id of the access key that signed it.
    pub(crate) signer: String,
    pub(crate) host: String,
    pub(crate) signed_region: String,
    /// How often this action was called before.
    pub(crate) before: usize,
}

impl Call {
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }
}

/// What comes back.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A status, a content type and a body.
    Body(u16, &'static str, String),
    /// The connection closes.
    HangUp,
}

type Handler = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

/// AWS from memory.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    handlers: Arc<Mutex<HashMap<String, Handler>>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Fake {
    /// Answers an action with a function.
    pub(crate) fn on(
        &self,
        action: &str,
        handler: impl Fn(&Call) -> Answer + Send + Sync + 'static,
    ) -> &Self {
        self.handlers.lock().unwrap().insert(action.to_owned(), Arc::new(handler));
        self
    }

    /// Answers an action with the same thing always.
    pub(crate) fn say(&self, action: &str, answer: Answer) -> &Self {
        self.on(action, move |_| answer.clone())
    }

    /// What was called so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How often an action was called.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.calls().iter().filter(|c| c.action == action).count()
    }

    /// An SDK configuration that talks to this.
    pub(crate) fn sdk(&self, region: &str) -> SdkConfig {
        let fake = self.clone();
        memory_sdk(region, "AKIABASE", move |request| match fake.answer(request) {
            Answer::Body(status, content_type, body) => {
                Some(MemoryAnswer { status, content_type, body: body.into() })
            }
            Answer::HangUp => None,
        })
    }

    /// A connector that talks to this.
    pub(crate) fn connector(&self, config: &Value) -> Aws {
        self.connector_with(config, &TransportOptions::hasty(), "us-east-1")
    }

    pub(crate) fn connector_with(
        &self,
        config: &Value,
        options: &TransportOptions,
        region: &str,
    ) -> Aws {
        Aws::new(Config::parse(config).unwrap(), Some(self.sdk(region)), options).unwrap()
    }

    fn answer(&self, request: MemoryRequest<'_>) -> Answer {
        let call = self.understand(request);
        let handler = self.handlers.lock().unwrap().get(&call.action).cloned();
        self.calls.lock().unwrap().push(call.clone());
        match handler {
            Some(handler) => handler(&call),
            None => crate::answers::error(400, "InvalidAction", &format!("no {}", call.action)),
        }
    }

    fn understand(&self, request: MemoryRequest<'_>) -> Call {
        let body = request.body;
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8().unwrap().into_owned()
        };
        let target = request.target.rsplit_once('.');
        let mut params = BTreeMap::new();
        let action = match target {
            Some((_, action)) => {
                let json: Value = serde_json::from_str(body).unwrap_or_default();
                for (name, value) in json.as_object().into_iter().flatten() {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    params.insert(name.clone(), text);
                }
                action.to_owned()
            }
            None => {
                for pair in body.split('&') {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    params.insert(decode(name), decode(value));
                }
                params.get("Action").cloned().unwrap_or_default()
            }
        };
        let scope: Vec<&str> = request
            .authorization
            .split_once("Credential=")
            .map_or("", |(_, rest)| rest)
            .split(',')
            .next()
            .unwrap_or_default()
            .split('/')
            .collect();
        let before = self.count(&action);
        Call {
            action,
            params,
            signer: (*scope.first().unwrap_or(&"")).to_owned(),
            signed_region: (*scope.get(2).unwrap_or(&"")).to_owned(),
            host: request.host.to_owned(),
            before,
        }
    }
}
