//! The AWS connector against answers from memory, and against servers that other people wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is a test")]

mod access_check;
mod answers;
mod fake;
mod faults;
mod mapping;
mod organization;
mod servers;
mod transport;
