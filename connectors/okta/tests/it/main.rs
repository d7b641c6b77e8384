//! The connector against an organisation that answers as Okta documents it, and one that misbehaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

mod faults;
mod official;
mod reading;
mod support;
