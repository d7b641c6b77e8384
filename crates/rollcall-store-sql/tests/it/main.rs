//! What the SQL stores must do besides the conformance suite: files, versions, processes, faults.

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
