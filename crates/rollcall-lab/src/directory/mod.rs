//! The company's directory as its clients see it: SCIM 2.0, and Okta's users and groups.

mod entries;
mod faults;
mod lab;
mod okta;
mod okta_filter;
mod scim;
mod server;

pub use faults::{DirectoryFault, DirectoryFaultKind};
pub use lab::{DirectoryLab, DirectoryOptions};
pub use server::serve_directory;
