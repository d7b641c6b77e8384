//! The lab from outside: the same company every time, pairs that differ in one guard, an oracle that
//! agrees with the plan, an AWS that AWS's own client reads, a GitHub and a directory.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod checkouts;
mod cli;
mod company;
mod directory;
mod github_clients;
mod hub;
mod pairs;
mod records;
mod server;
mod truth;

use rollcall_lab::{Archetype, Company, Spec};

/// A company of a size.
pub(crate) fn company(size: u64, archetype: Archetype, seed: u64) -> Company {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    Company::generate(Spec { seed, size, archetype, now }).unwrap()
}
