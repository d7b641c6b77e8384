//! What every connector's tests run: a reading into memory that holds the connector to the
//! protocol, assertions on it, and a server that misbehaves on purpose.
//!
//! Everything here is for tests and panics with a sentence when something is not as it should be.
#![allow(clippy::panic, clippy::expect_used, reason = "assertions are what this module is for")]

mod assertions;
mod collect;
mod fault;
#[cfg(test)]
mod sample;
mod server;
#[cfg(test)]
mod tests;

pub use assertions::{
    assert_contract, assert_declared, assert_idempotent, assert_no_canary, assert_prompt_cancel,
    difference, time_to_stop,
};
pub use collect::{Collected, CollectedScope, collect, collect_request};
pub use fault::Fault;
#[cfg(test)]
pub(crate) use sample::{Sample, sample_definition};
pub use server::{FaultyServer, Reply, SeenRequest};
