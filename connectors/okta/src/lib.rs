//! Okta: who is here, in which groups, and who reports to whom. Okta's applications and tokens are
//! not read yet.
//!
//! References: `okta.user-id` and `okta.group-id` (authority: the organisation's id), `email`.

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
    let api = Arc::new(api::Okta::new(&config, &transport)?);
    let source =
        DirectorySource::new(definition, definition::USER, definition::GROUP, api, transport)?;
    Ok(Arc::new(source))
}

/// Reads one example of a user as Okta documents it, for tests against its description: whether it
/// is understood.
///
/// # Errors
/// What is not as expected.
#[doc(hidden)]
pub fn accepts_user(example: &Value) -> Result<(), String> {
    serde_json::from_value::<shapes::User>(example.clone()).map(drop).map_err(|e| e.to_string())
}

/// The same for a group.
///
/// # Errors
/// What is not as expected.
#[doc(hidden)]
pub fn accepts_group(example: &Value) -> Result<(), String> {
    serde_json::from_value::<shapes::Group>(example.clone()).map(drop).map_err(|e| e.to_string())
}
