//! The connector against folders and repositories that the tests make.

mod canary;
mod checkouts;
mod fixture;
mod history;
mod homes;
mod scopes;
