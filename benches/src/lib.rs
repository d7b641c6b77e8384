//! What the benchmarks share: measuring time, processor time and memory of this process, and a
//! synthetic company of any size.

pub mod company;
pub mod graph;
pub mod measure;
pub mod plot;

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
