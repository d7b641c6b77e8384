//! The servers are really started, the faults really happen.

mod disk;
mod fault;
mod postgres;
mod python;
