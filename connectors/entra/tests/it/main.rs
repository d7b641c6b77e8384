//! The connector against a tenant that answers as Microsoft Graph documents it, and one that
//! misbehaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

mod faults;
mod reading;
mod support;
