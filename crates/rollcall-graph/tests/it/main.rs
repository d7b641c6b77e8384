//! The snapshot as a whole: what is laid over a base answers as a base built anew.

#![allow(clippy::unwrap_used)] // helpers of tests

mod deltas;
mod dump;
mod files;
mod language;
mod model;
mod pages;
mod scopes;
mod walks;
