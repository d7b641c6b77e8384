//! What the SQL stores must do besides the conformance suite: files, versions, processes, faults.

// The lint's own exception knows test functions, not the helpers beside them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod address;
mod backup;
mod child;
mod conformance;
mod dropped;
mod events;
mod files;
mod full_disk;
mod killed;
mod read_only;
mod several;
mod support;
mod versions;
