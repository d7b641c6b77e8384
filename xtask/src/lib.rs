//! The house rules, as tests: `cargo test -p xtask`.
//!
//! Each file of [`rules`] holds one rule. A rule is a function from the repository to the list of
//! what breaks it, one sentence each that names the file and says what to do; beside it a test
//! that the repository keeps it, and tests that it can be broken.

pub mod packages;
pub mod repository;
pub mod rules;
