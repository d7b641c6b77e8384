//! How calls leave, written once for all connectors: allow-list of operations, budgets, retries,
//! host pinning, size caps, paging, recording and replay.
//!
//! [`Transport::call`] is the one way out. [`HttpClient`] stands on it for plain HTTP; clients of
//! other people's making put their calls through it one by one.

mod allow;
mod budget;
mod call;
mod connection;
pub(crate) use connection::client;
mod credential;
mod error;
mod graphql;
mod http_client;
mod json;
mod jwt;
mod link;
mod list;
mod options;
mod pages;
mod recording;
mod retry_after;
mod sign_in;
mod status;
mod template;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub use allow::{AllowList, graphql_operation};
pub use budget::LimitSeen;
pub use call::Transport;
pub use credential::{Credential, Token};
pub use error::CallError;
pub use graphql::{GraphqlAnswer, GraphqlError};
pub use http_client::{Answer, HttpClient};
pub use json::parse_json;
pub use jwt::{JwtAlgorithm, certificate_thumbprint, fresh_id, sign_jwt, sign_rs256};
pub use link::{Link, next_link, parse_links};
pub use list::ListOf;
pub use options::{Recording, TransportOptions};
pub use pages::{PageGuard, Pages};
pub use retry_after::{answer_date, asked_wait, limit_seen, parse_wait};
pub use sign_in::{Mint, SignIn, TokenAnswer};
pub use status::http_error;
pub use template::{fill_path, query_text};
pub(crate) use words::json_error;
pub use words::redact;
