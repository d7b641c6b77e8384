//! rollcall-engine
