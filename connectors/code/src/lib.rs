//! rollcall-code
