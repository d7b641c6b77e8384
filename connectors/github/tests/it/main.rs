//! The connector against servers of others.

// The lint's own exception knows test functions, not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod bodies;
mod prism;
mod published;
