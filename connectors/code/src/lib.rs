//! Reads checkouts and home folders on disk: workflows, actions, MCP and agent configuration, agent
//! instructions, CODEOWNERS, and who last changed them.
//!
//! Offline and read-only. Nothing that is scanned is executed: git objects are read as data, without
//! hooks, filters or the configuration of the machine.

mod access;
mod checkout;
mod config;
mod connector;
mod definition;
mod history;
mod homes;
mod kinds;
mod queue;
mod read;
mod remote;
mod scan;
mod streams;
mod walk;

use std::sync::Arc;

use rollcall_connector::{Connector, ConnectorContext};
use rollcall_record::Problem;
use serde_json::Value;

pub use definition::definition;

/// Makes the connector from a source's configuration. Paths are absolute.
///
/// # Errors
/// When the configuration is not understood: an unknown field, a relative path, a broken glob, or
/// neither roots nor homes.
pub fn build(config: &Value, context: &ConnectorContext) -> Result<Arc<dyn Connector>, Problem> {
    let config = config::Config::read(config)?;
    Ok(Arc::new(connector::CodeConnector::new(config, context.literal_key)))
}
