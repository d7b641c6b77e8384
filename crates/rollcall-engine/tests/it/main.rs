//! The engine against both databases, with a provider that misbehaves on command.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod collect;
mod delta;
mod faults;
mod fixture;
mod held;
mod past;
mod processes;
mod scopes;
mod service;
mod snapshot;
mod world;
