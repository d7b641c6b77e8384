//! The HTTP API: what is shown is read from the published snapshot, and nothing else.
//!
//! [`router`] makes everything that listens on the API's address; [`serve`] runs it until it is told
//! to stop.

mod access;
mod answer;
mod guard;
mod metrics;
mod openapi;
mod parameters;
mod problem;
mod routes;
mod serve;
mod view;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rollcall_engine::{Collector, Hooks, Service};
use secrecy::SecretString;

pub use openapi::openapi;
pub use serve::serve;

/// How the API behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; requests must name it, or one of `hosts`.
    pub address: SocketAddr,
    /// Further names under which it is reached.
    pub hosts: Vec<String>,
    /// What every request below `/api` must carry; `None` is for loopback addresses only.
    pub token: Option<SecretString>,
    /// How long a request may take.
    pub timeout: Duration,
    /// How far behind the store answers may be before `/readyz` says so.
    pub most_lag: Duration,
}

/// The entry for what other machines read.
#[derive(Clone)]
pub struct Collecting {
    /// Who takes it.
    pub collector: Arc<Collector>,
    /// The token of each pushed source: whoever has it may push that source and nothing else.
    pub tokens: BTreeMap<String, SecretString>,
}

/// What handlers share.
pub(crate) struct App {
    service: Service,
    settings: Settings,
    collecting: Option<Collecting>,
    metrics: metrics::Metrics,
    asking: Arc<tokio::sync::Semaphore>,
}

/// Questions that are computed at the same time; the others wait.
const AT_ONCE: usize = 32;

/// Everything that listens on the API's address.
pub fn router(service: Service, collecting: Option<Collecting>, settings: Settings) -> Router {
    let app = Arc::new(App {
        service,
        settings,
        collecting,
        metrics: metrics::Metrics::new(),
        asking: Arc::new(tokio::sync::Semaphore::new(AT_ONCE)),
    });
    routes::router(app)
}

/// What listens on the address of the entry for webhooks: `POST /hooks/{source}`. Providers do not
/// have the API's token; the connector checks their signature.
pub fn hooks_router(hooks: Arc<Hooks>) -> Router {
    routes::hooks::router(hooks)
}
