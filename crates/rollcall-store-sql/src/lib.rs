//! SQLite and PostgreSQL adapters of the store port. The only crate that knows SQL.
//!
//! Both databases run the same statements: placeholders are `$1`, numbers are `BIGINT`, and the few
//! places where the dialects differ (many rows at once, lists of ids) are functions of `db`.

mod bulk;
mod claims;
mod close;
mod db;
mod entities;
mod error;
mod finish;
mod follow;
mod leases;
mod live;
mod open;
mod publication;
mod query;
mod read;
mod relations;
mod retire;
mod runs;
mod scopes;
mod snapshot;
mod sources;
mod store;

pub use open::{OpenMode, SqlStore};

/// The end of a version row that is still the newest: no revision reaches it.
pub(crate) const OPEN: i64 = i64::MAX;
