//! The connector against the lab, whose truth is known, against descriptions and servers of others,
//! and against answers made by hand.

// The lint's own exception knows test functions, not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bodies;
mod documents;
mod lab;
mod narrowed;
mod planned;
mod prism;
mod published;
mod scripted;
mod world;
