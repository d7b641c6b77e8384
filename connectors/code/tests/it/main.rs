//! The connector against folders and repositories that the tests make.
#![allow(clippy::expect_used, reason = "a fixture that cannot be made ends its test")]

mod canary;
mod checkouts;
mod fixture;
mod history;
mod homes;
mod scopes;
