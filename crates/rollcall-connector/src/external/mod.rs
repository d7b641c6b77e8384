//! Connectors that are programs of their own: `<program> spec | check | sync`, one JSON document on
//! standard input, records as JSON lines on standard output, logs on standard error. The protocol
//! is described in `docs/protocol.md`; this is the side that starts the program.
//!
//! The program is not trusted: its environment is cleared, its lines are capped, its records are
//! held to its own definition, and a scope it does not finish exactly is not complete.

mod conformance;
mod connector;
pub(crate) mod lines;
mod process;
mod program;
pub(crate) mod reading;

pub use conformance::{ConformanceResult, conformance};
pub use connector::ExternalConnector;
pub use program::ExternalProgram;

/// The version of the protocol that this host speaks.
pub const PROTOCOL_VERSION: u32 = 1;
