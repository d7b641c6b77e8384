//! GitHub as its clients see it: REST with pages, permissions and limits, GraphQL, webhooks.

mod access;
mod apps;
mod ask;
mod auth;
mod change;
mod control;
mod deliver;
mod faults;
mod graphql;
mod lab;
mod limits;
mod options;
mod paging;
mod render;
mod router;
mod routes;
mod server;
mod truth;
mod world;

pub use change::Change;
pub use deliver::Delivery;
pub use faults::{GitHubFault, GitHubFaultKind};
pub use lab::GitHubLab;
pub use options::{GitHubKeys, GitHubOptions, Limits};
pub use server::serve_github;
