//! The AWS connector: reads IAM of one account, or of every account of an organisation, through the
//! official SDK, and emits accounts, users, roles, groups, policies, providers and credentials.
//!
//! One source holds one base credential. From it the connector assumes one read role, and in every
//! member account another. Nothing is written anywhere: every operation is checked against the
//! [`definition`]'s list before it leaves, once by the transport and once inside the SDK.
//!
//! Names it gives to what it reads (the namespaces of references):
//!
//! | namespace | authority | value |
//! |---|---|---|
//! | `aws.arn` | partition | the ARN |
//! | `aws.unique-id` | partition | `AIDA…`, `AROA…`, `AGPA…`, `ANPA…`, `AKIA…` |
//! | `aws.account-id` | partition | the account number |

mod access;
mod api;
mod arn;
mod census;
mod certificate;
mod check;
mod client;
mod config;
mod connector;
mod credentials;
mod definition;
mod details;
mod error;
mod facts;
mod guard;
mod jobs;
mod kinds;
mod map;
mod memory;
mod paging;
mod policy;
mod reading;
mod report;
mod saml;
mod session;
mod shapes;
mod streams;

pub use aws_config::SdkConfig;
pub use config::Config;
pub use connector::{Aws, build};
pub use definition::definition;
pub use memory::{MemoryAnswer, MemoryRequest, memory_sdk};
