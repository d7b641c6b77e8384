//! rollcall-benches
