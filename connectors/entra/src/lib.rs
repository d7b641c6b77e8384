//! Microsoft Entra ID: who is here, in which groups, and who reports to whom. Applications and their
//! credentials are not read yet.
//!
//! References: `entra.user-id` and `entra.group-id` (authority: the tenant's id), `email`.

mod access;
mod api;
mod config;
mod definition;
mod map;
mod shapes;
mod sign_in;

use std::sync::Arc;

use rollcall_connector::directory::DirectorySource;
use rollcall_connector::transport::Transport;
use rollcall_connector::{Connector, ConnectorContext};
use rollcall_record::Problem;
use serde_json::Value;

pub use definition::definition;

/// Makes the connector from its configuration.
///
/// # Errors
/// When the configuration is not understood.
pub fn build(config: &Value, context: &ConnectorContext) -> Result<Arc<dyn Connector>, Problem> {
    let config = config::Config::read(config)?;
    let definition = definition();
    let transport = Transport::new(&definition, &context.transport)?;
    let api = Arc::new(api::Entra::new(config, &transport)?);
    let source =
        DirectorySource::new(definition, definition::USER, definition::GROUP, api, transport)?;
    Ok(Arc::new(source))
}
