//! The connector: configuration, session and what a run shares held together, streams handed out.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use rollcall_connector::transport::{Transport, TransportOptions};
use rollcall_connector::{
    AccessDocument, CheckReport, Connector, ConnectorContext, Definition, Emitter, Plan,
    PlanRequest, Refreshes, SyncRequest,
};
use rollcall_model::{ProblemClass, Timestamp};
use rollcall_record::Problem;
use serde_json::Value;

use crate::config::Config;
use crate::definition::{definition, permissions_of, stream, streams};
use crate::reading::Reading;
use crate::run::Run;
use crate::session::{CODESPACES, Session};

/// The GitHub connector. What it learns lasts as long as it does, which is one run.
pub struct GitHub {
    definition: Definition,
    reading: Reading,
}

/// Makes the connector from a source's configuration.
///
/// # Errors
/// When the configuration cannot work, or a recording cannot be opened.
pub fn build(config: &Value, context: &ConnectorContext) -> Result<Arc<dyn Connector>, Problem> {
    Ok(Arc::new(GitHub::new(Config::parse(config)?, context)?))
}

impl GitHub {
    /// The connector over a configuration that was checked.
    ///
    /// # Errors
    /// When an address or a recording cannot be used.
    pub fn new(config: Config, context: &ConnectorContext) -> Result<Self, Problem> {
        let definition = definition();
        let options: TransportOptions = Session::options(&config, &context.transport);
        let transport = Transport::new(&definition, &options)?;
        let mut needed = permissions_of(streams().filter(|stream| config.reads(stream)));
        if config.codespaces_secrets {
            needed.push(CODESPACES);
        }
        let session = Session::new(&config, transport, needed)?;
        Ok(Self { definition, reading: Reading::new(config, session, context.literal_key) })
    }

    /// How many calls were made so far, by organisation; for tests and figures.
    #[doc(hidden)]
    pub async fn spent(&self) -> BTreeMap<String, u64> {
        let Ok(census) = self.reading.organizations().await else { return BTreeMap::new() };
        census.organizations.iter().map(|o| (o.login.clone(), o.spent())).collect()
    }

    async fn read(&self, request: &SyncRequest, out: &Emitter) -> Result<(), Problem> {
        let Some(stream) = stream(&request.stream) else {
            let message = format!("github has no stream {:?}", request.stream);
            return Err(Problem::new(ProblemClass::Bug, "unknown_stream", message));
        };
        if !self.reading.config.reads(stream) {
            return Ok(());
        }
        self.reading.session().begin(request.now);
        (stream.read)(&Run::new(&self.reading, request, stream, out)).await
    }
}

#[async_trait]
impl Connector for GitHub {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn check(&self, now: Timestamp) -> Result<CheckReport, Problem> {
        self.reading.session().begin(now);
        crate::check::check(&self.reading).await
    }

    async fn sync(&self, request: SyncRequest, out: Emitter) -> Result<(), Problem> {
        let stop = out.cancelled().clone();
        let read = stop.run_until_cancelled(self.read(&request, &out)).await;
        read.unwrap_or_else(|| {
            Err(Problem::new(ProblemClass::Cancelled, "cancelled", "the reading was stopped"))
        })
    }

    async fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Refreshes, Problem> {
        crate::receive::receive(&self.reading.config, &self.reading.host, headers, body)
    }

    async fn plan(&self, request: PlanRequest) -> Result<Option<Plan>, Problem> {
        self.reading.session().begin(request.now);
        crate::plan::plan(&self.reading, &request).await.map(Some)
    }

    fn access(&self, format: &str) -> Result<Vec<AccessDocument>, Problem> {
        crate::access::documents(&self.reading.config, format)
    }
}
