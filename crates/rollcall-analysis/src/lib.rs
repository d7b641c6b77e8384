//! What follows from what is known: who answers for an identity, whether it is used, which rules it
//! breaks. Pure functions of a snapshot, the connectors' knowledge of their kinds, settings and a
//! time; no I/O, no async, no clock.
//!
//! Nothing is concluded from absence unless the scopes that would tell were read to their end, and
//! then only up to that reading: while a source cannot be read, every verdict stays what it was.

mod analysis;
mod case;
mod class;
mod horizon;
mod judge;
mod knowledge;
mod own;
mod person;
mod resolve;
mod rules;
mod settings;
mod tags;
mod text;
mod usage;
#[cfg(test)]
mod world;

pub use analysis::Analysis;
pub use knowledge::Knowledge;
pub use rules::{RULES, Rule};
pub use settings::Settings;
