//! Judgements of small snapshots: what is concluded, and what is not when something was not read.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod company;
mod freezing;
mod owners;
mod usage;
mod world;
