//! Other people's servers for our tests, and the ways in which they fail.
//!
//! - [`Postgres`]: a PostgreSQL of its own, in a temporary folder
//! - [`PythonServer`]: moto, ministack, or any Python module that serves HTTP
//! - [`NodeServer`]: Prism over an OpenAPI description, or any script that serves HTTP
//! - [`Official`]: a provider's own description of its interface, with its examples
//! - [`FaultProxy`]: stands between a client and a server and breaks chosen answers
//! - [`SmallDisk`]: a folder that is soon full
//!
//! Everything listens on 127.0.0.1 or a socket in a private folder, is stopped when its value is
//! dropped, and is stopped by a guard process when the test process dies before that. A missing
//! tool is an error that says how to install it, never a skipped test.

mod disk;
mod error;
mod fault;
mod guard;
mod local;
mod node;
mod official;
mod postgres;
mod process;
mod python;
mod settings;

pub use disk::{Limit, SmallDisk};
pub use error::TestError;
pub use fault::{Fault, FaultProxy, SeenRequest, When};
pub use node::{NodeScript, NodeServer, package_file, run_node};
pub use official::{Bodies, Case, Cases, Cut, Expect, Links, Official, Variant};
pub use postgres::Postgres;
pub use python::{PythonModule, PythonServer, okta_recorded, python_for};
