//! The connector as a whole: files that exports make, a SCIM server that answers and misbehaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

mod care;
mod formats;
mod parsers;
mod scim;
mod servers;
mod support;
