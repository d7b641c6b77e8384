//! People and teams from files and from a SCIM 2.0 server.
//!
//! Files: CSV with recognised or configured columns, JSON lines, and LDIF (RFC 2849) as LDAP servers
//! and Active Directory export it. Each file is a scope of its own; a row that cannot be read makes
//! it incomplete, and a file without people is never taken for a company without people.

mod access;
mod columns;
mod config;
mod connector;
mod definition;
mod files;
mod person;
mod scim;
mod table;

use std::sync::Arc;

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
    Ok(Arc::new(connector::PeopleConnector::new(config, context)?))
}
