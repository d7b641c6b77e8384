//! Tests of the crate from outside: the HTTP client against servers that misbehave, TLS with a
//! private authority, external programs, and the documents of the protocol.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail their tests")]

mod external;
mod http_client;
mod http_paging;
mod protocol;
mod support;
mod tls;
