//! rollcall-aws
