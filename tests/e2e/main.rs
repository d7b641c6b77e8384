//! The built program, driven as a person or a script drives it: each test in a home folder, a working
//! folder and an environment of its own, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod accuracy;
mod aws;
mod canary;
mod collect;
mod company;
mod configuration;
mod demo;
mod external;
mod flow;
mod github;
mod held;
mod hub;
mod killed;
mod lab;
mod output;
mod query;
mod secrets;
mod serve;
mod service;
mod several;
mod sources;
mod storage;
mod world;
