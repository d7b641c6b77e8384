//! rollcall-declared
