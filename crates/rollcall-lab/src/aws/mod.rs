//! AWS as its clients see it: IAM and STS in the query protocol, Organizations in JSON 1.1.

pub(crate) mod answers;
mod details;
pub(crate) mod faults;
mod iam;
pub(crate) mod jobs;
mod paging;
pub(crate) mod request;
pub(crate) mod xml;

pub use faults::{Fault, FaultKind};
