//! Synthetic companies whose truth is known.

mod plan;

pub use plan::*;
