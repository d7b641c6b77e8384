//! The API over a real store: what it describes is what it answers, and whom it refuses.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod described;
mod hooks;
mod refused;
mod world;
