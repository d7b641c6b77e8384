//! The servers are really started, the faults really happen.

// The lint's own exception knows test functions, not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod disk;
mod fault;
mod node;
mod postgres;
mod python;
